"""Two devices that have grown old: the zero point of one moves away, the battery of the other runs down."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from chengyun.city.sensing.models import Device, Series
from chengyun.city.sensing.services.ailments import reckon_drift, sweep_batteries
from chengyun.city.sensing.services.devices import heard_of
from chengyun.city.sensing.services.readings import remember
from chengyun.demo.devices.course import own
from chengyun.demo.devices.gas import DRIFTED, RUN_DOWN
from chengyun.kernel import audit, clock

LASTS, DRIFTS = timedelta(days=31), timedelta(days=16)
QUIET = timedelta(hours=2)
"""Before now nothing more is told, so that a play finds nothing newer than its begin."""
HOUR = timedelta(hours=1)
NOISE = 0.15
"""Of the sensor, in %LEL."""
FULL_BEFORE = 52.0
"""What the battery held at first, in percent."""

Told = tuple[int, datetime, float]
"""A series, when, and what it read."""


def age_devices(seed: int) -> None:
    """What they have told each hour of the last month, as the gateway would have kept it; then what is seen of it."""
    # Half a second of libraries, when all else is done.
    import pyarrow as pa

    from chengyun.lake import hours, readings
    from chengyun.lake.archive import Archive
    from chengyun.lake.journal import Journal
    from chengyun.lake.tables import committed

    archive, now = Archive(settings.READINGS), clock.now()
    rows = [*_drifting(now, random.Random(seed)), *_running_down(now)]  # noqa: S311
    series, at, value = zip(*rows, strict=True)
    moments = pa.array(at, readings.MOMENT)
    columns = {"series": series, "at": moments, "serial": [0] * len(rows), "value": value}
    columns |= {"quality": [0] * len(rows), "received": moments}
    table = readings.with_day(pa.table(columns))
    journal = Journal(archive.journal, begin=committed(archive.table))
    try:
        journal.append(readings.READINGS, readings.encode(table))
        readings.commit(archive.table, table, position=journal.sync())
    finally:
        journal.close()
    hours.summarise(archive.table, archive.hours, now=now)
    newest = {pk: (pk, when, read, 0, when) for pk, when, read in rows}
    remember(newest.values())
    reckon_drift()
    sweep_batteries()
    audit.seal_new()


def _hours(now: datetime) -> Iterator[datetime]:
    begin = now - LASTS
    for n in range((LASTS - QUIET) // HOUR):
        yield begin + n * HOUR


def _drifting(now: datetime, rng: random.Random) -> Iterator[Told]:
    for code, moved in DRIFTED.items():
        series = Series.objects.get(device__code=code, point="lel")
        for at in _hours(now):
            gone = max(0.0, 1 - (now - at) / DRIFTS)
            read = 3 * own(code) + moved * gone + rng.gauss(0, NOISE)
            yield series.pk, at, round(max(0.0, read), 1)


def _running_down(now: datetime) -> Iterator[Told]:
    for code, left in RUN_DOWN.items():
        heard_of(code, {"battery": left}, by=None)
        device = Device.objects.get(code=code)
        points = {each.point: each.pk for each in Series.objects.filter(device=device)}
        for at in _hours(now):
            used = 1 - (now - at) / LASTS
            yield points["lel"], at, round(3 * own(code), 1)
            yield points["battery"], at, round(FULL_BEFORE + (left - FULL_BEFORE) * used)
