"""When lamps burn by a plan: from about sunset to about sunrise, half of them not in the small hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

from chengyun.science.sun import sun_on

Half = Literal["", "odd", "even"]
NOON = timedelta(hours=12)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``on`` and ``off``: minutes after sunset and after sunrise, negative before them.

    ``half``: the lamps whose pole has an odd or an even number stay dark from ``half_from`` to ``half_to``, in the time
    of the wall clock; "" when all burn all night.
    """

    on: int
    off: int
    half: Half = ""
    half_from: time | None = None
    half_to: time | None = None


@dataclass(frozen=True)
class Night:
    """What a plan wants in one night: all burn from ``on`` to ``off``, half of them not during ``dim``."""

    on: datetime
    off: datetime
    dim: tuple[datetime, datetime] | None
    half: Half

    def burns(self, at: datetime, pole: str) -> bool:
        """Whether a lamp with that number ought to burn."""
        if not self.on <= at < self.off:
            return False
        dims = self.dim is not None and self.dim[0] <= at < self.dim[1]
        return not (dims and side_of(pole) == self.half)

    def since(self, at: datetime) -> datetime | None:
        """When something was last switched, of what this night switches; None before all of it."""
        moments = (self.on, *(self.dim or ()), self.off)
        return max((each for each in moments if each <= at), default=None)


def side_of(pole: str) -> Half:
    """Odd or even by the last figure of a pole's number: 东昌路-017 is odd; "" when it has none."""
    figures = [letter for letter in pole if letter.isascii() and letter.isdigit()]
    if not figures:
        return ""
    return "odd" if int(figures[-1]) % 2 else "even"


def night_of(at: datetime, zone: tzinfo) -> date:
    """The day on whose evening the night of a moment begins: until noon it is that of the day before."""
    return (at.astimezone(zone) - NOON).date()


def night(plan: Plan, day: date, lon: float, lat: float, zone: tzinfo) -> Night | None:
    """The night that begins on a day; None where the sun does not set or not rise."""
    evening, morning = sun_on(day, lon, lat), sun_on(day + DAY, lon, lat)
    if evening is None or morning is None:
        return None
    on = evening.down + timedelta(minutes=plan.on)
    off = morning.up + timedelta(minutes=plan.off)
    if on >= off:
        return None
    return Night(on=on, off=off, dim=_dim(plan, day, on, off, zone), half=plan.half)


def _dim(
    plan: Plan, day: date, on: datetime, off: datetime, zone: tzinfo
) -> tuple[datetime, datetime] | None:
    """From when to when half of them is dark, within the night."""
    if not plan.half or plan.half_from is None:
        return None
    begins = max(_clock(plan.half_from, day, zone), on)
    ends = min(_clock(plan.half_to, day, zone), off) if plan.half_to else off
    return (begins, ends) if begins < ends else None


def _clock(at: time, day: date, zone: tzinfo) -> datetime:
    """The moment of a clock in the night of a day: after noon the same day, before noon the next."""
    on = day if at.hour >= 12 else day + DAY
    return datetime.combine(on, at, zone)
