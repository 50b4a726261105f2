"""Places where the same kind of thing is reported again and again."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import STRtree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def occasions(moments: Sequence[float], apart: float) -> int:
    """Count how often something happened.

    Parameters
    ----------
    moments
        Seconds, in any order.
    apart
        Seconds; what is reported sooner than that after the occasion before belongs to it.

    Returns
    -------
    int
    """
    found, last = 0, -np.inf
    for moment in sorted(moments):
        if moment - last >= apart:
            found, last = found + 1, moment
    return found


def clusters(
    kinds: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    moments: ArrayLike,
    *,
    reach: float,
    least: int,
    apart: float,
) -> list[Ints]:
    """Gather reports of one kind around the same spot.

    The report with most others of its kind within ``reach`` is taken first with all of these, then the next of those
    left over; a report is in one cluster at most.

    Parameters
    ----------
    kinds
        A whole number per report; only equal ones are gathered.
    x, y
        Metres in a plane.
    moments
        Seconds.
    reach
        Metres between the middle report and the others.
    least, apart
        How many occasions make a cluster; see ``occasions``.

    Returns
    -------
    list of ndarray of int64
        Numbers of the reports of each cluster, the largest first.
    """
    kind, at = np.asarray(kinds, dtype=np.int64), np.asarray(moments, dtype=np.float64)
    if len(kind) < least:
        return []
    points: NDArray[np.object_] = np.empty(len(kind), dtype=object)
    points[:] = shapely.points(np.column_stack((x, y)))
    pairs = STRtree(points).query(points, predicate="dwithin", distance=reach)
    one, other = pairs[:, kind[pairs[0]] == kind[pairs[1]]]
    near = np.bincount(one, minlength=len(points))
    order = np.argsort(one, kind="stable")
    first = np.concatenate(([0], np.cumsum(near)))
    neighbours = other[order]
    free = np.full(len(points), True)
    found: list[Ints] = []
    for middle in np.argsort(-near, kind="stable"):
        if near[middle] < least:
            break
        mine = neighbours[first[middle] : first[middle + 1]]
        mine = mine[free[mine]]
        if free[middle] and occasions(at[mine].tolist(), apart) >= least:
            free[mine] = False
            found.append(np.sort(mine))
    return sorted(found, key=len, reverse=True)
