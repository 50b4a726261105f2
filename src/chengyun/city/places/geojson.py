"""GeoJSON (RFC 7946, and the `crs` of its predecessor), in UTF-8 or GBK."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from chengyun.city.places.layers import Damaged, Layer, Pick, chosen, crs_of, unreadable

NAMED = re.compile(r"(?:urn:ogc:def:crs:)?(\w+):(?:[\w.]*:)?(\w+)")
"""EPSG:4548, urn:ogc:def:crs:EPSG::4548, urn:ogc:def:crs:OGC:1.3:CRS84."""
BROKEN = object()
"""Stands where a geometry was that is none."""


def read(path: Path, wanted: str, pick: Pick) -> Layer:
    """The features of a collection, or the one feature that is the whole file."""
    root = _parsed(path)
    name = root.get("name")
    chosen([name if isinstance(name, str) and name else path.stem], wanted)
    features = _features(root)
    rows = [_properties(feature) for feature in features]
    columns = pick({name: None for row in rows for name in row})
    return Layer(
        fields={field: [row.get(name) for row in rows] for field, name in columns.items()},
        shapes=_shapes(features),
        crs=_crs(root.get("crs")),
    )


def _parsed(path: Path) -> dict[str, Any]:
    """The file, each geometry made as soon as it is read: as lists of numbers all would take five times the room."""
    try:
        root = json.loads(_decoded(path.read_bytes()), object_hook=_with_geometry)
    except (ValueError, RecursionError) as error:
        raise Damaged from error
    if not isinstance(root, dict):
        raise Damaged
    return root


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise Damaged("文字既不是 UTF-8 也不是 GBK")


def _features(root: dict[str, Any]) -> list[dict[str, Any]]:
    features = [root] if root.get("type") == "Feature" else root.get("features")
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise Damaged
    return features


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise Damaged
    return properties


def _crs(named: Any) -> CRS | None:
    try:
        found = NAMED.fullmatch(named["properties"]["name"])
    except (KeyError, TypeError):
        return None
    return crs_of(CRS.from_authority, *found.groups()) if found else None


# The outlines ------------------------------------------------------------------------------------


def _shapes(features: list[dict[str, Any]]) -> NDArray[np.object_]:
    shapes = np.empty(len(features), dtype=object)
    for row, feature in enumerate(features):
        shapes[row] = feature.get("geometry")
        if shapes[row] is not None and not isinstance(shapes[row], shapely.Geometry):
            raise unreadable(row + 1)
    return shapes


def _with_geometry(read: dict[str, Any]) -> dict[str, Any]:
    if isinstance(read.get("geometry"), dict):
        try:
            read["geometry"] = _shape(read["geometry"])
        except (ValueError, TypeError, LookupError, shapely.errors.GEOSException):
            read["geometry"] = BROKEN
    return read


def _shape(written: dict[str, Any]) -> shapely.Geometry:
    if written["type"] == "GeometryCollection":
        return shapely.GeometryCollection([_shape(part) for part in written["geometries"]])
    return MAKE[written["type"]](written["coordinates"])


def _positions(written: Any) -> NDArray[np.float64]:
    """Positions without height and measure."""
    positions = np.array(written, dtype=float).reshape(len(written), -1)[:, :2]
    if not np.isfinite(positions).all():
        raise ValueError("not a position on the earth")
    return positions


def _polygon(written: Any) -> shapely.Polygon:
    rings = [_positions(ring) for ring in written]
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


MAKE: dict[str, Callable[[Any], shapely.Geometry]] = {
    "Point": lambda written: shapely.Point(*_positions([written])),
    "MultiPoint": lambda written: shapely.MultiPoint(_positions(written)),
    "LineString": lambda written: shapely.LineString(_positions(written)),
    "MultiLineString": lambda written: shapely.MultiLineString([_positions(p) for p in written]),
    "Polygon": _polygon,
    "MultiPolygon": lambda written: shapely.MultiPolygon([_polygon(part) for part in written]),
}
