"""Devices on a map: each a sign by its state now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from chengyun.city.people.models import User
from chengyun.city.sensing import queries
from chengyun.city.sensing.queries import Standing
from chengyun.city.sensing.specs import RANK_LABELS, RANKS
from chengyun.city.sensing.workflow import RAISED
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import Scope
from chengyun.systems.monitoring import view

LONGEST_MARK = 16
DIGITS = 6
"""A tenth of a metre."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A map as GeoJSON; ``mark`` is another one as soon as anything on it is."""

    mark: str
    text: bytes


def devices_on_map(user: User) -> Drawn:
    """The devices in this person's part of the city that have a place."""
    return _drawn(user.scope("monitoring.view"))


@recent(1)
def _drawn(scope: Scope) -> Drawn:
    """For everybody who looks at the same part of the city within a second."""
    rows = queries.standings(scope)
    placed = [row for row in rows if row.place]
    content = {
        "type": "FeatureCollection",
        "features": [feature_of(row) for row in placed],
        "unplaced": len(rows) - len(placed),
    }
    told = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    mark = hashlib.sha256(told.encode()).hexdigest()[:LONGEST_MARK]
    return Drawn(mark=mark, text=f'{told[:-1]},"mark":"{mark}"}}'.encode())


def feature_of(row: Standing) -> dict[str, Any]:
    """One sign: its state, what it says, and the page it opens."""
    properties: dict[str, Any] = {"code": row.code, "state": state_of(row), "label": words_of(row)}
    if row.alarm:
        url = reverse("monitoring:alarm", args=(row.alarm.code,))
        properties |= {"rank": row.alarm.level, "un": int(row.alarm.state == RAISED)}
    else:
        url = reverse("monitoring:device", args=(row.code,))
    if row.moving:
        properties |= {"moving": 1, "turn": round(row.heading or 0)}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": _rounded(row.place or ())},
        "properties": properties | {"url": url},
    }


def state_of(row: Standing) -> str:
    """The level of its alarm, else whether it was heard of in time."""
    if row.alarm:
        return RANKS[row.alarm.level - 1]
    return "quiet" if row.online else "offline"


def words_of(row: Standing) -> str:
    """What a sign says: which device, and what is the matter with it."""
    if row.alarm is None:
        return f"{row.name}，{row.kind}，{'正常' if row.online else '离线'}"
    standing = view.standing_of(row.alarm)
    return f"{row.name}，{row.alarm.label}，{RANK_LABELS[row.alarm.rank]}，{standing}"


def _rounded(place: Sequence[float]) -> list[float]:
    return [round(each, DIGITS) for each in place]
