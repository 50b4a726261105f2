from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    name = "chengyun.systems.maintenance"
    label = "maintenance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.systems.maintenance import declared  # noqa: F401
