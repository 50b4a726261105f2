import django.db.models.deletion
from django.db import migrations, models

NEW_RIGHTS = {
    'supervisor': ('patrol.point.change', 'patrol.judge'),
    'leader': ('case.report', 'walk.record'),
}


def give_rights(apps, schema_editor):
    """The shipped roles of a city that is there already learn the new verbs; its own roles stay as they are."""
    for role in apps.get_model('people', 'Role').objects.filter(key__in=NEW_RIGHTS):
        role.permissions = list(dict.fromkeys([*role.permissions, *NEW_RIGHTS[role.key]]))
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0007_handovers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Beat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_type', models.CharField(max_length=20)),
                ('place_code', models.CharField(max_length=20)),
                ('road_metres', models.PositiveIntegerField(default=0)),
                ('passed_metres', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='MustVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('place_type', models.CharField(max_length=20)),
                ('place_code', models.CharField(max_length=20)),
                ('area', models.CharField(max_length=15)),
                ('lon', models.FloatField()),
                ('lat', models.FloatField()),
                ('radius', models.PositiveSmallIntegerField()),
                ('times', models.PositiveSmallIntegerField()),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('simulated', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ('at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Walk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=60)),
            ],
        ),
        migrations.AddField(
            model_name='attendance',
            name='heard',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='attendance',
            name='kind',
            field=models.CharField(choices=[('duty', '在岗'), ('walk', '马路办公')], default='duty', max_length=4),
        ),
        migrations.AddField(
            model_name='attendance',
            name='last_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='attendance',
            name='last_lat',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='attendance',
            name='last_lon',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='attendance',
            name='measured',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='attendance',
            name='measured_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='attendance',
            name='metres',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='attendance',
            name='outside_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='attendance',
            name='silent_seconds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='attendance',
            name='simulated',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='binding',
            name='weekdays',
            field=models.CharField(default='1234567', max_length=7),
        ),
        migrations.AddIndex(
            model_name='attendance',
            index=models.Index(fields=['kind', 'began_at', 'area'], name='attendance_day'),
        ),
        migrations.AddIndex(
            model_name='attendance',
            index=models.Index(condition=models.Q(('heard__gt', models.F('measured'))), fields=['id'], name='attendance_unmeasured'),
        ),
        migrations.AddField(
            model_name='beat',
            name='attendance',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='beats', to='people.attendance'),
        ),
        migrations.AddIndex(
            model_name='mustvisit',
            index=models.Index(fields=['place_code', 'valid_to'], name='must_visit_place'),
        ),
        migrations.AddIndex(
            model_name='mustvisit',
            index=models.Index(fields=['area'], name='must_visit_area'),
        ),
        migrations.AddField(
            model_name='visit',
            name='attendance',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='people.attendance'),
        ),
        migrations.AddField(
            model_name='visit',
            name='point',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='people.mustvisit'),
        ),
        migrations.AddField(
            model_name='walk',
            name='attendance',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='walk', to='people.attendance'),
        ),
        migrations.AddIndex(
            model_name='beat',
            index=models.Index(fields=['place_code', 'attendance'], name='beat_place'),
        ),
        migrations.AddConstraint(
            model_name='beat',
            constraint=models.UniqueConstraint(fields=('attendance', 'place_type', 'place_code'), name='beat_once'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['point', 'at'], name='visit_point'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.UniqueConstraint(fields=('attendance', 'point', 'at'), name='visit_once'),
        ),
        migrations.RunPython(give_rights),
    ]
