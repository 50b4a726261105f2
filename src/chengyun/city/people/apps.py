from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "chengyun.city.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.city.people import declared  # noqa: F401
