"""Label arrays to polygons: unit grids first, everything above as unions of them."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import shapely

from chengyun.demo.geometry.labels import OUTSIDE
from chengyun.demo.geometry.mesh import Mesh
from chengyun.demo.geometry.partition import Partition
from chengyun.demo.geometry.plane import Ints

Shapes = npt.NDArray[np.object_]
TOLERANCE = 420.0  # metres: how much of the mesh's steps is smoothed away outside the core


def united(shapes: Shapes, labels: Ints, count: int) -> Shapes:
    """(count,) union of the shapes of each label 0 … count-1; the shapes share their edges."""
    order = np.argsort(labels, kind="stable")
    edges = np.searchsorted(labels[order], np.arange(count + 1))
    groups = [shapes[order[a:b]] for a, b in zip(edges[:-1], edges[1:], strict=True)]
    return np.array([shapely.coverage_union_all(group) for group in groups], dtype=object)


def grid_shapes(mesh: Mesh, partition: Partition) -> Shapes:
    """(grids,) polygons in metres; outside the core their borders are smoothed together.

    The land around the city takes part, so that the city's own outline is smoothed as well.
    """
    labels = partition.grid.copy()
    count = len(partition.owner)
    labels[labels == OUTSIDE] = count
    core = np.unique(partition.grid[mesh.core])
    coarse = np.setdiff1d(np.arange(count + 1), core)
    labels[mesh.core] = OUTSIDE
    flat = labels.ravel()
    cells = np.flatnonzero(flat != OUTSIDE)
    rough = united(mesh.polygons(cells), np.searchsorted(coarse, flat[cells]), len(coarse))
    found = np.empty(count + 1, dtype=object)
    found[coarse] = shapely.coverage_simplify(rough, TOLERANCE, simplify_boundary=False)
    found[partition.grid[mesh.core].ravel()] = mesh.polygons(mesh.core_cells().ravel())
    return found[:count]


def by_code(shapes: Shapes, codes: Iterable[str], length: int) -> dict[str, shapely.Geometry]:
    """Union of the shapes by the first ``length`` digits of their codes."""
    names, labels = np.unique([code[:length] for code in codes], return_inverse=True)
    joined = united(shapes, labels, len(names))
    return dict(zip(names.tolist(), joined, strict=True))
