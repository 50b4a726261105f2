import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sensing', '0012_ailments'),
    ]

    operations = [
        migrations.AddField(
            model_name='ailment',
            name='alarm',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.alarm'),
        ),
        migrations.AlterField(
            model_name='ailment',
            name='what',
            field=models.CharField(choices=[('battery', '电量低'), ('drift', '漂移'), ('fault', '设备故障')], max_length=7),
        ),
    ]
