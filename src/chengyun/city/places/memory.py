"""The current places, held in the memory of the process: outlines in search trees, names by code.

Every import writes a new token. This process's own imports and those of its neighbours on the same machine are seen at
once, by a file in the state folder; those of another machine after a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db.models import QuerySet
from numpy.typing import NDArray
from shapely import STRtree

from chengyun.city.places.models import BaseShape, Grid, LayerImport, Region, Road
from chengyun.kernel.recent import recent
from chengyun.science.addresses import Streets

MAIN_GRADES = ("express", "trunk")


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Rows with an outline, in the order of their keys; arrays share that order."""

    rows: list[dict[str, Any]]
    shapes: NDArray[np.object_]

    @cached_property
    def tree(self) -> STRtree:
        return STRtree(self.shapes)


class Held:
    """The places of one token; each layer is read when first asked for."""

    def __init__(self, token: str) -> None:
        self.token = token

    @cached_property
    def grids(self) -> Layer:
        found = Grid.objects.filter(valid_to=None).order_by("code")
        return _layer(found, "code", "community", responsible="responsibility__code")

    @cached_property
    def regions(self) -> Layer:
        """From the community up, so that the first hit is the smallest region."""
        found = Region.objects.filter(valid_to=None)
        layer = _layer(found, "code", "name", "level", "simulated")
        order = sorted(range(len(layer.rows)), key=lambda n: _small_first(layer.rows[n]["code"]))
        return Layer(rows=[layer.rows[n] for n in order], shapes=layer.shapes[order])

    @cached_property
    def labels(self) -> Layer:
        """Where the name of each region is written: from its outline it would appear once in every tile."""
        points = shapely.point_on_surface(self.regions.shapes)
        return Layer(rows=self.regions.rows, shapes=points)

    @cached_property
    def levels(self) -> list[tuple[int, Layer]]:
        """The regions level by level from the community up, each with the number of its first row."""
        lengths = [len(row["code"]) for row in self.regions.rows]
        cuts = [n for n in range(len(lengths)) if n == 0 or lengths[n] != lengths[n - 1]]
        return [
            (a, Layer(rows=self.regions.rows[a:b], shapes=self.regions.shapes[a:b]))
            for a, b in pairwise([*cuts, len(lengths)])
        ]

    @cached_property
    def areas(self) -> tuple[list[str], NDArray[np.int64]]:
        """Codes by area number, the rows of the region layer first, and the area number of each grid."""
        number = {row["code"]: n for n, row in enumerate(self.regions.rows)}
        of_grid = [number.setdefault(row["community"], len(number)) for row in self.grids.rows]
        return list(number), np.array(of_grid, dtype=np.int64)

    @cached_property
    def roads(self) -> Layer:
        """With a class for the map: the main roads, and the rest."""
        layer = _layer(Road.objects.filter(valid_to=None).order_by("pk"), "code", "name", "grade")
        for row in layer.rows:
            row["class"] = "main" if row["grade"] in MAIN_GRADES else "branch"
        return layer

    @cached_property
    def shapes(self) -> Layer:
        return _layer(BaseShape.objects.filter(valid_to=None).order_by("pk"), "kind", "name")

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the current regions, those without an outline too."""
        return dict(Region.objects.filter(valid_to=None).values_list("code", "name"))

    @cached_property
    def streets(self) -> Streets:
        return Streets([row["name"] for row in self.roads.rows], list(self.roads.shapes))


_held = Held("")
_seen = 0  # the mark on disk when the token was last read


def current() -> Held:
    """The places as they are now."""
    global _held, _seen
    mark = _mark()
    if mark != _seen:
        _token.forget()
        _seen = mark
    if _held.token != _token():
        _held = Held(_token())
    return _held


def forget() -> None:
    """Read anew at the next question."""
    _token.forget()


def announce() -> None:
    """Tell this process and its neighbours that the places have changed."""
    forget()
    mark = _mark_file()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(_token(), encoding="ascii")


@recent(60)
def _token() -> str:
    return LayerImport.objects.order_by("-pk").values_list("token", flat=True).first() or "empty"


def _mark_file() -> Path:
    return Path(settings.ENV.home) / "places.token"


def _mark() -> int:
    try:
        return _mark_file().stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _layer(found: QuerySet[Any], *fields: str, **renamed: str) -> Layer:
    rows: list[dict[str, Any]] = []
    outlines: list[bytes] = []
    keys = (*fields, *renamed)
    for *values, outline in found.exclude(geometry=None).values_list(
        *fields, *renamed.values(), "geometry"
    ):
        rows.append(dict(zip(keys, values, strict=True)))
        outlines.append(bytes(outline))
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = shapely.from_wkb(outlines)
    return Layer(rows=rows, shapes=shapes)


def _small_first(code: str) -> tuple[int, str]:
    return -len(code), code
