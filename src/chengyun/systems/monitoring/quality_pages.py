"""The part of a device's page that says what is doubted about its readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

from chengyun.city.people.queries import person_of
from chengyun.city.sensing import queries
from chengyun.kernel import clock
from chengyun.kernel.pages import door, page
from chengyun.systems.monitoring.readings import number

if TYPE_CHECKING:
    from chengyun.city.sensing.quality import Quality

SPAN = timedelta(hours=24)
AHEAD = timedelta(days=1)
"""What a clock that is ahead told is seen as well."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One point: how many readings, how many doubted for which reason, and the newest of those."""

    label: str
    readings: int
    counts: list[tuple[str, int]]
    newest: list[tuple[datetime, str, str]]


@door(may="monitoring.view")
def quality(request: HttpRequest, code: str) -> HttpResponse:
    """Of each point over the last day what is doubted."""
    # A second and 90 MB of libraries: a web process that shows no readings does without.
    from chengyun.city.sensing.quality import quality_of

    found = queries.device_for(person_of(request), code)
    now = clock.now()
    points = quality_of(queries.series_of(found), now - SPAN, now + AHEAD)
    return page(request, device=found, lines=[_line(each) for each in points])


def _line(of: Quality) -> Line:
    point = of.series.declared
    return Line(
        label=point.scale if point else of.series.point,
        readings=of.readings,
        counts=[(label, n) for label, n in of.counts if n],
        newest=[(each.at, number(each.value, point), each.why) for each in of.newest],
    )
