import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0008_inquiries'),
        ('kernel', '0004_phone'),
    ]

    operations = [
        migrations.CreateModel(
            name='IntakeRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('source', models.CharField(max_length=20)),
                ('header', models.JSONField(default=list)),
                ('columns', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('uploaded', '待对应列'), ('checking', '正在检查'), ('ready', '可以导入'), ('refused', '有错，未导入'), ('writing', '正在导入'), ('done', '已导入'), ('failed', '没能完成')], default='uploaded', max_length=10)),
                ('partial', models.BooleanField(default=False)),
                ('simulated', models.BooleanField(default=False)),
                ('area', models.CharField(max_length=15)),
                ('total', models.PositiveIntegerField(default=0)),
                ('good', models.PositiveIntegerField(default=0)),
                ('known', models.PositiveIntegerField(default=0)),
                ('bad', models.PositiveIntegerField(default=0)),
                ('written', models.PositiveIntegerField(default=0)),
                ('faults', models.JSONField(default=list)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('owner_id', models.BigIntegerField(null=True)),
                ('made_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.file')),
                ('report', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.file')),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
    ]
