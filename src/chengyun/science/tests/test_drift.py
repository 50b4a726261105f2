"""A drift is found with its slope and its first day, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from chengyun.science.drift import (
    HOURS,
    LEAST_DAYS,
    LEAST_HOURS,
    LEAST_PEERS,
    _medians_of_others,
    beside_peers,
    drift_of,
    lowest_of_days,
)

DAYS = 30
seeds = some.integers(0, 2**32 - 1)
slopes = some.floats(0.05, 50).flatmap(lambda size: some.sampled_from((size, -size)))


def noise(seed: int, days: int = DAYS) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, days)


def bent(per_day: float, since: int, days: int = DAYS) -> np.ndarray:
    return per_day * np.maximum(np.arange(days) - since, 0.0)


@given(seed=seeds, per_day=slopes, since=some.integers(0, 12), level=some.floats(-1e4, 1e4))
def test_a_drift_is_found_with_its_slope_and_its_first_day(
    seed: int, per_day: float, since: int, level: float
) -> None:
    """The noise is a tenth of what it drifts in a day."""
    found = drift_of(level + bent(per_day, since) + noise(seed) * abs(per_day) / 10)
    assert found is not None
    assert found.per_day == pytest.approx(per_day, rel=0.1)
    assert abs(found.since - since) <= (7 if since < 7 else 2)
    assert found.moved == pytest.approx(found.per_day * (DAYS - 1 - found.since))


def test_of_a_thousand_that_are_well_hardly_one_is_accused() -> None:
    assert sum(drift_of(noise(seed)) is not None for seed in range(1000)) <= 1


@given(seed=seeds, at=some.integers(8, 22), height=some.floats(5, 500))
def test_a_step_is_none(seed: int, at: int, height: float) -> None:
    assert drift_of(noise(seed) + height * (np.arange(DAYS) >= at)) is None


@given(seed=seeds, known=some.integers(0, LEAST_DAYS - 1))
def test_of_few_days_nothing_is_said(seed: int, known: int) -> None:
    level = np.full(DAYS, np.nan)
    days = np.random.default_rng(seed).choice(DAYS, known, replace=False)
    level[days] = 10.0 * days
    assert drift_of(level) is None


@given(seed=seeds, per_day=slopes, factor=some.floats(1e-3, 1e3), shift=some.floats(-1e3, 1e3))
def test_another_unit_and_another_zero_change_the_numbers_only(
    seed: int, per_day: float, factor: float, shift: float
) -> None:
    level = bent(per_day, 10) + noise(seed) * abs(per_day) / 10
    found, other = drift_of(level), drift_of(level * factor + shift)
    assume(found is not None)
    assert found is not None and other is not None
    assert other.per_day == pytest.approx(found.per_day * factor, rel=1e-6)
    assert other.since == found.since


@given(seed=seeds, wrong=some.integers(1, 6))
def test_some_wrong_days_move_the_slope_little(seed: int, wrong: int) -> None:
    """One in five at most; several in a row at the end are a drift like any other."""
    level = bent(1.0, 0) + noise(seed) / 10
    days = 5 * np.random.default_rng(seed).choice(DAYS // 5, wrong, replace=False) + seed % 5
    level[days] += 100
    found = drift_of(level)
    assert found is None or found.per_day == pytest.approx(1.0, rel=0.5)


def test_what_stands_and_what_moves_too_little_is_none() -> None:
    assert drift_of(np.zeros(DAYS)) is None
    level = bent(0.1, 0)
    assert drift_of(level, least=2.5) is not None and drift_of(level, least=3.5) is None


def test_the_level_of_a_day_at_rest_is_the_lowest_of_its_hours() -> None:
    hours = np.full((1, 2 * HOURS), np.nan)
    hours[0, 3 : 3 + LEAST_HOURS] = np.arange(LEAST_HOURS) + 2.0
    hours[0, HOURS : HOURS + LEAST_HOURS - 1] = 1.0
    assert lowest_of_days(hours).tolist()[0] == pytest.approx([2.0, np.nan], nan_ok=True)


@given(seed=seeds, size=some.integers(2, 12))
def test_the_median_of_the_others(seed: int, size: int) -> None:
    values = np.random.default_rng(seed).integers(0, 9, size).astype(float)
    slowly = [np.median(np.delete(values, n)) for n in range(size)]
    assert _medians_of_others(values).tolist() == slowly


def test_what_all_of_a_kind_measure_cancels_out() -> None:
    """A season over all of them, and one that goes its own way."""
    season = np.repeat(10 * np.sin(np.arange(DAYS) / 10), HOURS)
    wander = np.random.default_rng(3715).normal(0, 0.01, (LEAST_PEERS + 2, DAYS * HOURS))
    mean = np.array([n + season for n in range(LEAST_PEERS + 2)]) + wander
    mean[1] += np.repeat(bent(0.2, 10), HOURS)
    found = [drift_of(level) for level in beside_peers(mean)]
    assert found[1] is not None and found[1].per_day == pytest.approx(0.2, rel=0.05)
    assert [each for n, each in enumerate(found) if n != 1] == [None] * (LEAST_PEERS + 1)


def test_without_enough_others_nothing_is_known() -> None:
    mean = np.ones((LEAST_PEERS + 1, HOURS))
    assert np.isfinite(beside_peers(mean)).all()
    assert np.isnan(beside_peers(mean[:LEAST_PEERS])).all()
