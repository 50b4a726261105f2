"""Devices on a map: each a sign by its state now."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
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
MOST_MARKS, MOST_SCOPES = 60, 50
"""Maps of a part of the city that are remembered: as many as there are in two minutes at least; and such parts."""
NOTHING = 0
DIGITS = 6
"""A tenth of a metre."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A map as it was at one moment; ``mark`` is another one as soon as anything on it is.

    ``signs``: the GeoJSON of each device by its code, and the number of the change that made it so; ``gone``: the
    number of the change that took a device away. ``marks``: which change made the map what these marks name.
    """

    mark: str
    unplaced: int
    signs: Mapping[str, tuple[str, int]]
    gone: Mapping[str, int]
    marks: Mapping[str, int]

    def since(self, seen: str) -> bytes:
        """What changed since a mark, or all when nobody remembers that one."""
        number = self.marks.get(seen)
        known = number is not None
        after = number if number is not None else NOTHING
        told = {
            "type": "FeatureCollection",
            "since": seen if known else "",
            "gone": [code for code, change in self.gone.items() if change > after] if known else [],
            "unplaced": self.unplaced,
            "mark": self.mark,
        }
        head = json.dumps(told, ensure_ascii=False, separators=(",", ":"))[:-1]
        signs = ",".join(sign for sign, change in self.signs.values() if change > after)
        return f'{head},"features":[{signs}]}}'.encode()


EMPTY = Drawn(mark="", unplaced=0, signs={}, gone={}, marks={})
_before: OrderedDict[Scope, Drawn] = OrderedDict()
"""The newest map of each part of the city somebody looks at, of which this process remembers what changed."""
_one_at_a_time = Lock()


def devices_on_map(user: User) -> Drawn:
    """The devices in this person's part of the city that have a place."""
    return _drawn(user.scope("monitoring.view"))


@recent(1)
def _drawn(scope: Scope) -> Drawn:
    """For everybody who looks at the same part of the city within a second."""
    rows = queries.standings(scope)
    signs = {row.code: _told(feature_of(row)) for row in rows if row.place}
    with _one_at_a_time:
        drawn = _next(_before.pop(scope, EMPTY), signs, len(rows) - len(signs))
        _before[scope] = drawn
        while len(_before) > MOST_SCOPES:
            _before.popitem(last=False)
    return drawn


def _next(before: Drawn, signs: Mapping[str, str], unplaced: int) -> Drawn:
    """The map after one that was there before; the same again has the same mark."""
    told = f"{unplaced}\n" + "\n".join(signs.values())
    mark = hashlib.sha256(told.encode()).hexdigest()[:LONGEST_MARK]
    number = max(before.marks.values(), default=NOTHING) + 1
    old = before.signs
    changed = {
        code: old[code] if code in old and old[code][0] == sign else (sign, number)
        for code, sign in signs.items()
    }
    gone = {code: change for code, change in before.gone.items() if code not in signs}
    gone |= {code: number for code in old if code not in signs}
    marks = {key: change for key, change in before.marks.items() if key != mark}
    marks = dict(list(marks.items())[-MOST_MARKS:]) | {mark: number}
    return Drawn(mark=mark, unplaced=unplaced, signs=changed, gone=gone, marks=marks)


def _told(sign: Mapping[str, Any]) -> str:
    return json.dumps(sign, ensure_ascii=False, separators=(",", ":"))


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
