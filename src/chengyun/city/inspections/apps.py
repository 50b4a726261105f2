from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "chengyun.city.inspections"
    label = "inspections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.city.inspections import declared  # noqa: F401
