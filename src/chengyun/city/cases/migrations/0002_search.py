from django.db import migrations

from chengyun.kernel import search


class Migration(migrations.Migration):
    dependencies = (("cases", "0001_initial"),)
    operations = (search.index("cases_case"),)
