"""Outside the core: county seats with a small street grid, villages, trunk roads."""

import numpy as np
import shapely

from chengyun.demo.divisions import Division
from chengyun.demo.geometry.drawn import Line, Patch
from chengyun.demo.geometry.mesh import Mesh
from chengyun.demo.geometry.plane import Floats, Ints
from chengyun.demo.geometry.roads import town_roads, trunk_roads
from chengyun.demo.geometry.scenery import blocks
from chengyun.demo.geometry.shapes import Shapes
from chengyun.demo.geometry.streets import OFFICES

VILLAGE_CORNERS = 9
HAMLETS, ROOM = 2, 2_500_000.0  # further patches of a community with so many square metres


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


def middles_of(shapes: Shapes, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """(n, 2) positions of villages, and the shape each lies in: one in the middle, others aside."""
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    found, owner = [middle], [np.arange(len(shapes))]
    ring = [shapely.get_coordinates(shape) for shape in shapes]
    for _ in range(HAMLETS):
        corner = np.array([corners[rng.integers(len(corners))] for corners in ring])
        aside = middle + (corner - middle) * rng.uniform(0.35, 0.7, (len(shapes), 1))
        inside = shapely.contains_xy(shapes, aside[:, 0], aside[:, 1])
        room = shapely.area(shapes) > ROOM
        chosen = np.flatnonzero(inside & room)
        found.append(aside[chosen])
        owner.append(chosen)
    return np.concatenate(found), np.concatenate(owner)


def villages(shapes: Shapes, taken: shapely.Geometry, rng: np.random.Generator) -> list[Patch]:
    """Rounded patches of houses in each community, none in water or in a town."""
    middle, owner = middles_of(shapes, rng)
    turn = np.linspace(0, 2 * np.pi, VILLAGE_CORNERS, endpoint=False)
    reach = np.sqrt(shapely.area(shapes[owner]))[:, None] * rng.uniform(0.06, 0.14, (len(owner), 1))
    radius = np.clip(reach, 80, 330) * rng.uniform(0.75, 1.2, (len(owner), VILLAGE_CORNERS))
    around = np.stack([np.cos(turn) * radius, np.sin(turn) * radius * 0.8], axis=-1)
    patches = shapely.intersection(shapely.polygons(middle[:, None, :] + around), shapes[owner])
    shapely.prepare(taken)
    free = ~shapely.intersects(taken, patches)
    whole = shapely.get_type_id(patches) == int(shapely.GeometryType.POLYGON)
    return [Patch(kind="village", name="", shape=shape) for shape in patches[free & whole]]


def country(
    mesh: Mesh, middles: dict[str, Floats], rng: np.random.Generator
) -> tuple[list[Line], list[Patch]]:
    found = [*trunk_roads(mesh, middles, rng), *towns(middles, mesh, rng)]
    lines = [piece for piece in found if isinstance(piece, Line)]
    return lines, [piece for piece in found if isinstance(piece, Patch)]
