"""Many devices that fall silent together: one alarm for what they have in common, which ends when most speak again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chengyun.city.places.specs import shared_region
from chengyun.city.sensing.models import Link
from chengyun.city.sensing.outages import LEAST, standing_outages
from chengyun.city.sensing.services.outages import OutageChange
from chengyun.city.sensing.specs import MANY_SILENT
from chengyun.gateways.moments import microseconds, moment
from chengyun.kernel.installation import city_area
from chengyun.kernel.params import settings_of
from chengyun.science.absence import NEVER, Absence, together
from chengyun.science.episodes import Flags
from chengyun.science.signals import Ints

if TYPE_CHECKING:
    from chengyun.gateways.absences import Awaited

DISTRICT = 6
"""Digits of a district's code."""
ALONE = -1
"""The number of the outage of a device that has none."""


class Groups:
    """What a device has in common with others: its district, the doors at which it speaks, its kind, the city."""

    @cached_property
    def doors(self) -> dict[str, list[str]]:
        """By the code of a device those at which it was heard; at some of them only its sender is known."""
        found: dict[str, list[str]] = {}
        for door, name in Link.objects.values_list("door", "name"):
            found.setdefault(name, []).append(f"door:{door}")
        return found

    def of(self, code: str, kind: str, area: str) -> tuple[str, ...]:
        """The names of the groups of a device."""
        doors = self.doors.get(code, ())
        return (f"area:{area[:DISTRICT]}", *doors, f"kind:{kind}", "city:")


@dataclass(kw_only=True)
class Standing:
    """An outage that is not over: the series its alarm is of, its level, and the devices people know are silent."""

    group: str
    series: int
    level: int
    told: frozenset[int] = frozenset()


class Outages:
    """Which of the awaited devices are silent for one cause.

    Of the shape (n,): ``number``, of which outage each is; ``last``, its last word before that; ``back``, the newest
    after it, ``NEVER`` while it is silent. ``least``: fewer silences have no cause in common.
    """

    def __init__(self, rows: Sequence[Awaited]) -> None:
        self.rows = rows
        self.least = int(settings_of(city_area())[LEAST]) if rows else 0
        self.number: Ints = np.full(len(rows), ALONE)
        self.last: Ints = np.full(len(rows), NEVER)
        self.back: Ints = np.full(len(rows), NEVER)
        self.standing: dict[int, Standing] = {}
        self.groups: dict[str, Ints] = {}
        named: dict[str, list[int]] = {}
        for row, each in enumerate(rows):
            for name in each.groups:
                named.setdefault(name, []).append(row)
        self.groups = {name: np.array(mine, np.int64) for name, mine in named.items()}

    def follow(self, row: int, before: Outages, place: int) -> None:
        """The register may have changed: a device that is still awaited stays as it stood."""
        for part in ("number", "last", "back"):
            getattr(self, part)[row] = getattr(before, part)[place]

    def take_up(self) -> None:
        """What stood when the gateway ended still stands."""
        rows = {each.device: row for row, each in enumerate(self.rows)}
        for number, (outage, devices) in enumerate(standing_outages()):
            alarm = outage.alarm
            self.standing[number] = Standing(
                group=outage.group, series=alarm.series_id, level=alarm.level
            )
            for device, (last, back) in devices.items():
                if device in rows:
                    row = rows[device]
                    self.number[row], self.last[row] = number, microseconds(last)
                    self.back[row] = microseconds(back) if back else NEVER

    def covers(self, rows: Ints) -> Flags:
        """Whether a silence is part of an outage and no alarm of its own; shape as ``rows``."""
        covered: Flags = self.number[rows] != ALONE
        return covered

    def hear(self, rows: Ints, at: Ints) -> None:
        """Words of some devices: who is part of an outage is back."""
        mine = self.number[rows] != ALONE
        np.maximum.at(self.back, rows[mine], at[mine])

    def begin(
        self, reached: Ints, absence: Absence, excused: Ints, now: int
    ) -> Iterator[OutageChange]:
        """Silences that are now too long: part of an outage that stands, or together a new one."""
        if not len(reached):
            return
        self.back[reached] = NEVER
        for number, each in self.standing.items():
            mine = np.intersect1d(reached, self.groups.get(each.group, reached[:0]))
            self._join(number, mine[self.number[mine] == ALONE], absence)
        free = self.number == ALONE
        free[excused] = False
        new = together(self.groups, reached[free[reached]], absence, free, self.least, now)
        for group, rows in new:
            number = max(self.standing, default=ALONE) + 1
            self._join(number, rows, absence)
            first = self.rows[int(rows[np.argmin(absence.heard[rows])])]
            self.standing[number] = Standing(group=group, series=first.series, level=0)
        for number, each in self.standing.items():
            yield from self._told(number, each, absence, now)

    def _join(self, number: int, rows: Ints, absence: Absence) -> None:
        self.number[rows], self.back[rows] = number, NEVER
        self.last[rows] = absence.heard[rows]

    def _told(
        self, number: int, each: Standing, absence: Absence, now: int
    ) -> Iterator[OutageChange]:
        """What is new of an outage: who is part of it, or its level."""
        rows = np.flatnonzero(self.number == number)
        level = max(each.level, int(absence.level[rows].max(initial=0)))
        silent = frozenset(self.rows[row].device for row in rows[self.back[rows] == NEVER])
        if level != each.level or silent != each.told:
            each.level, each.told = level, silent
            yield self._change(number, each, level, now)

    def end(
        self, absence: Absence, excused: Ints, now: int
    ) -> tuple[list[OutageChange], list[int]]:
        """What is new of outages, over when most speak again; and the rows whose silence is then one of its own."""
        over, loose = list[OutageChange](), list[int]()
        for number, each in list(self.standing.items()):
            rows = np.flatnonzero(self.number == number)
            expected = np.setdiff1d(rows, excused)
            silent = expected[self.back[expected] == NEVER]
            if 2 * len(silent) >= len(expected) > 0:
                over += self._told(number, each, absence, now)
                continue
            over.append(self._change(number, each, 0, now))
            loose += silent[absence.level[silent] > 0].tolist()
            self.number[rows] = ALONE
            del self.standing[number]
        return over, loose

    def _change(self, number: int, each: Standing, level: int, now: int) -> OutageChange:
        rows = np.flatnonzero(self.number == number).tolist()
        heard = {self.rows[row].device: moment(int(self.last[row])) for row in rows}
        back = {
            self.rows[row].device: moment(int(self.back[row]))
            for row in rows
            if self.back[row] != NEVER
        }
        return OutageChange(
            series=each.series,
            rule=MANY_SILENT,
            level=level,
            value=float(len(heard) - len(back)),
            at=moment(now),
            since=min(heard.values(), default=moment(now)),
            area=self._area(rows, each.group),
            group=each.group,
            heard=heard,
            back=back,
        )

    def _area(self, rows: Sequence[int], group: str) -> str:
        """The smallest region in which all of them stand."""
        if group == "city:":
            return city_area()
        return shared_region([self.rows[row].area for row in rows]) or city_area()
