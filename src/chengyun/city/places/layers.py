"""What the readers of files of places have in common: one layer, read as far as somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from chengyun.kernel.errors import Invalid

Pick = Callable[[Iterable[str]], dict[str, str]]
"""Of the columns a layer has, those that are wanted: the column of each field."""


class Damaged(Exception):
    """A file is not what its suffix says, or holds only a part of it; the message says what is wrong, when known."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The wanted fields of a layer, row by row as they stand there, and its outlines in their own system."""

    fields: dict[str, Sequence[Any]]
    shapes: NDArray[np.object_]
    crs: CRS | None


def chosen(layers: list[str], wanted: str) -> str:
    """The layer to read: the one that was named, or the only one."""
    if wanted and wanted not in layers:
        raise Invalid(f"文件里没有图层“{wanted}”，有：{'、'.join(layers)}。")
    if not wanted and len(layers) > 1:
        raise Invalid(f"文件里有 {len(layers)} 个图层，请指明用哪一个：{'、'.join(layers)}。")
    if not layers:
        raise Invalid("文件里没有图层。")
    return wanted or layers[0]


def unreadable(row: int) -> Damaged:
    return Damaged(f"第 {row} 行的图形读不出")


def crs_of(make: Callable[..., CRS], *words: str) -> CRS | None:
    """The reference system somebody wrote into a file, unless nobody knows it."""
    try:
        return make(*words)
    except CRSError:
        return None
