import django.db.models.deletion
from django.db import migrations, models

NEW_RIGHTS = {'admin': ('partner.change',)}


def give_rights(apps, schema_editor):
    """The shipped roles of a city that is there already learn the new page; its own roles stay as they are."""
    for role in apps.get_model('people', 'Role').objects.filter(key__in=NEW_RIGHTS):
        role.permissions = list(dict.fromkeys([*role.permissions, *NEW_RIGHTS[role.key]]))
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0009_intake_runs'),
        ('people', '0002_substitutes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('source', models.CharField(max_length=20)),
                ('book', models.CharField(max_length=40)),
                ('seed', models.CharField(max_length=64)),
                ('old_seed', models.CharField(blank=True, max_length=64)),
                ('old_until', models.DateTimeField(null=True)),
                ('made_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='PartnerCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.CharField(max_length=64)),
                ('at', models.DateTimeField(db_index=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.partner')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('partner', 'signature'), name='partner_call_once')],
            },
        ),
        migrations.RunPython(give_rights),
    ]
