"""Reads about places. They are no secret: whoever is logged in may ask, so no user comes first here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.db.models import Max, Min, QuerySet
from numpy.typing import NDArray

from chengyun.city.places import memory
from chengyun.city.places.models import Grid, Region
from chengyun.city.places.specs import Level, chain
from chengyun.kernel.installation import installation
from chengyun.kernel.scope import Person, inside
from chengyun.science.cells import Box, cells

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NOWHERE = -1


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a point lies. ``area`` is the smallest region known there; ``grid`` and ``responsibility`` may be ""."""

    area: str
    grid: str = ""
    responsibility: str = ""

    @property
    def regions(self) -> list[tuple[str, str]]:
        """(code, name) from the city down to ``area``."""
        return chain_of(self.area)


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where many points lie: numbers into ``grid_codes`` and ``area_codes``, ``NOWHERE`` where there is none."""

    grid_codes: list[str]
    area_codes: list[str]
    grids: Ints
    areas: Ints


def locate(lon: float, lat: float) -> Place | None:
    """Region and grid of a point in WGS 84 degrees; None outside the city. An edge belongs to the lower code."""
    held = memory.current()
    point = shapely.Point(lon, lat)
    hits = held.grids.tree.query(point, predicate="intersects")
    if len(hits):
        row = held.grids.rows[hits.min()]
        return Place(
            area=row["community"], grid=row["code"], responsibility=row["responsible"] or ""
        )
    for first, layer in held.levels:
        hits = layer.tree.query(point, predicate="intersects")
        if len(hits):
            return Place(area=held.regions.rows[first + hits.min()]["code"])
    return None


def locate_many(lon: Sequence[float] | Floats, lat: Sequence[float] | Floats) -> Places:
    """``locate`` for arrays of one length; what is no position on the earth lies nowhere."""
    held = memory.current()
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    codes, area_of_grid = held.areas
    grids = np.full(len(x), NOWHERE, dtype=np.int64)
    areas = grids.copy()
    asked = np.flatnonzero((np.abs(x) <= 180) & (np.abs(y) <= 90))
    grids[asked] = _hits(held.grids, x[asked], y[asked])
    inside_grid = grids >= 0
    areas[inside_grid] = area_of_grid[grids[inside_grid]]
    for first, layer in held.levels:
        rest = asked[areas[asked] < 0]
        hits = _hits(layer, x[rest], y[rest])
        areas[rest] = np.where(hits >= 0, hits + first, NOWHERE)
    return Places(
        grid_codes=[row["code"] for row in held.grids.rows],
        area_codes=codes,
        grids=grids,
        areas=areas,
    )


def names_of(codes: Sequence[str]) -> dict[str, str]:
    """Names of regions by code; one that does not exist is left out."""
    names = memory.current().names
    return {code: names[code] for code in codes if code in names}


def chain_of(area: str) -> list[tuple[str, str]]:
    """(code, name) of the regions an area or grid lies in, from the city down."""
    return list(names_of(chain(area)).items())


def label_of(area: str) -> str:
    """The name of an area as people say it: 东昌府区古楼街道, without the city in front of its parts."""
    names = [name for _, name in chain_of(area)]
    return "".join(names[1:] or names)


def address_of(lon: float, lat: float) -> str:
    """Where a point is in words: by the nearest road, else by the region's names; "" outside the city."""
    street = memory.current().streets.describe(lon, lat)
    if street:
        return street
    place = locate(lon, lat)
    return label_of(place.area) if place else ""


def road_of(lon: float, lat: float) -> str:
    """The road a point is at; "" where none is near."""
    return memory.current().streets.nearest(lon, lat)


def box_of(area: str) -> Box | None:
    """The box around a region, or around what lies in it; None when nothing there has an outline."""
    for rows in (Region.objects.filter(code=area), Region.objects.filter(inside("code", area))):
        edges = rows.filter(valid_to=None).aggregate(
            west=Min("west"), south=Min("south"), east=Max("east"), north=Max("north")
        )
        if edges["west"] is not None:
            return Box(**edges)
    return None


def horizon_of(user: Person) -> tuple[float, float, float, float] | None:
    """What a map shows first: where most unit grids of the one area a person works in lie, else that area."""
    city = installation()
    if city is None:
        return None
    areas = user.scope("places.view").areas
    area = areas[0] if len(areas) == 1 else city.area
    dense = _middle_of_grids(area)
    if dense is not None:
        return dense
    box = box_of(area)
    return (box.west, box.south, box.east, box.north) if box else None


FEW_GRIDS = 40
MIDDLE = (10, 90)


def _middle_of_grids(area: str) -> tuple[float, float, float, float] | None:
    """The box that the smaller half of the unit grids fills: they are small where the town is."""
    held = memory.current().grids
    here = [n for n, row in enumerate(held.rows) if row["community"].startswith(area)]
    if len(here) < FEW_GRIDS:
        return None
    edges = shapely.bounds(held.shapes[here])
    size = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
    edges = edges[size <= np.median(size)]
    west, east = np.percentile((edges[:, 0] + edges[:, 2]) / 2, MIDDLE)
    south, north = np.percentile((edges[:, 1] + edges[:, 3]) / 2, MIDDLE)
    return (float(west), float(south), float(east), float(north))


def regions(*, within: str = "", level: Level | None = None) -> QuerySet[Region]:
    """Current regions in ``within``, itself included, of one level if asked for; without outlines."""
    found = Region.objects.filter(inside("code", within), valid_to=None).defer("geometry")
    return found.filter(level=level) if level else found


def region_of(code: str) -> Region | None:
    """The current region of a code."""
    return Region.objects.filter(code=code, valid_to=None).defer("geometry").first()


def grid_of(code: str) -> Grid | None:
    """The current unit grid of a code."""
    return Grid.objects.filter(code=code, valid_to=None).defer("geometry").first()


def grids(*, within: str) -> QuerySet[Grid]:
    """Current unit grids in an area; without outlines."""
    return Grid.objects.filter(inside("community", within), valid_to=None).defer("geometry")


def _hits(layer: memory.Layer, x: Floats, y: Floats) -> Ints:
    """The first shape that holds each point. Asked in Morton order: neighbours take the same path down the tree."""
    found = np.full(len(x), len(layer.rows), dtype=np.int64)
    if not len(x) or not layer.rows:
        return np.full(len(x), NOWHERE, dtype=np.int64)
    order = np.argsort(cells(x, y))
    points = shapely.points(x[order], y[order])
    asked, hit = layer.tree.query(points, predicate="intersects")
    np.minimum.at(found, order[asked], hit)
    found[found == len(layer.rows)] = NOWHERE
    return found
