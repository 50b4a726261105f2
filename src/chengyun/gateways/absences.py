"""Devices that have fallen silent, by the clock: one alarm each, which ends with the first word, or one for many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from chengyun.city.sensing.limits import silences_of
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.own_limits import Holding
from chengyun.city.sensing.services.alarms import LevelChange
from chengyun.city.sensing.silences import silence_over, silences_now
from chengyun.city.sensing.specs import AlarmRule, Silent
from chengyun.gateways.moments import matched, microseconds, moment
from chengyun.gateways.outages import Groups, Outages
from chengyun.kernel import registry
from chengyun.science.absence import NEVER, Absence
from chengyun.science.signals import Floats, Ints

EACH = timedelta(seconds=1)
MINUTE = 60_000_000


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """A device from which a word is expected: the rule that misses it, and the series its alarm is of.

    ``every``: all series at which it may speak. ``heard``: when it spoke last, in microseconds. ``excused``: nobody
    expects it to speak now. ``groups``: what it has in common with others.
    """

    rule: AlarmRule
    device: int
    groups: tuple[str, ...]
    area: str
    series: int
    every: tuple[int, ...]
    heard: int
    value: float
    excused: bool


class Spoken(NamedTuple):
    """What the register knows of the newest reading of a series."""

    series: int
    point: str
    value: float | None
    heard_at: datetime | None


def awaited(holding: Holding) -> list[Awaited]:
    """As the register stands now; a simulated device speaks only while somebody plays it, so nobody misses it."""
    rules = [rule for rule in registry.all_of(AlarmRule) if isinstance(rule.looks_at, Silent)]
    rows = Series.objects.filter(
        device__kind__in={rule.kind for rule in rules},
        device__state=Device.State.WORKING,
        device__simulated=False,
    ).values_list("device_id", "pk", "point", "value", "heard_at")
    devices: dict[int, list[Spoken]] = {}
    for device, series, point, value, heard_at in rows:
        devices.setdefault(device, []).append(Spoken(series, point, value, heard_at))
    known = Device.objects.filter(kind__in={rule.kind for rule in rules})
    silences, found, groups = silences_now(), list[Awaited](), Groups()
    for pk, code, kind, area in known.values_list("pk", "code", "kind", "area"):
        every = devices.get(pk, [])
        for rule in rules:
            own = next((each for each in every if each.point == rule.point), None)
            if rule.kind == kind and own is not None and own.value is not None:
                found.append(
                    Awaited(
                        rule=holding.at(rule, code, area),
                        device=pk,
                        groups=groups.of(code, kind, area),
                        area=area,
                        series=own.series,
                        every=tuple(each.series for each in every),
                        heard=max(map(_heard, every)),
                        value=own.value,
                        excused=silence_over(pk, kind, area, silences) is not None,
                    )
                )
    return found


def _heard(spoken: Spoken) -> int:
    return microseconds(spoken.heard_at) if spoken.heard_at else NEVER


class Absences:
    """The silence of every device from which a word is expected, as far as it has been heard."""

    def __init__(self, rows: Sequence[Awaited], now: datetime) -> None:
        self.rows, self.outages = rows, Outages(rows)
        self.absence = Absence(silences_of([each.rule for each in rows]), microseconds(now))
        self.ticked = now
        pairs = sorted((series, row) for row, each in enumerate(rows) for series in each.every)
        self.series: Ints = np.array([series for series, _ in pairs], np.int64)
        self.row: Ints = np.array([row for _, row in pairs], np.int64)
        self.own: Ints = np.array([each.series for each in rows], np.int64)
        self.value: Floats = np.array([each.value for each in rows], np.float64)
        self.excused: Ints = np.flatnonzero([each.excused for each in rows])
        self.absence.hear(np.arange(len(rows)), np.array([each.heard for each in rows], np.int64))

    def follow(self, rows: Sequence[Awaited]) -> Absences:
        """The register may have changed: what is still awaited stays as it stands."""
        new, old = Absences(rows, self.ticked), self.absence
        places = {self._name(row): row for row in range(len(self.rows))}
        for row in range(len(rows)):
            place = places.get(new._name(row))
            if place is not None:
                for part in ("since", "level", "raised"):
                    getattr(new.absence, part)[row] = getattr(old, part)[place]
                new.outages.follow(row, self.outages, place)
                new.absence.heard[row] = max(new.absence.heard[row], old.heard[place])
                new.value[row] = self.value[place]
        new.outages.standing = self.outages.standing
        return new

    def take_up(self) -> None:
        """What stood when the gateway ended still stands: people have its alarm."""
        if not self.rows:
            return
        keys = {each.rule.key for each in self.rows}
        standing = Alarm.objects.filter(rule__in=keys, ended_at=None)
        rows = {self._name(row): row for row in range(len(self.rows))}
        for series, key, level, at in standing.values_list("series", "rule", "level", "changed_at"):
            row = rows.get((series, key))
            if row is not None:
                self.absence.level[row], self.absence.raised[row] = level, microseconds(at)
        self.outages.take_up()

    def tick(self, now: datetime) -> Iterator[LevelChange]:
        """Whose silence has become too long, looked at once a second."""
        if now - self.ticked < EACH:
            return
        self.ticked, at = now, microseconds(now)
        self.absence.excuse(self.excused, at)
        reached = self.absence.tick(at)
        yield from self.outages.begin(reached, self.absence, self.excused, at)
        for row in reached[~self.outages.covers(reached)]:
            yield self._risen(int(row))
        ended, loose = self.outages.end(self.absence, self.excused, at)
        yield from ended
        for row in loose:
            yield self._risen(int(row))

    def excuse(self, now: datetime) -> None:
        """The time up to now is nobody's silence."""
        self.absence.excuse(np.arange(len(self.rows)), microseconds(now))

    def hear(self, readings: pa.Table) -> Iterator[LevelChange]:
        """Whose silence is over by a batch of readings, doubted ones too: who speaks is there."""
        if not self.rows:
            return
        series = readings["series"].to_numpy()
        places, of = matched(self.series, series)
        rows, at = self.row[places], readings["received"].cast(pa.int64()).to_numpy()[of]
        own = self.own[rows] == series[of]
        self.value[rows[own]] = readings["value"].to_numpy()[of[own]]
        self.outages.hear(rows, at)
        for row in self.absence.hear(rows, at):
            heard = int(self.absence.heard[row])
            yield self._change(int(row), 0, heard, heard)

    def _risen(self, row: int) -> LevelChange:
        """The level at which a silence is now, for itself."""
        raised, level = int(self.absence.raised[row]), int(self.absence.level[row])
        return self._change(row, level, raised, raised - int(self.absence.sets[row, level - 1]))

    def _change(self, row: int, level: int, at: int, since: int) -> LevelChange:
        each = self.rows[row]
        return LevelChange(
            series=each.series,
            rule=each.rule.key,
            level=level,
            value=float(self.value[row]),
            at=moment(at),
            since=moment(since),
            signal=(at - since) / MINUTE if level else None,
        )

    def _name(self, row: int) -> tuple[int, str]:
        return self.rows[row].series, self.rows[row].rule.key
