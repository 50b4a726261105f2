"""How far beyond its limits a quantity is, level by level, in the time of its readings.

A level comes when a value reaches what sets it and stays for the hold time; it goes when the value falls back behind
what clears it and stays there for the calm time. Between the two the level stays as it was, so that a value that
trembles at a limit raises nothing twice. The value is that of the signal the rule looks at (``signals``); a reading at
which there is none, NaN, changes no level. Only the times of the readings count, never the clock of this machine: the
same readings in the same order give the same levels whenever they are looked at.

A level may need a condition over other series of the device as well (``conditions``). Where that does not hold the
signal counts as endlessly far behind its limits; where it is unknown there is none, unless it is behind them anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chengyun.science.conditions import NEVER as NEVER
from chengyun.science.conditions import OWN, Gates, Others, held
from chengyun.science.conditions import Flags as Flags
from chengyun.science.signals import Floats as Floats
from chengyun.science.signals import Ints as Ints
from chengyun.science.signals import Signals, carried_of, nothing_carried, signal, signals_of

LEVELS = 4
"""Blue, yellow, orange, red: the levels are numbered 1 to 4, 0 is none."""
NOTHING_LATE = np.iinfo(np.int64).max
LATENESS = 24 * 3600 * 1_000_000
"""How far behind the newest reading of its series one may come and still change what was said of that time."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of ``n`` watched series.

    ``sets`` and ``clears``: shape (n, 4), in the unit of the signal, one column a level from blue to red; NaN where a
    rule has no such level. ``hold`` and ``calm``: shape (n,), microseconds. ``sign``: shape (n,), 1 where large values
    are bad, -1 where small ones are. ``signals``: what they are held against; None when all look at the value itself.
    ``gates``: what has to hold as well; None when nothing does.
    """

    sets: Floats
    clears: Floats
    hold: Ints
    calm: Ints
    sign: Ints
    signals: Signals | None = None
    gates: Gates | None = None

    def __len__(self) -> int:
        return len(self.hold)

    def row(self, row: int) -> Limits:
        """Those of one series."""
        parts = ("sets", "clears", "hold", "calm", "sign")
        one = np.array([row])
        mine = {part: getattr(self, part)[one] for part in parts}
        return Limits(
            **mine,
            signals=self.signals.rows(one) if self.signals else None,
            gates=self.gates.row(row) if self.gates else None,
        )


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

    ``beyond``, ``since`` and ``on`` have the shape (n, 4), ``last``, ``value`` and ``late`` (n,), times in microseconds
    since 1970 (UTC). ``value`` is the newest. ``late``: the earliest reading that came after a later one, which the
    levels do not know of (``NOTHING_LATE``: none); a doubled one and one that is more than a day behind do not count.
    ``carried``, (n, width): what the signals need of the readings before. ``others``: what is known of other series.
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
        self.carried = nothing_carried(limits.signals, len(limits))
        self.others = Others(limits.gates, len(limits))

    def step(self, rows: Ints, at: Ints, value: Floats, place: Ints | None = None) -> Changes:
        """Take one reading of each of some series; ``rows`` names no series twice.

        ``place``: of which series of its row each reading is, ``OWN`` or one of the others, which only tell whether a
        condition holds. A reading that is no later than the last of its series changes no level.
        """
        if place is not None and (place != OWN).any():
            other, own = place != OWN, place == OWN
            self._note(rows[other], place[other], at[other], value[other])
            rows, at, value = rows[own], at[own], value[own]
        fresh = at > self.last[rows]
        if not fresh.all():
            self._came_late(rows[~fresh], at[~fresh], value[~fresh])
            rows, at, value = rows[fresh], at[fresh], value[fresh]
        seen = self._gated(rows, at, self._signal(rows, at, value))
        self.last[rows], self.value[rows] = at, value
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
        return highest(self.on[rows])

    def stand(self, row: int, course: Course) -> None:
        """Stand as after a course in which every reading of the series is that has come so far."""
        self.beyond[row], self.since[row], self.on[row] = course.end
        self.last[row], self.value[row] = course.last, course.newest
        self.carried[row] = np.nan
        self.carried[row, : len(course.carried)] = course.carried
        self.late[row] = NOTHING_LATE

    def forgive(self, row: int) -> None:
        """Nothing that has come late will be looked at."""
        self.late[row] = NOTHING_LATE

    def _came_late(self, rows: Ints, at: Ints, value: Floats) -> None:
        again = (at == self.last[rows]) & (value == self.value[rows])
        self._mark(rows[~again], at[~again])

    def _mark(self, rows: Ints, at: Ints) -> None:
        """What was said of rows from some moments on does not hold, unless that is too long ago; ``rows`` once each."""
        # Not at >= last - LATENESS: of a row nothing was said of, last is the least number there is.
        counts = at + LATENESS >= self.last[rows]
        self.late[rows[counts]] = np.minimum(self.late[rows[counts]], at[counts])

    def _note(self, rows: Ints, place: Ints, at: Ints, value: Floats) -> None:
        wrong = self.others.note(rows, place, at, value, self.last[rows])
        self._mark(rows[wrong], at[wrong])

    def _gated(self, rows: Ints, at: Ints, seen: Floats) -> Floats:
        """What counts of the signal; where another series is known only as it was later, it is looked at again."""
        if self.limits.gates is None:
            return seen
        ahead = self.others.ahead(rows, at)
        self._mark(rows[ahead], at[ahead])
        return _counted(seen, self.others.truth(rows, at), self.limits, rows)

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
        sets, clears = _crossed(value, limits, rows)
        was = self.beyond[rows]
        now = sets | (was & ~clears)
        since = np.where(now != was, when, self.since[rows])
        held = when - since >= limits.hold[rows][:, None]
        calm = when - since >= limits.calm[rows][:, None]
        was_on = self.on[rows]
        self.on[rows] = np.where(now, was_on | held, was_on & ~calm)
        self.beyond[rows], self.since[rows] = now, since


def highest(on: Flags) -> Ints:
    """The highest of the levels that stand, 0 to 4; ``on``: shape (n, 4), gives (n,)."""
    level: Ints = (on * np.arange(1, LEVELS + 1)).max(axis=1, initial=0)
    return level


def _crossed(value: Floats, limits: Limits, rows: Ints | slice) -> tuple[Flags, Flags]:
    """Which levels each value sets and which it clears; shape (n, 4) both."""
    sign = limits.sign[rows][:, None]
    signed = value[:, None] * sign
    return signed >= limits.sets[rows] * sign, signed < limits.clears[rows] * sign


def _counted(seen: Floats, truth: Floats, limits: Limits, rows: Ints | slice) -> Floats:
    """What counts of a signal by whether its condition holds; shape (n,) all."""
    sign = limits.sign[rows]
    clears = limits.clears[rows] * sign[:, None]
    mildest = np.where(np.isnan(clears), np.inf, clears).min(axis=1)
    unsettled = np.where(seen * sign < mildest, seen, np.nan)
    return np.select([truth == 1, truth == 0], [seen, -np.inf * sign], unsettled)


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
    """How the levels of one series went: after each reading at which there is a signal what ``Watch`` has after it.

    ``at``, ``value``, ``signal``: shape (n,); ``beyond``, ``since``, ``on``: (n, 4). ``last``, ``newest``: the time and
    the value of the newest reading of all, ``carried``: what the signal needs of them, (width,).
    """

    at: Ints
    value: Floats
    signal: Floats
    beyond: Flags
    since: Ints
    on: Flags
    last: int
    newest: float
    carried: Floats

    @property
    def end(self) -> tuple[Flags, Ints, Flags]:
        """``beyond``, ``since`` and ``on`` after the last reading, shape (4,) each."""
        if not len(self.at):
            return np.zeros(LEVELS, bool), np.full(LEVELS, NEVER), np.zeros(LEVELS, bool)
        return self.beyond[-1], self.since[-1], self.on[-1]

    @property
    def level(self) -> Ints:
        """The highest level after each reading, 0 to 4; shape (n,)."""
        return highest(self.on)


Readings = tuple[Ints, Floats]
"""The times and the values of one series, shape (n,) both."""


def course(at: Ints, value: Floats, limits: Limits, others: Sequence[Readings] = ()) -> Course:
    """The course of one series: what ``Watch`` makes of its readings one after the other, computed at once.

    ``at`` and ``value``: shape (n,); ``limits`` of length 1; ``others``: of the other series of its condition. Readings
    that are out of order are put in order first; of two of one moment the later in the batch is left out.
    """
    at, first = np.unique(at, return_index=True)
    value, signals = value[first], limits.signals
    last, newest = (int(at[-1]), float(value[-1])) if len(at) else (NEVER, float("nan"))
    seen = signals_of(signals, at, value) if signals else value
    carried = carried_of(signals, at, value) if signals else np.empty(0)
    condition = limits.gates.of(0) if limits.gates else None
    if condition is not None:
        seen = _counted(seen, held(condition, at, others), limits, slice(None))
    known = ~np.isnan(seen)
    at, value, seen = at[known], value[known], seen[known]
    sets, clears = _crossed(seen, limits, slice(None))
    beyond = _latched(sets, clears)
    turned = np.diff(beyond, axis=0, prepend=False)
    since = np.maximum.accumulate(np.where(turned, at[:, None], NEVER), axis=0)
    lasting = np.where(since == NEVER, 0, at[:, None] - since)
    on = _latched(beyond & (lasting >= limits.hold), ~beyond & (lasting >= limits.calm))
    return Course(
        at=at,
        value=value,
        signal=seen,
        beyond=beyond,
        since=since,
        on=on,
        last=last,
        newest=newest,
        carried=carried,
    )


def _latched(sets: Flags, clears: Flags) -> Flags:
    """True from where it is set to where it is cleared, column by column; what sets it counts first."""
    places = np.arange(1, len(sets) + 1)[:, None]
    last = np.maximum.accumulate(np.where(sets | clears, places, 0), axis=0)
    found: Flags = np.take_along_axis(np.pad(sets, ((1, 0), (0, 0))), last, axis=0)
    return found


@dataclass(frozen=True, kw_only=True)
class Episode:
    """From when to when a series stood above no level at all; ``end`` is None while it does.

    ``level`` is the highest of it, ``peak`` the signal furthest beyond its limits. Times in microseconds.
    """

    start: int
    end: int | None
    level: int
    peak: float


def episodes(
    at: Ints, value: Floats, limits: Limits, others: Sequence[Readings] = ()
) -> list[Episode]:
    """The episodes of one series: a pure function of the readings; shapes and order as of ``course``."""
    return episodes_of(course(at, value, limits, others), int(limits.sign[0]))


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
        peak=float((found.signal[part] * sign).max() * sign),
    )
