from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='bulletin',
            name='marks',
            field=models.JSONField(blank=True, default=list),
        ),
    ]
