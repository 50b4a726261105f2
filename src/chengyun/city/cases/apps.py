from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "chengyun.city.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.city.cases import declared  # noqa: F401
