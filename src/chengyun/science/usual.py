"""What a series usually reads at an hour of the day, on workdays and on rest days, and how far a value is from it.

The usual of an hour is the median, over the days that are known, of the median of the readings of that hour: a burst of
some days moves it little. Where fewer than ``LEAST_DAYS`` days of a sort told something in an hour, it is unknown. All
times are microseconds since 1970 (UTC); hours and days are those of a clock that is ``zone`` ahead of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOUR, DAY = 3_600_000_000, 86_400_000_000
HOURS = 24
SORTS = 2 * HOURS
"""Columns: the hours of a workday, then those of a rest day."""
LEAST_DAYS = 5


@dataclass(frozen=True, kw_only=True)
class Week:
    """Which days are rest days: days since 1970, rising, in ``rest``; ``zone`` in microseconds."""

    zone: int
    rest: Ints

    def day(self, at: Ints) -> Ints:
        """The day since 1970 of each moment; shape as ``at``."""
        return (at + self.zone) // DAY

    def column(self, at: Ints) -> Ints:
        """The hour of which sort of day each moment is in, 0 to 47; shape as ``at``."""
        hour = (at + self.zone) // HOUR % HOURS
        return np.asarray(hour + HOURS * np.isin(self.day(at), self.rest), np.int64)


@dataclass(frozen=True, kw_only=True)
class Usuals:
    """What is usual for ``n`` rows: ``which`` of the tables of each, shape (n,), -1 for none; ``hours``: (m, 48)."""

    which: Ints
    hours: Floats
    week: Week

    def rows(self, rows: Ints) -> Usuals:
        """That of some rows."""
        return Usuals(which=self.which[rows], hours=self.hours, week=self.week)

    def at(self, at: Ints) -> Floats:
        """The usual of each row at a moment, NaN where it is unknown; of one row at all moments, shape as ``at``."""
        found = np.full(np.broadcast_shapes(at.shape, self.which.shape), np.nan)
        which = np.broadcast_to(self.which, found.shape)
        known = which >= 0
        found[known] = self.hours[which[known], self.week.column(at)[known]]
        return found


def distance(value: Floats, usual: Floats, least: Floats) -> Floats:
    """By how many percent values are above the usual; one below ``least`` counts as that. NaN where it is unknown."""
    return (value - usual) / np.maximum(np.abs(usual), least) * 100


def usual_of(at: Ints, value: Floats, week: Week) -> Floats:
    """The usual of one series by its readings, in any order; shape (48,)."""
    if not len(at):
        return np.full(SORTS, np.nan)
    columns = week.column(at)
    days, day = np.unique(week.day(at), return_inverse=True)
    each = np.full((len(days), SORTS), np.nan)
    cells, cell = np.unique(day * SORTS + columns, return_inverse=True)
    parts = np.split(value[np.argsort(cell, kind="stable")], np.cumsum(np.bincount(cell))[:-1])
    for number, part in zip(cells.tolist(), parts, strict=True):
        each[divmod(number, SORTS)] = np.median(part)
    known = np.isfinite(each).sum(axis=0) >= LEAST_DAYS
    found = np.full(SORTS, np.nan)
    found[known] = np.nanmedian(each[:, known], axis=0)
    return found
