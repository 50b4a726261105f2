"""Where the names that senders tell stand in the register: many at once, or a few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chengyun.science.signals import Ints

Name = tuple[str, str]
"""A device's code and a point."""
UNKNOWN = -1
BETWEEN = "\x1f"
"""Stands in no code of a device."""
DEARER = 5
"""How many times as long it takes to look up one name alone as to take it into a table for one batch."""


class Names:
    """The names of some series, each with its place."""

    def __init__(self, places: Mapping[Name, int]) -> None:
        self.places = places

    def find(self, told: pa.Table) -> Ints:
        """The place of each reading (``parsing.TOLD``), ``UNKNOWN`` where its name is not among them; shape (n,)."""
        if told.num_rows * DEARER < len(self.places):
            found = (self.places.get(name, UNKNOWN) for name in names_of(told))
            return np.fromiter(found, np.int64, told.num_rows)
        names, places = self._columns
        joined = pc.binary_join_element_wise(told["device"], told["point"], BETWEEN)
        at: Ints = pc.index_in(joined, value_set=names).fill_null(UNKNOWN).to_numpy()
        return places[at]

    @cached_property
    def _columns(self) -> tuple[pa.Array, Ints]:
        """The same as arrays; ``UNKNOWN`` comes last, where the place -1 finds it."""
        names = pa.array([BETWEEN.join(name) for name in self.places], pa.string())
        return names, np.array([*self.places.values(), UNKNOWN], np.int64)


def names_of(told: pa.Table) -> Iterator[Name]:
    """The name of each reading."""
    columns = (told[name].to_numpy(zero_copy_only=False) for name in ("device", "point"))
    return zip(*columns, strict=True)
