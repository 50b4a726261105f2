"""How far beyond its limits a quantity is, level by level, in the time of its readings.

A level comes when a value reaches what sets it and stays for the hold time; it goes when the value falls back behind
what clears it and stays there for the calm time. Between the two the level stays as it was, so that a value that
trembles at a limit raises nothing twice. The value is that of the signal the rule looks at (``signals``); a reading at
which there is none, NaN, changes no level. Only the times of the readings count, never the clock of this machine: the
same readings in the same order give the same levels whenever they are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chengyun.science.signals import Floats as Floats
from chengyun.science.signals import Ints as Ints
from chengyun.science.signals import Signals, nothing_carried, signal, signals_of

Flags = NDArray[np.bool_]

LEVELS = 4
"""Blue, yellow, orange, red: the levels are numbered 1 to 4, 0 is none."""
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of ``n`` watched series.

    ``sets`` and ``clears``: shape (n, 4), in the unit of the signal, one column a level from blue to red; NaN where a
    rule has no such level. ``hold`` and ``calm``: shape (n,), microseconds. ``sign``: shape (n,), 1 where large values
    are bad, -1 where small ones are. ``signals``: what they are held against; None when all look at the value itself.
    """

    sets: Floats
    clears: Floats
    hold: Ints
    calm: Ints
    sign: Ints
    signals: Signals | None = None

    def __len__(self) -> int:
        return len(self.hold)

    def row(self, row: int) -> Limits:
        """Those of one series."""
        parts = ("sets", "clears", "hold", "calm", "sign")
        one = np.array([row])
        mine = {part: getattr(self, part)[one] for part in parts}
        return Limits(**mine, signals=self.signals.rows(one) if self.signals else None)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Where a level changed: which series, when, by which value, from which level to which.

    ``signal``: what the limits were held against. ``since``: when it first went beyond what the new level asks for, or
    fell back behind what the old one does.
    """

    rows: Ints
    at: Ints
    value: Floats
    signal: Floats
    before: Ints
    after: Ints
    since: Ints


class Watch:
    """The levels of ``n`` series as far as their readings have been seen.

    ``beyond``, ``since`` and ``on`` have the shape (n, 4), ``last`` (n,), times in microseconds since 1970 (UTC).
    ``carried``, (n, width): what the signals need of the readings before.
    """

    def __init__(self, limits: Limits) -> None:
        size = (len(limits), LEVELS)
        self.limits = limits
        self.beyond: Flags = np.zeros(size, bool)
        self.since: Ints = np.full(size, NEVER)
        self.on: Flags = np.zeros(size, bool)
        self.last: Ints = np.full(len(limits), NEVER)
        self.carried = nothing_carried(limits.signals, len(limits))

    def step(self, rows: Ints, at: Ints, value: Floats) -> Changes:
        """Take one reading of each of some series; ``rows`` names no series twice.

        A reading that is no later than the last of its series changes nothing.
        """
        fresh = at > self.last[rows]
        rows, at, value = rows[fresh], at[fresh], value[fresh]
        seen = self._signal(rows, at, value)
        self.last[rows] = at
        known = ~np.isnan(seen)
        if not known.all():
            rows, at, value, seen = rows[known], at[known], value[known], seen[known]
        before = self.level(rows)
        self._look(rows, at, seen)
        after = self.level(rows)
        moved = np.flatnonzero(before != after)
        column = np.maximum(np.where(after > before, after, before)[moved], 1) - 1
        return Changes(
            rows=rows[moved],
            at=at[moved],
            value=value[moved],
            signal=seen[moved],
            before=before[moved],
            after=after[moved],
            since=self.since[rows[moved], column],
        )

    def level(self, rows: Ints) -> Ints:
        """The highest level that stands, 0 to 4; shape as ``rows``."""
        highest: Ints = (self.on[rows] * np.arange(1, LEVELS + 1)).max(axis=1, initial=0)
        return highest

    def _signal(self, rows: Ints, at: Ints, value: Floats) -> Floats:
        """What the limits are held against; it is taken note of for the readings to come."""
        signals = self.limits.signals
        if signals is None:
            return value
        mine, last, carried = signals.rows(rows), self.last[rows], self.carried[rows]
        seen, self.carried[rows] = signal(mine, last, carried, at, value)
        return seen

    def _look(self, rows: Ints, at: Ints, value: Floats) -> None:
        limits, when = self.limits, at[:, None]
        signed = (value * limits.sign[rows])[:, None]
        sign = limits.sign[rows][:, None]
        was = self.beyond[rows]
        now = (signed >= limits.sets[rows] * sign) | (was & ~(signed < limits.clears[rows] * sign))
        since = np.where(now != was, when, self.since[rows])
        held = when - since >= limits.hold[rows][:, None]
        calm = when - since >= limits.calm[rows][:, None]
        was_on = self.on[rows]
        self.on[rows] = np.where(now, was_on | held, was_on & ~calm)
        self.beyond[rows], self.since[rows] = now, since


def rounds(series: Ints) -> list[Ints]:
    """Places of a batch, cut so that no part names a series twice and each series keeps its order; shape (k,) each.

    ``series``: shape (n,), the series of each reading, the readings of one series in the order of their times.
    """
    order = np.argsort(series, kind="stable")
    ordered = series[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(series) else order
    lengths = np.diff(np.r_[begins, len(series)])
    nth = np.arange(len(series)) - np.repeat(begins, lengths)
    return [order[nth == n] for n in range(int(lengths.max(initial=0)))]


@dataclass(frozen=True, kw_only=True)
class Episode:
    """From when to when a series stood above no level at all; ``end`` is None while it does.

    ``level`` is the highest of it, ``peak`` the value of the signal furthest beyond its limits. Times in microseconds.
    """

    start: int
    end: int | None
    level: int
    peak: float


def episodes(at: Ints, value: Floats, limits: Limits) -> list[Episode]:
    """The episodes of one series: a pure function of its readings, the same as a ``Watch`` finds reading by reading.

    ``at`` and ``value``: shape (n,); ``limits`` of length 1. Readings that are doubled or out of order are put in
    order first; of two of one moment the later in the batch is left out.
    """
    at, first = np.unique(at, return_index=True)
    value = value[first]
    seen = signals_of(limits.signals, at, value) if limits.signals else value
    known = ~np.isnan(seen)
    at, seen = at[known], seen[known]
    level, since = _levels(at, seen, limits)
    before = np.r_[0, level[:-1]] if len(level) else level
    begins = np.flatnonzero((before == 0) & (level > 0))
    ends = np.flatnonzero((before > 0) & (level == 0))
    sign = int(limits.sign[0])
    return [
        Episode(
            start=int(since[begin, level[begin] - 1]),
            end=int(at[end]) if end < len(at) else None,
            level=int(level[begin:end].max()),
            peak=float((seen[begin:end] * sign).max() * sign),
        )
        for begin, end in zip(begins, [*ends, len(at)][: len(begins)], strict=True)
    ]


def _levels(at: Ints, value: Floats, limits: Limits) -> tuple[Ints, Ints]:
    """The level after each reading (n,), and since when the value was on its side of each (n, 4)."""
    sign, level = int(limits.sign[0]), np.zeros(len(at), np.int64)
    since = np.full((len(at), LEVELS), NEVER)
    for column in range(LEVELS):
        sets, clears = limits.sets[0, column] * sign, limits.clears[0, column] * sign
        beyond = _latched(value * sign >= sets, value * sign < clears)
        turned = beyond != np.r_[False, beyond[:-1]][: len(at)]
        run = _latest(turned)
        since[:, column] = np.where(run < 0, NEVER, at[run]) if len(at) else NEVER
        lasting = np.where(run < 0, 0, at - at[run]) if len(at) else at
        held = beyond & (lasting >= limits.hold[0])
        calm = ~beyond & (lasting >= limits.calm[0])
        level[_latched(held, calm)] = column + 1
    return level, since


def _latched(on: Flags, off: Flags) -> Flags:
    """What is switched on and off: on after the last of both that happened; at first it is off."""
    last = _latest(on | off)
    latched: Flags = (last >= 0) & on[last] if len(on) else on
    return latched


def _latest(happened: Flags) -> Ints:
    """The place of the latest that happened up to each, -1 when none did."""
    places: Ints = np.maximum.accumulate(np.where(happened, np.arange(len(happened)), -1))
    return places
