from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sensing', '0010_commands'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dialect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(max_length=10)),
                ('name', models.CharField(max_length=40)),
                ('quirk', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('learned', '照此读'), ('taken_back', '已收回'), ('open', '可以再学')], default='learned', max_length=10)),
                ('frames', models.JSONField(default=list)),
                ('learned_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('door', 'name', 'quirk'), name='dialect_once_a_device')],
            },
        ),
    ]
