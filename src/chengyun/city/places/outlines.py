"""How an outline is stored: WKB in WGS 84 degrees, with its box beside it."""

from __future__ import annotations

from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from chengyun.city.places.models import Place


def columns_of(shape: BaseGeometry | None) -> dict[str, Any]:
    """The columns of a stored outline."""
    if shape is None:
        return {}
    west, south, east, north = shape.bounds
    return {
        "geometry": shapely.to_wkb(shape),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
    }


def same_outline(row: Place, shape: BaseGeometry | None) -> bool:
    """Whether a stored row has this outline already."""
    stored = None if row.geometry is None else bytes(row.geometry)
    return stored == (None if shape is None else shapely.to_wkb(shape))


def outline_of(row: Place) -> BaseGeometry | None:
    """The outline of a stored row as a shape."""
    return None if row.geometry is None else shapely.from_wkb(bytes(row.geometry))
