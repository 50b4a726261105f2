from django.apps import AppConfig


class SensingConfig(AppConfig):
    name = "chengyun.city.sensing"
    label = "sensing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.city.sensing import declared, jobs  # noqa: F401
