"""Addresses out of the road network: "湖南路南侧，距柳园路口 120 米"."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from chengyun.science.coordinates import Plane

REACH = 500.0  # metres; a road farther away says nothing about a place
CORNER = 30.0  # metres; nearer than this a place is at the crossing itself
_SIDES = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """Where two roads meet: a point of the plane in metres, and both names."""

    x: float
    y: float
    names: tuple[str, str]


class Streets:
    """A road network that can say where a place is.

    Parameters
    ----------
    names
        One name per road; roads of one name are one road.
    lines
        LineString or MultiLineString per road, WGS 84 degrees.
    """

    def __init__(self, names: Sequence[str], lines: Sequence[BaseGeometry]) -> None:
        box = shapely.total_bounds(list(lines)) if len(lines) else np.zeros(4)
        self._plane = Plane(lon=float(box[0] + box[2]) / 2, lat=float(box[1] + box[3]) / 2)
        self._names = list(names)
        self._lines = _project(self._plane, lines)
        self._tree = STRtree(self._lines)
        self._crossings = self._meet()
        self._corners = STRtree([shapely.Point(c.x, c.y) for c in self._crossings])

    def describe(self, lon: float, lat: float) -> str:
        """Say where a place is.

        Parameters
        ----------
        lon, lat
            WGS 84 degrees.

        Returns
        -------
        str
            Nearest road with the side the place is on, and the nearest crossing of that road; empty if no
            road is within ``REACH``.
        """
        place = self._place(lon, lat)
        road = self._nearest_road(place)
        if road is None:
            return ""
        name = self._names[road]
        crossing = self._nearest_crossing(place, name)
        if crossing and crossing[1] <= CORNER:
            return _corner(crossing[0], place)
        foot = shapely.line_interpolate_point(
            self._lines[road], shapely.line_locate_point(self._lines[road], place)
        )
        side = f"{name}{_side(foot.x, foot.y, place)}侧"
        if crossing is None:
            return side
        other = next(n for n in crossing[0].names if n != name)
        return f"{side}，距{mouth(other)} {_round(crossing[1])} 米"

    def nearest(self, lon: float, lat: float) -> str:
        """Name the road a place is at.

        Parameters
        ----------
        lon, lat
            WGS 84 degrees.

        Returns
        -------
        str
            The nearest road; empty if none is within ``REACH``.
        """
        road = self._nearest_road(self._place(lon, lat))
        return "" if road is None else self._names[road]

    def crossings(self) -> Sequence[Crossing]:
        """Every place where two roads meet, once for each pair of names.

        Returns
        -------
        Sequence[Crossing]
            In the order of the roads.
        """
        once = {frozenset(crossing.names): crossing for crossing in reversed(self._crossings)}
        return [*reversed(once.values())]

    def degrees(self, crossing: Crossing) -> tuple[float, float]:
        """Say where a crossing is.

        Parameters
        ----------
        crossing
            One of this network.

        Returns
        -------
        tuple[float, float]
            Longitude and latitude, WGS 84 degrees.
        """
        lon, lat = self._plane.to_degrees(crossing.x, crossing.y)
        return float(lon), float(lat)

    def _place(self, lon: float, lat: float) -> shapely.Point:
        return shapely.Point(*(float(v) for v in self._plane.to_plane(lon, lat)))

    def _nearest_road(self, place: shapely.Point) -> int | None:
        near = self._tree.query_nearest(place, max_distance=REACH)
        return int(near[0]) if len(near) else None

    def _nearest_crossing(self, place: shapely.Point, name: str) -> tuple[Crossing, float] | None:
        for reach in (CORNER, 300.0, 1500.0):
            found = [
                (crossing, float(np.hypot(crossing.x - place.x, crossing.y - place.y)))
                for crossing in (
                    self._crossings[n]
                    for n in self._corners.query(place, predicate="dwithin", distance=reach)
                )
                if name in crossing.names
            ]
            if found:
                return min(found, key=lambda pair: pair[1])
        return None

    def _meet(self) -> list[Crossing]:
        left, right = self._tree.query(self._lines, predicate="intersects")
        return [
            Crossing(x=point.x, y=point.y, names=(self._names[a], self._names[b]))
            for a, b in zip(left.tolist(), right.tolist(), strict=True)
            if a < b and self._names[a] != self._names[b]
            for point in _points(shapely.intersection(self._lines[a], self._lines[b]))
        ]


def mouth(name: str) -> str:
    """Name the crossing with a road: 柳园路 becomes 柳园路口, 滨河绿道 becomes 滨河绿道路口."""
    return f"{name}口" if name.endswith(("路", "街", "巷")) else f"{name}路口"


def _project(plane: Plane, lines: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    array = np.empty(len(lines), dtype=object)
    array[:] = lines
    projected = shapely.transform(
        array, lambda xy: np.column_stack(plane.to_plane(xy[:, 0], xy[:, 1]))
    )
    return np.asarray(projected)


def _points(shape: BaseGeometry) -> list[shapely.Point]:
    return [
        part if part.geom_type == "Point" else part.centroid for part in shapely.get_parts(shape)
    ]


def _side(x: float, y: float, place: shapely.Point) -> str:
    """One of four sides: 东、北、西、南."""
    turn = np.degrees(np.arctan2(place.y - y, place.x - x))
    return _SIDES[round(turn / 90) * 2 % 8]


def _corner(crossing: Crossing, place: shapely.Point) -> str:
    turn = np.degrees(np.arctan2(place.y - crossing.y, place.x - crossing.x))
    return f"{crossing.names[0]}与{crossing.names[1]}交叉口{_SIDES[round(turn / 45) % 8]}侧"


def _round(metres: float) -> int:
    """Nobody paces out single metres: to ten, from 1 km on to a hundred."""
    step = 10 if metres < 1000 else 100
    return int(metres / step + 0.5) * step
