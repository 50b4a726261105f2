from django.db import migrations

NEW_RIGHTS = {
    'supervisor': ('scheme.view', 'score.appeal'),
    'department': ('scheme.view', 'score.appeal'),
    'evaluator': ('scheme.view', 'scheme.change', 'scheme.approve'),
    'leader': ('scheme.view', 'scheme.approve'),
}


def give_rights(apps, schema_editor):
    """The shipped roles of a city that is there already learn what is new; its own roles stay as they are."""
    for role in apps.get_model('people', 'Role').objects.filter(key__in=NEW_RIGHTS):
        role.permissions = list(dict.fromkeys([*role.permissions, *NEW_RIGHTS[role.key]]))
        role.save(update_fields=['permissions'])


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0004_schemes'),
        ('people', '0009_stations'),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
