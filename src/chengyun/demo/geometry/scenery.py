"""Water, parks and blocks."""

import numpy as np
import shapely

from chengyun.demo.geometry.drawn import Line, Patch
from chengyun.demo.geometry.mesh import Mesh, filled
from chengyun.demo.geometry.plane import smooth
from chengyun.demo.geometry.streets import (
    EAST,
    LAKE,
    LANE,
    MAIN,
    NORTH,
    SIDE,
    SOUTH,
    TOWN,
    TOWN_AXES,
    WEST,
    Box,
)

# name, width in metres, course in metres (invented; the order of places is what it is in the city)
# fmt: off
RIVERS = (
    ("徒骇河", 95.0, (
        (-52000, -61000), (-45000, -50000), (-35000, -38000), (-21000, -25000), (-11500, -13000),
        (-5000, -6800), (-900, -4300), (1250, -2600), (2550, -1500), (3150, -300), (2950, 900),
        (3050, 2000), (4300, 3900), (9500, 9500), (17000, 18500), (25000, 30000), (33000, 41000))),
    ("马颊河", 75.0, (
        (-56000, -38000), (-44000, -27000), (-33000, -11500), (-21500, 4500), (-11500, 14500),
        (-4500, 25000), (4000, 36500), (12500, 50000), (20000, 64000))),
    ("京杭运河（古运河）", 44.0, (
        (2500, -52000), (-1800, -31000), (1500, -14500), (500, -6200), (760, -2800), (960, -1900),
        (860, -950), (985, -150), (890, 650), (1010, 1350), (690, 2150), (380, 2900), (-4200, 9500),
        (-13500, 24000), (-23500, 41000), (-26000, 52000))),
    ("周公河", 24.0, (
        (-9000, -900), (-5200, -1500), (-3500, -1980), (-2050, -1920), (-900, -2290), (250, -1960),
        (1300, -2250), (1700, -2200))),
)
PARKS = (
    ("翠竹公园", (-3200, 900, -2760, 1450)),
    ("人民公园", (-200, 1450, 150, 1900)),
    ("运河公园", (800, -550, 1150, -50)),
    ("体育公园", (1800, -1000, 2100, -550)),
    ("橡胶坝公园", (2700, -50, 3300, 450)),
    ("凤凰公园", (1500, 1900, 1800, 2200)),
    ("植物园", (-3600, -2800, -3200, -2460)),
    ("站前广场", (-2330, -2460, -1900, -2120)),
    ("童乐谷口袋公园", (-1880, -1985, -1740, -1815)),
    ("文轩口袋公园", (-1100, 1270, -960, 1435)),
    ("柳园口袋公园", (515, 1200, 640, 1330)),
    ("东关口袋公园", (1520, -530, 1640, -400)),
)
# fmt: on
SETBACK = {MAIN: 19.0, SIDE: 12.0, LANE: 8.0}


def boxed(box: Box, mesh: Mesh, step: float = 100.0) -> shapely.Polygon:
    """A rectangle of the plan, bent as the ground is."""
    west, south, east, north = box
    u, v = filled([west, east], step), filled([south, north], step)
    sides = (
        np.stack([u, np.full_like(u, south)], axis=1),
        np.stack([np.full_like(v, east), v], axis=1),
        np.stack([u[::-1], np.full_like(u, north)], axis=1),
        np.stack([np.full_like(v, west), v[::-1]], axis=1),
    )
    return shapely.Polygon(mesh.bent(np.concatenate(sides)))


def rivers(city: shapely.Geometry) -> list[Patch]:
    """The rivers, cut at the city's outline."""
    found = []
    for name, width, course in RIVERS:
        line = shapely.LineString(smooth(np.asarray(course, dtype=float), 14))
        water = shapely.intersection(line.buffer(width / 2, quad_segs=4), city)
        found.append(Patch(kind="water", name=name, shape=water))
    return found


def old_town(mesh: Mesh) -> Patch:
    return Patch(kind="oldtown", name="古城", shape=boxed(TOWN, mesh))


def lake(mesh: Mesh) -> Patch:
    """A lake with an uneven shore round the square old town, crossed by four causeways."""
    west, south, east, north = LAKE
    turn = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    shore = 1 + 0.05 * np.sin(3 * turn + 1) + 0.035 * np.sin(7 * turn) + 0.02 * np.sin(13 * turn)
    power = (np.abs(np.cos(turn)) ** 4 + np.abs(np.sin(turn)) ** 4) ** -0.25
    radius = np.stack([np.cos(turn) * (east - west), np.sin(turn) * (north - south)], axis=1)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    ring = middle + radius * (0.425 * shore * power)[:, None]
    water = shapely.Polygon(mesh.bent(ring))
    land = [boxed(TOWN, mesh).buffer(18, join_style="mitre")]
    u, v = TOWN_AXES
    land += [boxed((u - 13, south, u + 13, north), mesh), boxed((west, v - 13, east, v + 13), mesh)]
    return Patch(kind="water", name="东昌湖", shape=water.difference(shapely.union_all(land)))


def greens(mesh: Mesh, water: list[Patch]) -> list[Patch]:
    """Named parks, the lake shore, and strips along the rivers inside the core."""
    core = boxed((WEST, SOUTH, EAST, NORTH), mesh)
    wet = shapely.union_all([patch.shape for patch in water])
    near = shapely.intersection(wet, core.buffer(400))
    town = boxed(TOWN, mesh).buffer(18, join_style="mitre")
    shore = boxed(LAKE, mesh).buffer(-16, join_style="mitre").difference(town)
    strips = shapely.intersection(near.buffer(42, quad_segs=3), core.buffer(300))
    shapes = [("", strips), ("东昌湖环湖公园", shore)]
    shapes += [(name, boxed(box, mesh).buffer(-14, join_style="mitre")) for name, box in PARKS]
    return [Patch(kind="green", name=name, shape=s.difference(wet)) for name, s in shapes]


def blocks(roads: list[Line], taken: shapely.Geometry) -> list[Patch]:
    """The land between the roads, set back from them and without what is taken."""
    lines = [road.shape for road in roads]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    streets = [
        shapely.union_all([road.shape for road in roads if road.kind == kind]).buffer(
            width, cap_style="flat", join_style="mitre"
        )
        for kind, width in SETBACK.items()
    ]
    gone = shapely.union_all([*streets, shapely.buffer(taken, 6)])
    shapely.prepare(gone)
    land = shapely.get_parts(shapely.difference(faces, gone))
    rounded = shapely.buffer(shapely.buffer(land, -5), 5, quad_segs=3)
    return [Patch(kind="block", name="", shape=s) for s in rounded if s.area > 500]
