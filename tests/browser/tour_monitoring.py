"""The pages of 运行监测."""

from __future__ import annotations

from datetime import timedelta

from chengyun.city.sensing.models import Fence
from chengyun.kernel import clock
from tests.browser.furnished import City

Stop = tuple[str, str]
"""Whose page, and where it is."""


def monitoring(city: City) -> list[Stop]:
    return [*_alarms(city), *_weather(city), *_devices(city)]


def _tried_last_week() -> str:
    """Limits tried on a device that was never read: nothing would have been."""
    now = clock.now()
    when = f"begin={now - timedelta(days=7):%Y-%m-%dT%H:%M}&end={now:%Y-%m-%dT%H:%M}"
    there = "/monitoring/rules/ponding_depth/trial/"
    return f"{there}?device=JS-001&yellow_sets=8&yellow_clears=6&{when}"


def _fences() -> list[Stop]:
    fence = Fence.objects.get().code
    return [
        ("duty", "/monitoring/fences/"),
        ("duty", f"/monitoring/fences/{fence}/"),
        ("supervisor", "/monitoring/fences/add/?device=13800000001"),
        ("supervisor", f"/monitoring/fences/add/?like={fence}"),
        ("supervisor", f"/monitoring/fences/{fence}/end/"),
    ]


def _rules(own: str) -> list[Stop]:
    return [
        ("duty", "/monitoring/rules/"),
        ("supervisor", "/monitoring/rules/ponding_depth/"),
        ("supervisor", "/monitoring/rules/ponding_depth/limits/?device=JS-001"),
        ("supervisor", "/monitoring/rules/ponding_depth/trial/"),
        ("supervisor", _tried_last_week()),
        ("supervisor", f"/monitoring/limits/{own}/"),
        ("supervisor", f"/monitoring/limits/{own}/end/"),
    ]


def _alarms(city: City) -> list[Stop]:
    standing, calm, _, alert, silence, _, _, _ = city.watched
    return [
        ("duty", "/monitoring/"),
        ("leader", "/monitoring/"),
        ("duty", "/monitoring/?muted=1"),
        ("duty", "/monitoring/screen/"),
        ("duty", "/monitoring/alarms/"),
        ("duty", f"/monitoring/alarms/{standing}/"),
        ("duty", f"/monitoring/alarms/{standing}/refute/"),
        ("leader", f"/monitoring/alarms/{calm}/"),
        ("duty", f"/monitoring/alarms/{standing}/comment/"),
        ("duty", f"/monitoring/alarms/{calm}/alert/"),
        ("duty", "/monitoring/alerts/"),
        ("department", "/monitoring/alerts/?standing=1"),
        ("duty", f"/monitoring/alerts/{alert}/"),
        ("department", f"/monitoring/alerts/{alert}/"),
        ("duty", f"/monitoring/alerts/{alert}/lift/"),
        ("duty", "/monitoring/silences/"),
        ("duty", "/monitoring/silences/add/"),
        ("duty", "/monitoring/silences/add/?device=JS-001"),
        ("duty", f"/monitoring/silences/{silence}/"),
        ("duty", f"/monitoring/silences/{silence}/end/"),
        ("leader", "/monitoring/counts/"),
    ]


def _weather(city: City) -> list[Stop]:
    *_, warning, _ = city.watched
    return [
        ("leader", "/monitoring/weather/"),
        ("duty", "/monitoring/weather/?standing=1"),
        ("duty", f"/monitoring/weather/{warning}/"),
        ("duty", "/monitoring/weather/add/"),
        ("duty", "/monitoring/weather/import/"),
        ("duty", f"/monitoring/weather/{warning}/change/"),
        ("duty", f"/monitoring/weather/{warning}/lift/"),
    ]


def _devices(city: City) -> list[Stop]:
    _, _, waiting, _, _, own, _, plan = city.watched
    return [
        ("leader", "/monitoring/lights/"),
        ("supervisor", "/monitoring/lights/plans/add/"),
        ("supervisor", f"/monitoring/lights/plans/{plan}/"),
        ("supervisor", f"/monitoring/lights/plans/{plan}/end/"),
        ("duty", "/monitoring/devices/DD-0/"),
        ("duty", "/monitoring/devices/DD-0/bind/"),
        ("duty", "/monitoring/devices/"),
        ("duty", "/monitoring/devices/JS-003/"),
        ("duty", "/monitoring/devices/JS-001/near/"),
        ("duty", "/monitoring/devices/JS-001/quality/"),
        ("duty", "/monitoring/devices/13800000001/"),
        ("duty", "/monitoring/devices/add/"),
        ("duty", "/monitoring/devices/JS-001/"),
        ("duty", "/monitoring/devices/JS-001/edit/"),
        ("duty", "/monitoring/devices/JS-004/mend/"),
        ("duty", f"/monitoring/devices/{waiting}/"),
        ("duty", f"/monitoring/devices/{waiting}/edit/"),
        ("duty", "/monitoring/health/"),
        ("duty", "/monitoring/health/?days=1&kind=ponding"),
        *_fences(),
        *_rules(own),
        *_gateway(city),
    ]


def _gateway(city: City) -> list[Stop]:
    return [
        ("duty", "/monitoring/links/"),
        ("duty", "/monitoring/links/sl651/JS-001/"),
        ("duty", "/monitoring/dialects/"),
        ("duty", f"/monitoring/dialects/{city.dialect}/"),
        ("duty", "/monitoring/commands/"),
        ("supervisor", f"/monitoring/commands/{city.command}/"),
        ("duty", f"/monitoring/commands/{city.command}/"),
        ("supervisor", f"/monitoring/commands/{city.command}/refuse/"),
        ("duty", "/monitoring/devices/ZM-001/"),
        ("duty", "/monitoring/devices/ZM-002/set/opening/"),
    ]
