import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_discoveries'),
        ('people', '0008_patrol'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WalkFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='walk_finding', to='cases.case')),
                ('walk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='people.walk')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Missed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('passed_at', models.DateTimeField()),
                ('metres', models.PositiveSmallIntegerField()),
                ('found_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', '待认定'), ('missed', '漏报'), ('dismissed', '不算')], default='open', max_length=9)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('judged_at', models.DateTimeField(null=True)),
                ('attendance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.attendance')),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('judged_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['state', 'id'], name='missed_state')],
                'constraints': [models.UniqueConstraint(fields=('case', 'attendance'), name='missed_once')],
            },
        ),
    ]
