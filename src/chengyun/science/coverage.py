"""Checks of a polygon layer that is meant to cover ground without holes and doubles.

Works in metres: the caller projects first (``coordinates.Plane``).  Rows are numbered from zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

Shapes = NDArray[np.object_]
Kind = Literal["empty", "type", "invalid", "duplicate", "overlap", "gap", "orphan", "outside"]


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """What is too small to be a fault.

    Attributes
    ----------
    area
        Square metres; smaller overlaps and pieces outside the parent are let pass.
    width
        Metres; pieces thinner than this on average (drawing noise along a shared edge) are let pass.
    gap
        Metres; an opening between rows narrower than this is a gap even if it is not closed round about.
    """

    area: float = 1.0
    width: float = 0.05
    gap: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with one row.

    Attributes
    ----------
    row
        Row it is reported at.
    kind
        What is wrong: no geometry, not a polygon, invalid ring, code used before, overlap with ``other``, gap
        beside the row, parent not known, piece outside the parent.
    other
        The other row, where there is one; the earlier one for ``duplicate``.
    size
        Square metres of the overlap, gap or piece; 0 where it has no meaning.
    detail
        What GEOS says about an invalid ring, the code that is double or unknown, else empty.
    x, y
        A place to look at, in the plane of the input; NaN if there is none.
    """

    row: int
    kind: Kind
    other: int | None = None
    size: float = 0.0
    detail: str = ""
    x: float = float("nan")
    y: float = float("nan")


def faults_of(
    shapes: Sequence[BaseGeometry | None],
    codes: Sequence[str],
    *,
    parents: Mapping[str, BaseGeometry | None] | None = None,
    parent_of: Sequence[str] = (),
    tolerance: Tolerance | None = None,
) -> list[Fault]:
    """Check a layer.

    Parameters
    ----------
    shapes
        One polygon or multipolygon per row, in metres.
    codes
        One code per row, to be unique.
    parents
        Shapes of the next higher layer by code, in metres, None for one without an outline; no
        check against parents if not given.
    parent_of
        Code of the parent of each row; needed with ``parents``.
    tolerance
        What to let pass; the defaults of ``Tolerance`` if not given.

    Returns
    -------
    list of Fault
        By row, then kind.  Rows without a sound polygon are left out of the checks of overlap, gap and parent.
    """
    limits = tolerance or Tolerance()
    array = _as_array(shapes)
    faults = [*_ring_faults(array), *_double_codes(codes)]
    unsound = {fault.row for fault in faults if fault.kind != "duplicate"}
    rows = np.array([row for row in range(len(array)) if row not in unsound], dtype=np.int64)
    faults += _overlaps(array, rows, limits)
    faults += _gaps(array, rows, limits)
    if parents is not None:
        faults += _outside(array, rows, parents, parent_of, limits)
    return sorted(faults, key=lambda fault: (fault.row, fault.kind, fault.other or 0))


def _as_array(shapes: Sequence[BaseGeometry | None]) -> Shapes:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def _ring_faults(shapes: Shapes) -> Iterator[Fault]:
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6))
    valid = shapely.is_valid(shapes)
    for row in np.flatnonzero(missing | ~polygonal | ~valid).tolist():
        if missing[row]:
            yield Fault(row=row, kind="empty")
        elif not polygonal[row]:
            yield Fault(row=row, kind="type", detail=shapes[row].geom_type)
        else:
            reason, x, y = _reason(shapes[row])
            yield Fault(row=row, kind="invalid", detail=reason, x=x, y=y)


def _reason(shape: BaseGeometry) -> tuple[str, float, float]:
    """What GEOS says, and where: it writes ``Self-intersection[10.5 3]``."""
    reason, _, place = str(shapely.is_valid_reason(shape)).partition("[")
    try:
        x, y = (float(v) for v in place.rstrip("]").split()[:2])
    except ValueError:
        return reason, float("nan"), float("nan")
    return reason, x, y


def _double_codes(codes: Sequence[str]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for row, code in enumerate(codes):
        seen = first.setdefault(code, row)
        if seen != row:
            yield Fault(row=row, kind="duplicate", other=seen, detail=code)


def _overlaps(shapes: Shapes, rows: NDArray[np.int64], limits: Tolerance) -> Iterator[Fault]:
    sound = shapes[rows]
    left, right = STRtree(sound).query(sound, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    pieces = shapely.intersection(sound[left], sound[right])
    for n in np.flatnonzero(_notable(pieces, limits)).tolist():
        x, y = _place(pieces[n])
        earlier, later = int(rows[left[n]]), int(rows[right[n]])
        yield Fault(row=later, kind="overlap", other=earlier, size=float(pieces[n].area), x=x, y=y)


def _gaps(shapes: Shapes, rows: NDArray[np.int64], limits: Tolerance) -> Iterator[Fault]:
    """Holes in the union, and slits that closing by half the gap width fills."""
    sound = shapes[rows]
    if not len(sound):
        return
    union = shapely.union_all(sound)
    closed = union.buffer(limits.gap / 2, join_style="mitre").buffer(
        -limits.gap / 2, join_style="mitre"
    )
    filled = shapely.union_all([shapely.union(closed, union), *_holes(union)])
    openings = shapely.get_parts(shapely.difference(filled, union))
    openings = openings[_notable(openings, limits)]
    tree = STRtree(sound)
    for opening in openings:
        x, y = _place(opening)
        beside = tree.query(opening, predicate="dwithin", distance=limits.gap)
        row = int(rows[beside].min()) if len(beside) else int(rows[tree.nearest(opening)])
        yield Fault(row=row, kind="gap", size=float(opening.area), x=x, y=y)


def _holes(union: BaseGeometry) -> list[BaseGeometry]:
    parts = shapely.get_parts(union)
    rings = [ring for part in parts for ring in getattr(part, "interiors", ())]
    return [shapely.Polygon(ring) for ring in rings]


def _outside(
    shapes: Shapes,
    rows: NDArray[np.int64],
    parents: Mapping[str, BaseGeometry | None],
    parent_of: Sequence[str],
    limits: Tolerance,
) -> Iterator[Fault]:
    known: list[int] = []
    for row in rows.tolist():
        if parent_of[row] not in parents:
            yield Fault(row=row, kind="orphan", detail=parent_of[row])
        elif parents[parent_of[row]] is not None:
            known.append(row)
    above = _as_array([parents[parent_of[row]] for row in known])
    below = shapes[known]
    shapely.prepare(above)
    out = np.flatnonzero(~shapely.covers(above, below))
    pieces = shapely.difference(below[out], above[out])
    for n in np.flatnonzero(_notable(pieces, limits)).tolist():
        x, y = _place(pieces[n])
        row = known[int(out[n])]
        yield Fault(
            row=row, kind="outside", size=float(pieces[n].area), detail=parent_of[row], x=x, y=y
        )


def _notable(pieces: Any, limits: Tolerance) -> NDArray[np.bool_]:
    area, around = shapely.area(pieces), shapely.length(pieces)
    width = 2 * area / np.maximum(around, 1e-9)
    return np.asarray((area > limits.area) & (width > limits.width))


def _place(piece: BaseGeometry) -> tuple[float, float]:
    point = piece.representative_point()
    return float(point.x), float(point.y)
