"""Which industries this city has: their declarations become part of the platform when it starts."""

from django.apps import AppConfig

from chengyun.city.specs import IndustryApp
from chengyun.industries.bridges.app import APP as BRIDGES
from chengyun.industries.drainage.app import APP as DRAINAGE
from chengyun.industries.gas.app import APP as GAS
from chengyun.industries.heating.app import APP as HEATING
from chengyun.industries.meters.app import APP as METERS
from chengyun.industries.sanitation.app import APP as SANITATION
from chengyun.industries.septic.app import APP as SEPTIC
from chengyun.industries.street_lights.app import APP as STREET_LIGHTS
from chengyun.industries.water_supply.app import APP as WATER_SUPPLY

APPS: tuple[IndustryApp, ...] = (
    DRAINAGE,
    GAS,
    STREET_LIGHTS,
    SANITATION,
    METERS,
    SEPTIC,
    WATER_SUPPLY,
    HEATING,
    BRIDGES,
)


class Industries(AppConfig):
    """An industry is a declaration and holds no code that runs by itself."""

    name = "chengyun.industries"
    label = "industries"

    def ready(self) -> None:
        from chengyun.kernel import registry

        for app in APPS:
            registry.add(app, *app.device_kinds, *app.rules)
