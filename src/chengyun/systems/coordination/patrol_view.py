"""One duty as its page and its map show it: the way, the places, the times outside, what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from django.db.models import QuerySet
from django.utils.timezone import localdate, localtime

from chengyun.city.cases.models import Case
from chengyun.city.people import patrols
from chengyun.city.people.models import Attendance, Beat, MustVisit, Visit
from chengyun.city.people.patrols import Positions
from chengyun.city.places.grounds import in_degrees, labels_of
from chengyun.city.places.queries import address_of
from chengyun.kernel import clock
from chengyun.kernel.params import settings_of
from chengyun.kernel.ui.words import told
from chengyun.science.tracks import Spell, spells

EVERY = timedelta(minutes=15)
"""The way as a table: a line for each quarter of an hour."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A line of the way as a table."""

    at: datetime
    place: str
    outside: bool


@dataclass(frozen=True, kw_only=True)
class Walked:
    """A stretch with its positions, as far as these are still kept."""

    row: Attendance
    beats: Sequence[Beat]
    positions: Positions
    outside: Any

    @property
    def spells(self) -> list[tuple[datetime, datetime, timedelta]]:
        """The times outside, from, to and how long."""
        found: list[Spell] = spells(self.outside, self.positions.way)
        return [
            (patrols.moment_of(a), patrols.moment_of(b), timedelta(seconds=b - a))
            for a, b in found
            if b - a >= 60
        ]

    @property
    def steps(self) -> list[Step]:
        at = self.positions.at
        first = np.unique((at - at[:1]) // EVERY.total_seconds(), return_index=True)[1]
        ends = [len(at) - 1] if len(at) and len(at) - 1 not in first else []
        return [self._step(n) for n in [*first.tolist(), *ends]]

    def _step(self, n: int) -> Step:
        lon, lat = float(self.positions.lon[n]), float(self.positions.lat[n])
        return Step(
            at=patrols.moment_of(self.positions.at[n]),
            place=address_of(lon, lat) or f"东经 {lon:.5f}，北纬 {lat:.5f}",
            outside=bool(self.outside[n]),
        )


def walked(row: Attendance) -> Walked:
    """A stretch on duty with its way."""
    beats = list(row.beats.all())
    positions = patrols.positions_of(row.area, row.pk)
    edge = settings_of(row.area)["patrol.edge"]
    out = patrols.outside(positions, patrols.grounds_of(beats).values(), edge)
    return Walked(row=row, beats=beats, positions=positions, outside=out)


def facts_of(row: Attendance) -> list[tuple[str, Any]]:
    """When, and how far."""
    now = clock.now()
    return [
        ("上岗", told(row.began_at, now=now)),
        ("下岗", told(row.ended_at, now=now) if row.ended_at else "还在岗"),
        ("走了", f"{row.metres / 1000:.1f} 公里"),
        ("越界", f"{row.outside_seconds // 60} 分钟"),
        ("没有位置", f"{row.silent_seconds // 60} 分钟"),
        ("算到", told(row.measured_at, now=now) if row.measured_at else "还没有算"),
    ]


def cases_of(row: Attendance) -> QuerySet[Case]:
    """What this person reported on this stretch."""
    ended = row.ended_at or clock.now()
    rows = Case.objects.filter(
        reporter=row.user, reported_at__gte=row.began_at, reported_at__lte=ended
    )
    return rows.select_related("case_class").order_by("reported_at", "id")


def points_of(row: Attendance, beats: Sequence[Beat]) -> list[tuple[MustVisit, list[Visit]]]:
    """The points to come by, and when that was."""
    places = [(beat.place_type, beat.place_code) for beat in beats]
    visits = patrols.visits_of([row])
    due = patrols.must_visits(places, localdate(row.began_at))
    return [(point, visits.get(point.pk, [])) for point in due]


def beats_of(beats: Sequence[Beat]) -> list[tuple[str, Beat]]:
    """The places with their names."""
    labels = labels_of((beat.place_type, beat.place_code) for beat in beats)
    return [(labels[beat.place_type, beat.place_code], beat) for beat in beats]


def drawn(row: Attendance, cases: Iterable[Case]) -> list[dict[str, Any]]:
    """GeoJSON of a stretch: its places, its way, the points to come by, where it was last, and the cases found."""
    beats = list(row.beats.all())
    grounds = patrols.grounds_of(beats)
    way = patrols.positions_of(row.area, row.pk)
    shapes = [in_degrees(ground.plane, ground.outline) for ground in grounds.values()]
    lines = [
        shapely.LineString(part)
        for part in np.split(
            np.column_stack((way.lon, way.lat)), np.flatnonzero(~way.way.joined) + 1
        )
        if len(part) > 1
    ]
    found = [
        _point(case.lon, case.lat, "case", f"{case.short_code} {case.title}") for case in cases
    ]
    places = [(beat.place_type, beat.place_code) for beat in beats]
    due = [
        _point(point.lon, point.lat, "asset", f"必到点：{point.name}")
        for point in patrols.must_visits(places, localdate(row.began_at))
    ]
    last = []
    if row.last_lon is not None and row.last_lat is not None and row.last_at is not None:
        words = f"{localtime(row.last_at):%H:%M} 最后的位置"
        last = [_point(row.last_lon, row.last_lat, "done", words)]
    return [*map(_feature, shapes), *map(_feature, lines), *due, *found, *last]


def _feature(shape: Any, **properties: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": shapely.geometry.mapping(shape),
        "properties": properties,
    }


def _point(lon: float, lat: float, kind: str, label: str) -> dict[str, Any]:
    return _feature(shapely.Point(lon, lat), kind=kind, label=label)
