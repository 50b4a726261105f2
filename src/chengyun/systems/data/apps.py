from django.apps import AppConfig


class DataConfig(AppConfig):
    name = "chengyun.systems.data"
    label = "data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.systems.data import declared  # noqa: F401
