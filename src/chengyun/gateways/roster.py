"""Which series there are, by the names their devices call them, and the rules that watch them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np

from chengyun.city.people.models import User
from chengyun.city.sensing.limits import limits_of
from chengyun.city.sensing.models import Device, Series
from chengyun.city.sensing.own_limits import DECLARED, Holding, holding_now
from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Silent
from chengyun.gateways.absences import Awaited, awaited
from chengyun.kernel import registry
from chengyun.science.episodes import Limits
from chengyun.science.signals import Floats, Ints

Name = tuple[str, str]
"""A device's code and a point."""
UNKNOWN = -1


@dataclass(frozen=True, kw_only=True)
class Known:
    """One series as the gateway needs it: its key, what it may measure, where it stands.

    ``names``: what the point is called, each with the factor that brings a value into its unit.
    """

    pk: int
    device: str
    kind: str
    point: str
    low: float
    high: float
    area: str
    names: tuple[tuple[str, float], ...]


class Roster:
    """All series of the city at one moment.

    ``keys``, ``low``, ``high`` and ``factor`` have a place for each name by which a series is told of; a value that is
    told, times its factor, is in the unit of the point. ``awaited``: the devices whose silence is told.
    """

    def __init__(
        self,
        series: Mapping[Name, Known],
        awaited: Sequence[Awaited] = (),
        holding: Holding = DECLARED,
    ) -> None:
        self.series, self.awaited, self.holding = series, awaited, holding
        self.devices = {known.device: known.area for known in series.values()}
        told = [(known, name, factor) for known in series.values() for name, factor in known.names]
        self.keys: Ints = np.array([known.pk for known, _, _ in told], np.int64)
        self.low: Floats = np.array([known.low for known, _, _ in told], np.float64)
        self.high: Floats = np.array([known.high for known, _, _ in told], np.float64)
        self.factor: Floats = np.array([factor for _, _, factor in told], np.float64)
        self._areas = [known.area for known, _, _ in told]
        self._all = {(known.device, name): place for place, (known, name, _) in enumerate(told)}
        self._reach: dict[int, Mapping[Name, int]] = {}
        self._mine: dict[int, frozenset[str]] = {}

    def places(self, names: Iterable[Name], sender: User | None) -> Ints:
        """The place of each name a sender tells of, -1 where it may not tell of it or nobody knows it; shape (n,)."""
        reach = self._of(sender)
        return np.fromiter(map(reach.get, names, repeat(UNKNOWN)), np.int64)

    def reaches(self, device: str, sender: User | None) -> bool:
        """Whether a sender may tell of a device of the city; a door that asks for no token may of all."""
        if sender is None:
            return device in self.devices
        if sender.pk not in self._mine:
            scope = sender.scope("reading.send")
            seen = (code for code, area in self.devices.items() if scope.covers(area=area))
            self._mine[sender.pk] = frozenset(seen)
        return device in self._mine[sender.pk]

    def _of(self, sender: User | None) -> Mapping[Name, int]:
        """What a sender may tell of; a door that asks for no token tells of everything."""
        if sender is None:
            return self._all
        if sender.pk not in self._reach:
            scope = sender.scope("reading.send")
            seen = {n: at for n, at in self._all.items() if scope.covers(area=self._areas[at])}
            self._reach[sender.pk] = self._all if scope.everything else seen
        return self._reach[sender.pk]

    @cached_property
    def watched(self) -> list[tuple[int, AlarmRule]]:
        """Each series with each rule that watches it and the limits that hold there, in the order of the series."""
        by_point: dict[Name, list[AlarmRule]] = {}
        for rule in registry.all_of(AlarmRule):
            if isinstance(rule.looks_at, Silent):
                continue
            by_point.setdefault((rule.kind, rule.point), []).append(rule)
        pairs = [
            (known.pk, self.holding.at(rule, known.device, known.area))
            for known in self.series.values()
            for rule in by_point.get((known.kind, known.point), ())
        ]
        return sorted(pairs, key=lambda pair: (pair[0], pair[1].key))

    @cached_property
    def limits(self) -> Limits:
        """The limits of ``watched``, row by row."""
        return limits_of([rule for _, rule in self.watched])


def read() -> Roster:
    """The roster as the register stands now."""
    rows = Series.objects.filter(device__state=Device.State.WORKING).values_list(
        "pk", "point", "device__code", "device__kind", "device__area"
    )
    points = {
        (kind.key, point.key): point
        for kind in registry.all_of(DeviceKind)
        for point in kind.points
    }
    found: dict[Name, Known] = {}
    for pk, key, code, kind, area in rows:
        point = points.get((kind, key))
        if point is not None:
            found[code, key] = Known(
                pk=pk,
                device=code,
                kind=kind,
                point=key,
                low=point.low,
                high=point.high,
                area=area,
                names=((key, 1.0), *((other.name, other.factor) for other in point.heard_as)),
            )
    holding = holding_now()
    return Roster(found, awaited(holding), holding)
