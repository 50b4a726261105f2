from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    name = "chengyun.systems.coordination"
    label = "coordination"

    def ready(self) -> None:
        from chengyun.systems.coordination import declared  # noqa: F401
