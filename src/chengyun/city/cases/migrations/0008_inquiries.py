import datetime
import re

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils.crypto import salted_hmac

NEW_RIGHTS = {
    'operator': ('inquiry.take', 'inquiry.answer'),
    'supervisor': ('inquiry.answer',),
}
AT_ONCE = 1000


def give_rights(apps, schema_editor):
    """The shipped roles of a city that is there already learn the new verbs; its own roles stay as they are."""
    for role in apps.get_model('people', 'Role').objects.filter(key__in=NEW_RIGHTS):
        role.permissions = list(dict.fromkeys([*role.permissions, *NEW_RIGHTS[role.key]]))
        role.save(update_fields=['permissions'])


def know_callers(apps, schema_editor):
    """Callers of the cases that are there already are known again, too; those that were erased are not."""
    callers = apps.get_model('cases', 'Caller').objects
    told = apps.get_model('kernel', 'Personal').objects.filter(
        subject_type='cases.case', key='reporter_phone', erased_at=None
    )
    rows = []
    for case, phone in told.values_list('subject_id', 'value').iterator(AT_ONCE):
        digits = re.sub(r'\D', '', phone.strip().removeprefix('+86'))
        if len(digits) >= 7:
            mark = salted_hmac('chengyun.caller', digits, algorithm='sha256').hexdigest()
            rows.append(callers.model(case_id=case, mark=mark))
        if len(rows) == AT_ONCE:
            callers.bulk_create(rows, ignore_conflicts=True)
            rows = []
    callers.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_verbs'),
        ('kernel', '0004_phone'),
        ('people', '0002_substitutes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Caller',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(db_index=True, max_length=64)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='caller', to='cases.case')),
            ],
        ),
        migrations.CreateModel(
            name='Inquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('book', models.CharField(max_length=40)),
                ('number', models.CharField(blank=True, max_length=40)),
                ('came_at', models.DateTimeField()),
                ('limit_value', models.DecimalField(decimal_places=2, max_digits=7, null=True)),
                ('limit_unit', models.CharField(blank=True, max_length=16)),
                ('warn_at', models.DateTimeField(default=datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))),
                ('due_at', models.DateTimeField(default=datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))),
                ('provisional', models.BooleanField(default=False)),
                ('answered_at', models.DateTimeField(null=True)),
                ('how', models.CharField(blank=True, choices=[('phone', '电话'), ('message', '短信'), ('web', '网上'), ('letter', '书面'), ('visit', '当面')], max_length=8)),
                ('late', models.BooleanField(default=False)),
                ('visited_at', models.DateTimeField(null=True)),
                ('satisfied', models.CharField(blank=True, choices=[('yes', '满意'), ('fair', '基本满意'), ('no', '不满意'), ('unreached', '没有联系上')], max_length=9)),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='inquiry', to='cases.case')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(condition=models.Q(('answered_at', None), ('limit_value__isnull', False)), fields=['due_at', 'id'], name='inquiry_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('book', 'number'), name='inquiry_number_once')],
            },
        ),
        migrations.RunPython(give_rights),
        migrations.RunPython(know_callers),
    ]
