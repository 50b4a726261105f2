"""The shortest way along roads from one place to the next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

Corner = tuple[float, float]
STEP = 25.0
"""Metres: a road has a corner at least so often, so that a place is moved by half of it along the road at most."""
TENTH = 1
"""Digits of a metre to which ends of roads are the same crossing."""


class NoWay(Exception):
    """No road leads from one place to the next; ``leg`` is the number of the place it begins at, from 0."""

    def __init__(self, leg: int) -> None:
        super().__init__(f"no way on from place {leg}")
        self.leg = leg


@dataclass
class Network:
    """Roads cut where they meet; metres in one plane.

    Attributes
    ----------
    corners
        Where stretches begin and end.
    ways
        From the number of a corner to (number of the next, metres).
    """

    corners: list[Corner] = field(default_factory=list)
    ways: dict[int, list[tuple[int, float]]] = field(default_factory=dict)

    @classmethod
    def of(cls, roads: Sequence[Any] | NDArray[np.object_]) -> "Network":
        """Make one of LineStrings that may cross each other anywhere."""
        made, numbers = cls(), dict[Corner, int]()
        crossed = shapely.segmentize(shapely.union_all(np.asarray(roads, dtype=object)), STEP)
        for line in shapely.get_parts(crossed):
            for begin, end in pairwise(shapely.get_coordinates(line).tolist()):
                a, b = (made._number(place, numbers) for place in (begin, end))
                metres = float(np.hypot(end[0] - begin[0], end[1] - begin[1]))
                made.ways.setdefault(a, []).append((b, metres))
                made.ways.setdefault(b, []).append((a, metres))
        return made

    def _number(self, place: list[float], numbers: dict[Corner, int]) -> int:
        key = (round(place[0], TENTH), round(place[1], TENTH))
        if key not in numbers:
            numbers[key] = len(self.corners)
            self.corners.append((place[0], place[1]))
        return numbers[key]

    def along(self, places: Sequence[Corner]) -> Any:
        """Lead from place to place along the roads.

        Parameters
        ----------
        places
            Two or more; each is moved to the nearest corner of the network.

        Returns
        -------
        LineString

        Raises
        ------
        NoWay
            Two places lie on roads that nowhere meet, or there is no road.
        """
        if not self.corners:
            raise NoWay(0)
        tree = STRtree(shapely.points(self.corners))
        stops = [int(tree.nearest(shapely.Point(place))) for place in places]
        way = [stops[0]]
        for leg, (begin, end) in enumerate(pairwise(stops)):
            way += self._shortest(begin, end, leg)[1:]
        if len(way) < 2:
            raise NoWay(0)
        return shapely.LineString([self.corners[number] for number in way])

    def _shortest(self, begin: int, end: int, leg: int) -> list[int]:
        """Dijkstra's way."""
        waiting, came = [(0.0, begin, begin)], dict[int, int]()
        while waiting:
            metres, corner, before = heappop(waiting)
            if corner in came:
                continue
            came[corner] = before
            if corner == end:
                return _back(came, begin, end)
            for other, more in self.ways.get(corner, ()):
                if other not in came:
                    heappush(waiting, (metres + more, other, corner))
        raise NoWay(leg)


def _back(came: dict[int, int], begin: int, end: int) -> list[int]:
    way = [end]
    while way[-1] != begin:
        way.append(came[way[-1]])
    return way[::-1]
