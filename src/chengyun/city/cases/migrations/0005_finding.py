from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_reporter_views'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['asset', 'reported_at', 'id'], name='case_asset'),
        ),
    ]
