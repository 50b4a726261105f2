"""A dust monitor at a building site: over HJ 212 it says how bad it is now, and how it was in each period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from chengyun.demo.devices import hj212
from chengyun.demo.devices.course import course
from chengyun.demo.devices.hj212 import Measured, Monitor
from chengyun.demo.devices.link import WAIT, Link

MONITOR = Monitor(number="CYDEMO0000000000000001", system="39")
FINE, COARSE, NOISE = "a34004", "a34002", "LA"
"""Codes of HJ 212-2017, appendix B: PM2.5 and PM10 in µg/m³, the level of sound in dB(A)."""
QUIET = {FINE: 38.0, COARSE: 72.0, NOISE: 56.0}
WORST = {FINE: 121.0, COARSE: 310.0, NOISE: 81.0}
COMES, STANDS, GOES = 0.2, 0.5, 0.9
PERIODS = (
    (hj212.MINUTES, timedelta(minutes=10)),
    (hj212.HOUR, timedelta(hours=1)),
    (hj212.DAY, timedelta(days=1)),
)


def speak(
    host: str, port: int, moments: Iterable[tuple[datetime, float]], *, wait: float = WAIT
) -> int:
    """Tell what is measured; how many messages were taken. Raises Unanswered."""
    told, periods = 0, [Period(command, length) for command, length in PERIODS]
    with Link(host, port, wait=wait) as link:
        for at, share in moments:
            for frame, sent in _said(periods, at, measured(share)):
                link.ask(frame, partial(_taken, sent))
                told += 1
    return told


def measured(share: float) -> dict[str, float]:
    """What it measures after a ``share`` (0 to 1) of the play, by the codes of the standard."""
    dust = course(share, COMES, STANDS, GOES)
    return {code: round(QUIET[code] + (WORST[code] - QUIET[code]) * dust, 1) for code in QUIET}


@dataclass
class Period:
    """What was measured since a period began."""

    command: int
    length: timedelta
    begun: datetime | None = None
    values: dict[str, list[float]] = field(default_factory=dict)

    def take(self, at: datetime, values: Mapping[str, float]) -> tuple[datetime, Measured] | None:
        """Add what was measured at a moment; the period that is over with it, None while one goes on."""
        begun, over = self._begin(at), None
        if self.begun is not None and begun != self.begun:
            over = self.begun, {code: _summed(told) for code, told in self.values.items()}
        if begun != self.begun:
            self.begun, self.values = begun, {code: [] for code in values}
        for code, value in values.items():
            self.values[code].append(value)
        return over

    def _begin(self, at: datetime) -> datetime:
        """When the period this moment lies in began, in the time of Beijing."""
        midnight = at.astimezone(hj212.BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + (at - midnight) // self.length * self.length


def _said(
    periods: Iterable[Period], at: datetime, values: Mapping[str, float]
) -> Iterator[tuple[bytes, datetime]]:
    """Each message with the moment it bears, by which its answer is known: now, then the periods that are over."""
    now = {code: {"Rtd": f"{value:.1f}", "Flag": "N"} for code, value in values.items()}
    yield MONITOR.data(hj212.REALTIME, now, at=at, sent=at), at
    for n, period in enumerate(periods, start=1):
        over = period.take(at, values)
        if over is not None:
            sent = at + timedelta(milliseconds=n)
            yield MONITOR.data(period.command, over[1], at=over[0], sent=sent), sent


def _summed(values: list[float]) -> dict[str, str]:
    mean = sum(values) / len(values)
    told = {"Min": min(values), "Avg": mean, "Max": max(values)}
    return {name: f"{value:.1f}" for name, value in told.items()} | {"Flag": "N"}


def _taken(sent: datetime, came: bytes) -> bool | None:
    return hj212.answered(came, sent) or None
