from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "chengyun.city.assets"
    label = "assets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.city.assets import declared, jobs  # noqa: F401
