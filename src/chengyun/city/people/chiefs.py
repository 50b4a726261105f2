"""Kinds of chiefs 各类长: those every city has, and those it names itself; several of them may answer for one place."""

from __future__ import annotations

import re

from chengyun.city.people.specs import BINDING_KINDS
from chengyun.kernel.installation import installation
from chengyun.kernel.params import settings_of

CHIEF_KINDS = "chief.kinds"
"""The parameter that names the city's own kinds; the name is also the key under which a person is bound."""
CHIEFS = ("road", "street")
LONGEST = 10
FAULT = f"写成「巷长、楼长」这样的名称，每个最多 {LONGEST} 字，不能重复。"


def names_in(text: str) -> list[str]:
    """Names written one after the other, however they are set apart."""
    return [name for name in re.split(r"[\s,，、;；]+", text) if name]


def names_fault(text: object) -> str:
    """Why these are no names, "" when they are."""
    names = names_in(str(text))
    fine = len({*names}) == len(names) and all(len(name) <= LONGEST for name in names)
    return "" if fine else FAULT


def own_kinds_fault(text: object) -> str:
    """Why these cannot be a city's own kinds, "" when they can."""
    there = {*BINDING_KINDS.values()} & {*names_in(str(text))}
    return f"「{'、'.join(sorted(there))}」已经有了，不用再写。" if there else names_fault(text)


def own_kinds() -> list[str]:
    """The kinds of chiefs the city has named."""
    city = installation()
    return names_in(settings_of(city.area)[CHIEF_KINDS]) if city else []


def binding_kinds() -> dict[str, str]:
    """Everything a person may be bound to a place as."""
    return BINDING_KINDS | {name: name for name in own_kinds()}


def chief_kinds() -> tuple[str, ...]:
    """The kinds that are chiefs of a place: 路长, 街长 and the city's own."""
    return (*CHIEFS, *own_kinds())
