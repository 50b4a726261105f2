"""How an inspector of the demo walks: along the roads of the places they answer for, at an even pace. Invented ways."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray

from chengyun.city.places.grounds import Ground

PACE = 75.0
"""Metres from one position to the next."""
EVERY = timedelta(seconds=90)
NOISE = 4.0
"""Metres a phone is wrong by."""
LUNCH = (720, 810)
"""Minutes of the day without positions."""
STRAY = 420.0
"""Metres somebody who strays goes off."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Stroll:
    """A way of one day: moments and WGS 84 degrees."""

    at: list[datetime]
    lon: Floats
    lat: Floats


def stroll(
    grounds: Sequence[Ground], begins: datetime, ends: datetime, rng: random.Random, *, strays: bool
) -> Stroll:
    """Walk the grounds one after the other, in an order of the day, until it is over."""
    moments = list(_moments(begins, ends))
    order = _nearest_next(rng.sample(list(grounds), len(grounds)))
    way = np.concatenate([_along(ground, rng) for ground in order])
    way = way[np.arange(len(moments)) % len(way)]
    plane = order[0].plane
    x, y = plane.to_plane(way[:, 0], way[:, 1])
    noise = np.array([(rng.gauss(0, NOISE), rng.gauss(0, NOISE)) for _ in moments])
    if strays:
        first = rng.randrange(len(moments) // 2 + 1)
        noise[first : first + rng.randrange(18, 34)] += STRAY
    lon, lat = plane.to_degrees(x + noise[:, 0], y + noise[:, 1])
    return Stroll(at=moments, lon=lon, lat=lat)


def _nearest_next(grounds: Sequence[Ground]) -> list[Ground]:
    """From the first on always to the nearest that is left."""
    order, rest = [grounds[0]], list(grounds[1:])
    while rest:
        nearest = min(rest, key=lambda ground: order[-1].outline.distance(ground.outline))
        rest.remove(nearest)
        order.append(nearest)
    return order


def _moments(begins: datetime, ends: datetime) -> Iterator[datetime]:
    at = begins
    while at <= ends:
        if not LUNCH[0] <= at.hour * 60 + at.minute < LUNCH[1]:
            yield at
        at += EVERY


def _along(ground: Ground, rng: random.Random) -> Floats:
    """Positions along the roads of a ground, each road once, the nearest next."""
    roads = [np.asarray(line.coords) for line in ground.roads]
    rng.shuffle(roads)
    chain = roads[:1]
    rest = roads[1:]
    while rest:
        here = chain[-1][-1]
        nearest = min(rest, key=lambda road: _apart(here, road))
        rest = [road for road in rest if road is not nearest]
        chain.append(nearest if _starts(here, nearest) else nearest[::-1])
    line = shapely.LineString(np.concatenate(chain))
    steps = np.arange(0.0, line.length, PACE)
    places = shapely.get_coordinates(shapely.line_interpolate_point(line, steps))
    return np.column_stack(ground.plane.to_degrees(places[:, 0], places[:, 1]))


def _apart(here: Floats, road: Floats) -> float:
    return float(min(np.hypot(*(road[0] - here)), np.hypot(*(road[-1] - here))))


def _starts(here: Floats, road: Floats) -> bool:
    return bool(np.hypot(*(road[0] - here)) <= np.hypot(*(road[-1] - here)))
