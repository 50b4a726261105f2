"""Who owns which cell of the mesh: districts, streets, communities and unit grids as label arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from chengyun.demo.divisions import Division, children, of_level
from chengyun.demo.geometry.core import core_communities
from chengyun.demo.geometry.labels import OUTSIDE, bisect, connected, nearest, sectors, spread
from chengyun.demo.geometry.mesh import Mesh
from chengyun.demo.geometry.plane import Floats, Ints, waves
from chengyun.demo.geometry.streets import OFFICES

# county seats in kilometres from the centre, rounded: they only say who lies on which side of whom
SEATS = {
    "371502": (0, -1),
    "371503": (24, 14),
    "371521": (-15, -39),
    "371522": (-31, -33),
    "371524": (26, -15),
    "371525": (-46, 3),
    "371526": (21, 46),
    "371581": (-25, 43),
}
# an invented outline of the city in kilometres, clockwise from the north
# fmt: off
OUTLINE = (
    (8, 62), (27, 60), (35, 46), (33, 31), (45, 23), (43, 8), (39, -6), (43, -22), (29, -33),
    (13, -36), (5, -52), (-13, -58), (-25, -70), (-43, -63), (-56, -52), (-50, -34), (-58, -15),
    (-61, 5), (-50, 16), (-40, 30), (-38, 52), (-20, 60), (-6, 52),
)
# fmt: on
URBAN_GRIDS = 3  # unit grids of an urban community outside the core; one in the country

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Partition:
    """Labels of the cells, (rows, columns) of the mesh; ``OUTSIDE`` is outside the city."""

    codes: tuple[str, ...]  # of the communities
    community: Ints
    grid: Ints  # numbers of unit grids, those of one community in order
    owner: Ints  # (grids,) the community of each grid


def urban(street: Division) -> bool:
    return not street.name.endswith(("镇", "乡"))


def inside_outline(points: Floats) -> Flags:
    outline = shapely.Polygon(np.asarray(OUTLINE, dtype=float) * 1000)
    shapely.prepare(outline)
    return np.asarray(shapely.contains_xy(outline, points[:, 0], points[:, 1]))


def street_groups(seeds: Floats, seat: Floats, streets: list[Division], sizes: list[int]) -> Ints:
    """The street of each seed: street offices next to the seat, towns and townships around them."""
    quotas = list(enumerate(sizes))
    near = [(i, size) for i, size in quotas if urban(streets[i])]
    far = [(i, size) for i, size in quotas if not urban(streets[i])]
    order = np.argsort(((seeds - seat) ** 2).sum(axis=1), kind="stable")
    cut = sum(size for _, size in near)
    group = np.empty(len(seeds), dtype=np.int64)
    sectors(seeds, order[:cut], seat, near, group)
    if far:
        bisect(seeds, order[cut:], far, group)
    return group


def community_labels(
    points: Floats,
    weights: Floats,
    seat: Floats,
    streets: list[Division],
    below: dict[str, list[Division]],
    rng: np.random.Generator,
) -> tuple[Ints, list[str]]:
    """Partition one district's cells into its communities; their codes in the order of the labels."""
    sizes = [len(below[street.code]) for street in streets]
    seeds = spread(points, weights, sum(sizes), rng)
    group = street_groups(seeds, seat, streets, sizes)
    order = np.lexsort((-seeds[:, 1], group))
    codes = [community.code for street in streets for community in below[street.code]]
    return nearest(points, seeds[order]), codes


def grids_of(partition: Ints, points: Floats, several: Flags) -> tuple[Ints, Ints]:
    """Cut communities marked ``several`` into URBAN_GRIDS strips of cells, the others into one."""
    cells = np.flatnonzero(partition.ravel() > OUTSIDE)
    owner = partition.ravel()[cells]
    order = np.lexsort((points[cells, 0] - points[cells, 1], owner))
    sizes = np.bincount(owner, minlength=len(several))
    rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    pieces = np.minimum(np.where(several, URBAN_GRIDS, 1), sizes)
    first = np.cumsum(pieces) - pieces
    by_owner = owner[order]
    strip = rank * pieces[by_owner] // sizes[by_owner]
    grid = np.full(partition.size, OUTSIDE, dtype=np.int64)
    grid[cells[order]] = first[by_owner] + strip
    owners = np.repeat(np.arange(len(several)), pieces)
    return connected(grid.reshape(partition.shape), partition), owners


def make_partition(
    mesh: Mesh, divisions: tuple[Division, ...], rng: np.random.Generator
) -> Partition:
    below = children(divisions)
    districts = of_level(divisions, "district")
    coarse = waves(rng, lengths=(3_500.0, 5_000.0, 8_000.0, 13_000.0, 21_000.0), height=3_500.0)
    points = mesh.centres().reshape(-1, 2)
    points = points + coarse.at(points) - coarse.at(np.zeros((1, 2)))
    seats = np.array([SEATS[district.code] for district in districts], dtype=float) * 1000
    district = np.where(inside_outline(points), nearest(points, seats), OUTSIDE)
    shaped = district.reshape(mesh.shape)
    district = connected(shaped, np.zeros_like(shaped)).ravel()
    core_cells = mesh.core_cells()
    district[core_cells.ravel()] = OUTSIDE
    codes, inside = core_communities(mesh, divisions)
    labels = np.full(len(points), OUTSIDE, dtype=np.int64)
    labels[core_cells.ravel()] = inside.ravel()
    several = [False] * len(codes)
    weights = mesh.areas().ravel()
    for number, area in enumerate(districts):
        cells = np.flatnonzero(district == number)
        streets = [street for street in below[area.code] if street.code not in OFFICES]
        own, names = community_labels(
            points[cells], weights[cells], seats[number], streets, below, rng
        )
        labels[cells] = own + len(codes)
        codes += names
        several += [urban(street) for street in streets for _ in below[street.code]]
    shaped = labels.reshape(mesh.shape)
    return with_grids(mesh, connected(shaped, np.zeros_like(shaped)), codes, several, points)


def with_grids(
    mesh: Mesh, community: Ints, codes: list[str], several: list[bool], points: Floats
) -> Partition:
    """Each core cell is a unit grid; outside, a community is cut into one or a few."""
    outside = community.copy()
    outside[mesh.core] = OUTSIDE
    grid, owner = grids_of(outside, points, np.array(several))
    core = community[mesh.core]
    grid[mesh.core] = len(owner) + np.arange(core.size).reshape(core.shape)[::-1]
    owner = np.concatenate([owner, core[::-1].ravel()])
    return Partition(codes=tuple(codes), community=community, grid=grid, owner=owner)
