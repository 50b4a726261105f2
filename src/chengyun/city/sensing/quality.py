"""What is doubted about the readings of a device, and why: as they came, and beside their neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from chengyun.city.sensing.models import Series
from chengyun.city.sensing.specs import Point
from chengyun.lake.archive import Archive
from chengyun.lake.readings import SCHEMA, history
from chengyun.science.quality import (
    CLOCK_WRONG,
    DOUBTED,
    JUMP,
    LATE,
    OUT_OF_RANGE,
    STILL,
    UNPLACED,
    Marks,
    jumps,
    late,
    stands,
)
from chengyun.science.signals import Floats, Ints

MICROSECOND = timedelta(microseconds=1)
LATE_AFTER = timedelta(hours=1)
MARKS = {
    OUT_OF_RANGE: "超出量程",
    CLOCK_WRONG: "时钟不准",
    DOUBTED: "设备存疑",
    UNPLACED: "位置不全",
    LATE: "晚到",
    JUMP: "突跳",
    STILL: "不变",
}
"""Why a reading is doubted, as bits of its quality; one that came late is as good as any."""
NEWEST = 10


class Doubted(NamedTuple):
    """One doubted reading and why."""

    at: datetime
    value: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Of one series: how many readings there are, how many are marked for each reason, and the newest of those."""

    series: Series
    readings: int
    counts: list[tuple[str, int]]
    newest: list[Doubted]


def quality_of(series: Sequence[Series], begin: datetime, end: datetime) -> list[Quality]:
    """What is doubted of the readings from ``begin`` to before ``end``. Raises ``JournalError``."""
    archive, points = Archive(settings.READINGS), {each.pk: each.declared for each in series}
    found = history(archive.table, list(points), begin, end, journal=archive.journal)
    found = marked(found, points)
    return [_quality(each, found.filter(pc.equal(found["series"], each.pk))) for each in series]


def _quality(series: Series, found: pa.Table) -> Quality:
    marks = found["quality"].to_numpy()
    doubted = found.filter(pa.array(marks > 0))
    newest = doubted.slice(max(0, doubted.num_rows - NEWEST)).to_pylist()
    return Quality(
        series=series,
        readings=found.num_rows,
        counts=[(label, int(((marks & mark) > 0).sum())) for mark, label in MARKS.items()],
        newest=[
            Doubted(row["at"], row["value"], words_of(row["quality"])) for row in reversed(newest)
        ],
    )


def words_of(marks: int) -> str:
    """Why a reading is doubted; "" when it is not."""
    return "、".join(label for mark, label in MARKS.items() if marks & mark)


def marked(readings: pa.Table, points: Mapping[int, Point | None]) -> pa.Table:
    """Readings (``lake.readings.SCHEMA``, sorted by series and time) with all their marks."""
    series = readings["series"].to_numpy()
    at = pc.cast(readings["at"], pa.int64()).to_numpy()
    received = pc.cast(readings["received"], pa.int64()).to_numpy()
    value, told = readings["value"].to_numpy(), readings["quality"].to_numpy()
    marks = told | late(at, received, LATE_AFTER // MICROSECOND)
    for pk, point in points.items():
        first, end = np.searchsorted(series, [pk, pk + 1])
        sound = first + np.flatnonzero(told[first:end] == 0)
        if point is not None:
            marks[sound] |= _beside(point, at[sound], value[sound])
    where = SCHEMA.get_field_index("quality")
    return readings.set_column(where, SCHEMA.field("quality"), pa.array(marks))


def _beside(point: Point, at: Ints, value: Floats) -> Marks:
    found: Marks = np.zeros(len(at), np.int16)
    if point.jump is not None:
        found |= jumps(value, point.jump)
    if point.still is not None:
        found |= stands(at, value, point.still // MICROSECOND)
    return found
