import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NEW_RIGHTS = {
    'supervisor': ('handover.send',),
    'dispatcher': ('handover.send',),
    'department': ('handover.take',),
}


def give_rights(apps, schema_editor):
    """The shipped roles of a city that is there already learn the new verbs; its own roles stay as they are."""
    for role in apps.get_model('people', 'Role').objects.filter(key__in=NEW_RIGHTS):
        role.permissions = list(dict.fromkeys([*role.permissions, *NEW_RIGHTS[role.key]]))
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_partners'),
        ('people', '0007_handovers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500)),
                ('state', models.CharField(choices=[('sent', '待接收'), ('received', '办理中'), ('returned', '已退回'), ('answered', '已反馈'), ('withdrawn', '已撤回')], default='sent', max_length=9)),
                ('sent_at', models.DateTimeField()),
                ('warn_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('late_received', models.BooleanField(default=False)),
                ('late_answered', models.BooleanField(default=False)),
                ('words', models.CharField(blank=True, max_length=1000)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='cases.case')),
                ('sent_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(fields=['unit', 'state', 'due_at'], name='handover_of_unit')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('sent', 'received'))), fields=('case', 'unit'), name='handover_open_once')],
            },
        ),
        migrations.RunPython(give_rights),
    ]
