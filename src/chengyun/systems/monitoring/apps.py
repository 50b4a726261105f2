from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "chengyun.systems.monitoring"
    label = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.systems.monitoring import declared  # noqa: F401
