"""Whether a sensor drifts: its level, one number a day, moves away slowly and does not come back.

The level of a day is the lowest of its hours, for a sensor that comes to rest every day, or their median beside the
median of its peers, so that what all of them measure (season, weather) cancels out. The trend is the slope of Theil and
Sen, the median of the slopes between every two days; that it is one at all says the test of Mann and Kendall. From
which day on it drifts is told by the bend that leaves the least behind: level before it, straight after it.

Sources: Sen, "Estimates of the regression coefficient based on Kendall's tau" (1968); Mann, "Nonparametric tests
against trend" (1945); Kendall, "Rank correlation methods" (1975), with its correction for ties.

Errors: up to 29 % of the days from the first on may be wrong and the slope holds; wrong days in a row at the end are
taken for a drift. The first day is found within some days of the true one, the less the drift stands out of the noise.
A level that wanders by itself (a random walk, a tank that fills) is
taken for a drift: whoever declares what is looked at leaves such quantities out. A step (another sensor, another
place) is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chengyun.science.signals import Floats

HOURS = 24
LEAST_HOURS = 6
"""Hours of a day in which something was told, for the day to have a level."""
LEAST_DAYS = 14
"""Days with a level, for anything to be said."""
LEAST_PEERS = 3
CERTAIN = 3.29
"""Standard deviations: by chance one level in a thousand goes so far, when nothing drifts."""
BEYOND = 3.0
"""A drift has moved so many times the noise."""
LEAST_PART = 7
"""Days on each side of a bend or a step, for it to be one."""
MAD = 1.4826
"""What brings the median of deviations to a standard deviation, where these are normal."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """``per_day`` in the unit of the level, from day ``since`` on (counted from 0), and how far it has ``moved``."""

    per_day: float
    since: int
    moved: float


def lowest_of_days(lowest: Floats) -> Floats:
    """The level of each day of sensors that come to rest.

    Parameters
    ----------
    lowest
        The lowest value of each hour, in any unit, shape (n, 24 d), NaN where nothing was told.

    Returns
    -------
    numpy.ndarray
        In the same unit, shape (n, d), NaN for days of which fewer than ``LEAST_HOURS`` hours are known.
    """
    hours, known = _days(lowest)
    return np.where(known, np.where(np.isnan(hours), np.inf, hours).min(axis=2), np.nan)


def beside_peers(mean: Floats) -> Floats:
    """The level of each day of sensors of one kind beside that of the others, each measured from its own middle.

    Parameters
    ----------
    mean
        The mean of each hour, in one unit, shape (n, 24 d), NaN where nothing was told.

    Returns
    -------
    numpy.ndarray
        The median of the hours of a day, less the median of the days, less the median of that of all the others; shape
        (n, d). NaN for days of which fewer than ``LEAST_HOURS`` hours or fewer than ``LEAST_PEERS`` others are known.
    """
    hours, known = _days(mean)
    days: Floats = np.full(known.shape, np.nan)
    days[known] = np.nanmedian(hours[known], axis=1)
    for row in range(len(days)):
        if known[row].any():
            days[row] -= np.nanmedian(days[row])
    found = np.full(known.shape, np.nan)
    for day in range(days.shape[1]):
        of = np.flatnonzero(known[:, day])
        if len(of) > LEAST_PEERS:
            found[of, day] = days[of, day] - _medians_of_others(days[of, day])
    return found


def _days(hourly: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    hours = hourly.reshape(len(hourly), -1, HOURS)
    return hours, np.isfinite(hours).sum(axis=2) >= LEAST_HOURS


def _medians_of_others(values: Floats) -> Floats:
    """For each of n values the median of the n - 1 others."""
    order = np.argsort(values, kind="stable")
    place = np.empty(len(values), np.int64)
    place[order] = np.arange(len(values))
    ranked, half = values[order], (len(values) - 1) // 2
    upper = ranked[half + (place <= half)]
    below = half - 1 if (len(values) - 1) % 2 == 0 else half
    return np.asarray((ranked[below + (place <= below)] + upper) / 2, np.float64)


def drift_of(level: Floats, *, least: float = 0.0) -> Drift | None:
    """Whether one sensor drifts.

    Parameters
    ----------
    level
        Of each day, oldest first, in any unit, shape (d,), NaN where it is unknown.
    least
        What a sensor that is well may move in that time, in the same unit.

    Returns
    -------
    Drift or None
        None where it does not drift, and where fewer than ``LEAST_DAYS`` days are known.
    """
    day = np.flatnonzero(np.isfinite(level)).astype(np.float64)
    value = level[np.isfinite(level)]
    if len(day) < LEAST_DAYS or abs(_kendall(value)) < CERTAIN:
        return None
    left, bend = _bend(day, value)
    if left > _step(value):
        return None
    after = day >= bend
    per_day = _slope(day[after], value[after])
    moved = per_day * float(day[-1] - bend)
    noise = MAD * float(np.median(np.abs(_rest(day, value, bend))))
    if abs(moved) <= max(BEYOND * noise, least):
        return None
    return Drift(per_day=per_day, since=int(bend), moved=moved)


def _slope(day: Floats, value: Floats) -> float:
    """Of Theil and Sen."""
    first, second = np.triu_indices(len(day), 1)
    return float(np.median((value[second] - value[first]) / (day[second] - day[first])))


def _kendall(value: Floats) -> float:
    """The statistic of Mann and Kendall, in standard deviations; 0 where all values are the same."""
    n = len(value)
    first, second = np.triu_indices(n, 1)
    total = float(np.sign(value[second] - value[first]).sum())
    ties = np.unique(value, return_counts=True)[1].astype(np.float64)
    spread = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    return (total - math.copysign(1, total)) / math.sqrt(spread) if total and spread > 0 else 0.0


def _rest(day: Floats, value: Floats, bend: float) -> Floats:
    """What a bend leaves of the values: level before it, straight after it."""
    after = day >= bend
    line = np.maximum(day - bend, 0) * _slope(day[after], value[after])
    return np.asarray(value - line - np.median(value - line), np.float64)


def _bend(day: Floats, value: Floats) -> tuple[float, float]:
    """How much the best bend leaves behind (mean of the absolute), and its day; the first day where all is straight."""
    bends = [float(day[0]), *day[LEAST_PART : len(day) - LEAST_PART + 1].tolist()]
    return min((float(np.abs(_rest(day, value, bend)).mean()), bend) for bend in bends)


def _step(value: Floats) -> float:
    """The same of the best step."""
    cuts = range(LEAST_PART, len(value) - LEAST_PART + 1)
    parts = ((value[:cut], value[cut:]) for cut in cuts)
    return min(
        float(np.mean([abs(each - np.median(part)) for part in two for each in part]))
        for two in parts
    )
