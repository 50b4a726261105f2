"""Small tools on label arrays over the mesh: nearest seeds, compact groups, connected parts."""

from collections.abc import Sequence

import numpy as np

from chengyun.demo.geometry.plane import Floats, Ints

LLOYD = 4
OUTSIDE = -1


def nearest(points: Floats, seeds: Floats) -> Ints:
    """Number of the nearest seed of each (n, 2) point."""
    cost = (seeds**2).sum(axis=1) - 2 * points @ seeds.T
    return np.asarray(cost.argmin(axis=1), dtype=np.int64)


def middles(points: Floats, weights: Floats, owner: Ints, seeds: Floats) -> Floats:
    """The weighted middle of every owner's points; an owner without points keeps its seed."""
    total = np.bincount(owner, weights, len(seeds))
    sums = [np.bincount(owner, weights * points[:, i], len(seeds)) for i in (0, 1)]
    found = np.stack(sums, axis=1) / np.maximum(total, 1)[:, None]
    return np.where(total[:, None] > 0, found, seeds)


def spread(points: Floats, weights: Floats, count: int, rng: np.random.Generator) -> Floats:
    """``count`` seeds spread evenly over the points (Lloyd's algorithm)."""
    seeds = points[rng.choice(len(points), count, replace=False)]
    for _ in range(LLOYD):
        seeds = middles(points, weights, nearest(points, seeds), seeds)
    return seeds


def bisect(seeds: Floats, members: Ints, quotas: Sequence[tuple[int, int]], into: Ints) -> None:
    """Give each (label, count) a compact group of ``count`` members, halving the longer side."""
    if len(quotas) == 1:
        into[members] = quotas[0][0]
        return
    counts = np.cumsum([count for _, count in quotas])
    half = 1 + int(np.abs(counts[:-1] - counts[-1] / 2).argmin())
    axis = int(np.ptp(seeds[members], axis=0).argmax())
    order = members[np.argsort(seeds[members, axis], kind="stable")]
    cut = int(counts[half - 1])
    bisect(seeds, order[:cut], quotas[:half], into)
    bisect(seeds, order[cut:], quotas[half:], into)


def sectors(
    seeds: Floats, members: Ints, centre: Floats, quotas: Sequence[tuple[int, int]], into: Ints
) -> None:
    """Give each (label, count) a sector of ``count`` members round a centre, beginning in the west."""
    east, north = (seeds[members] - centre).T
    order = members[np.argsort(np.arctan2(-north, -east), kind="stable")]
    start = 0
    for label, count in quotas:
        into[order[start : start + count]] = label
        start += count


def neighbours(array: Ints, fill: int) -> list[Ints]:
    """The array as seen from each cell to the south, north, west and east."""
    padded = np.pad(array, 1, constant_values=fill)
    return [padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]]


def components(labels: Ints) -> Ints:
    """A number shared by exactly the cells of one connected part; ``OUTSIDE`` counts as one part."""
    part = np.where(labels == OUTSIDE, OUTSIDE, np.arange(labels.size).reshape(labels.shape))
    same = [around == labels for around in neighbours(labels, OUTSIDE - 1)]
    while True:
        lowest = part
        for around, alike in zip(neighbours(part, labels.size), same, strict=True):
            lowest = np.where(alike, np.minimum(lowest, around), lowest)
        if np.array_equal(lowest, part):
            return part
        part = lowest


def connected(labels: Ints, within: Ints) -> Ints:
    """Labels where every label is one connected part: its largest; the rest joins a neighbour.

    A cell only joins a neighbour with the same value of ``within``.
    """
    part = components(labels)
    numbers, first, sizes = np.unique(part, return_index=True, return_counts=True)
    order = np.lexsort((-sizes, labels.ravel()[first]))
    _, best = np.unique(labels.ravel()[first][order], return_index=True)
    loose = ~np.isin(part, numbers[order][best])
    found = labels.copy()
    while loose.any():
        taken = joined(found, loose, within)
        if not taken.any():
            return found
        loose &= ~taken
    return found


def joined(found: Ints, loose: np.ndarray, within: Ints) -> np.ndarray:
    """Let loose cells take the label of a settled neighbour, in place; says which did."""
    settled = np.where(loose, OUTSIDE - 1, found)
    taken = np.zeros_like(loose)
    for label, place in zip(
        neighbours(settled, OUTSIDE - 1), neighbours(within, OUTSIDE - 1), strict=True
    ):
        free = loose & ~taken & (label > OUTSIDE) & (place == within)
        found[free] = label[free]
        taken |= free
    return taken
