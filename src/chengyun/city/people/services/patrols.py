"""What a way amounts to: computed after each batch of positions, and kept when these have gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from chengyun.city.people import patrols
from chengyun.city.people.models import Attendance, Beat, MustVisit, Visit
from chengyun.city.people.patrols import Positions
from chengyun.city.places.grounds import Ground
from chengyun.kernel import clock
from chengyun.kernel.params import settings_of
from chengyun.science.coordinates import Plane
from chengyun.science.tracks import arrivals, passed, silence, spells

AT_ONCE = 200


def measure_all() -> None:
    """Every stretch of which something was heard since it was measured last."""
    behind = Attendance.objects.filter(heard__gt=F("measured")).order_by("id")
    for row in behind.prefetch_related("beats")[:AT_ONCE]:
        measure(row)


def measure(row: Attendance) -> None:
    """Measure one stretch: roads passed on that day until its end; metres and times of its own.

    What is heard meanwhile leaves it behind again. This is arithmetic and no act of anybody.
    """
    beats = list(row.beats.all())
    grounds = patrols.grounds_of(beats)
    own = patrols.positions_of(row.area, row.pk)
    earlier = patrols.until_then(row)
    today = patrols.positions_of(row.area, *earlier) if len(earlier) > 1 else own
    reach = settings_of(row.area)["patrol.reach"]
    for beat in beats:
        if beat.pk in grounds:
            _measure_beat(beat, today, grounds[beat.pk], reach)
    figures, visits = _figures(row, own, grounds), _visits(row, own, beats)
    with transaction.atomic():
        rows = Attendance.objects.filter(pk=row.pk, measured__lt=row.heard)
        if rows.update(measured=row.heard, measured_at=clock.now(), **figures):
            _keep(beats)
            Visit.objects.filter(attendance=row).delete()
            Visit.objects.bulk_create(visits)


def _keep(beats: Sequence[Beat]) -> None:
    Beat.objects.bulk_create(
        beats,
        update_conflicts=True,
        unique_fields=("id",),
        update_fields=("road_metres", "passed_metres"),
    )


def _measure_beat(beat: Beat, positions: Positions, ground: Ground, reach: float) -> None:
    beat.road_metres = round(ground.metres)
    way = positions.on(ground.plane)
    beat.passed_metres = round(passed(ground.pieces, way, reach=reach))


def _visits(row: Attendance, positions: Positions, beats: Sequence[Beat]) -> list[Visit]:
    apart = settings_of(row.area)["patrol.apart"] * 60
    places = [(beat.place_type, beat.place_code) for beat in beats]
    return [
        Visit(point=point, attendance=row, at=patrols.moment_of(at))
        for point in patrols.must_visits(places, localdate(row.began_at))
        for at in _arrivals(positions, point, apart)
    ]


def _arrivals(positions: Positions, point: MustVisit, apart: float) -> list[float]:
    way = positions.on(Plane(lon=point.lon, lat=point.lat))
    return [float(at) for at in arrivals(way, 0.0, 0.0, radius=point.radius, apart=apart)]


def _figures(
    row: Attendance, positions: Positions, grounds: Mapping[int, Ground]
) -> dict[str, int]:
    ended = (row.ended_at or row.last_at or row.began_at).timestamp()
    way = positions.way
    outside = patrols.outside(positions, grounds.values(), settings_of(row.area)["patrol.edge"])
    away = sum(until - since for since, until in spells(outside, way))
    return {
        "metres": round(way.metres),
        "outside_seconds": round(away),
        "silent_seconds": round(silence(way, row.began_at.timestamp(), ended)),
    }
