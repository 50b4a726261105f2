"""What the way of a patrol amounts to: roads it passed, times it came by a place, how long it was somewhere.

Works in metres in a plane (``coordinates.Plane``) and in seconds.  A phone that is silent longer than ``gap`` says
nothing about the time between: the positions before and after are not joined.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import STRtree

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Shapes = NDArray[np.object_]
Spell = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Way:
    """Positions in the order of time.

    Attributes
    ----------
    x, y
        Metres in one plane.
    at
        Seconds, increasing.
    gap
        Seconds; positions further apart in time are not joined.
    """

    x: Floats
    y: Floats
    at: Floats
    gap: float

    @property
    def joined(self) -> Bools:
        """Whether each position but the last is joined to the next."""
        return np.asarray(np.diff(self.at) <= self.gap)

    @property
    def metres(self) -> float:
        """The length of the way."""
        return float(np.hypot(np.diff(self.x), np.diff(self.y))[self.joined].sum())

    @cached_property
    def tree(self) -> STRtree:
        """The legs, to be asked which lie near."""
        return STRtree(self.legs)

    @cached_property
    def legs(self) -> Shapes:
        """The way between joined positions, leg by leg; a position joined to none is a point."""
        places = np.column_stack((self.x, self.y))
        pairs = np.stack((places[:-1], places[1:]), axis=1)[self.joined]
        before, after = np.append(False, self.joined), np.append(self.joined, False)
        alone = places[~before & ~after] if len(places) else places
        lines, points = shapely.linestrings(pairs), shapely.points(alone)
        return np.concatenate((np.asarray(lines), np.asarray(points)))


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """Roads cut into short pieces.

    Attributes
    ----------
    middles
        The point in the middle of each piece.
    metres
        The length of each.
    """

    middles: Shapes
    metres: Floats

    @cached_property
    def tree(self) -> STRtree:
        """The middles, to be asked which lie near."""
        return STRtree(self.middles)


def cut(roads: Shapes, step: float) -> Pieces:
    """Cut each LineString into equal pieces no longer than ``step`` metres."""
    lengths = np.asarray(shapely.length(roads), dtype=np.float64)
    numbers = np.ceil(lengths / step).astype(np.int64)
    road = np.repeat(np.arange(len(roads)), numbers)
    number = np.arange(len(road)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    metres = (lengths / np.maximum(numbers, 1))[road]
    middles = shapely.line_interpolate_point(roads[road], (number + 0.5) * metres)
    return Pieces(middles=np.asarray(middles, dtype=object), metres=metres)


def passed(pieces: Pieces, way: Way, *, reach: float) -> float:
    """Measure how much of some roads lies within ``reach`` of a way.

    Parameters
    ----------
    pieces
        The roads, in the plane of the way.
    way
        Where somebody went.
    reach
        Metres on both sides of the way.

    Returns
    -------
    float
        Metres.  Going the same road twice counts once.

    Notes
    -----
    A piece counts as a whole when its middle is within ``reach``: each end of a stretch passed is wrong by half a piece
    at most.
    """
    if not len(way.x) or not len(pieces.metres):
        return 0.0
    west, south, east, north = shapely.total_bounds(pieces.middles)
    around = shapely.box(west - reach, south - reach, east + reach, north + reach)
    near = way.legs[way.tree.query(around)]
    hits = pieces.tree.query(near, predicate="dwithin", distance=reach)[1]
    return float(pieces.metres[np.unique(hits)].sum())


def within(way: Way, shapes: Shapes, *, reach: float) -> Bools:
    """Tell for each position whether it lies within ``reach`` metres of one of the shapes."""
    found = np.zeros(len(way.x), dtype=np.bool_)
    places = STRtree(np.asarray(shapely.points(way.x, way.y)))
    found[places.query(shapes, predicate="dwithin", distance=reach)[1]] = True
    return found


def spells(holds: ArrayLike, way: Way) -> list[Spell]:
    """Find the stretches of time in which something held.

    Parameters
    ----------
    holds
        A truth value per position.
    way
        Where the positions are.

    Returns
    -------
    list of (float, float)
        Seconds from and to, in the order of time.  It held between two joined positions if it held at both; what held
        at one position only took no time.
    """
    held = np.asarray(holds, dtype=np.bool_)
    legs = held[:-1] & held[1:] & way.joined
    edges = np.flatnonzero(np.diff(np.concatenate(([False], legs, [False])).astype(np.int8)))
    return [(float(way.at[a]), float(way.at[b])) for a, b in edges.reshape(-1, 2)]


def silence(way: Way, began: float, ended: float) -> float:
    """Add up the seconds between ``began`` and ``ended`` that lie in gaps."""
    pauses = np.diff(np.concatenate(([began], way.at, [ended])))
    return float(pauses[pauses > way.gap].sum())


def arrivals(way: Way, x: float, y: float, *, radius: float, apart: float) -> Floats:
    """Find when somebody came to a place.

    Parameters
    ----------
    way
        Where somebody went.
    x, y
        The place.
    radius
        Metres; a position this near or nearer is at the place.
    apart
        Seconds; who is back sooner than that after the last position there has not come anew.

    Returns
    -------
    ndarray of float64
        Seconds, the first position of each visit.
    """
    there = way.at[np.hypot(way.x - x, way.y - y) <= radius]
    return there[np.concatenate(([True], np.diff(there) > apart))] if len(there) else there


def nearest(way: Way, x: float, y: float) -> tuple[float, float] | None:
    """Find when somebody came nearest to a place, and how near.

    Parameters
    ----------
    way
        Where somebody went; between joined positions straight and evenly.
    x, y
        The place.

    Returns
    -------
    (float, float) or None
        Metres, and seconds of the first moment at that distance; None for an empty way.
    """
    if not len(way.x):
        return None
    step_x, step_y = (np.where(way.joined, np.diff(v), 0.0) for v in (way.x, way.y))
    square = np.maximum(step_x**2 + step_y**2, 1e-12)
    along = ((x - way.x[:-1]) * step_x + (y - way.y[:-1]) * step_y) / square
    share = np.clip(along, 0.0, 1.0) * way.joined
    foot_x = np.append(way.x[:-1] + share * step_x, way.x[-1])
    foot_y = np.append(way.y[:-1] + share * step_y, way.y[-1])
    when = np.append(way.at[:-1] + share * np.diff(way.at), way.at[-1])
    metres = np.hypot(foot_x - x, foot_y - y)
    first = int(np.argmin(metres))
    return float(metres[first]), float(when[first])
