"""How far beyond its limits a quantity is, level by level, in the time of its readings.

A level comes when a value reaches what sets it and stays for the hold time; it goes when the value falls back behind
what clears it and stays there for the calm time. Between the two the level stays as it was, so that a value that
trembles at a limit raises nothing twice. Only the times of the readings count, never the clock of this machine: the
same readings in the same order give the same levels whenever they are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEVELS = 4
"""Blue, yellow, orange, red: the levels are numbered 1 to 4, 0 is none."""
NEVER = np.iinfo(np.int64).min
NOTHING_LATE = np.iinfo(np.int64).max
LATENESS = 24 * 3600 * 1_000_000
"""How far behind the newest reading of its series one may come and still change what was said of that time."""


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

    def part(self, row: int) -> Limits:
        """The limits of one series."""
        chosen = slice(row, row + 1)
        return Limits(
            sets=self.sets[chosen],
            clears=self.clears[chosen],
            hold=self.hold[chosen],
            calm=self.calm[chosen],
            sign=self.sign[chosen],
        )


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

    ``beyond``, ``since`` and ``on`` have the shape (n, 4), ``last``, ``value`` and ``late`` (n,), times in microseconds
    since 1970 (UTC). ``value`` is the newest. ``late``: the earliest reading that came after a later one, which the
    levels do not know of (``NOTHING_LATE``: none); a doubled one and one that is more than a day behind do not count.
    """

    def __init__(self, limits: Limits) -> None:
        size = (len(limits), LEVELS)
        self.limits = limits
        self.beyond: Flags = np.zeros(size, bool)
        self.since: Ints = np.full(size, NEVER)
        self.on: Flags = np.zeros(size, bool)
        self.last: Ints = np.full(len(limits), NEVER)
        self.value: Floats = np.full(len(limits), np.nan)
        self.late: Ints = np.full(len(limits), NOTHING_LATE)

    def step(self, rows: Ints, at: Ints, value: Floats) -> Changes:
        """Take one reading of each of some series; ``rows`` names no series twice.

        A reading that is no later than the last of its series changes no level.
        """
        fresh = at > self.last[rows]
        if not fresh.all():
            self._came_late(rows[~fresh], at[~fresh], value[~fresh])
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
        return highest(self.on[rows])

    def stand(self, row: int, course: Course) -> None:
        """Stand as after a course, not empty, in which every reading of the series is that has come so far."""
        self.beyond[row], self.since[row] = course.beyond[-1], course.since[-1]
        self.on[row] = course.on[-1]
        self.last[row], self.value[row] = course.at[-1], course.value[-1]
        self.late[row] = NOTHING_LATE

    def forgive(self, row: int) -> None:
        """Nothing that has come late will be looked at."""
        self.late[row] = NOTHING_LATE

    def _came_late(self, rows: Ints, at: Ints, value: Floats) -> None:
        last = self.last[rows]
        again = (at == last) & (value == self.value[rows])
        counts = ~again & (at >= last - LATENESS)
        self.late[rows[counts]] = np.minimum(self.late[rows[counts]], at[counts])

    def _look(self, rows: Ints, at: Ints, value: Floats) -> None:
        limits, when = self.limits, at[:, None]
        sets, clears = _crossed(value, limits, rows)
        was = self.beyond[rows]
        now = sets | (was & ~clears)
        since = np.where(now != was, when, self.since[rows])
        held = when - since >= limits.hold[rows][:, None]
        calm = when - since >= limits.calm[rows][:, None]
        was_on = self.on[rows]
        self.on[rows] = np.where(now, was_on | held, was_on & ~calm)
        self.beyond[rows], self.since[rows] = now, since
        self.last[rows], self.value[rows] = at, value


def highest(on: Flags) -> Ints:
    """The highest of the levels that stand, 0 to 4; ``on``: shape (n, 4), gives (n,)."""
    level: Ints = (on * np.arange(1, LEVELS + 1)).max(axis=1, initial=0)
    return level


def _crossed(value: Floats, limits: Limits, rows: Ints | slice) -> tuple[Flags, Flags]:
    """Which levels each value sets and which it clears; shape (n, 4) both."""
    sign = limits.sign[rows][:, None]
    signed = value[:, None] * sign
    return signed >= limits.sets[rows] * sign, signed < limits.clears[rows] * sign


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
class Course:
    """How the levels of one series went: after each reading what ``Watch`` has after it.

    ``at``, ``value``: shape (n,); ``beyond``, ``since``, ``on``: (n, 4).
    """

    at: Ints
    value: Floats
    beyond: Flags
    since: Ints
    on: Flags

    @property
    def level(self) -> Ints:
        """The highest level after each reading, 0 to 4; shape (n,)."""
        return highest(self.on)


def course(at: Ints, value: Floats, limits: Limits) -> Course:
    """The course of one series: what ``Watch`` makes of its readings one after the other, computed at once.

    ``at`` and ``value``: shape (n,); ``limits`` of length 1. Readings that are out of order are put in order first; of
    two of one moment the later in the batch is left out.
    """
    at, first = np.unique(at, return_index=True)
    value, when = value[first], at[:, None]
    sets, clears = _crossed(value, limits, slice(None))
    beyond = _latched(sets, clears)
    turned = np.diff(beyond, axis=0, prepend=False)
    since = np.where(turned, when, NEVER)
    np.maximum.accumulate(since, axis=0, out=since)
    known = np.where(since == NEVER, when, since)
    held, calm = when - known >= limits.hold, when - known >= limits.calm
    on = _latched(beyond & held, ~beyond & calm)
    return Course(at=at, value=value, beyond=beyond, since=since, on=on)


def _latched(sets: Flags, clears: Flags) -> Flags:
    """True from where it is set to where it is cleared, column by column; what sets it counts first."""
    places = np.arange(1, len(sets) + 1)[:, None]
    last = np.maximum.accumulate(np.where(sets | clears, places, 0), axis=0)
    found: Flags = np.take_along_axis(np.pad(sets, ((1, 0), (0, 0))), last, axis=0)
    return found


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
    """The episodes of one series: a pure function of its readings; shapes and order as of ``course``."""
    return episodes_of(course(at, value, limits), int(limits.sign[0]))


def episodes_of(found: Course, sign: int) -> list[Episode]:
    """The episodes in the course of a series; ``sign`` as of its limits."""
    level = found.level
    stands = np.r_[False, level > 0, False]
    begins, ends = (
        np.flatnonzero(stands[1:] & ~stands[:-1]),
        np.flatnonzero(~stands[1:] & stands[:-1]),
    )
    return [_episode(found, level, sign, slice(*each)) for each in zip(begins, ends, strict=True)]


def _episode(found: Course, level: Ints, sign: int, part: slice) -> Episode:
    """Of the readings of a part, at whose first a level came; the one after it, if any, ends the last."""
    over = part.stop < len(level)
    return Episode(
        start=int(found.since[part.start, level[part.start] - 1]),
        end=int(found.at[part.stop]) if over else None,
        level=int(level[part].max()),
        peak=float((found.value[part] * sign).max() * sign),
    )
