"""What other apps declare for the frame around every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Landmark:
    """Where one of the frame's own buttons leads; not declared means not drawn.

    Keys the frame draws: ``search`` (GET with ``q``), ``inbox``, ``new``, ``map``, ``me``, ``logout`` (POST).
    ``count`` gives the number beside it for a user; ``may`` "" is for everybody who is logged in. ``suggest`` is the
    URL name of what the search box offers while somebody types.
    """

    key: str
    label: str
    url: str
    may: str = ""
    count: Callable[[Any], int] | None = None
    suggest: str = ""


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """Where a map looks that has nothing to show yet: (west, south, east, north) for a user, None when unknown."""

    key: str
    box: Callable[[Any], tuple[float, float, float, float] | None]
