import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NEW_RIGHTS = {
    'operator': ('case.approve', 'case.supplement', 'case.merge', 'case.urge', 'case.appeal.decide'),
    'supervisor': (
        'case.approve', 'case.extend', 'case.decide', 'case.supplement', 'case.rush', 'case.force_close',
        'case.merge', 'case.urge', 'case.supervise', 'case.escalate',
    ),
    'dispatcher': (
        'case.approve', 'case.supplement', 'case.rush', 'case.merge', 'case.urge', 'case.escalate', 'case.appeal.review',
    ),
    'leader': ('case.approve', 'case.extend.second', 'case.urge', 'case.supervise', 'case.escalate'),
}
JSON_COLUMN = {
    'sqlite': """text NOT NULL DEFAULT '[]' CHECK (JSON_VALID("marks") OR "marks" IS NULL)""",
    'postgresql': "jsonb NOT NULL DEFAULT '[]'",
}


def add_columns(apps, schema_editor):
    """By hand: AddField would make the table of cases anew on SQLite, which is slow and loses its search triggers."""
    kind = JSON_COLUMN[schema_editor.connection.vendor]
    schema_editor.execute(f'ALTER TABLE cases_case ADD COLUMN marks {kind}')
    schema_editor.execute('ALTER TABLE cases_stageclock ADD COLUMN extensions smallint NOT NULL DEFAULT 0')


def give_rights(apps, schema_editor):
    """The shipped roles of a city that is there already learn the new verbs; its own roles stay as they are."""
    for role in apps.get_model('people', 'Role').objects.filter(key__in=NEW_RIGHTS):
        role.permissions = list(dict.fromkeys([*role.permissions, *NEW_RIGHTS[role.key]]))
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_dispatch_rules'),
        ('people', '0002_substitutes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name='case',
                    name='marks',
                    field=models.JSONField(blank=True, default=list),
                ),
                migrations.AddField(
                    model_name='stageclock',
                    name='extensions',
                    field=models.PositiveSmallIntegerField(default=0),
                ),
            ],
            database_operations=[migrations.RunPython(add_columns)],
        ),
        migrations.CreateModel(
            name='CaseLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('merge', '并入'), ('split', '拆自')], max_length=5)),
                ('at', models.DateTimeField()),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parents', to='cases.case')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='children', to='cases.case')),
            ],
            options={
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(fields=('child', 'kind'), name='case_link_once')],
            },
        ),
        migrations.CreateModel(
            name='CaseRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('extension', '延期'), ('suspend', '挂账'), ('return', '回退'), ('void', '作废'), ('appeal', '超时申诉')], max_length=10)),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('reason', models.CharField(max_length=500)),
                ('cause', models.CharField(blank=True, max_length=20)),
                ('until', models.DateField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('approved', models.BooleanField(null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('ended_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='cases.case')),
                ('case_class', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.caseclass')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(condition=models.Q(('decided_at', None)), fields=['kind', 'due_at'], name='request_waiting'), models.Index(condition=models.Q(('approved', True), ('ended_at', None), ('kind', 'suspend')), fields=['until', 'id'], name='request_suspended')],
            },
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', '协办中'), ('done', '协办完成'), ('ended', '不再协办')], default='open', max_length=5)),
                ('asked_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='cases.case')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(fields=['unit', 'state', 'case'], name='share_of_unit')],
            },
        ),
        migrations.CreateModel(
            name='Supervision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(max_length=10)),
                ('reason', models.CharField(max_length=500)),
                ('post', models.CharField(blank=True, max_length=40)),
                ('at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('replied_at', models.DateTimeField(null=True)),
                ('reply', models.CharField(blank=True, max_length=1000)),
                ('ended_at', models.DateTimeField(null=True)),
                ('release', models.CharField(blank=True, max_length=500)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supervisions', to='cases.case')),
                ('released_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['due_at', 'id'], name='supervision_open')],
            },
        ),
        migrations.CreateModel(
            name='ClassQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('class_code', models.CharField(db_index=True, max_length=8)),
                ('key', models.CharField(max_length=20)),
                ('label', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('text', '文字'), ('int', '整数'), ('choice', '单选'), ('bool', '是或否')], max_length=6)),
                ('choices', models.JSONField(blank=True, default=list)),
                ('required', models.BooleanField(default=False)),
                ('condition_key', models.CharField(blank=True, max_length=20)),
                ('condition_equals', models.CharField(blank=True, max_length=60)),
                ('valid_to', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('class_code', 'key'), name='class_question_once')],
            },
        ),
        migrations.CreateModel(
            name='StandardAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('class_code', models.CharField(blank=True, max_length=8)),
                ('verb', models.CharField(blank=True, max_length=30)),
                ('text', models.CharField(max_length=200)),
                ('valid_to', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(fields=['verb', 'class_code'], name='standard_answer_of')],
            },
        ),
        migrations.RunPython(give_rights),
    ]
