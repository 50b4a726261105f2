import django.db.models.deletion
from django.db import migrations, models

NEW_RIGHTS = {'duty': ('device.maintain',)}


def give_rights(apps, schema_editor):
    """The shipped roles of a city that is there already learn what is new; its own roles stay as they are."""
    for role in apps.get_model('people', 'Role').objects.filter(key__in=NEW_RIGHTS):
        role.permissions = list(dict.fromkeys([*role.permissions, *NEW_RIGHTS[role.key]]))
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [
        ('sensing', '0011_dialects'),
    ]

    operations = [
        migrations.CreateModel(
            name='Ailment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('battery', '电量低'), ('drift', '漂移')], max_length=7)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ailments', to='sensing.series')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('series', 'what'), name='ailment_one_standing')],
            },
        ),
        migrations.CreateModel(
            name='DriftSeen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.PositiveSmallIntegerField()),
                ('per_day', models.FloatField(null=True)),
                ('moved', models.FloatField(null=True)),
                ('since', models.DateTimeField(null=True)),
                ('made_at', models.DateTimeField()),
                ('series', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='drift', to='sensing.series')),
            ],
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
