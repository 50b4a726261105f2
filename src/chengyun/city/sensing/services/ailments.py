"""What ails devices is found, told to their maintenance and ended: batteries by the newest value, drifts by hours.

A fault is judged by a person, and over when a person says that it was mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from chengyun.city.people.models import User
from chengyun.city.sensing.ailments import (
    BACK_DAYS,
    MAINTAIN,
    STEPS,
    battery_limits,
    battery_words,
    drift_words,
    faults_of,
    points_with,
)
from chengyun.city.sensing.models import Ailment, Alarm, Device, DriftSeen, Series
from chengyun.city.sensing.services.endings import why
from chengyun.city.sensing.specs import Point
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict
from chengyun.kernel.permissions import require
from chengyun.science.drift import HOURS, LEAST_DAYS, beside_peers, drift_of, lowest_of_days
from chengyun.science.signals import Floats

AT_ONCE = 1000
"""Series whose hours are read together."""
What = Ailment.What


def sweep_ailments() -> None:
    """Periodic: what batteries tell, and the faults of devices that are no more."""
    sweep_batteries()
    _follow(What.FAULT, {}, {}, ())


def sweep_batteries() -> None:
    """Each battery by the newest value that nobody doubts; one that tells no more stays as it was."""
    low: dict[int, str] = {}
    well: set[int] = set()
    rows = {row.pk: row for row in _watched("battery").filter(quality=0, value__isnull=False)}
    for row in rows.values():
        assert row.declared is not None and row.value is not None
        sets, clears = battery_limits(row.declared, row.device.area)
        if row.value <= sets:
            low[row.pk] = f"电量低：{battery_words(row)}"
        elif row.value >= clears:
            well.add(row.pk)
    _follow(What.BATTERY, rows, low, well)


def reckon_drift() -> int:
    """Compute anew which sensors drift; of how many enough is known. What is watched no more goes."""
    # A second and 90 MB of libraries: only the process that computes needs them.
    from chengyun.city.sensing.steady import time_of

    time = time_of(BACK_DAYS)
    if time is None:
        return 0
    seen = [each for several in _alike() for each in _seen(several, time.begin, time.end)]
    _replace(seen)
    rows = {each.series_id: each.series for each in seen}
    drifting = {
        each.series_id: f"漂移：{drift_words(each)}" for each in seen if each.per_day is not None
    }
    _follow(What.DRIFT, rows, drifting, rows.keys() - drifting.keys())
    return sum(each.days >= LEAST_DAYS for each in seen)


def _watched(what: str) -> QuerySet[Series]:
    points = points_with(what)
    rows = Series.objects.filter(device__state=Device.State.WORKING)
    wanted = Q(pk__in=())
    for kind, point in points:
        wanted |= Q(device__kind=kind, point=point)
    return rows.filter(wanted).select_related("device")


def _alike() -> Iterator[list[Series]]:
    """The series that are watched for drift, those of one kind and point together."""
    rows = _watched("drift").order_by("device__kind", "point", "id")
    for _, several in groupby(rows, key=lambda row: (row.device.kind, row.point)):
        yield list(several)


def _seen(several: list[Series], begin: datetime, end: datetime) -> Iterator[DriftSeen]:
    point, now = several[0].declared, clock.now()
    assert point is not None
    levels = _levels(several, point, begin, end)
    for row, level in zip(several, levels, strict=True):
        found = drift_of(level, least=STEPS * 10.0**-point.digits)
        first = np.flatnonzero(np.isfinite(level))[:1]
        seen = DriftSeen(series=row, days=int(np.isfinite(level).sum()), made_at=now)
        if found:
            seen.per_day, seen.moved = found.per_day, found.moved
            seen.since = None if found.since == first else begin + timedelta(days=found.since)
        yield seen


def _levels(several: list[Series], point: Point, begin: datetime, end: datetime) -> Floats:
    """One number a day of each series; shape (n, days)."""
    if point.drift == "self":
        return lowest_of_days(_hourly(several, "lowest", begin, end))
    return beside_peers(_hourly(several, "mean", begin, end))


def _hourly(several: list[Series], column: str, begin: datetime, end: datetime) -> Floats:
    """Shape (n, hours), NaN where nothing was told."""
    from chengyun.lake.archive import Archive
    from chengyun.lake.hours import HOUR, hours_of

    keys = np.array([row.pk for row in several], np.int64)
    found = np.full((len(keys), BACK_DAYS * HOURS), np.nan)
    for part in range(0, len(keys), AT_ONCE):
        told = hours_of(
            Archive(settings.READINGS).hours, keys[part : part + AT_ONCE].tolist(), begin, end
        )
        hour = told["hour"].cast("int64").to_numpy() - int(begin.timestamp() * 1_000_000)
        row = np.searchsorted(keys, told["series"].to_numpy())
        found[row, hour // HOUR] = told[column].to_numpy()
    return found


@transaction.atomic
def _replace(seen: list[DriftSeen]) -> None:
    DriftSeen.objects.all().delete()
    DriftSeen.objects.bulk_create(seen)


def _follow(
    what: Ailment.What, rows: Mapping[int, Series], ails: Mapping[int, str], well: Iterable[int]
) -> None:
    """Ailments begin with what ``ails`` says and end where all is ``well``, and with the devices they were of."""
    standing = {
        each.series_id: each
        for each in Ailment.objects.filter(what=what, ended_at=None).select_related(
            "series__device"
        )
    }
    for pk in ails.keys() - standing.keys():
        _begin(what, rows[pk], ails[pk])
    over = set(well) | {
        pk for pk, each in standing.items() if each.series.device.state != Device.State.WORKING
    }
    for pk in over & standing.keys():
        _end(standing[pk])


@transaction.atomic
def _begin(what: Ailment.What, series: Series, text: str) -> None:
    Ailment.objects.create(series=series, what=what, began_at=clock.now())
    device = series.device
    record("device.ail", device, by=None, area=device.area, facts={"text": text})


@transaction.atomic
def _end(ailment: Ailment) -> None:
    device = ailment.series.device
    if Ailment.objects.filter(pk=ailment.pk, ended_at=None).update(ended_at=clock.now()):
        facts = {"text": f"{ailment.get_what_display()}：好了"}
        record("device.recover", device, by=None, area=device.area, facts=facts)


@transaction.atomic
def fault_judged(alarm: Alarm, note: str, *, by: User | None) -> None:
    """An alarm was judged to be a fault of its device: maintenance is told, once until it is mended."""
    device, since = alarm.series.device, {"began_at": clock.now(), "alarm": alarm}
    rows = Ailment.objects.filter(ended_at=None)
    _, new = rows.get_or_create(series=alarm.series, what=What.FAULT, defaults=since)
    if not new:
        return
    text = f"{What.FAULT.label}：{alarm.label}（报警 {alarm.code}）"
    facts = {
        "text": f"{text}，{note}" if note else text,
        "alarm": {"code": alarm.code, "name": f"报警 {alarm.code}"},
    }
    record("device.ail", device, by=by, area=device.area, facts=facts)


@transaction.atomic
def mend(device: Device, how: str, *, by: User | None) -> None:
    """What people judged to be faults of a device is mended."""
    require(by, MAINTAIN, area=device.area, unit=device.unit_id)
    said = why(how)["reason"]
    if not faults_of(device).update(ended_at=clock.now()):
        raise Conflict(f"设备「{device.code}」没有等着修的故障。")
    facts = {"text": f"{What.FAULT.label}：修好了，{said}"}
    record("device.recover", device, by=by, area=device.area, facts=facts)
