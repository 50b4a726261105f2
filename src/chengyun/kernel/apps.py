from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    name = "chengyun.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengyun.kernel import declared  # noqa: F401
        from chengyun.kernel.notify import declared as _messages  # noqa: F401

        post_migrate.connect(_ship_workflows, sender=self, dispatch_uid="kernel.ship_workflows")


def _ship_workflows(**kwargs: Any) -> None:
    """After a migration the shipped workflows stand in the database."""
    from chengyun.kernel import editions

    editions.ship()
