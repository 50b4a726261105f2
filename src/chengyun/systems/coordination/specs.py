"""What the desk is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pile:
    """One queue of the desk: cases in some states that wait for whoever holds a permission.

    ``mine``: only those that lie with this very person.
    """

    key: str
    label: str
    icon: str
    states: tuple[str, ...]
    may: str
    order: int
    mine: bool = False
    clock: str = "时限"
