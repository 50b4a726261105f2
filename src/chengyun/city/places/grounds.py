"""Ground to be walked, in metres: a responsibility grid, a unit grid, a region or a road, with the roads there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import shapely
from django.db.models import Model, QuerySet
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from chengyun.city.places import memory
from chengyun.city.places.models import Grid, Region, ResponsibilityGrid, Road
from chengyun.science.coordinates import Plane
from chengyun.science.tracks import Pieces, cut

EDGE = 15.0
"""Metres: the street along a block belongs to whoever walks the block."""
PIECE = 5.0
"""Metres of road that count as passed or not."""

Place = tuple[str, str]
"""Type and code, as a person is bound to it."""

NAMED: dict[str, type[Model]] = {
    "responsibility": ResponsibilityGrid,
    "grid": Grid,
    "region": Region,
    "road": Road,
}
"""What can be walked."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Outline and roads (lines) in metres of ``plane``, which neighbours share.

    Roads count as far as they lie within ``EDGE`` of the outline.
    """

    plane: Plane
    outline: BaseGeometry
    roads: NDArray[np.object_]

    @cached_property
    def pieces(self) -> Pieces:
        """The roads as their coverage is measured."""
        return cut(self.roads, PIECE)

    @property
    def metres(self) -> float:
        return float(self.pieces.metres.sum())


def ground_of(place_type: str, code: str) -> Ground | None:
    """The ground of a place as it is now; None where nothing is drawn."""
    return _ground(memory.current().token, place_type, code)


@lru_cache(maxsize=4096)
def _ground(token: str, place_type: str, code: str) -> Ground | None:
    outline = shapely.union_all(_shapes(place_type, code))
    if outline.is_empty:
        return None
    west, south, east, north = outline.bounds
    plane = Plane(lon=round((west + east) / 2, 1), lat=round((south + north) / 2, 1))
    flat = in_metres(plane, outline)
    if flat.area == 0:
        flat = flat.buffer(EDGE)
    return Ground(plane=plane, outline=flat, roads=_roads(plane, flat.buffer(EDGE)))


def _shapes(place_type: str, code: str) -> NDArray[np.object_]:
    held = memory.current()
    layer, key = {
        "responsibility": (held.grids, "responsible"),
        "grid": (held.grids, "code"),
        "region": (held.regions, "code"),
        "road": (held.roads, "code"),
    }[place_type]
    return layer.shapes[[n for n, row in enumerate(layer.rows) if row[key] == code]]


def _roads(plane: Plane, flat: BaseGeometry) -> NDArray[np.object_]:
    layer = memory.current().roads
    near = np.sort(layer.tree.query(in_degrees(plane, flat)))
    inside = shapely.get_parts(shapely.intersection(in_metres(plane, layer.shapes[near]), flat))
    return np.asarray(inside[shapely.length(inside) > 0])


def in_metres(plane: Plane, shapes: Any) -> Any:
    """One shape or an array of them, from degrees to metres of a plane."""
    return shapely.transform(shapes, lambda xy: np.column_stack(plane.to_plane(xy[:, 0], xy[:, 1])))


def in_degrees(plane: Plane, shapes: Any) -> Any:
    """The way back."""
    return shapely.transform(
        shapes, lambda xy: np.column_stack(plane.to_degrees(xy[:, 0], xy[:, 1]))
    )


def labels_of(places: Iterable[Place]) -> dict[Place, str]:
    """How places are called; one that has no name is called by its code."""
    wanted = set(places)
    found: dict[Place, str] = {}
    for kind, model in NAMED.items():
        if codes := {code for each, code in wanted if each == kind}:
            rows: QuerySet[Any] = model._default_manager.filter(code__in=codes, valid_to=None)
            found |= {(kind, code): name for code, name in rows.values_list("code", "name")}
    return {place: found.get(place) or place[1] for place in wanted}


def responsibility_grids() -> QuerySet[ResponsibilityGrid]:
    """Those in use."""
    return ResponsibilityGrid.objects.filter(valid_to=None)
