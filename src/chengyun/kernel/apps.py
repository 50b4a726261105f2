from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "chengyun.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.kernel import declared  # noqa: F401
