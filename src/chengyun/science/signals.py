"""What the limits of a rule are held against: a value itself, or what its readings tell over time.

A signal has one value at each reading of a series. Five kinds: the value as it was read; its rate, how much it changed
since the reading before, per unit of time; a count, how many of the last readings were beyond a mark; a standstill, for
how long the value has not moved; its distance from the usual of that hour. What a signal needs of the readings before
is carried from one to the next, a row a series. ``signal`` takes one reading of each of many series, ``signals_of`` all
readings of one: both give the same.

All times are microseconds since 1970 (UTC), so that a float holds them exactly. A signal that nothing can be said of,
such as the rate at the first reading, is NaN. The definitions are those of every process alarm system (rate of change,
repeated deviation, frozen value; IEC 62682:2014, 3.1 and 10.4); there is no error beyond that of a float.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from chengyun.science.usual import Floats as Floats
from chengyun.science.usual import Ints as Ints
from chengyun.science.usual import Usuals, distance

VALUE, RATE, COUNT, STILL, USUAL = range(5)


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What ``n`` rules look at; all arrays have the shape (n,).

    ``kind``: ``VALUE``, ``RATE``, ``COUNT``, ``STILL`` or ``USUAL``. ``per``: the microseconds in which a rate or a
    standstill is counted. ``span``: of a rate and a standstill the longest time between two readings that belong
    together, of a count the time it looks back over. ``mark``: of a count what a reading has to reach, of a standstill
    how far a value may stray and still be the same, of a distance what a smaller usual counts as; in the unit of the
    series. ``sign``: of a count 1 where large values count, -1 where small ones do. ``times``: up to how many a count
    counts, 0 for the others. ``usuals``: what is usual; None when no row asks for it.
    """

    kind: Ints
    per: Ints
    span: Ints
    mark: Floats
    sign: Ints
    times: Ints
    usuals: Usuals | None = None

    def rows(self, rows: Ints) -> Signals:
        """Those of some rows."""
        parts = ("kind", "per", "span", "mark", "sign", "times")
        usuals = self.usuals.rows(rows) if self.usuals else None
        return Signals(**{part: getattr(self, part)[rows] for part in parts}, usuals=usuals)

    @property
    def width(self) -> int:
        """How many numbers a row carries from one reading to the next."""
        two = 2 * bool(np.isin(self.kind, (RATE, STILL)).any())
        return max(two, int(self.times.max(initial=0)))


def nothing_carried(signals: Signals | None, count: int) -> Floats:
    """What ``count`` rows carry before their first reading; shape (count, width)."""
    return np.full((count, signals.width if signals else 0), np.nan)


def signal(
    signals: Signals, last: Ints, carried: Floats, at: Ints, value: Floats
) -> tuple[Floats, Floats]:
    """The signal at one reading of each row, and what the rows carry from then on.

    ``last`` (n,): when each row was read before, the smallest integer for never. ``carried``: (n, width). ``at``,
    ``value``: (n,), later than ``last``. The signal, (n,), is in the unit of the series, of a rate in that per ``per``,
    of a count in readings, of a standstill in ``per``, of a distance from the usual in percent.
    """
    seen, kept = value.copy(), carried.copy()
    elapsed = at.astype(np.float64) - last
    for kind, look in _KINDS.items():
        rows = np.flatnonzero(signals.kind == kind)
        if len(rows):
            mine = signals.rows(rows)
            seen[rows], kept[rows] = look(mine, elapsed[rows], kept[rows], at[rows], value[rows])
    return seen, kept


def _rate(
    of: Signals, elapsed: Floats, kept: Floats, at: Ints, value: Floats
) -> tuple[Floats, Floats]:
    rate = (value - kept[:, 0]) / elapsed * of.per
    kept[:, 0] = value
    return np.where(elapsed <= of.span, rate, np.nan), kept


def _count(
    of: Signals, elapsed: Floats, kept: Floats, at: Ints, value: Floats
) -> tuple[Floats, Floats]:
    """Carried are the times of the newest that counted, newest first."""
    counts = value * of.sign >= of.mark * of.sign
    kept[counts, 1:] = kept[counts, :-1]
    kept[counts, 0] = at[counts]
    recent = kept > (at - of.span)[:, None]
    recent &= np.arange(kept.shape[1]) < of.times[:, None]
    return recent.sum(axis=1).astype(np.float64), kept


def _still(
    of: Signals, elapsed: Floats, kept: Floats, at: Ints, value: Floats
) -> tuple[Floats, Floats]:
    """Carried are the value it came to stand at, and when."""
    stands = (np.abs(value - kept[:, 0]) <= of.mark) & (elapsed <= of.span)
    kept[:, 0] = np.where(stands, kept[:, 0], value)
    kept[:, 1] = np.where(stands, kept[:, 1], at)
    return (at - kept[:, 1]) / of.per, kept


def _distance(
    of: Signals, elapsed: Floats, kept: Floats, at: Ints, value: Floats
) -> tuple[Floats, Floats]:
    assert of.usuals is not None
    return distance(value, of.usuals.at(at), of.mark), kept


Look = Callable[[Signals, Floats, Floats, Ints, Floats], tuple[Floats, Floats]]
_KINDS: Mapping[int, Look] = {RATE: _rate, COUNT: _count, STILL: _still, USUAL: _distance}


def signals_of(signals: Signals, at: Ints, value: Floats) -> Floats:
    """The signal at every reading of one series; ``signals`` of one row, ``at`` rising, all of the shape (n,)."""
    kind, per, span = int(signals.kind[0]), int(signals.per[0]), int(signals.span[0])
    mark, sign = float(signals.mark[0]), int(signals.sign[0])
    if kind == RATE:
        elapsed = np.diff(at.astype(np.float64))
        rate: Floats = np.full(len(at), np.nan)
        rate[1:] = np.where(elapsed <= span, np.diff(value) / elapsed * per, np.nan)
        return rate
    if kind == COUNT:
        counts = at[value * sign >= mark * sign]
        until = np.searchsorted(counts, at, "right")
        count = until - np.searchsorted(counts, at - span, "right")
        counted: Floats = np.minimum(count, signals.times[0]).astype(np.float64)
        return counted
    if kind == STILL:
        stood: Floats = (at - _stood(at, value, mark, span)) / per
        return stood
    if kind == USUAL:
        assert signals.usuals is not None
        return distance(value, signals.usuals.at(at), signals.mark)
    return value


def carried_of(signals: Signals, at: Ints, value: Floats) -> Floats:
    """What one series carries after all its readings; arguments as of ``signals_of``, shape (width,)."""
    carried, kind = np.full(signals.width, np.nan), int(signals.kind[0])
    if not len(at):
        return carried
    mark, sign = float(signals.mark[0]), int(signals.sign[0])
    if kind == RATE:
        carried[0] = value[-1]
    elif kind == COUNT:
        newest = at[value * sign >= mark * sign][::-1][: len(carried)]
        carried[: len(newest)] = newest
    elif kind == STILL:
        since = _stood(at, value, mark, int(signals.span[0]))[-1]
        carried[:] = value[np.searchsorted(at, since)], since
    return carried


def _stood(at: Ints, value: Floats, mark: float, span: int) -> Floats:
    """Since when the value of each reading has stood where it stands."""
    since, base, before, found = np.nan, np.nan, np.inf, list[float]()
    for moment, number in zip(at.tolist(), value.tolist(), strict=True):
        if not (abs(number - base) <= mark and moment - before <= span):
            base, since = number, moment
        before = moment
        found.append(since)
    return np.array(found, np.float64)
