"""Which industries this city has: their declarations become part of the platform when it starts."""

from django.apps import AppConfig

from chengyun.city.specs import IndustryApp
from chengyun.industries.drainage.app import APP as DRAINAGE
from chengyun.industries.gas.app import APP as GAS
from chengyun.industries.meters.app import APP as METERS
from chengyun.industries.sanitation.app import APP as SANITATION
from chengyun.industries.street_lights.app import APP as STREET_LIGHTS

APPS: tuple[IndustryApp, ...] = (DRAINAGE, GAS, STREET_LIGHTS, SANITATION, METERS)


class Industries(AppConfig):
    """An industry is a declaration and holds no code that runs by itself."""

    name = "chengyun.industries"
    label = "industries"

    def ready(self) -> None:
        from chengyun.kernel import registry

        for app in APPS:
            registry.add(app, *app.device_kinds, *app.rules)
