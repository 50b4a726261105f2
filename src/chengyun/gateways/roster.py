"""Which series there are, by the names their devices call them, and the rules that watch them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from django.db.models import Count, Max

from chengyun.city.people.models import User
from chengyun.city.sensing.limits import limits_of
from chengyun.city.sensing.models import Device, Series
from chengyun.city.sensing.own_limits import DECLARED, Holding, holding_now
from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Point, Silent
from chengyun.city.sensing.usual import NO_TABLES, UsualTables, stamp_now, tables_now
from chengyun.gateways.absences import Awaited, awaited
from chengyun.gateways.astray import Whereabouts, whereabouts_now
from chengyun.gateways.names import UNKNOWN, Name, Names
from chengyun.kernel import registry
from chengyun.kernel.models import Audit
from chengyun.kernel.scope import Scope
from chengyun.science.conditions import points_of
from chengyun.science.episodes import Limits
from chengyun.science.signals import Floats, Ints

MOST_SENDERS = 1000
CHANGED_BY = ("sensing.device", "sensing.ownlimits", "sensing.fence")
"""Whose acts change what the gateway knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """One series as the gateway needs it: its key, what it may measure, where it stands; the ``part`` it sits on.

    ``names``: what the point is called, each with the factor that brings a value into its unit.
    """

    pk: int
    device: str
    kind: str
    point: str
    low: float
    high: float
    area: str
    unit: str = ""
    part: int | None = None
    names: tuple[tuple[str, float], ...]


Stamp = tuple[int, int | None]


class Register:
    """The series of all devices that work, as they stood after the acts ``stamp`` counts.

    ``keys``, ``low``, ``high`` and ``factor`` have a place for each name by which a series is told of; a value that is
    told, times its factor, is in the unit of the point. ``whereabouts``: where devices that move may be.
    """

    def __init__(
        self, series: Sequence[Known], stamp: Stamp, whereabouts: Whereabouts | None = None
    ) -> None:
        self.series, self.stamp = series, stamp
        self.whereabouts = whereabouts or Whereabouts()
        self.devices = {known.device: known.area for known in series}
        told = [(known, name, factor) for known in series for name, factor in known.names]
        self.keys: Ints = np.array([known.pk for known, _, _ in told], np.int64)
        self.low: Floats = np.array([known.low for known, _, _ in told], np.float64)
        self.high: Floats = np.array([known.high for known, _, _ in told], np.float64)
        self.factor: Floats = np.array([factor for _, _, factor in told], np.float64)
        self._areas = [known.area for known, _, _ in told]
        self._units = [known.unit for known, _, _ in told]
        places = {(known.device, name): place for place, (known, name, _) in enumerate(told)}
        self._all = Names(places)
        self._reach: dict[Scope, Names] = {}
        self._mine: dict[Scope, frozenset[str]] = {}

    def places(self, told: pa.Table, sender: User | None) -> Ints:
        """The place of each reading (``parsing.TOLD``), ``UNKNOWN`` where nobody knows its name; shape (n,).

        What a sender may not tell of is as unknown as the rest.
        """
        reach = self._all if sender is None else self._of(_scope(sender))
        return reach.find(told)

    def reaches(self, device: str, sender: User | None) -> bool:
        """Whether a sender may tell of a device of the city; a door that asks for no token may of all."""
        if sender is None:
            return device in self.devices
        scope = _scope(sender)
        if scope not in self._mine:
            seen = (code for code, area in self.devices.items() if scope.covers(area=area))
            self._mine[scope] = frozenset(seen)
        return device in self._mine[scope]

    def unit_of(self, device: str, name: str) -> tuple[str, float] | None:
        """The unit of a point by one of its names, and the factor of that name; None where nobody knows it."""
        place = self._all.places.get((device, name))
        return None if place is None else (self._units[place], float(self.factor[place]))

    def _of(self, scope: Scope) -> Names:
        """What may be told of within a scope."""
        if scope.everything:
            return self._all
        if scope not in self._reach:
            places = self._all.places.items()
            seen = {name: at for name, at in places if scope.covers(area=self._areas[at])}
            self._reach[scope] = Names(seen)
        return self._reach[scope]


_scopes: dict[int, tuple[User, Scope]] = {}
"""By the identity of a sender, who is read anew now and then."""


def _scope(sender: User) -> Scope:
    """Where a sender may tell of devices."""
    found = _scopes.get(id(sender))
    if found is None:
        if len(_scopes) >= MOST_SENDERS:
            _scopes.clear()
        found = _scopes[id(sender)] = sender, sender.scope("reading.send")
    return found[1]


class Roster:
    """The register at one moment and the rules that watch it.

    ``awaited``: the devices whose silence is told. ``usual``: what is known to be usual.
    """

    def __init__(
        self,
        register: Register,
        awaited: Sequence[Awaited] = (),
        holding: Holding = DECLARED,
        usual: UsualTables = NO_TABLES,
    ) -> None:
        self.register, self.awaited, self.holding, self.usual = register, awaited, holding, usual

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
            for known in self.register.series
            for rule in by_point.get((known.kind, known.point), ())
        ]
        return sorted(pairs, key=lambda pair: (pair[0], pair[1].key))

    @cached_property
    def others(self) -> list[tuple[int, ...]]:
        """Of each of ``watched`` the series of the points its condition looks at, in the order of these."""
        series = self.register.series
        known = {each.pk: each for each in series}
        keys: dict[tuple[str | int | None, str, str], int] = {}
        for each in series:
            keys[each.device, "", each.point] = keys[each.part, each.kind, each.point] = each.pk

        def other(pk: int, kind: str, point: str) -> int:
            where = known[pk].part if kind else known[pk].device
            return UNKNOWN if where is None else keys.get((where, kind, point), UNKNOWN)

        return [
            tuple(other(pk, *of) for of in points_of(rule.when)) if rule.when else ()
            for pk, rule in self.watched
        ]

    @cached_property
    def limits(self) -> Limits:
        """The limits of ``watched``, row by row."""
        series, rules = [pk for pk, _ in self.watched], [rule for _, rule in self.watched]
        return limits_of(rules, series, self.usual)

    def again(self) -> Roster:
        """As all stands now; what nobody has changed is not read again."""
        stamp, holding = _stamp(), holding_now()
        same = stamp == self.register.stamp
        usual = self.usual if self.usual.stamp == stamp_now() else tables_now()
        register = self.register if same else _register(stamp)
        new = Roster(register, awaited(holding), holding, usual)
        if same and holding.same_as(self.holding):
            new.watched, new.others = self.watched, self.others
            if usual is self.usual:
                new.limits = self.limits
        return new


def read() -> Roster:
    """The roster as the register stands now."""
    stamp, holding = _stamp(), holding_now()
    return Roster(_register(stamp), awaited(holding), holding, tables_now())


def _stamp() -> Stamp:
    """How many acts there were that may change what the gateway knows, and the newest: every one leaves its line."""
    acts = Audit.objects.filter(subject_type__in=CHANGED_BY)
    found = acts.aggregate(many=Count("id"), newest=Max("id"))
    return found["many"], found["newest"]


def _register(stamp: Stamp) -> Register:
    rows = Series.objects.filter(device__state=Device.State.WORKING).values_list(
        "pk", "point", "device__code", "device__kind", "device__area", "device__asset"
    )
    points = {
        (kind.key, point.key): (point, _names(point))
        for kind in registry.all_of(DeviceKind)
        for point in kind.tells
    }
    found, one = list[Known](), dict[str, str]()
    for pk, key, code, kind, area, part in rows.iterator():
        point, names = points.get((kind, key), (None, ()))
        if point is not None:
            found.append(
                Known(
                    pk=pk,
                    device=one.setdefault(code, code),
                    kind=one.setdefault(kind, kind),
                    point=point.key,
                    unit=point.unit,
                    part=part,
                    low=point.low,
                    high=point.high,
                    area=one.setdefault(area, area),
                    names=names,
                )
            )
    return Register(found, stamp, whereabouts_now())


def _names(point: Point) -> tuple[tuple[str, float], ...]:
    """None for what is reckoned here."""
    if point.reckoned:
        return ()
    return (point.key, 1.0), *((other.name, other.factor) for other in point.heard_as)
