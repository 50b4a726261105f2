"""Reads about what ails devices themselves: low batteries, sensors that drift, faults; in numbers and in words."""

from __future__ import annotations

from django.db.models import QuerySet

from chengyun.city.people.models import User
from chengyun.city.sensing.models import Ailment, Device, DriftSeen, Series
from chengyun.city.sensing.specs import BATTERY, DeviceKind, Point
from chengyun.city.sensing.wording import value_words
from chengyun.kernel import registry
from chengyun.kernel.params import settings_of

MAINTAIN = "device.maintain"
LOW = "device.battery"
"""The city's limit, in percent."""
BACK_DAYS = 30
"""Days over which a drift is looked for."""
STEPS = 5
"""So many of the last digit that is shown a sensor that is well may move in that time."""


def points_with(what: str) -> dict[tuple[str, str], Point]:
    """The points that have a ``battery`` or a ``drift``, by kind and key."""
    return {
        (kind.key, point.key): point
        for kind in registry.all_of(DeviceKind)
        for point in kind.tells
        if getattr(point, what)
    }


def battery_limits(point: Point, area: str) -> tuple[float, float]:
    """When a battery is low and when it is well again, in the unit of its point."""
    assert point.battery is not None
    low, well = point.battery
    if point.key != BATTERY.key:
        return low, well
    own: int = settings_of(area)[LOW]
    return own, min(own + well - low, point.high)


def ailments_for(user: User) -> QuerySet[Ailment]:
    """What ails the working devices of a person's part of the city, the longest first."""
    seen = user.scope("monitoring.view").area_q("series__device__area")
    rows = Ailment.objects.filter(seen, ended_at=None, series__device__state=Device.State.WORKING)
    related = ("series__device__unit", "series__drift", "alarm")
    return rows.select_related(*related).order_by("began_at", "id")


def faults_of(device: Device) -> QuerySet[Ailment]:
    """What people judged to be faults of a device and nobody has mended, the oldest first."""
    rows = Ailment.objects.filter(series__device=device, what=Ailment.What.FAULT, ended_at=None)
    return rows.select_related("series__device", "alarm").order_by("began_at", "id")


def drifts_for(user: User, kind: str = "") -> list[int]:
    """Of how many days the level is known, of each series of a person's part of the city that is watched for drift."""
    rows = DriftSeen.objects.filter(user.scope("monitoring.view").area_q("series__device__area"))
    rows = rows.filter(series__device__kind=kind) if kind else rows
    return list(rows.values_list("days", flat=True))


def battery_words(series: Series) -> str:
    """电量 12 %, 电池 欠压."""
    point = series.declared
    if point is None or series.value is None:
        return ""
    return f"{point.label} {value_words(point, series.value)} {point.unit}".rstrip()


def drift_words(drift: DriftSeen) -> str:
    """积水深度每天高出 0.41 厘米."""
    point = drift.series.declared
    if point is None or drift.per_day is None:
        return ""
    way = "高" if drift.per_day > 0 else "低"
    beside = "比同类" if point.drift == "peers" else ""
    return f"{point.label}{beside}每天偏{way} {figure(drift.per_day)} {point.unit}".rstrip()


def figure(value: float) -> str:
    """The size of a number with two digits that count, and without a power of ten."""
    return f"{float(f'{abs(value):.2g}'):f}".rstrip("0").rstrip(".")
