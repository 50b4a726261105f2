"""Tiles of the web map: their boxes, and positions inside them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chengyun.science.cells import Box

Floats = NDArray[np.float64]
EXTENT = 4096  # units along one side of a tile


def box_of_tile(z: int, x: int, y: int, margin: float = 0.0) -> Box:
    """Give the box of a tile.

    Parameters
    ----------
    z, x, y
        Zoom, column from the west, row from the north, in Web Mercator.
    margin
        How much to add on each side, as a share of the side.

    Returns
    -------
    Box
        WGS 84 degrees.

    Raises
    ------
    ValueError
        There is no such tile.
    """
    if not (0 <= z <= 30 and 0 <= x < 2**z and 0 <= y < 2**z):
        raise ValueError(f"没有瓦片 {z}/{x}/{y}")
    side = 2.0**z
    west, east = ((v / side) * 360.0 - 180.0 for v in (x - margin, x + 1 + margin))
    south, north = (
        float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * v / side)))))
        for v in (y + 1 + margin, y - margin)
    )
    return Box(west, south, east, north)


def to_tile(z: int, x: int, y: int, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Convert positions to units of a tile.

    Parameters
    ----------
    z, x, y
        The tile.
    lon, lat
        WGS 84 degrees, arrays of one shape, away from the poles.

    Returns
    -------
    column, row : ndarray of float64
        0 to ``EXTENT`` from the upper left corner; beyond it for positions outside the tile.
    """
    side = 2.0**z
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    across = (np.asarray(lon, dtype=np.float64) + 180.0) / 360.0 * side
    down = (1 - np.arcsinh(np.tan(phi)) / np.pi) / 2 * side
    return (across - x) * EXTENT, (down - y) * EXTENT
