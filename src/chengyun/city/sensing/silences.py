"""Reads about 静默: which last now, and which alarms they silence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from chengyun.city.people.models import User
from chengyun.city.places.queries import label_of, regions
from chengyun.city.places.specs import Level as RegionLevel
from chengyun.city.sensing.models import Alarm, Device, Silence
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.scope import inside

SILENCE = "alarm.silence"
BELOW: dict[int, RegionLevel] = {4: "district", 6: "street", 9: "community"}
"""The level of the regions in an area, by the length of its code."""


def silences_for(user: User) -> QuerySet[Silence]:
    """Those of this person's part of the city."""
    return Silence.objects.filter(user.scope("monitoring.view").area_q("area"))


def silence_for(user: User, code: str) -> Silence:
    """One of them; Missing when it is not this person's to see."""
    rows = silences_for(user).select_related("device", "made_by")
    found = rows.filter(code=code).first()
    if found is None:
        raise Missing(f"没有静默「{code}」，或者它不在你的范围内。")
    return found


def lasting(now: datetime) -> QuerySet[Silence]:
    """What lasts at a moment."""
    return Silence.objects.filter(ended_at=None, begins_at__lte=now, ends_at__gt=now)


def silences_now() -> list[Silence]:
    """What lasts now, the one that ends last first."""
    return list(lasting(clock.now()).select_related("device").order_by("-ends_at", "id"))


def silence_on(device: Device) -> Silence | None:
    """What silences a device now: of several the one that ends last."""
    above = [device.area[:n] for n in range(1, len(device.area) + 1)]
    own = Q(device=device) | Q(device=None, kind=device.kind, area__in=above)
    return lasting(clock.now()).filter(own).order_by("-ends_at", "id").first()


def silenced(rows: QuerySet[Alarm], silences: Iterable[Silence]) -> QuerySet[Alarm]:
    """Of some alarms those that these silences are about."""
    found = Q(pk__in=())
    for silence in silences:
        found |= about(silence)
    return rows.filter(found)


def loud(rows: QuerySet[Alarm], silences: Iterable[Silence]) -> QuerySet[Alarm]:
    """Of some alarms those that none of these silences is about."""
    for silence in silences:
        rows = rows.exclude(about(silence))
    return rows


def about(silence: Silence) -> Q:
    """The alarms that one is about."""
    if silence.device_id:
        return Q(series__device=silence.device_id)
    return Q(series__device__kind=silence.kind) & inside("area", silence.area)


def silence_of(alarm: Alarm, silences: Iterable[Silence]) -> Silence | None:
    """The first of some silences that is about an alarm."""
    device = alarm.series.device
    return silence_over(device.pk, device.kind, alarm.area, silences)


def silence_over(device: int, kind: str, area: str, silences: Iterable[Silence]) -> Silence | None:
    """The first of some silences that is about a device of a kind in an area."""
    return next(
        (
            each
            for each in silences
            if each.device_id == device or (each.kind == kind and area.startswith(each.area))
        ),
        None,
    )


def areas_to_silence(user: User, may: str = SILENCE) -> list[tuple[str, str]]:
    """The areas a person may choose from: their own, and the regions in it."""
    areas = user.scope(may).areas
    if not areas:
        return []
    home = min(areas, key=len)
    level = BELOW.get(len(home))
    below = regions(within=home, level=level).values_list("code", "name") if level else ()
    return [(home, label_of(home)), *below]
