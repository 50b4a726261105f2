"""Places along the streets of the drawn city, with the words by which people call them."""

import random
from dataclasses import dataclass

import numpy as np
import shapely

from chengyun.demo.geometry.drawn import DrawnCity, Line
from chengyun.demo.geometry.plane import degrees, metres
from chengyun.demo.geometry.streets import LANE, MAIN, ROADS, SIDE, Road

# how far from the middle line something lies, metres, by kind of road and by where it is
ASIDE = {
    "carriageway": {MAIN: (2.0, 8.0), SIDE: (1.0, 5.0), LANE: (0.5, 3.0)},
    "kerb": {MAIN: (11.0, 13.0), SIDE: (7.0, 8.5), LANE: (4.5, 5.5)},
    "pavement": {MAIN: (14.0, 18.0), SIDE: (9.0, 11.5), LANE: (6.0, 7.5)},
    "site": {MAIN: (24.0, 40.0), SIDE: (18.0, 36.0), LANE: (14.0, 30.0)},
}
SHARE = {MAIN: 5.0, SIDE: 2.2, LANE: 1.0}  # how often something happens per metre of road
SIDES = {("ns", 1): "东侧", ("ns", -1): "西侧", ("ew", 1): "北侧", ("ew", -1): "南侧"}
AT_CROSSING, TEN = 45.0, 10


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place beside a street: WGS 84 position and how an inspector would write it down."""

    lon: float
    lat: float
    road: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Streets:
    """The streets of the core to choose places from, and the main streets of the county seats."""

    city: DrawnCity
    weights: tuple[float, ...]
    crossings: dict[tuple[str, float], tuple[tuple[float, str], ...]]
    town_roads: dict[str, tuple[Line, ...]]


def streets_of(city: DrawnCity) -> Streets:
    return Streets(
        city=city,
        weights=tuple((road.end - road.start) * SHARE[road.kind] for road in ROADS),
        crossings={(road.axis, road.at): crossings(road) for road in ROADS},
        town_roads=town_roads(city),
    )


def crossings(road: Road) -> tuple[tuple[float, str], ...]:
    """Where other streets cross the line of this one, and their names."""
    return tuple(
        (other.at, other.name)
        for other in ROADS
        if other.axis != road.axis and other.start <= road.at <= other.end and other.kind != LANE
    )


def town_roads(city: DrawnCity) -> dict[str, tuple[Line, ...]]:
    """The named main streets of the county seats, by district code."""
    districts = [area for area in city.areas if area.level == "district"]
    found: dict[str, tuple[Line, ...]] = {}
    for area in districts:
        named = [road for road in city.roads if road.name in ("人民路", "中心街")]
        inside = [road for road in named if shapely.contains(area.shape, road.shape)]
        if inside:
            found[area.code] = tuple(inside)
    return found


def core_spot(streets: Streets, where: str, rng: random.Random, *, main: bool = False) -> Spot:
    """A random place along a street of the core; ``main`` only on main roads."""
    roads = [
        (r, w) for r, w in zip(ROADS, streets.weights, strict=True) if r.kind == MAIN or not main
    ]
    road = rng.choices([r for r, _ in roads], [w for _, w in roads])[0]
    along = rng.uniform(road.start + 15, road.end - 15)
    return spot_at(streets, road, along, where, rng)


def spot_at(streets: Streets, road: Road, along: float, where: str, rng: random.Random) -> Spot:
    side = inward(road) or rng.choice((1, -1))
    off = side * rng.uniform(*ASIDE[where][road.kind])
    uv = (road.at + off, along) if road.axis == "ns" else (along, road.at + off)
    lon, lat = degrees(streets.city.mesh.bent(np.array([uv])))[0]
    words = address(streets, road, along, SIDES[road.axis, side])
    return Spot(lon=float(lon), lat=float(lat), road=road.name, address=words)


def inward(road: Road) -> int:
    """The ring roads are the rim of the core: what is reported there lies on the inner side."""
    ring = {-3600.0: 1, 3600.0: -1, -2800.0: 1, 2800.0: -1}
    return ring.get(road.at, 0)


def address(streets: Streets, road: Road, along: float, side: str) -> str:
    """「湖南路北侧，距柳园路口 120 米」, or the crossing itself when it is near."""
    near = streets.crossings[road.axis, road.at]
    if not near:
        return f"{road.name}{side}"
    at, other = min(near, key=lambda crossing: abs(crossing[0] - along))
    far = abs(at - along)
    if far < AT_CROSSING:
        return f"{road.name}与{other}口{side}"
    rounded = round(far / TEN) * TEN
    return f"{road.name}{side}，距{other}口 {rounded} 米"


def town_spot(streets: Streets, district: str, rng: random.Random) -> Spot:
    """A place along a main street of a county seat."""
    road = rng.choice(streets.town_roads[district])
    line = metres(shapely.get_coordinates(road.shape))
    point = shapely.line_interpolate_point(
        shapely.LineString(line), rng.uniform(0.05, 0.95), normalized=True
    )
    shifted = np.array([[point.x + rng.uniform(-9, 9), point.y + rng.uniform(-9, 9)]])
    lon, lat = degrees(shifted)[0]
    number = rng.randrange(1, 120)
    return Spot(
        lon=float(lon), lat=float(lat), road=road.name, address=f"{road.name} {number} 号附近"
    )
