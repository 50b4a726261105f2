import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_finding'),
        ('people', '0002_substitutes'),
    ]

    operations = [
        migrations.CreateModel(
            name='DispatchEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area', models.CharField(max_length=15)),
                ('number', models.PositiveIntegerField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('made_at', models.DateTimeField()),
                ('in_force_from', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'ordering': ('area', '-number'),
            },
        ),
        migrations.CreateModel(
            name='DispatchRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=40)),
                ('conditions', models.JSONField(default=dict)),
                ('basis', models.CharField(blank=True, max_length=120)),
                ('automatic', models.BooleanField(default=False)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='cases.dispatchedition')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
            ],
            options={
                'ordering': ('edition', 'order', 'id'),
            },
        ),
        migrations.AddConstraint(
            model_name='dispatchedition',
            constraint=models.UniqueConstraint(fields=('area', 'number'), name='dispatch_edition_once'),
        ),
        migrations.AddConstraint(
            model_name='dispatchedition',
            constraint=models.UniqueConstraint(condition=models.Q(('in_force_from', None)), fields=('area',), name='dispatch_draft_once'),
        ),
    ]
