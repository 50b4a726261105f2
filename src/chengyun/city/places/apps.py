from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "chengyun.city.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.city.places import declared  # noqa: F401
