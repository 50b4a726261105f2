"""The curve of a series for a chart: its readings from the lake, with the limits that watch it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime

from chengyun.city.sensing.models import Series
from chengyun.city.sensing.own_limits import limits_at
from chengyun.city.sensing.specs import RANK_LABELS, AlarmRule, Level
from chengyun.kernel import clock
from chengyun.lake.archive import Archive

DAY = timedelta(days=1)
PARTS = 240
"""Parts a chart is cut into at most; each shows its lowest and its highest value."""


def curve_of(series: Series, span: timedelta, until: datetime | None = None) -> dict[str, Any]:
    """What the chart island draws: the highest of each part and, where they differ, the lowest."""
    # A second and 90 MB of libraries: a web process that draws no curve does without.
    from chengyun.lake.excerpts import thinned

    archive, end = Archive(settings.READINGS), (until or clock.now()) + timedelta(microseconds=1)
    found = thinned(archive.table, series.pk, end - span, end, PARTS, journal=archive.journal)
    parts = found.to_pylist()
    high = {"name": "最高", "values": [part["highest"] for part in parts]}
    low = {"name": "最低", "values": [part["lowest"] for part in parts]}
    point, form = series.declared, "%H:%M" if span <= DAY else "%m-%d %H:%M"
    shown = {
        "kind": "line",
        "unit": point.unit if point else "",
        "labels": [f"{localtime(part['at']):{form}}" for part in parts],
        "series": [high, low] if high["values"] != low["values"] else [high],
        "unnamed": True,
    }
    return shown | _limits(series)


def _limits(series: Series) -> dict[str, Any]:
    """The limits that watch it, as lines across the chart."""
    rules = [rule for rule, _ in limits_at(series.device, series.point)]
    lines = [line for rule in rules for line in lines_of(rule, rule.levels)]
    return {"limits": lines} if lines else {}


def lines_of(rule: AlarmRule, levels: Iterable[Level]) -> list[dict[str, Any]]:
    """Limits of a value as lines across its chart, with the rule where they hold at times only."""
    if rule.looks_at is not None:
        return []
    what = f" {rule.label}" if rule.when else ""
    return [{"name": f"{RANK_LABELS[each.rank]}{what}", "value": each.sets} for each in levels]
