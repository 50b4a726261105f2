from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "chengyun.city.indicators"
    label = "indicators"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.city.indicators import declared, jobs  # noqa: F401
