"""What is usual, by hand; few days are none, and a burst moves little."""

from __future__ import annotations

import numpy as np
import pytest

from chengyun.science.signals import USUAL, Signals, signal, signals_of
from chengyun.science.usual import DAY, HOUR, SORTS, Usuals, Week, distance, usual_of

ZONE = 8 * HOUR
MONDAY = 20_454
"""In days since 1970: 2026-01-01 was a Thursday."""
REST = np.array(
    [day for week in range(10) for day in (MONDAY + 7 * week + 5, MONDAY + 7 * week + 6)]
)
WEEK = Week(zone=ZONE, rest=REST)


def told(days: int, *, burst: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Every twenty minutes: at night 4, by day 20, on rest days twice as much; the last days tenfold."""
    at, value = [], []
    for day in range(days):
        for minute in range(0, 24 * 60, 20):
            usual = 4.0 if minute < 6 * 60 else 20.0
            usual *= 2 if (MONDAY + day) in REST else 1
            at.append((MONDAY + day) * DAY - ZONE + minute * 60_000_000)
            value.append(usual * (10 if day >= days - burst else 1))
    return np.array(at, np.int64), np.array(value)


def test_each_hour_of_workdays_and_of_rest_days_has_its_own() -> None:
    at, value = told(28)
    order = np.random.default_rng(3715).permutation(len(at))
    found = usual_of(at[order], value[order], WEEK)
    assert found.tolist() == [4.0] * 6 + [20.0] * 18 + [8.0] * 6 + [40.0] * 18


def test_a_burst_of_some_days_moves_nothing() -> None:
    assert np.array_equal(usual_of(*told(26, burst=5), WEEK), usual_of(*told(28), WEEK))


def test_few_days_are_none() -> None:
    four, five = usual_of(*told(4), WEEK), usual_of(*told(5), WEEK)
    assert np.isnan(four).all()
    assert not np.isnan(five[:24]).any() and np.isnan(five[24:]).all()
    assert np.isnan(usual_of(np.zeros(0, np.int64), np.zeros(0), WEEK)).all()


def test_an_hour_in_which_nothing_was_told_is_unknown() -> None:
    at, value = told(28)
    hour = (at + ZONE) // HOUR % 24
    found = usual_of(at[hour != 3], value[hour != 3], WEEK)
    assert np.flatnonzero(np.isnan(found)).tolist() == [3, 27]


def test_the_distance_is_in_percent_and_next_to_nothing_is_no_measure() -> None:
    value, usual = np.array([6.0, 2.0, 0.3, 5.0]), np.array([4.0, 4.0, 0.1, np.nan])
    found = distance(value, usual, np.full(4, 1.0))
    assert found == pytest.approx([50, -50, 20, np.nan], nan_ok=True)


def test_one_reading_after_the_other_gives_what_all_at_once_do() -> None:
    at, value = told(10)
    hours = np.stack([np.full(SORTS, np.nan), usual_of(*told(28), WEEK)])
    usuals = Usuals(which=np.array([-1, 0, 1]), hours=hours, week=WEEK)
    kind, ones = np.full(3, USUAL), np.ones(3, np.int64)
    every = Signals(
        kind=kind,
        per=ones,
        span=0 * ones,
        mark=np.full(3, 5.0),
        sign=ones,
        times=0 * ones,
        usuals=usuals,
    )
    rows, never = np.arange(3), np.full(3, np.iinfo(np.int64).min)
    steps = [
        signal(every, never, np.zeros((3, 0)), np.full(3, a), np.full(3, v * 1.5))[0]
        for a, v in zip(at.tolist(), value.tolist(), strict=True)
    ]
    for row in rows:
        at_once = signals_of(every.rows(rows[[row]]), at, value * 1.5)
        assert np.array_equal(np.array(steps)[:, row], at_once, equal_nan=True)
    assert np.isnan(np.array(steps)[:, :2]).all()
    assert set(np.array(steps)[:, 2].round(6).tolist()) == {40.0, 50.0}
