"""Vector tiles of the places: what each zoom shows, cut, simplified, encoded, and kept on disk until places change."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from django.conf import settings

from chengyun.city.places import memory
from chengyun.science.tiles import EXTENT, box_of_tile, to_tile

MOST_ZOOM = 18
MARGIN = 64 / EXTENT  # lines are drawn a little beyond the edge, so that no seam shows
TOLERANCE = 2.0  # tile units; a quarter of a pixel on a tile of 512
ROAD_ZOOM = {"express": 6, "trunk": 8, "secondary": 11, "branch": 12, "lane": 13}
REGION_ZOOM = {"city": 0, "district": 6, "street": 9, "community": 12}
GRID_ZOOM = 13

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class TileLayer:
    """A layer of the tiles: which rows of what is in memory, from which zoom, with which properties."""

    held: Callable[[memory.Held], memory.Layer]
    shown: Callable[[Mapping[str, Any], int], bool]
    said: tuple[str, ...]


def _of_kind(kind: str, zoom: int) -> TileLayer:
    return TileLayer(
        held=lambda held: held.shapes,
        shown=lambda row, z: row["kind"] == kind and z >= zoom,
        said=("name",),
    )


LAYERS: dict[str, TileLayer] = {
    "water": _of_kind("water", 6),
    "green": _of_kind("green", 9),
    "oldtown": _of_kind("oldtown", 9),
    "blocks": _of_kind("block", 11),
    "buildings": _of_kind("building", 14),
    "roads": TileLayer(
        held=lambda held: held.roads,
        shown=lambda row, z: z >= ROAD_ZOOM[row["grade"]],
        said=("name", "grade", "class"),
    ),
    "grids": TileLayer(
        held=lambda held: held.grids,
        shown=lambda row, z: z >= GRID_ZOOM,
        said=("code", "community", "responsible"),
    ),
    "regions": TileLayer(
        held=lambda held: held.regions,
        shown=lambda row, z: z >= REGION_ZOOM[row["level"]],
        said=("code", "name", "level", "simulated"),
    ),
    "labels": TileLayer(
        held=lambda held: held.labels,
        shown=lambda row, z: z >= REGION_ZOOM[row["level"]],
        said=("name", "level"),
    ),
}
ALL = "all"  # every layer in one tile: one request instead of eight


def tile(layer: str, z: int, x: int, y: int) -> tuple[str, bytes]:
    """The version of the places and the gzipped tile, b"" when nothing is there.

    Raises KeyError when there is no such layer, ValueError when there is no such tile.
    """
    if z > MOST_ZOOM:
        raise ValueError(z)
    names = list(LAYERS) if layer == ALL else [layer]
    chosen = {name: LAYERS[name] for name in names}
    held = memory.current()
    kept = _folder() / held.token / layer / str(z) / str(x) / f"{y}.mvt"
    if kept.is_file():
        return held.token, kept.read_bytes()
    made = _encode(held, chosen, z, x, y)
    if made:
        _keep(kept, made)
    return held.token, made


def clear() -> None:
    """Drop the tiles of former versions."""
    token = memory.current().token
    if _folder().is_dir():
        for folder in _folder().iterdir():
            if folder.name != token:
                shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    return Path(settings.ENV.home) / "tiles"


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as part:
        part.write(content)
    os.replace(name, path)


def _encode(held: memory.Held, layers: Mapping[str, TileLayer], z: int, x: int, y: int) -> bytes:
    box = shapely.box(*box_of_tile(z, x, y, MARGIN))
    drawn = [
        {"name": name, "features": features}
        for name, layer in layers.items()
        if (features := _features(layer, held, box, z, x, y))
    ]
    if not drawn:
        return b""
    options = {"y_coord_down": True, "extents": EXTENT}
    return gzip.compress(mapbox_vector_tile.encode(drawn, default_options=options), 6, mtime=0)


def _features(
    layer: TileLayer, held: memory.Held, box: shapely.Polygon, z: int, x: int, y: int
) -> list[dict[str, Any]]:
    source = layer.held(held)
    rows = [n for n in np.sort(source.tree.query(box)).tolist() if layer.shown(source.rows[n], z)]
    if not rows:
        return []
    shapes = shapely.transform(
        source.shapes[rows], lambda xy: np.column_stack(to_tile(z, x, y, xy[:, 0], xy[:, 1]))
    )
    side = EXTENT * MARGIN
    cut = shapely.clip_by_rect(
        shapely.simplify(shapes, TOLERANCE, preserve_topology=False),
        -side,
        -side,
        EXTENT + side,
        EXTENT + side,
    )
    return [
        {"geometry": shape, "properties": _properties(source.rows[n], layer.said), "id": n + 1}
        for n, shape in zip(rows, cut, strict=True)
        if not shape.is_empty
    ]


def _properties(row: Mapping[str, Any], said: tuple[str, ...]) -> dict[str, Any]:
    return {key: row[key] for key in said if row[key] not in (None, "")}
