"""What the pages show of 方言: how each stands, and what a person may do with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from chengyun.city.people.models import User
from chengyun.city.sensing import dialects as reads
from chengyun.city.sensing.models import Dialect
from chengyun.city.sensing.services.devices import CHANGE

TONES = {"learned": "accent", "taken_back": "amber", "open": "line"}


@dataclass(frozen=True, kw_only=True)
class DialectLine:
    """One departure of a device; ``act``: the words of the button and where it leads, None where there is none."""

    dialect: Dialect
    label: str
    badge: dict[str, str]
    act: tuple[str, str] | None


def badge_of(row: Dialect) -> dict[str, str]:
    return {"words": row.get_state_display(), "tone": TONES[row.state]}


def lines_of(user: User, name: str, door: str = "") -> list[DialectLine]:
    """What a device speaks, at one door or at all."""
    return [
        DialectLine(
            dialect=row, label=reads.label_of(row), badge=badge_of(row), act=act_on(user, row)
        )
        for row in reads.dialects_of(user, name, door)
    ]


def act_on(user: User, row: Dialect) -> tuple[str, str] | None:
    """What this person may do with it: the words of the button, and where."""
    if not user.may(CHANGE) or not user.scope(CHANGE).covers(area=reads.area_of(row)):
        return None
    if row.state == reads.IN_USE:
        return "收回，照协议读", reverse("monitoring:dialect_take_back", args=(row.pk,))
    if row.state == reads.TAKEN_BACK:
        return "允许再学", reverse("monitoring:dialect_allow", args=(row.pk,))
    return None
