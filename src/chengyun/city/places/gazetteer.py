"""From words to places: crossings, roads, regions. Everything is the city's own; nobody outside is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from chengyun.city.places import memory
from chengyun.city.places.queries import chain_of, locate
from chengyun.science.addresses import mouth

SHORTEST, AT_MOST = 2, 8
HOUSE = re.compile(r"\d")
BETWEEN = re.compile(r"[与和、,，/\s]+|交叉口|交口|路口")


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place somebody may mean: its words, what it is, where it lies in words, and its point in WGS 84.

    ``rough``: the point stands for something larger; whoever knows better moves it.
    """

    words: str
    kind: str
    more: str
    lon: float
    lat: float
    rough: bool = False


def spots(words: str, *, within: str = "") -> list[Spot]:
    """What an address may mean, the likeliest first, inside an area."""
    text = words.strip()[:60]
    if len(text) < SHORTEST:
        return []
    where, rest = _narrowed(text, within)
    crossings = [one for one in _crossings(rest) if _inside(one, where)]
    roads = [] if crossings and not HOUSE.search(rest) else _roads(rest, where)
    found: list[Spot] = []
    for one in (*crossings, *roads, *_regions(text, within)):
        if len(found) == AT_MOST:
            break
        if one not in found and _inside(one, where):
            found.append(one)
    return found


def _narrowed(text: str, within: str) -> tuple[str, str]:
    """The smallest region the words name, as an area, and what they say besides."""
    named = [
        (code, name)
        for code, name in memory.current().names.items()
        if name in text and code.startswith(within) and len(code) > len(within)
    ]
    if not named:
        return within, text
    code = max(named, key=lambda pair: len(pair[0]))[0]
    rest = text
    for _, name in sorted(named, key=lambda pair: -len(pair[1])):
        rest = rest.replace(name, " ")
    return (code, rest.strip()) if rest.strip() else (within, "")


def _parts(text: str) -> list[str]:
    """The words of an address: names of roads, and what stands before, between and behind them."""
    for name in sorted(_names(), key=len, reverse=True):
        text = text.replace(name, f" {name} ")
    return [part for part in BETWEEN.split(text) if part]


def _names() -> dict[str, None]:
    return dict.fromkeys(row["name"] for row in memory.current().roads.rows)


def _crossings(text: str) -> Iterator[Spot]:
    """Where two of the roads the words name meet."""
    parts = _parts(text)
    streets = memory.current().streets
    for crossing in streets.crossings():
        one, other = crossing.names
        both = one in text and other in text
        if both or (len(parts) > 1 and _met(parts, one, other)):
            lon, lat = streets.degrees(crossing)
            name = f"{one}与{mouth(other).removesuffix('口')}交叉口"
            yield Spot(words=name, kind="路口", more=_where(lon, lat), lon=lon, lat=lat)


def _met(parts: list[str], one: str, other: str) -> bool:
    """Whether two different words mean the two roads."""
    ones = {n for n, part in enumerate(parts) if part in one or one in part}
    others = {n for n, part in enumerate(parts) if part in other or other in part}
    return any(a != b for a in ones for b in others)


def _roads(text: str, where: str) -> Iterator[Spot]:
    """Roads by their name, or by the name an address begins with; the point is the middle of the road there."""
    parts = _parts(text)
    meant = [n for n in _names() if any(part in n for part in parts if len(part) >= SHORTEST)]
    for name in sorted(meant, key=lambda n: (n not in text, len(n)))[:AT_MOST]:
        lon, lat = _middle(name, where)
        numbered = name in text and HOUSE.search(text)
        house = text[text.index(name) :] if numbered else name
        yield Spot(words=house, kind="道路", more=_where(lon, lat), lon=lon, lat=lat, rough=True)


def _middle(name: str, where: str) -> tuple[float, float]:
    """The middle of a road, of its stretch in an area if it has one there."""
    held = memory.current()
    lines = [held.roads.shapes[n] for n, row in enumerate(held.roads.rows) if row["name"] == name]
    whole = shapely.union_all(lines)
    outline = _outline(where)
    here = shapely.intersection(whole, outline) if outline is not None else whole
    parts = shapely.get_parts(whole if shapely.is_empty(here) else here)
    longest = parts[int(np.argmax(shapely.length(parts)))]
    point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return float(point.x), float(point.y)


def _outline(area: str) -> shapely.Geometry | None:
    regions = memory.current().regions
    number = next((n for n, row in enumerate(regions.rows) if row["code"] == area), None)
    return None if number is None else regions.shapes[number]


def _regions(text: str, within: str) -> Iterator[Spot]:
    """Streets, communities and districts by their name."""
    regions = memory.current().regions
    for n, row in enumerate(regions.rows):
        if row["code"].startswith(within) and len(row["code"]) > 4 and text in row["name"]:
            point = shapely.point_on_surface(regions.shapes[n])
            lon, lat = float(point.x), float(point.y)
            more = "".join(name for _, name in chain_of(row["code"])[1:-1])
            yield Spot(words=row["name"], kind="区域", more=more, lon=lon, lat=lat, rough=True)


def _where(lon: float, lat: float) -> str:
    place = locate(lon, lat)
    return "".join(name for _, name in place.regions[1:3]) if place else ""


def _inside(spot: Spot, area: str) -> bool:
    place = locate(spot.lon, spot.lat)
    return place is not None and place.area.startswith(area)
