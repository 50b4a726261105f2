"""What the way of a patrol amounts to: roads it passed, times it came by a place, how long it was somewhere.

Works in metres in a plane (``coordinates.Plane``) and in seconds.  A phone that is silent longer than ``gap`` says
nothing about the time between: the positions before and after are not joined.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

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

    def pieces(self) -> Shapes:
        """The way as lines, one for each stretch without a gap; a position alone is a point."""
        cuts = np.flatnonzero(~self.joined) + 1
        parts = np.split(np.column_stack((self.x, self.y)), cuts) if len(self.x) else []
        lines = [shapely.LineString(p) if len(p) > 1 else shapely.Point(p[0]) for p in parts]
        found = np.empty(len(lines), dtype=object)
        found[:] = lines
        return found


def passed(roads: Shapes, way: Way, *, reach: float) -> Floats:
    """Measure how much of each road lies within ``reach`` of a way.

    Parameters
    ----------
    roads
        LineString or MultiLineString per road, in the plane of the way.
    way
        Where somebody went.
    reach
        Metres on both sides of the way.

    Returns
    -------
    ndarray of float64
        Metres per road.

    Notes
    -----
    The way is widened to a strip with round ends (16 chords to a quarter circle: 0.3 % of ``reach`` at most is lost at
    a bend), and the length of each road inside the strip is measured.  Going the same road twice counts once.
    """
    if not len(way.x) or not len(roads):
        return np.zeros(len(roads))
    strip = shapely.buffer(shapely.geometrycollections(way.pieces()), reach, quad_segs=16)
    shapely.prepare(strip)
    return np.asarray(shapely.length(shapely.intersection(roads, strip)))


def within(way: Way, ground: BaseGeometry) -> Bools:
    """Tell for each position whether it lies on a piece of ground in the same plane."""
    shapely.prepare(ground)
    return np.asarray(shapely.intersects_xy(ground, way.x, way.y))


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
