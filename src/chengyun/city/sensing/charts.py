"""The curve of a series for a chart: its readings from the lake, with the limits that watch it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.timezone import localtime

from chengyun.city.sensing.models import Series
from chengyun.city.sensing.own_limits import limits_at
from chengyun.city.sensing.specs import RANK_LABELS, AlarmRule, Count, Level
from chengyun.city.sensing.usual import tables_now, wants_usual
from chengyun.kernel import clock
from chengyun.lake.archive import Archive

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONTH, YEAR = 31 * DAY, 366 * DAY
PARTS = 240
"""Parts a chart is cut into at most; each shows its lowest and its highest value."""


def curve_of(series: Series, span: timedelta, until: datetime | None = None) -> dict[str, Any]:
    """What the chart island draws: the highest of each part and, where they differ, the lowest."""
    end = (until or clock.now()) + MICROSECOND
    parts = _parts(series.pk, span, end)
    high = {"name": "最高", "values": [part["highest"] for part in parts]}
    low = {"name": "最低", "values": [part["lowest"] for part in parts]}
    lines = [high, low] if high["values"] != low["values"] else [high]
    point, form = series.declared, _form(span)
    shown = {
        "kind": "line",
        "unit": point.unit if point else "",
        "labels": [f"{localtime(part['at']):{form}}" for part in parts],
        "at": [_milliseconds(part["at"]) for part in parts],
        "begin": _milliseconds(end - span),
        "end": _milliseconds(end),
        "series": [*lines, *_usual(series, [part["at"] for part in parts])],
        "unnamed": True,
    }
    return shown | _limits(series)


def _parts(series: int, span: timedelta, end: datetime) -> list[dict[str, Any]]:
    """From the readings; what is longer than a month from the hours, which stay longer and are fewer."""
    # A second and 90 MB of libraries: a web process that draws no curve does without.
    from chengyun.lake import excerpts, hours

    archive, begin = Archive(settings.READINGS), end - span
    if span <= MONTH:
        found = excerpts.thinned(archive.table, series, begin, end, PARTS, journal=archive.journal)
    else:
        told = hours.hours_of(archive.hours, [series], begin, end)
        found = excerpts.thinned_hours(told, begin, end, PARTS)
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _usual(series: Series, moments: list[datetime]) -> list[dict[str, Any]]:
    """What is usual at some moments, where a rule holds limits against that and it is known."""
    if not wants_usual(series):
        return []
    at = np.array([(each - EPOCH) // MICROSECOND for each in moments], np.int64)
    found = tables_now([series.pk]).of([series.pk]).at(at)
    if np.isnan(found).all():
        return []
    values = [None if np.isnan(each) else round(float(each), 3) for each in found]
    return [{"name": "平常", "values": values, "usual": True}]


def _milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def _form(span: timedelta) -> str:
    if span > MONTH:
        return "%Y-%m-%d"
    return "%H:%M" if span <= DAY else "%m-%d %H:%M"


def _limits(series: Series) -> dict[str, Any]:
    """The limits that watch it, as lines across the chart."""
    rules = [rule for rule, _ in limits_at(series.device, series.point)]
    lines = [line for rule in rules for line in lines_of(rule, rule.levels)]
    return {"limits": lines} if lines else {}


def lines_of(rule: AlarmRule, levels: Iterable[Level]) -> list[dict[str, Any]]:
    """Limits of a value as lines across its chart, with the rule where they hold at times only.

    Of a count the line is what a reading has to reach to be counted.
    """
    if isinstance(rule.looks_at, Count):
        return [{"name": "计次", "value": rule.looks_at.mark}]
    if rule.looks_at is not None:
        return []
    what = f" {rule.label}" if rule.when else ""
    return [{"name": f"{RANK_LABELS[each.rank]}{what}", "value": each.sets} for each in levels]
