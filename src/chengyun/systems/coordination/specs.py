"""What the desk is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Pile:
    """One queue of the desk: cases in some states that wait for whoever holds a permission.

    ``mine``: only those that lie with this very person. ``before_dispatch``: no unit has them yet.
    ``rows`` gives, for a user, rows with a case and a due moment that make the queue instead of states: requests, help,
    replies. ``first_for``: whoever holds this permission finds the queue before all others.
    """

    key: str
    label: str
    icon: str
    states: tuple[str, ...]
    may: str
    order: int
    mine: bool = False
    before_dispatch: bool = False
    clock: str = "时限"
    rows: Callable[[Any], Any] | None = None
    first_for: str = ""

    @property
    def gathered(self) -> bool:
        """Whether it is made of rows instead of states."""
        return self.rows is not None
