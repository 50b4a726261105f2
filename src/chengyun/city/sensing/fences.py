"""Reads about 围栏和线路: which there are, which hold for a device, and their shapes."""

from __future__ import annotations

from datetime import datetime

import shapely
from django.db.models import Q, QuerySet

from chengyun.city.people.models import User
from chengyun.city.sensing.models import Device, Fence
from chengyun.city.sensing.queries import devices_for
from chengyun.city.sensing.specs import DeviceKind
from chengyun.kernel import registry
from chengyun.kernel.errors import Missing
from chengyun.science.fences import DUTIES, Zone

CHANGE = "alarm.fence"


def fences_for(user: User) -> QuerySet[Fence]:
    """Those given to a device of this person's part of the city."""
    seen = devices_for(user).values("pk")
    return Fence.objects.filter(devices__in=seen).distinct()


def fence_for(user: User, code: str) -> Fence:
    """One of them; Missing when it is not this person's to see."""
    found = fences_for(user).select_related("made_by").filter(code=code).first()
    if found is None:
        raise Missing(f"没有围栏或线路「{code}」，或者它不在你的范围内。")
    return found


def lasting(now: datetime) -> Q:
    """What holds at a moment, at whatever hour of the day."""
    until = (Q(valid_to=None) | Q(valid_to__gt=now)) & (Q(ended_at=None) | Q(ended_at__gt=now))
    return until & Q(valid_from__lte=now)


def fences_over(device: Device, at: datetime) -> list[Fence]:
    """What held for a device at a moment, at whatever hour of the day."""
    return list(Fence.objects.filter(lasting(at), devices=device).order_by("pk"))


def zone_of(row: Fence) -> Zone:
    """A fence as it is measured against."""
    shape = shapely.geometry.shape(row.shape)
    duty = next(each for each in DUTIES if each == row.duty)
    return Zone(duty=duty, shape=shape, margin=row.margin)


def kinds_astray() -> list[str]:
    """The kinds of devices that can be given one."""
    return [kind.key for kind in registry.all_of(DeviceKind) if kind.astray is not None]
