"""What a way amounts to: computed after each batch of positions, and kept when these have gone."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from chengyun.city.people import patrols
from chengyun.city.people.models import Attendance, Beat
from chengyun.city.people.patrols import Positions
from chengyun.city.places.grounds import Ground
from chengyun.kernel import clock
from chengyun.kernel.params import settings_of
from chengyun.science.tracks import passed, silence, spells

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
    today = patrols.positions_of(row.area, *patrols.until_then(row))
    reach = settings_of(row.area)["patrol.reach"]
    for beat in beats:
        if beat.pk in grounds:
            _measure_beat(beat, today, grounds[beat.pk], reach)
    figures = _figures(row, patrols.positions_of(row.area, row.pk), grounds)
    with transaction.atomic():
        rows = Attendance.objects.filter(pk=row.pk, measured__lt=row.heard)
        if rows.update(measured=row.heard, measured_at=clock.now(), **figures):
            Beat.objects.bulk_update(beats, ("road_metres", "passed_metres"))


def _measure_beat(beat: Beat, positions: Positions, ground: Ground, reach: float) -> None:
    beat.road_metres = round(ground.metres)
    lengths = passed(ground.roads, positions.on(ground.plane), reach=reach)
    beat.passed_metres = round(float(lengths.sum()))


def _figures(
    row: Attendance, positions: Positions, grounds: Mapping[int, Ground]
) -> dict[str, int]:
    ended = (row.ended_at or clock.now()).timestamp()
    way = positions.way
    outside = patrols.outside(positions, grounds.values(), settings_of(row.area)["patrol.edge"])
    away = sum(until - since for since, until in spells(outside, way))
    return {
        "metres": round(way.metres),
        "outside_seconds": round(away),
        "silent_seconds": round(silence(way, row.began_at.timestamp(), ended)),
    }
