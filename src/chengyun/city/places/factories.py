"""A tiny city for tests: 2 districts, 2 streets each, 2 communities each, 4 unit grids each, and five roads.

It lies around ``CENTRE``. Columns of communities run from west to east in the order of their codes; each community is
400 m wide and 400 m high and holds 2 by 2 grids of 200 m.
"""

from __future__ import annotations

from typing import Any

from shapely import LineString, Polygon
from shapely.ops import unary_union

from chengyun.city.places import memory
from chengyun.city.places.services import (
    import_grids,
    import_regions,
    import_roads,
    import_shapes,
)
from chengyun.city.places.specs import GridRow, RegionRow, RoadRow, ShapeRow
from chengyun.kernel.factories import made_once
from chengyun.kernel.installation import installation
from chengyun.science.coordinates import Plane

CENTRE = (115.98, 36.45)
PLANE = Plane(lon=CENTRE[0], lat=CENTRE[1])
CITY = "3715"
DISTRICTS = {"371502": "东昌府区", "371523": "茌平区"}
SIDE = 400.0
COMMUNITIES = [
    f"{district}{street:03}{community:03}"
    for district in DISTRICTS
    for street in (1, 2)
    for community in (1, 2)
]


def square(west: float, south: float, east: float, north: float) -> Polygon:
    """A rectangle given in metres from the centre."""
    (x1, x2), (y1, y2) = PLANE.to_degrees([west, east], [south, north])
    return Polygon([(x1, y1), (x2, y1), (x2, y2), (x1, y2)])


def line(*points: tuple[float, float]) -> LineString:
    """A line given in metres from the centre."""
    x, y = PLANE.to_degrees([p[0] for p in points], [p[1] for p in points])
    return LineString(list(zip(x, y, strict=True)))


def grid_rows() -> list[GridRow]:
    """The unit grids, four to a community; the two western ones share a responsibility grid, so do the eastern."""
    half = SIDE / 2
    return [
        GridRow(
            code=f"{community}{number:03}",
            geometry=square(
                _west(n) + half * column,
                half * (row - 1),
                _west(n) + half * (column + 1),
                half * row,
            ),
            responsibility=f"{community}Z{column + 1}",
            responsibility_name=f"第 {2 * n + column + 1} 责任网格",
        )
        for n, community in enumerate(COMMUNITIES)
        for number, (column, row) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1)), start=1)
    ]


def region_rows() -> list[RegionRow]:
    """The regions from the city down, each the sum of what lies in it."""
    grids = grid_rows()
    codes = sorted({row.code[:n] for row in grids for n in (4, 6, 9, 12)})
    return [
        RegionRow(
            code=code,
            name=_name(code),
            geometry=unary_union([g.geometry for g in grids if g.code.startswith(code)]),
        )
        for code in codes
    ]


def road_rows() -> list[RoadRow]:
    reach = SIDE * len(COMMUNITIES) / 2
    across = RoadRow(name="湖南路", grade="trunk", geometry=line((-reach, 0), (reach, 0)))
    names = ("柳园路", "兴华路", "东昌路", "花园路")
    upright = [
        RoadRow(name=name, grade="secondary", geometry=line((x, -SIDE / 2), (x, SIDE / 2)))
        for name, x in zip(names, (-1200.0, -400.0, 400.0, 1200.0), strict=True)
    ]
    return [across, *upright]


def shape_rows() -> list[ShapeRow]:
    return [
        ShapeRow(kind="water", name="东昌湖", geometry=square(-1500, 20, -1300, 180)),
        ShapeRow(kind="green", name="人民公园", geometry=square(700, -180, 900, -20)),
    ]


def make_city(**overrides: Any) -> None:
    """Import the tiny city and hold it in memory; imports take ``by=None``."""
    if overrides:
        _make(**overrides)
    else:
        made_once("places", _make)
    warm()


def _make(**overrides: Any) -> None:
    import_regions(overrides.get("regions", region_rows()), by=None, simulated=True)
    import_grids(overrides.get("grids", grid_rows()), by=None, simulated=True)
    import_roads(overrides.get("roads", road_rows()), by=None, simulated=True)
    import_shapes(overrides.get("shapes", shape_rows()), by=None, simulated=True)


def warm() -> None:
    """Read all layers now, so that a test counts only its own queries."""
    held = memory.current()
    _ = held.levels, held.areas, held.streets, held.names, held.shapes.tree, held.grids.tree


def centre_of(code: str) -> tuple[float, float]:
    """A point inside a region or grid of the tiny city."""
    rows = [row for row in grid_rows() if row.code.startswith(code)]
    point = rows[0].geometry.centroid if rows[0].geometry is not None else None
    assert point is not None
    return point.x, point.y


def _west(n: int) -> float:
    return SIDE * (n - len(COMMUNITIES) / 2)


def _name(code: str) -> str:
    city = installation()
    if len(code) == 4:
        return city.name if city else "聊城市"
    if len(code) == 6:
        return DISTRICTS[code]
    if len(code) == 9:
        return f"{'古楼柳园振兴信发'[2 * _street(code) : 2 * _street(code) + 2]}街道"
    return f"第{'一二三四五六七八'[COMMUNITIES.index(code)]}社区"


def _street(code: str) -> int:
    return list(dict.fromkeys(c[:9] for c in COMMUNITIES)).index(code)
