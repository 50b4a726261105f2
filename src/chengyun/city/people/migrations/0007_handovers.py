from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_phone'),
    ]

    operations = [
        migrations.AlterField(
            model_name='unit',
            name='kind',
            field=models.CharField(choices=[('bureau', '主管部门'), ('centre', '监督指挥中心'), ('department', '专业部门'), ('street', '街道（镇）'), ('community', '社区（村）'), ('company', '企业'), ('partner', '联动部门')], max_length=12),
        ),
    ]
