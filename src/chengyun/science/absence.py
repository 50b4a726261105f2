"""Which sources have been silent for too long: a clock beside the readings, since what is missing tells nothing.

A source is silent from when it was heard last, but no longer than somebody has listened to it. Its level grows with
the time and is over with the first word. All times are microseconds since 1970 (UTC).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from chengyun.science.episodes import NEVER as NEVER
from chengyun.science.episodes import Episode, Flags
from chengyun.science.signals import Ints

NO_LEVEL = np.iinfo(np.int64).max


class Absence:
    """How long ``n`` sources have been silent.

    ``sets``: shape (n, 4), how long a silence is for each level, in microseconds, one column a level from the mildest;
    ``NO_LEVEL`` where there is none. Of the shape (n,): ``heard``, when a source spoke last, ``NEVER`` when it has not;
    ``since``, from when on somebody listens; ``level``, 0 to 4; ``raised``, when that level was reached.
    """

    def __init__(self, sets: Ints, since: int) -> None:
        self.sets = sets
        self.heard: Ints = np.full(len(sets), NEVER)
        self.since: Ints = np.full(len(sets), since)
        self.level: Ints = np.zeros(len(sets), np.int64)
        self.raised: Ints = np.full(len(sets), NEVER)

    def tick(self, now: int) -> Ints:
        """It is ``now``: the rows that reach a higher level by it, shape (k,). One that never spoke reaches none."""
        begun = np.maximum(self.heard, self.since)
        reached = (now - begun)[:, None] >= self.sets
        level = (reached * np.arange(1, self.sets.shape[1] + 1)).max(axis=1, initial=0)
        rows: Ints = np.flatnonzero((level > self.level) & (self.heard != NEVER))
        self.level[rows] = level[rows]
        self.raised[rows] = begun[rows] + self.sets[rows, level[rows] - 1]
        return rows

    def hear(self, rows: Ints, at: Ints) -> Ints:
        """Words of some sources at some moments, shapes (k,): the rows whose silence is over by them, each once."""
        np.maximum.at(self.heard, rows, at)
        spoke = np.unique(rows)
        over: Ints = spoke[(self.level[spoke] > 0) & (self.heard[spoke] > self.raised[spoke])]
        self.level[over] = 0
        return over

    def excuse(self, rows: Ints, now: int) -> None:
        """Nobody expects a word of these up to ``now``: a silence counts from then on."""
        self.since[rows] = now


def together(
    groups: Mapping[str, Ints], rows: Ints, absence: Absence, free: Flags, least: int, now: int
) -> list[tuple[str, Ints]]:
    """Which silences have one cause, looked at when ``rows`` become too long.

    Parameters
    ----------
    groups
        By their names, the rows of sources that have something in common.
    rows
        Sources whose silence has just become too long.
    absence
        How all of them stand.
    free
        Who may be counted, shape (n,): whose silence has no cause yet and is not excused.
    least
        Fewer have nothing in common.
    now
        Microseconds.

    Returns
    -------
    list of (str, Ints)
        A group and the sources silent together, each source once.  They spoke last within the time after which one of
        them is missed, have been silent for at least half of it, and are at least half of those in their group that
        were heard until then.  Of several groups the one with most of them counts, then the smallest, then the first.
    """
    allowed, free, found = (
        absence.sets.min(axis=1, initial=NO_LEVEL),
        free.copy(),
        list[tuple[str, Ints]](),
    )
    heard = np.maximum(absence.heard, NEVER // 2)
    quiet = now - np.maximum(heard, absence.since) >= allowed // 2
    for row in rows[np.argsort(heard[rows])]:
        if not free[row]:
            continue
        near = free & quiet & (np.abs(heard - heard[row]) <= allowed[row])
        expected = free & (absence.heard != NEVER) & (near | (absence.level == 0))
        silent = {name: mine[near[mine]] for name, mine in groups.items() if row in mine}
        held = [
            (len(gone), -len(groups[name]), -n, name)
            for n, (name, gone) in enumerate(silent.items())
            if len(gone) >= least and 2 * len(gone) >= expected[groups[name]].sum()
        ]
        if held:
            name = max(held)[-1]
            found.append((name, silent[name]))
            free[silent[name]] = False
    return found


def silences(heard: Ints, until: int, sets: Ints) -> list[Episode]:
    """The silences of one source between the moments it was ``heard``, shape (k,), and up to ``until``.

    ``sets``: shape (4,), as of an ``Absence``. An episode starts with the last word before it and ends with the next
    one, None when there is none up to ``until``; its peak is how long it was, in microseconds.
    """
    heard = np.unique(heard[heard <= until])
    lengths = np.diff(np.r_[heard, until])
    level = ((lengths[:, None] >= sets) * np.arange(1, len(sets) + 1)).max(axis=1, initial=0)
    return [
        Episode(
            start=int(heard[n]),
            end=int(heard[n + 1]) if n + 1 < len(heard) else None,
            level=int(level[n]),
            peak=float(lengths[n]),
        )
        for n in np.flatnonzero(level)
    ]
