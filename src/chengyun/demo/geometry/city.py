"""Draw the whole demo city from its table of divisions and a seed."""

import dataclasses
from collections import Counter

import numpy as np
import shapely

from chengyun.demo.divisions import Division, divisions
from chengyun.demo.geometry.buildings import buildings
from chengyun.demo.geometry.country import country, seats, villages
from chengyun.demo.geometry.drawn import Area, DrawnCity, Duty, Grid, Line, Patch
from chengyun.demo.geometry.mesh import Mesh, make_mesh
from chengyun.demo.geometry.partition import Partition, make_partition
from chengyun.demo.geometry.plane import located
from chengyun.demo.geometry.roads import core_roads
from chengyun.demo.geometry.scenery import blocks, greens, lake, old_town, rivers
from chengyun.demo.geometry.shapes import Shapes, by_code, grid_shapes
from chengyun.demo.geometry.streets import OFFICES

SEED = 3715
CITY = "3715"
DUTY_SIZE = 18  # unit grids an inspector walks, about

Outlines = dict[str, shapely.Geometry]


def grid_codes(partition: Partition) -> list[str]:
    """15-digit codes: the community's 12, then 001, 002 … within it."""
    seen: Counter[int] = Counter()
    codes = []
    for owner in partition.owner.tolist():
        seen[owner] += 1
        codes.append(f"{partition.codes[owner]}{seen[owner]:03d}")
    return codes


def outlines(shapes: Shapes, codes: list[str]) -> Outlines:
    """Community, street, district and city outlines by code, each the union of what is below."""
    found: Outlines = {}
    below = (shapes, codes)
    for length in (12, 9, 6, 4):
        level = by_code(*below, length)
        found |= level
        below = (np.array(list(level.values()), dtype=object), list(level))
    return found


def duties(codes: list[str], names: dict[str, str]) -> list[Duty]:
    """Cut each community's unit grids, in order of code, into runs of about DUTY_SIZE."""
    members: dict[str, list[str]] = {}
    for code in codes:
        members.setdefault(code[:12], []).append(code)
    found = []
    for community, grids in sorted(members.items()):
        parts = max(1, round(len(grids) / DUTY_SIZE))
        for number, part in enumerate(np.array_split(np.array(sorted(grids)), parts), start=1):
            short = names[community].removesuffix("居委会").removesuffix("村委会")
            found.append(
                Duty(
                    code=f"{community}Z{number:02d}",
                    name=f"{short}第{number}责任网格",
                    community=community,
                    grids=tuple(str(code) for code in part),
                )
            )
    return found


def land(
    mesh: Mesh, found: Outlines, streets: dict[str, Division], rng: np.random.Generator
) -> tuple[list[Line], list[Patch]]:
    """Lines and patches outside the core, and the blocks of the county seats."""
    middles = seats(streets, {code: found[code] for code in streets})
    return country(mesh, middles, rng)


def rural(found: Outlines) -> Shapes:
    shapes = [shape for code, shape in found.items() if len(code) == 12 and code[:9] not in OFFICES]
    return np.array(shapes, dtype=object)


def merged(patches: list[Patch]) -> shapely.Geometry:
    return shapely.union_all([patch.shape for patch in patches])


def scenery(
    mesh: Mesh, found: Outlines, streets: dict[str, Division], rng: np.random.Generator
) -> tuple[list[Line], list[Patch]]:
    water = [*rivers(found[CITY]), lake(mesh)]
    parks = greens(mesh, water)
    taken = merged([*water, *parks])
    roads = core_roads(mesh)
    paved = shapely.union_all([road.shape for road in roads])
    lines, towns = land(mesh, found, streets, rng)
    patches = [*water, *parks, old_town(mesh), *blocks(roads, taken), *towns]
    patches += villages(rural(found), merged([*water, *towns]), rng)
    patches += buildings(mesh, taken, paved, rng)
    return [*roads, *lines], patches


def draw_city(seed: int = SEED) -> DrawnCity:
    """The same seed draws the same city."""
    rng = np.random.default_rng(seed)
    table = divisions()
    mesh = make_mesh(rng)
    partition = make_partition(mesh, table, rng)
    shapes, codes = grid_shapes(mesh, partition), grid_codes(partition)
    found = outlines(shapes, codes)
    streets = {row.code: row for row in table if row.level == "street"}
    roads, patches = scenery(mesh, found, streets, rng)
    return DrawnCity(
        mesh=mesh,
        areas=tuple(area(row, found[row.code]) for row in table),
        grids=tuple(
            Grid(code=code, community=code[:12], shape=shape)
            for code, shape in sorted(zip(codes, located(shapes), strict=True))
        ),
        duties=tuple(duties(codes, {row.code: row.name for row in table})),
        roads=tuple(dataclasses.replace(r, shape=located(r.shape)) for r in roads),
        patches=tuple(dataclasses.replace(p, shape=located(p.shape)) for p in patches),
    )


def area(row: Division, shape: shapely.Geometry) -> Area:
    return Area(
        code=row.code, name=row.name, level=row.level, parent=row.parent, shape=located(shape)
    )
