"""Reads about 平常值: what is known to be usual, for whoever holds limits against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Max
from django.utils.timezone import get_default_timezone, localdate

from chengyun.city.sensing.models import Series, UsualHours
from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Usual
from chengyun.kernel import clock, registry
from chengyun.kernel.installation import city_area
from chengyun.kernel.workcalendar import calendar_for
from chengyun.science.usual import SORTS, Floats, Usuals, Week

AROUND = timedelta(days=800)
"""So long before today and after it the rest days are known; another day counts as a workday."""
EPOCH = date(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
Stamp = tuple[datetime | None, date]


class UsualTables:
    """What is usual for some series, as it was known after the computation ``stamp`` tells of."""

    def __init__(self, tables: Mapping[int, Floats], week: Week, stamp: Stamp) -> None:
        self.week, self.stamp = week, stamp
        self._places = {series: place for place, series in enumerate(tables)}
        self._hours = np.array(list(tables.values()), np.float64).reshape(-1, SORTS)

    def of(self, series: Sequence[int]) -> Usuals:
        """What is usual for a row of each of some series."""
        which = np.array([self._places.get(each, -1) for each in series], np.int64)
        return Usuals(which=which, hours=self._hours, week=self.week)


NO_TABLES = UsualTables({}, Week(zone=0, rest=np.zeros(0, np.int64)), (None, date.min))
"""Nothing is usual yet."""


def watched_points() -> list[tuple[DeviceKind, str]]:
    """The points of which a rule wants to know what is usual."""
    rules = [rule for rule in registry.all_of(AlarmRule) if isinstance(rule.looks_at, Usual)]
    return [(registry.get(DeviceKind, rule.kind), rule.point) for rule in rules]


def wants_usual(series: Series) -> bool:
    """Whether a rule holds limits against what is usual at a series."""
    kind = series.device.declared
    return kind is not None and (kind, series.point) in watched_points()


def week_now() -> Week:
    """The rest days of the city around today, by its work calendar."""
    now = clock.now()
    ahead = get_default_timezone().utcoffset(now)
    assert ahead is not None
    calendar, today = calendar_for(city_area()), localdate(now)
    days = (today + timedelta(days=n) for n in range(-AROUND.days, AROUND.days))
    rest = [(day - EPOCH).days for day in days if not calendar.is_workday(day)]
    return Week(zone=ahead // MICROSECOND, rest=np.array(rest, np.int64))


def stamp_now() -> Stamp:
    """It changes with each computation, and every day because of the rest days."""
    newest = UsualHours.objects.aggregate(newest=Max("made_at"))["newest"]
    return newest, localdate(clock.now())


def tables_now(series: Iterable[int] | None = None) -> UsualTables:
    """What is usual for some series, or for all."""
    stamp, rows = stamp_now(), UsualHours.objects.order_by("id")
    if series is not None:
        rows = rows.filter(series__in=list(series))
    tables = {pk: np.array(hours, np.float64) for pk, hours in rows.values_list("series", "hours")}
    return UsualTables(tables, week_now(), stamp)
