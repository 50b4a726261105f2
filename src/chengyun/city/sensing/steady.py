"""How steadily devices tell, and what became of their alarms: from the hours of the lake and the alarms of a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from chengyun.city.people.models import User
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.queries import devices_for
from chengyun.city.sensing.specs import MANY_SILENT
from chengyun.city.sensing.workflow import FAULTY, RAISED, REFUTED, WITHDRAWN
from chengyun.lake.archive import Archive
from chengyun.lake.hours import HOUR as HOUR_LONG
from chengyun.lake.hours import hours_of, whole_until
from chengyun.science.signals import Ints
from chengyun.science.steadiness import NOTHING, Steadiness, steadiness

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Raised:
    """The alarms of a device: how many, of those judged how many were false, and how many the device's own fault."""

    alarms: int = 0
    judged: int = 0
    refuted: int = 0
    faulty: int = 0


@dataclass(frozen=True, kw_only=True)
class Steady:
    """A device over a time; ``doubted`` of its ``readings`` are doubted, ``heard`` is when it spoke last."""

    device: Device
    heard: datetime | None
    steadiness: Steadiness
    readings: int
    doubted: int
    raised: Raised


@dataclass(frozen=True, kw_only=True)
class Time:
    """Whole hours, from ``begin`` to ``end``."""

    begin: datetime
    end: datetime

    def hour(self, moment: datetime) -> int:
        """The first whole hour at or after a moment, counted from the begin; 0 for what was before."""
        return max(0, -((self.begin - moment) // HOUR))

    @property
    def hours(self) -> int:
        return (self.end - self.begin) // HOUR


def time_of(days: int) -> Time | None:
    """The last days for which every hour is told whole; None as long as there are none."""
    until = whole_until(Archive(settings.READINGS).hours)
    return Time(begin=until - timedelta(days=days), end=until) if until else None


def steady_devices(user: User, time: Time, kind: str = "") -> list[Steady]:
    """The devices of a person's part of the city that work, in the order of their codes."""
    rows = devices_for(user).filter(state=Device.State.WORKING)
    rows = rows.filter(kind=kind) if kind else rows
    devices = list(rows.annotate(heard=Max("series__heard_at")).order_by("code"))
    series = dict(Series.objects.filter(device__in=rows).values_list("pk", "device"))
    counts, doubted, readings = _counted(devices, series, time)
    raised = _raised(rows, time)
    return [
        Steady(
            device=device,
            heard=device.heard,
            steadiness=_steadiness(device, counts[n], time),
            readings=int(readings[n]),
            doubted=int(doubted[n]),
            raised=raised.get(device.pk, Raised()),
        )
        for n, device in enumerate(devices)
    ]


def _counted(
    devices: Sequence[Device], series: Mapping[int, int], time: Time
) -> tuple[Ints, Ints, Ints]:
    """Readings of each device and hour (of its most telling point), and of all its points the doubted and all."""
    found = hours_of(Archive(settings.READINGS).hours, list(series), time.begin, time.end)
    places = {device.pk: n for n, device in enumerate(devices)}
    row = np.array([places[series[pk]] for pk in found["series"].to_pylist()], np.int64)
    since = pc.cast(found["hour"], pa.int64()).to_numpy() - int(time.begin.timestamp() * 1_000_000)
    hour = since // HOUR_LONG
    counts: Ints = np.zeros((len(devices), time.hours), np.int64)
    np.maximum.at(counts, (row, hour), found["readings"].to_numpy())
    doubted, readings = np.zeros(len(devices), np.int64), np.zeros(len(devices), np.int64)
    np.add.at(doubted, row, found["doubted"].to_numpy())
    np.add.at(readings, row, found["readings"].to_numpy())
    return counts, doubted, readings


def _steadiness(device: Device, counts: Ints, time: Time) -> Steadiness:
    """From when it was registered; one that may be silent for long has long slots."""
    kind = device.declared
    if kind is None:
        return NOTHING
    slot = max(1, -(-kind.silent_after // HOUR))
    return steadiness(counts[time.hour(device.since) :], slot)


def _raised(devices: QuerySet[Device], time: Time) -> dict[int, Raised]:
    """An outage is of no device, although it hangs on the series of one."""
    rows = Alarm.objects.filter(
        series__device__in=devices, raised_at__gte=time.begin, raised_at__lt=time.end
    ).exclude(rule=MANY_SILENT)
    counted = (
        rows.order_by()
        .values_list("series__device")
        .annotate(
            alarms=Count("id"),
            judged=Count("id", filter=~Q(state__in=(RAISED, WITHDRAWN))),
            refuted=Count("id", filter=Q(state=REFUTED)),
            faulty=Count("id", filter=Q(state=FAULTY)),
        )
    )
    return {
        pk: Raised(alarms=alarms, judged=judged, refuted=refuted, faulty=faulty)
        for pk, alarms, judged, refuted, faulty in counted
    }
