import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


NEW_RIGHTS = {'supervisor': ('agreement.change',), 'leader': ('agreement.change',)}


def give_rights(apps, schema_editor):
    """A city that is there already learns the new verb; its own roles stay as they are."""
    for role in apps.get_model('people', 'Role').objects.filter(key__in=NEW_RIGHTS):
        role.permissions = list(dict.fromkeys([*role.permissions, *NEW_RIGHTS[role.key]]))
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_stewards'),
        ('people', '0009_stations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True)),
                ('area', models.CharField(max_length=15)),
                ('title', models.CharField(max_length=80)),
                ('partners', models.CharField(max_length=200)),
                ('about', models.CharField(max_length=1000)),
                ('signed_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('review_months', models.PositiveSmallIntegerField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('told_due', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('running', '履行中'), ('ended', '已终止')], default='running', max_length=7)),
                ('words', models.CharField(blank=True, max_length=1000)),
                ('ended_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('simulated', models.BooleanField(default=False)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
                ('units', models.ManyToManyField(related_name='+', to='people.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['signed_on', 'id'], name='agreement_newest'), models.Index(fields=['area', 'signed_on', 'id'], name='agreement_area'), models.Index(condition=models.Q(('state', 'running')), fields=['due_at', 'id'], name='agreement_review')],
            },
        ),
        migrations.AddField(
            model_name='meeting',
            name='agreement',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='cases.agreement'),
        ),
        migrations.AddField(
            model_name='promise',
            name='agreement',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='cases.agreement'),
        ),
        migrations.AlterField(
            model_name='promise',
            name='meeting',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='cases.meeting'),
        ),
        migrations.AddConstraint(
            model_name='promise',
            constraint=models.CheckConstraint(condition=models.Q(('meeting__isnull', False), ('agreement__isnull', False), _connector='OR'), name='promise_made_somewhere'),
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
