"""How well duplicates are found, measured on requests a city has judged itself.

The truth is one mark per request: the city called it a duplicate, but did not say of which. A request counts as found
when its likeness to some earlier request that was still open reaches the threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from chengyun.kernel.search import terms
from chengyun.science.coordinates import Plane
from chengyun.science.duplicates import Mention, likeness

MARK = "Dup"
COLUMNS = (
    "Creation_Date",
    "Completion_Date",
    "Status",
    "Service_Request_Number",
    "Type_of_Service_Request",
    "Nature",
    "Latitude",
    "Longitude",
)
REACHES = (5.0, 10.0, 25.0, 50.0)
SPANS = tuple(timedelta(days=days) for days in (1, 2, 4, 7, 14))
THRESHOLDS = tuple(n / 100 for n in range(30, 101))
TRAINED_ON = 2 / 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A request as it came in, when it was closed, and whether the city called it a duplicate."""

    mention: Mention
    closed: datetime | None
    duplicate: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a threshold finds: rightly, wrongly, and what it misses."""

    threshold: float
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        both = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / both if both else 0.0


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The scores of all requests for one reach and span, and how many pairs were compared for them."""

    reach: float
    span: timedelta
    scores: Floats
    pairs: int


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was chosen on the earlier requests, and what it does on the later ones."""

    rows: Sequence[Judged]
    split: int
    chosen: Trial
    trained: Outcome
    tested: Outcome
    table: Sequence[Outcome]
    usual: Sequence[Outcome]


def read(path: Path, limit: int | None = None) -> list[Judged]:
    """The requests of a file in the order they came in; those without a position are left out."""
    table = parquet.read_table(path, columns=list(COLUMNS)).to_pylist()
    table.sort(key=lambda row: (row["Creation_Date"], row["Service_Request_Number"]))
    rows = [_judged(row) for row in table if row["Latitude"] is not None]
    return rows[:limit] if limit else rows


def _judged(row: dict[str, Any]) -> Judged:
    mention = Mention(
        lon=row["Longitude"],
        lat=row["Latitude"],
        at=row["Creation_Date"],
        class_code=row["Type_of_Service_Request"],
        terms=frozenset(terms(row["Nature"] or "")),
    )
    return Judged(mention=mention, closed=row["Completion_Date"], duplicate=MARK in row["Status"])


def trial(rows: Sequence[Judged], *, reach: float, span: timedelta) -> Trial:
    """For each request the highest likeness to an earlier one that was open when it came; 0 where there is none."""
    scores = np.zeros(len(rows))
    pairs = _pairs(rows, reach, span)
    for later, earlier in pairs:
        told = likeness(rows[later].mention, rows[earlier].mention, reach=reach, span=span)
        scores[later] = max(scores[later], told.score)
    return Trial(reach=reach, span=span, scores=scores, pairs=len(pairs))


def _pairs(rows: Sequence[Judged], reach: float, span: timedelta) -> list[tuple[int, int]]:
    """Numbers of a request and an earlier one near it that was still open and not too old when it came."""
    lon, lat = (np.array([getattr(row.mention, axis) for row in rows]) for axis in ("lon", "lat"))
    plane = Plane(lon=float(lon.mean()), lat=float(lat.mean()))
    points: NDArray[np.object_] = np.empty(len(rows), dtype=object)
    points[:] = shapely.points(np.column_stack(plane.to_plane(lon, lat)))
    later, earlier = STRtree(points).query(points, predicate="dwithin", distance=reach)
    came = np.array([row.mention.at.timestamp() for row in rows])
    gone = np.array([row.closed.timestamp() if row.closed else np.inf for row in rows])
    fits = (earlier < later) & (gone[earlier] >= came[later])
    fits &= came[later] - came[earlier] <= span.total_seconds()
    return list(zip(later[fits].tolist(), earlier[fits].tolist(), strict=True))


def outcome(scores: Floats, truth: NDArray[np.bool_], threshold: float) -> Outcome:
    found = scores >= threshold
    right = int((found & truth).sum())
    return Outcome(
        threshold=threshold,
        right=right,
        wrong=int(found.sum()) - right,
        missed=int(truth.sum()) - right,
    )


def measure(rows: Sequence[Judged], usual: tuple[float, timedelta, float]) -> Measured:
    """Choose reach, span and threshold on the first two thirds, then look at the last third, once.

    ``usual`` is what the program itself does: reach, span and the score from which a case of another class is shown.
    """
    truth = np.array([row.duplicate for row in rows])
    split = int(len(rows) * TRAINED_ON)
    trials = [trial(rows, reach=reach, span=span) for reach in REACHES for span in SPANS]
    chosen, trained = max(
        (
            (each, outcome(each.scores[:split], truth[:split], threshold))
            for each in trials
            for threshold in THRESHOLDS
        ),
        key=lambda pair: pair[1].f1,
    )
    later, told = chosen.scores[split:], truth[split:]
    own = trial(rows, reach=usual[0], span=usual[1])
    return Measured(
        rows=rows,
        split=split,
        chosen=chosen,
        trained=trained,
        tested=outcome(later, told, trained.threshold),
        table=[outcome(later, told, n / 20) for n in range(8, 21)],
        usual=[outcome(own.scores[split:], told, level) for level in (1e-9, usual[2])],
    )
