from django.apps import AppConfig


class ErrandConfig(AppConfig):
    """A noun that only the tests of the kernel have: the engine must carry it like any other."""

    name = "chengyun.kernel.tests.errand"
    label = "errand"
    default_auto_field = "django.db.models.BigAutoField"
