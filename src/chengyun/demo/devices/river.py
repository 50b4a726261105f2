"""A station of rain and water level: over SL 651 it reports by the clock, and when the river rises fast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from chengyun.demo.devices import sl651
from chengyun.demo.devices.course import course
from chengyun.demo.devices.link import WAIT, Link
from chengyun.demo.devices.sl651 import Element, Station, number, series

STATION = Station(address="0037150201", kind="48")
LOWEST, RISES = 31.20, 1.85
"""The water level when the play begins and how far it rises, in metres."""
HEAVIEST = 5.2
"""Millimetres of rain in five minutes, when it is heaviest."""
COMES, STANDS, GOES = 0.1, 0.6, 1.0
FIVE, SLOTS = timedelta(minutes=5), 12
LAST_HOUR = (SLOTS - 1) * FIVE
"""An hourly report is of the time of its first value."""
STEP = 0.10
"""A report is added when the level has changed by so many metres since the last."""
VOLTS = 12.6


def speak(
    host: str, port: int, moments: Iterable[tuple[datetime, float]], *, wait: float = WAIT
) -> int:
    """Tell rain and level; how many reports were taken. Raises Unanswered."""
    told, river = 0, River()
    with Link(host, port, wait=wait) as link:
        for at, share in moments:
            for function, elements in river.reports(at, share):
                told += 1
                first = at - LAST_HOUR if function == sl651.HOURLY else at
                frame = STATION.report(function, elements, serial=told, at=first, sent=at)
                link.ask(frame, partial(_taken, function, told))
    return told


def _taken(function: int, serial: int, came: bytes) -> bool | None:
    return STATION.answered(came, function, serial) or None


def level(share: float) -> float:
    """Metres above the datum after a ``share`` (0 to 1) of the play."""
    return round(LOWEST + RISES * course(share, COMES, STANDS, GOES), 2)


def rain(share: float) -> float:
    """Millimetres in the five minutes before."""
    return round(HEAVIEST * course(share, 0.0, 0.3, 0.7), 1)


@dataclass
class River:
    """What the station remembers: the rain so far, the last report, and each five minutes of the hour."""

    total: float = 0.0
    told: float = LOWEST
    before: datetime | None = None
    hour: dict[int, tuple[float, float]] = field(default_factory=dict)

    def reports(self, at: datetime, share: float) -> Iterator[tuple[int, list[Element]]]:
        """What has to be reported at a moment, functions with their elements."""
        stage, fell = level(share), rain(share)
        slot = _slot(at)
        if self.before is not None and slot != _slot(self.before):
            self.total += fell
            self.hour[slot % SLOTS] = fell, stage
            yield sl651.TIMED, self._now(stage, fell)
            if slot % SLOTS == 0:
                yield sl651.HOURLY, self._hour()
            self.told = stage
        elif abs(stage - self.told) >= STEP:
            yield sl651.ADDED, self._now(stage, fell)
            self.told = stage
        self.before = at

    def _now(self, stage: float, fell: float) -> list[Element]:
        return [
            number(sl651.RAIN_5_MINUTES, fell, digits=6, decimals=1),
            number(sl651.RAIN_TOTAL, self.total, digits=6, decimals=1),
            number(sl651.STAGE, stage, digits=8, decimals=3),
            number(sl651.VOLTAGE, VOLTS, digits=4, decimals=2),
        ]

    def _hour(self) -> list[Element]:
        """The hour that is over, ended by what was measured on the hour; what was before the play is missing."""
        ends = [*range(1, SLOTS), 0]
        told = [self.hour.get(end) for end in ends]
        self.hour.clear()
        rains = [each and each[0] for each in told]
        stages = [each and each[1] for each in told]
        fell = sum(each[0] for each in told if each)
        return [
            series(sl651.RAIN_IN_HOUR, rains, width=1, parts=10),
            number(sl651.RAIN_HOUR, fell, digits=6, decimals=1),
            series(sl651.STAGE_IN_HOUR, stages, width=2, parts=100),
        ]


def _slot(at: datetime) -> int:
    """Which five minutes since 1970 a moment lies in; the first of an hour is a multiple of twelve."""
    return int(at.timestamp()) // int(FIVE.total_seconds())
