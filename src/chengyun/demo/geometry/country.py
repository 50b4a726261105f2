"""Outside the core: county seats with a small street grid, villages, trunk roads."""

import numpy as np
import shapely

from chengyun.demo.divisions import Division
from chengyun.demo.geometry.drawn import Line, Patch
from chengyun.demo.geometry.mesh import Mesh
from chengyun.demo.geometry.plane import Floats
from chengyun.demo.geometry.roads import town_roads, trunk_roads
from chengyun.demo.geometry.scenery import blocks
from chengyun.demo.geometry.shapes import Shapes
from chengyun.demo.geometry.streets import OFFICES

VILLAGE_CORNERS = 9


def seats(streets: dict[str, Division], shapes: dict[str, shapely.Geometry]) -> dict[str, Floats]:
    """The middle of the first street office of every district, metres."""
    found: dict[str, Floats] = {}
    for code in sorted(shapes):
        middle = shapely.point_on_surface(shapes[code])
        if streets[code].parent not in found:
            found[streets[code].parent] = np.array([middle.x, middle.y])
    return found


def towns(seats: dict[str, Floats], mesh: Mesh, rng: np.random.Generator) -> list[Line | Patch]:
    """Street grids and blocks of the county seats; the core is drawn in detail elsewhere."""
    own = {office[:6] for office in OFFICES}
    found: list[Line | Patch] = []
    for code, seat in seats.items():
        if code not in own:
            roads = town_roads(seat, float(rng.uniform(-0.3, 0.3)), mesh.bend)
            found += [*roads, *blocks(roads, shapely.Polygon())]
    return found


def villages(shapes: Shapes, taken: shapely.Geometry, rng: np.random.Generator) -> list[Patch]:
    """A rounded patch of houses in the middle of each community, none in water or in a town."""
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
    turn = np.linspace(0, 2 * np.pi, VILLAGE_CORNERS, endpoint=False)
    reach = np.sqrt(shapely.area(shapes))[:, None] * rng.uniform(0.09, 0.16, (len(shapes), 1))
    radius = np.clip(reach, 90, 420) * rng.uniform(0.75, 1.2, (len(shapes), VILLAGE_CORNERS))
    around = np.stack([np.cos(turn) * radius, np.sin(turn) * radius * 0.8], axis=-1)
    patches = shapely.intersection(shapely.polygons(middles[:, None, :] + around), shapes)
    shapely.prepare(taken)
    free = ~shapely.intersects(taken, patches)
    return [Patch(kind="village", name="", shape=shape) for shape in patches[free]]


def country(
    mesh: Mesh, middles: dict[str, Floats], rng: np.random.Generator
) -> tuple[list[Line], list[Patch]]:
    found = [*trunk_roads(mesh, middles, rng), *towns(middles, mesh, rng)]
    lines = [piece for piece in found if isinstance(piece, Line)]
    return lines, [piece for piece in found if isinstance(piece, Patch)]
