"""How far beyond its limits a quantity is, level by level, in the time of its readings.

A level comes when a value reaches what sets it and stays for the hold time; it goes when the value falls back behind
what clears it and stays there for the calm time. Between the two the level stays as it was, so that a value that
trembles at a limit raises nothing twice. Only the times of the readings count, never the clock of this machine: the
same readings in the same order give the same levels whenever they are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEVELS = 4
"""Blue, yellow, orange, red: the levels are numbered 1 to 4, 0 is none."""
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of ``n`` watched series.

    ``sets`` and ``clears``: shape (n, 4), in the unit of the series, one column a level from blue to red; NaN where a
    rule has no such level. ``hold`` and ``calm``: shape (n,), microseconds. ``sign``: shape (n,), 1 where large values
    are bad, -1 where small ones are.
    """

    sets: Floats
    clears: Floats
    hold: Ints
    calm: Ints
    sign: Ints

    def __len__(self) -> int:
        return len(self.hold)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Where a level changed: which series, when, by which value, from which level to which.

    ``since``: when the value first went beyond what the new level asks for, or fell back behind what the old one does.
    """

    rows: Ints
    at: Ints
    value: Floats
    before: Ints
    after: Ints
    since: Ints


class Watch:
    """The levels of ``n`` series as far as their readings have been seen.

    ``beyond``, ``since`` and ``on`` have the shape (n, 4), ``last`` (n,), times in microseconds since 1970 (UTC).
    """

    def __init__(self, limits: Limits) -> None:
        size = (len(limits), LEVELS)
        self.limits = limits
        self.beyond: Flags = np.zeros(size, bool)
        self.since: Ints = np.full(size, NEVER)
        self.on: Flags = np.zeros(size, bool)
        self.last: Ints = np.full(len(limits), NEVER)

    def step(self, rows: Ints, at: Ints, value: Floats) -> Changes:
        """Take one reading of each of some series; ``rows`` names no series twice.

        A reading that is no later than the last of its series changes nothing.
        """
        fresh = at > self.last[rows]
        rows, at, value = rows[fresh], at[fresh], value[fresh]
        before = self.level(rows)
        self._look(rows, at, value)
        after = self.level(rows)
        moved = np.flatnonzero(before != after)
        column = np.maximum(np.where(after > before, after, before)[moved], 1) - 1
        return Changes(
            rows=rows[moved],
            at=at[moved],
            value=value[moved],
            before=before[moved],
            after=after[moved],
            since=self.since[rows[moved], column],
        )

    def level(self, rows: Ints) -> Ints:
        """The highest level that stands, 0 to 4; shape as ``rows``."""
        highest: Ints = (self.on[rows] * np.arange(1, LEVELS + 1)).max(axis=1, initial=0)
        return highest

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
        self.beyond[rows], self.since[rows], self.last[rows] = now, since, at


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

    ``level`` is the highest of it, ``peak`` the value furthest beyond its limits. Times in microseconds.
    """

    start: int
    end: int | None
    level: int
    peak: float


def episodes(at: Ints, value: Floats, limits: Limits) -> list[Episode]:
    """The episodes of one series: a pure function of its readings, in the order of their times.

    ``at`` and ``value``: shape (n,); ``limits`` of length 1. Readings that are doubled or out of order are put in
    order first; of two of one moment the later in the batch is left out.
    """
    order = np.argsort(at, kind="stable")
    watch, found = Watch(limits), list[Episode]()
    row, sign = np.zeros(1, np.int64), int(limits.sign[0])
    for moment, number in zip(at[order], value[order], strict=True):
        changed = watch.step(row, np.array([moment]), np.array([number]))
        found = _told(found, changed)
        found = _raised(found, float(number), sign)
    return found


def _told(found: Sequence[Episode], changed: Changes) -> list[Episode]:
    """The episodes after a reading: one begins, changes its level, or ends."""
    if not len(changed.rows):
        return list(found)
    before, after = int(changed.before[0]), int(changed.after[0])
    since, at = int(changed.since[0]), int(changed.at[0])
    if before == 0:
        return [*found, Episode(start=since, end=None, level=after, peak=float(changed.value[0]))]
    last = found[-1]
    end = at if after == 0 else None
    return [
        *found[:-1],
        Episode(start=last.start, end=end, level=max(last.level, after), peak=last.peak),
    ]


def _raised(found: Sequence[Episode], value: float, sign: int) -> list[Episode]:
    """The peak of the episode that still stands."""
    if not found or found[-1].end is not None or value * sign <= found[-1].peak * sign:
        return list(found)
    last = found[-1]
    return [*found[:-1], Episode(start=last.start, end=None, level=last.level, peak=value)]
