"""Buildings: each cell of the core gets a pattern, bent with the ground; none stands in water."""

import numpy as np
import shapely

from chengyun.demo.geometry.drawn import Patch
from chengyun.demo.geometry.mesh import Mesh
from chengyun.demo.geometry.plane import Floats, Ints
from chengyun.demo.geometry.shapes import Shapes
from chengyun.demo.geometry.streets import TOWN

# rectangles (west, south, east, north) as shares of a cell's sides; the edges are left to the street
# fmt: off
SLABS = (
    ((.18, .16, .80, .28), (.18, .44, .80, .56), (.18, .72, .80, .84)),
    ((.17, .17, .46, .30), (.54, .17, .83, .30), (.17, .45, .46, .58), (.54, .45, .83, .58),
     (.17, .72, .46, .85), (.54, .72, .83, .85)),
    ((.17, .18, .60, .31), (.17, .46, .60, .59), (.17, .74, .60, .87), (.70, .20, .84, .85)),
)
TOWERS = (
    ((.20, .20, .40, .38), (.60, .20, .80, .38), (.20, .62, .40, .80), (.60, .62, .80, .80)),
    ((.22, .56, .44, .78), (.56, .30, .78, .52), (.20, .18, .40, .28)),
)
SHOPS = (
    ((.16, .16, .84, .34), (.16, .44, .36, .84), (.50, .52, .84, .84)),
    ((.16, .16, .84, .84),),
    ((.16, .18, .46, .82), (.56, .18, .84, .50), (.56, .60, .84, .82)),
)
HALLS = (
    ((.15, .16, .85, .46), (.15, .56, .85, .85)),
    ((.15, .16, .55, .85), (.64, .16, .85, .55)),
)
YARDS = (
    tuple((x, y, x + .13, y + .13) for x in (.14, .32, .55, .73) for y in (.14, .32, .55, .73)),
    tuple((x, y, x + .2, y + .09) for x in (.14, .40, .66) for y in (.14, .30, .46, .62, .78)),
)
# fmt: on
STYLES = (SLABS, TOWERS, SHOPS, HALLS, YARDS)


def style_of(uv: Floats, rng: np.random.Generator) -> Ints:
    """A number in STYLES for each (n, 2) plan position: what is built there."""
    u, v = uv[:, 0], uv[:, 1]
    chance = rng.random(len(uv))
    middle = np.hypot(u - 700, (v - 1000) * 1.2) < 900
    style = np.where(chance < 0.62, 0, np.where(chance < 0.86, 1, 2))
    style = np.where(middle & (chance > 0.45), 2, style)
    style = np.where((u > 2700) & (chance < 0.75) | (v < -2460) & (chance < 0.6), 3, style)
    west, south, east, north = TOWN
    return np.where((u > west) & (u < east) & (v > south) & (v < north), 4, style)


def placed(pattern: Floats, corners: Floats) -> Floats:
    """Rectangles (k, 4) on cells (n, 4, 2): corners of the buildings, (n * k, 4, 2)."""
    west, south, east, north = pattern.T
    s = np.stack([west, east, east, west], axis=1).ravel()
    t = np.stack([south, south, north, north], axis=1).ravel()
    weights = np.stack([(1 - s) * (1 - t), s * (1 - t), s * t, (1 - s) * t])
    spread = np.einsum("kp,nkd->npd", weights, corners)
    return np.asarray(spread.reshape(-1, 4, 2), dtype=np.float64)


def footprints(mesh: Mesh, rng: np.random.Generator) -> Shapes:
    cells = mesh.core_cells().ravel()
    row, column = np.divmod(cells, mesh.shape[1])
    uv = np.stack([mesh.u[column] + mesh.u[column + 1], mesh.v[row] + mesh.v[row + 1]], axis=1) / 2
    style, corners = style_of(uv, rng), mesh.corners(cells)
    variant = rng.integers(0, 6, len(cells))
    found = []
    for number, patterns in enumerate(STYLES):
        for choice, pattern in enumerate(patterns):
            chosen = (style == number) & (variant % len(patterns) == choice)
            found.append(placed(np.array(pattern), corners[chosen]))
    return np.asarray(shapely.polygons(np.concatenate(found)))


def buildings(
    mesh: Mesh, taken: shapely.Geometry, roads: shapely.Geometry, rng: np.random.Generator
) -> list[Patch]:
    """Buildings of the core that touch neither what is taken (water, parks) nor a road."""
    shapes = footprints(mesh, rng)
    shapes = shapes[rng.random(len(shapes)) > 0.04]
    barred = shapely.union_all([shapely.buffer(taken, 8), shapely.buffer(roads, 9)])
    shapely.prepare(barred)
    free = ~shapely.intersects(barred, shapes)
    return [Patch(kind="building", name="", shape=shape) for shape in shapes[free]]
