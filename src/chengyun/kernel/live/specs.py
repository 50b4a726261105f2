"""What may be declared about live pages. No Django."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A kind of thing whose changes are shown on open pages.

    ``key`` is the subject type of its audit rows, ``kind`` what pages call it. ``readers`` takes ids and people and
    gives, by id, the people who may open it now.
    """

    key: str
    kind: str
    readers: Callable[[Sequence[int], Sequence[Any]], Mapping[int, Collection[int]]]
