"""Reads about 大面积失联: which stand, of which devices, and what these have in common."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Prefetch

from chengyun.city.places.queries import label_of
from chengyun.city.sensing.models import Alarm, Outage, OutageDevice
from chengyun.city.sensing.specs import DeviceKind
from chengyun.kernel import registry

LEAST = "alarm.outage.least"
Words = tuple[datetime, datetime | None]
"""The last word of a device before, and its first one after."""


def standing_outages() -> list[tuple[Outage, dict[int, Words]]]:
    """The outages that are not over, with the words of each of their devices by its key."""
    rows = Outage.objects.filter(ended_at=None).select_related("alarm").prefetch_related("devices")
    return [
        (row, {each.device_id: (each.heard_at, each.back_at) for each in row.devices.all()})
        for row in rows.order_by("pk")
    ]


def outage_of(alarm: Alarm) -> Outage | None:
    """The outage an alarm stands for; None for every other alarm."""
    return getattr(alarm, "outage", None)


def outage_for(alarm: Alarm) -> Outage | None:
    """The same with its devices, those that are silent first."""
    rows = OutageDevice.objects.select_related("device").order_by(
        F("back_at").desc(nulls_first=True), "device__code"
    )
    found = Outage.objects.filter(alarm=alarm).prefetch_related(Prefetch("devices", rows))
    return found.first()


def group_words(group: str) -> str:
    """What the devices of an outage have in common: 全市, 东昌府区, 燃气相邻井, 通信口 jt808."""
    what, _, which = group.partition(":")
    if what == "kind":
        known = registry.has(DeviceKind, which)
        return registry.get(DeviceKind, which).label if known else which
    if what == "door":
        return f"通信口 {which} "
    return label_of(which) if what == "area" else "全市"
