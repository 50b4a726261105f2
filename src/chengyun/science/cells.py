"""Cells: one whole number per position, so that any database can look for points in a box.

The number is the Morton code (bits of longitude and latitude taken in turns) of the position on a
grid of 2³¹ by 2³¹ over the earth, about 2 cm.  It is never negative and fits a signed 64-bit column.
Points near each other mostly have near numbers, so that a box is covered by few ranges
``BETWEEN low AND high``; the caller then filters exactly.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chengyun.science.coordinates import Plane

Ints = NDArray[np.int64]
BITS = 31
_TOP = (1 << BITS) - 1
_SPREAD = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


class Box(NamedTuple):
    """A rectangle in WGS 84 degrees, its edges included."""

    west: float
    south: float
    east: float
    north: float


def cell(lon: float, lat: float) -> int:
    """Give the cell of one position.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees.

    Returns
    -------
    int
        0 to 2**62 - 1.

    Raises
    ------
    ValueError
        Not a position on the earth.
    """
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise ValueError(f"经纬度（{lon}，{lat}）超出范围")
    x = min(int((lon + 180.0) / 360.0 * (1 << BITS)), _TOP)
    y = min(int((lat + 90.0) / 180.0 * (1 << BITS)), _TOP)
    return _spread(x) | _spread(y) << 1


def cells(lon: ArrayLike, lat: ArrayLike) -> Ints:
    """Give the cells of many positions, equal to ``cell`` of each.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees, arrays of one shape.

    Returns
    -------
    ndarray of int64

    Raises
    ------
    ValueError
        One of them is not a position on the earth.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if not (np.all(np.abs(x) <= 180.0) and np.all(np.abs(y) <= 90.0)):
        raise ValueError("有经纬度超出范围")
    column = np.minimum(((x + 180.0) / 360.0 * (1 << BITS)).astype(np.int64), _TOP)
    row = np.minimum(((y + 90.0) / 180.0 * (1 << BITS)).astype(np.int64), _TOP)
    return _interleave(column, row)


def ranges(box: Box, max_ranges: int = 16) -> list[tuple[int, int]]:
    """Cover a box by ranges of cells.

    Parameters
    ----------
    box
        Rectangle in WGS 84 degrees; west <= east, south <= north.
    max_ranges
        At most so many ranges; more are tighter.

    Returns
    -------
    list of (int, int)
        Ascending, disjoint, both ends included.  Every point of the box has its cell in one of
        them; points outside the box may, too.

    Raises
    ------
    ValueError
        The box is turned round or leaves the earth.
    """
    if box.west > box.east or box.south > box.north or max_ranges < 1:
        raise ValueError("范围框的西、南边界须小于东、北边界")
    west, east = (_axis(v, 180.0) for v in (box.west, box.east))
    south, north = (_axis(v, 90.0) for v in (box.south, box.north))
    shift = 0
    while ((east >> shift) - (west >> shift) + 1) * (
        (north >> shift) - (south >> shift) + 1
    ) > 1024:
        shift += 1
    columns = np.arange(west >> shift, (east >> shift) + 1, dtype=np.int64)
    rows = np.arange(south >> shift, (north >> shift) + 1, dtype=np.int64)
    quads = np.sort(_interleave(columns[None, :], rows[:, None]).ravel())
    return _merge(quads, 2 * shift, max_ranges)


def around(lon: float, lat: float, metres: float) -> Box:
    """Give the box that contains a circle.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees of the centre, away from the poles.
    metres
        Radius, up to some tens of kilometres.

    Returns
    -------
    Box
    """
    reach = metres * 1.01
    west, south = Plane(lon=lon, lat=lat).to_degrees(-reach, -reach)
    east, north = Plane(lon=lon, lat=lat).to_degrees(reach, reach)
    return Box(float(west), float(south), float(east), float(north))


def _axis(value: float, half: float) -> int:
    if not -half <= value <= half:
        raise ValueError("范围框超出经纬度范围")
    return min(int((value + half) / (2 * half) * (1 << BITS)), _TOP)


def _merge(quads: Ints, bits: int, max_ranges: int) -> list[tuple[int, int]]:
    """Join neighbouring quads, then close the smallest gaps until there are few enough ranges."""
    gaps = np.diff(quads) - 1
    keep = min(max_ranges - 1, int(np.count_nonzero(gaps)))
    cuts = (
        np.sort(np.argsort(gaps, kind="stable")[len(gaps) - keep :])
        if keep
        else np.empty(0, np.int64)
    )
    firsts = quads[np.concatenate(([0], cuts + 1)).astype(np.int64)]
    lasts = quads[np.concatenate((cuts, [len(quads) - 1])).astype(np.int64)]
    return [
        (int(a) << bits, ((int(b) + 1) << bits) - 1) for a, b in zip(firsts, lasts, strict=True)
    ]


def _spread(value: int) -> int:
    for step, mask in _SPREAD:
        value = (value | value << step) & mask
    return value


def _interleave(x: Ints, y: Ints) -> Ints:
    for step, mask in _SPREAD:
        x = (x | x << step) & mask
        y = (y | y << step) & mask
    return x | y << 1
