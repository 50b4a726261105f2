"""The core of the city: its communities as rectangles of the plan, cut along roads."""

import numpy as np

from chengyun.demo.divisions import Division, children
from chengyun.demo.geometry.mesh import Mesh
from chengyun.demo.geometry.plane import Ints
from chengyun.demo.geometry.streets import LAKE_OFFICE, LAKESIDE, MAIN, OFFICES, ROADS, Box

LEEWAY = 0.22  # how far from its place a cut may move to lie on a road, as a share of the side


def size(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def shares(boxes: tuple[Box, ...], count: int) -> list[int]:
    """``count`` dealt out to the boxes by size."""
    whole = sum(size(box) for box in boxes)
    dealt = [round(count * size(box) / whole) for box in boxes]
    return [*dealt[:-1], count - sum(dealt[:-1])]


def cut_line(low: float, high: float, share: float, axis: str, mesh: Mesh) -> float:
    """Where to cut: on a main road if one is near the wished place, else a road, else a mesh line."""
    wish, leeway = low + (high - low) * share, (high - low) * LEEWAY
    main = [road.at for road in ROADS if road.axis == axis and road.kind == MAIN]
    roads = [road.at for road in ROADS if road.axis == axis]
    for known in (main, roads):
        close = [at for at in known if abs(at - wish) <= leeway and low < at < high]
        if close:
            return min(close, key=lambda at: abs(at - wish))
    lines = [float(at) for at in (mesh.u if axis == "ns" else mesh.v) if low < at < high]
    return min(lines, key=lambda at: abs(at - wish))


def carve(box: Box, count: int, mesh: Mesh) -> list[Box]:
    """The box in ``count`` pieces."""
    if count == 1:
        return [box]
    west, south, east, north = box
    half = count // 2
    if east - west >= north - south:
        at = cut_line(west, east, half / count, "ns", mesh)
        parts = (west, south, at, north), (at, south, east, north)
    else:
        at = cut_line(south, north, half / count, "ew", mesh)
        parts = (west, south, east, at), (west, at, east, north)
    return carve(parts[0], half, mesh) + carve(parts[1], count - half, mesh)


def pieces(office: str, communities: list[Division], mesh: Mesh) -> list[tuple[str, Box]]:
    """(community, rectangle) pairs covering what one street office keeps of the core."""
    special = LAKESIDE if office == LAKE_OFFICE else {}
    found = [(c.code, box) for c in communities for box in special.get(c.name, ())]
    rest = [community for community in communities if community.name not in special]
    boxes: list[Box] = []
    for box, share in zip(OFFICES[office], shares(OFFICES[office], len(rest)), strict=True):
        boxes += carve(box, share, mesh)
    return found + [(c.code, box) for c, box in zip(rest, boxes, strict=True)]


def core_communities(mesh: Mesh, divisions: tuple[Division, ...]) -> tuple[list[str], Ints]:
    """Codes of the core's communities, and the number of each core cell's community."""
    below = children(divisions)
    u, v = mesh.u[mesh.core[1].start :], mesh.v[mesh.core[0].start :]
    codes = [community.code for office in OFFICES for community in below[office]]
    labels = np.full(mesh.core_cells().shape, -1, dtype=np.int64)
    for office in OFFICES:
        for code, (west, south, east, north) in pieces(office, below[office], mesh):
            rows = slice(*np.searchsorted(v, (south - 1, north - 1)))
            columns = slice(*np.searchsorted(u, (west - 1, east - 1)))
            labels[rows, columns] = codes.index(code)
    return codes, labels
