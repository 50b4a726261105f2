"""What part of the city a person may see with one permission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q


def inside(field: str, area: str) -> Q:
    """Rows whose code column lies in ``area``: a range on the index, "starts with" in effect.

    Both ends are digits, which every collation sorts alike; what is no code has nothing inside.
    """
    if not area:
        return Q()
    if not (area.isascii() and area.isdigit()):
        return Q(pk__in=())
    first = Q(**{f"{field}__gte": area})
    stem = area.rstrip("9")
    return first & Q(**{f"{field}__lt": stem[:-1] + str(int(stem[-1]) + 1)}) if stem else first


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Areas by code prefix, units by id, and the person's own rows; ``everything`` is the whole city.

    ``own``: a post reaches no further than what is the person's own.
    """

    everything: bool = False
    areas: tuple[str, ...] = ()
    units: tuple[int, ...] = ()
    person: int | None = None
    own: bool = False

    @property
    def empty(self) -> bool:
        return not (self.everything or self.areas or self.units or self.person)

    @property
    def one_unit(self) -> bool:
        """Whether nothing is in it but what a single unit answers for."""
        return len(set(self.units)) == 1 and not (self.everything or self.areas or self.own)

    def area_q(self, field: str) -> Q:
        """A condition over a code column; matches nothing when no area is in scope."""
        if self.everything:
            return Q()
        found = Q(pk__in=())
        for area in self.areas:
            found |= inside(field, area)
        return found

    def covers(self, *, area: str = "", unit: int | None = None) -> bool:
        """Whether one area or unit lies inside."""
        if self.everything or any(area.startswith(a) for a in self.areas):
            return True
        return unit is not None and unit in self.units


class Person(Protocol):
    """What the kernel needs of a user."""

    pk: int

    @property
    def post_key(self) -> str: ...

    def may(self, permission: str) -> bool: ...

    def scope(self, permission: str) -> Scope: ...
