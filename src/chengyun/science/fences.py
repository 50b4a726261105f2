"""How far a vehicle is from where it may be, over arrays of positions.

Works in metres in the plane of a fence (``coordinates.Plane`` about its middle).  A position on the edge is still
where it may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import shapely
from numpy.typing import NDArray

from chengyun.science.coordinates import Plane

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Duty = Literal["stay", "avoid", "follow"]
DUTIES: tuple[Duty, ...] = get_args(Duty)
ROUND_CORNERS = 8
"""Segments of a quarter of a circle where a corridor is drawn."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """Where somebody must stay, must not go, or must go along.

    Attributes
    ----------
    duty
        ``stay`` inside the polygons, ``avoid`` them, or ``follow`` the lines.
    shape
        Polygons or lines, WGS 84 degrees.
    margin
        Metres by which a position may be beyond and is still right; of lines half the width of the corridor.
    """

    duty: Duty
    shape: Any
    margin: float

    @cached_property
    def plane(self) -> Plane:
        """Metres about the middle of the shape's box."""
        west, south, east, north = self.shape.bounds
        return Plane(lon=(west + east) / 2, lat=(south + north) / 2)

    @cached_property
    def in_metres(self) -> Any:
        """The shape in its plane, prepared to be asked again and again."""

        def flat(degrees: Floats) -> Floats:
            return np.column_stack(self.plane.to_plane(degrees[:, 0], degrees[:, 1]))

        shape = shapely.transform(self.shape, flat)
        shapely.prepare(shape)
        return shape

    def beyond(self, lon: Floats, lat: Floats) -> Floats:
        """Measure how far positions are from where they may be.

        Parameters
        ----------
        lon, lat
            WGS 84 degrees, shape (n,).

        Returns
        -------
        ndarray of float64
            Metres beyond the margin, shape (n,); 0 where all is right.  Of what must be avoided, the way out of it.
        """
        places = shapely.points(*self.plane.to_plane(lon, lat))
        shape = self.in_metres
        if self.duty == "avoid":
            inside = shapely.contains_properly(shape, places)
            far = np.where(inside, shapely.distance(shape.boundary, places), 0.0)
        else:
            far = np.asarray(shapely.distance(shape, places))
        beyond: Floats = np.maximum(far - self.margin, 0.0)
        return beyond

    @property
    def drawn(self) -> Any:
        """What a map shows, in degrees: the polygons, or the corridor of the lines."""
        if self.duty != "follow":
            return self.shape
        corridor = shapely.buffer(self.in_metres, self.margin, quad_segs=ROUND_CORNERS)

        def round_again(metres: Floats) -> Floats:
            return np.column_stack(self.plane.to_degrees(metres[:, 0], metres[:, 1]))

        return shapely.transform(corridor, round_again)


def astray(zones: Sequence[tuple[Zone, Bools]], lon: Floats, lat: Floats) -> Floats:
    """Measure how far positions are from where all their zones together let them be.

    Parameters
    ----------
    zones
        Each with whether it holds for a position, shape (n,).
    lon, lat
        WGS 84 degrees, shape (n,).

    Returns
    -------
    ndarray of float64
        Metres, shape (n,).  Of several to stay in or to follow the nearest counts, of several to avoid the one
        that is furthest to leave; 0 where none holds.
    """
    nearest, deepest = np.full(len(lon), np.inf), np.zeros(len(lon))
    for zone, holds in zones:
        rows = np.flatnonzero(holds)
        far = zone.beyond(lon[rows], lat[rows])
        if zone.duty == "avoid":
            deepest[rows] = np.maximum(deepest[rows], far)
        else:
            nearest[rows] = np.minimum(nearest[rows], far)
    found: Floats = np.maximum(np.where(np.isinf(nearest), 0.0, nearest), deepest)
    return found


def in_hours(minute: NDArray[np.int64], begin: int, end: int) -> Bools:
    """Tell which minutes of the day lie from ``begin`` to before ``end``, over midnight where it is the earlier one."""
    if begin <= end:
        return np.asarray((minute >= begin) & (minute < end))
    return np.asarray((minute >= begin) | (minute < end))
