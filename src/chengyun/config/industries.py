"""Which industries this city has: their declarations become part of the platform when it starts."""

from django.apps import AppConfig

from chengyun.city.specs import IndustryApp
from chengyun.industries.drainage.app import APP as DRAINAGE
from chengyun.industries.sanitation.app import APP as SANITATION

APPS: tuple[IndustryApp, ...] = (DRAINAGE, SANITATION)


class Industries(AppConfig):
    """An industry is a declaration and holds no code that runs by itself."""

    name = "chengyun.industries"
    label = "industries"

    def ready(self) -> None:
        from chengyun.kernel import registry

        for app in APPS:
            registry.add(app, *app.device_kinds, *app.rules)
