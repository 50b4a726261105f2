"""What stands around a device, and how it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from chengyun.city.assets.models import Asset, State
from chengyun.city.assets.queries import near as assets_within
from chengyun.city.people.models import User
from chengyun.city.sensing.models import Device
from chengyun.city.sensing.queries import Standing, standings_near
from chengyun.systems.monitoring import map_view

METRES = 300
SHOWN = 12
TONES = {State.GOOD: "eco", State.BROKEN: "amber", State.LOST: "red"}


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """One of them; ``rank`` is the level of its alarm, "" where none is open."""

    name: str
    kind: str
    url: str
    metres: int
    rank: str
    badge: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Around:
    """Those with something the matter first, then the nearest; ``more`` there is no room for."""

    rows: list[Neighbour]
    total: int
    amiss: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def devices_near(user: User, device: Device, lon: float, lat: float) -> Around:
    """The other devices nearby."""
    found = standings_near(user, lon, lat, METRES)
    others = [(row, far) for row, far in found if row.code != device.code]
    return _around(others, lambda row: map_view.state_of(row) != "quiet", _device)


def assets_near(user: User, lon: float, lat: float) -> Around:
    """The parts nearby this person may see."""
    found = assets_within(user, lon, lat, METRES)
    return _around(found, lambda row: row.state != State.GOOD, _asset)


def _around(
    found: Iterable[tuple[Any, float]],
    is_amiss: Callable[[Any], bool],
    shown: Callable[[Any, int], Neighbour],
) -> Around:
    ordered = sorted(found, key=lambda pair: not is_amiss(pair[0]))
    return Around(
        rows=[shown(row, round(far)) for row, far in ordered[:SHOWN]],
        total=len(ordered),
        amiss=sum(is_amiss(row) for row, _ in ordered),
    )


def _device(row: Standing, metres: int) -> Neighbour:
    words, tone = ("正常", "eco") if row.online else ("离线", "line")
    return Neighbour(
        name=row.name,
        kind=row.kind,
        url=reverse("monitoring:device", args=(row.code,)),
        metres=metres,
        rank=row.alarm.rank if row.alarm else "",
        badge={"words": words, "tone": tone},
    )


def _asset(row: Asset, metres: int) -> Neighbour:
    state = State(row.state)
    return Neighbour(
        name=row.name,
        kind=row.code,
        url=reverse("data:asset", args=(row.code,)),
        metres=metres,
        rank="",
        badge={"words": state.label, "tone": TONES.get(state, "line")},
    )
