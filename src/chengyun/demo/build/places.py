"""The drawn city through the doors of places: regions, grids, roads, base map."""

from chengyun.city.places.services import (
    import_grids,
    import_regions,
    import_roads,
    import_shapes,
)
from chengyun.city.places.specs import GridRow, RegionRow, RoadRow, ShapeRow
from chengyun.demo.geometry.drawn import DrawnCity
from chengyun.demo.geometry.streets import LANE, MAIN, SIDE, TRUNK

SOURCE = "演示城市，图形为模拟"
GRADES = {TRUNK: "express", MAIN: "trunk", SIDE: "secondary", LANE: "branch"}
KINDS = {"village": "block"}


def build_places(city: DrawnCity) -> None:
    import_regions(regions(city), by=None, simulated=True, source=SOURCE)
    import_grids(grids(city), by=None, simulated=True, source=SOURCE)
    import_roads(roads(city), by=None, simulated=True, source=SOURCE)
    import_shapes(shapes(city), by=None, simulated=True, source=SOURCE)


def regions(city: DrawnCity) -> list[RegionRow]:
    return [RegionRow(code=area.code, name=area.name, geometry=area.shape) for area in city.areas]


def grids(city: DrawnCity) -> list[GridRow]:
    duty = {code: each for each in city.duties for code in each.grids}
    return [
        GridRow(
            code=grid.code,
            geometry=grid.shape,
            responsibility=duty[grid.code].code,
            responsibility_name=duty[grid.code].name,
        )
        for grid in city.grids
    ]


def roads(city: DrawnCity) -> list[RoadRow]:
    return [
        RoadRow(name=road.name, geometry=road.shape, grade=GRADES[road.kind]) for road in city.roads
    ]


def shapes(city: DrawnCity) -> list[ShapeRow]:
    return [
        ShapeRow(kind=KINDS.get(patch.kind, patch.kind), name=patch.name, geometry=patch.shape)
        for patch in city.patches
    ]
