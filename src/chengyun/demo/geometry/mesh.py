"""The mesh under the whole city: quadrilaterals of about one hectare in the core, coarser outside.

It is a product of lines along u and v, so that every boundary drawn along its edges is shared exactly
by both neighbours: parts of it never overlap and leave no gap.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from chengyun.demo.geometry.plane import Floats, Ints, Waves, waves
from chengyun.demo.geometry.streets import EAST, LAKE_LINES, NORTH, ROADS, SOUTH, WEST

CELL = 108.0  # metres, the side of a unit grid in the core
COARSE = 300.0
BOX = (
    -68_000.0,
    -78_000.0,
    52_000.0,
    68_000.0,
)  # the drawn rectangle, a little larger than the city
TILT = np.radians(2.5)


@dataclass(frozen=True, kw_only=True)
class Mesh:
    u: Floats  # (nu + 1,) plan lines
    v: Floats  # (nv + 1,)
    nodes: Floats  # (nv + 1, nu + 1, 2) metres, bent
    core: tuple[slice, slice]  # rows and columns of the core's cells
    bend: Waves

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.v) - 1, len(self.u) - 1

    def centres(self) -> Floats:
        """(nv, nu, 2) positions of the cells in metres."""
        n = self.nodes
        return np.asarray((n[:-1, :-1] + n[1:, :-1] + n[:-1, 1:] + n[1:, 1:]) / 4)

    def areas(self) -> Floats:
        """(nv, nu) areas of the cells on the plan, square metres."""
        return np.asarray(np.outer(np.diff(self.v), np.diff(self.u)), dtype=np.float64)

    def corners(self, cells: Ints) -> Floats:
        """Flat cell numbers to (n, 4, 2) corners: south-west, south-east, north-east, north-west."""
        row, column = np.divmod(cells, self.shape[1])
        n = self.nodes
        around = (n[row, column], n[row, column + 1], n[row + 1, column + 1], n[row + 1, column])
        return np.stack(around, axis=1)

    def polygons(self, cells: Ints) -> npt.NDArray[np.object_]:
        return np.asarray(shapely.polygons(self.corners(cells)))

    def core_cells(self) -> Ints:
        """Flat numbers of the core's cells, (rows, columns)."""
        numbers = np.arange(self.shape[0] * self.shape[1]).reshape(self.shape)
        return numbers[self.core]

    def bent(self, uv: Floats) -> Floats:
        """(n, 2) plan positions to metres on the ground."""
        return bent(uv, self.bend)


def bent(uv: Floats, bend: Waves) -> Floats:
    turn = np.array([[np.cos(TILT), np.sin(TILT)], [-np.sin(TILT), np.cos(TILT)]])
    return np.asarray(uv @ turn + bend.at(uv), dtype=np.float64)


def filled(lines: list[float], step: float) -> Floats:
    """The lines, with as many between two of them as make steps of about ``step``."""
    pieces = [
        np.linspace(a, b, max(1, round((b - a) / step)), endpoint=False)
        for a, b in zip(lines, lines[1:], strict=False)
    ]
    return np.concatenate([*pieces, lines[-1:]])


def plan_lines(axis: str) -> list[float]:
    extra = LAKE_LINES if axis == "ew" else ()
    return sorted({road.at for road in ROADS if road.axis == axis} | set(extra))


def with_surroundings(core: Floats, low: float, high: float) -> Floats:
    before = filled([low, float(core[0])], COARSE)
    after = filled([float(core[-1]), high], COARSE)
    return np.concatenate([before[:-1], core, after[1:]])


def jitter(u: Floats, v: Floats, rng: np.random.Generator) -> Floats:
    """Random displacement of the nodes outside the core, up to a third of a cell."""
    side_u = np.minimum(np.gradient(u), COARSE)
    side_v = np.minimum(np.gradient(v), COARSE)
    moved = rng.uniform(-0.33, 0.33, (len(v), len(u), 2))
    moved *= np.stack(np.broadcast_arrays(side_u[None, :], side_v[:, None]), axis=-1)
    inside = np.outer((v >= SOUTH) & (v <= NORTH), (u >= WEST) & (u <= EAST))
    moved[inside] = 0
    return moved


def make_mesh(rng: np.random.Generator) -> Mesh:
    core_u, core_v = filled(plan_lines("ns"), CELL), filled(plan_lines("ew"), CELL)
    u = with_surroundings(core_u, BOX[0], BOX[2])
    v = with_surroundings(core_v, BOX[1], BOX[3])
    bend = waves(rng, lengths=(2300.0, 3700.0, 6100.0, 9700.0), height=105.0)
    plan = np.stack(np.meshgrid(u, v), axis=-1)
    nodes = bent(plan + jitter(u, v, rng), bend)
    first_row, first_column = int(np.searchsorted(v, SOUTH)), int(np.searchsorted(u, WEST))
    core = (
        slice(first_row, first_row + len(core_v) - 1),
        slice(first_column, first_column + len(core_u) - 1),
    )
    return Mesh(u=u, v=v, nodes=nodes, core=core, bend=bend)
