from django.db import migrations

from chengyun.kernel import search


class Migration(migrations.Migration):
    dependencies = (("assets", "0001_initial"),)
    operations = (search.index("assets_asset"),)
