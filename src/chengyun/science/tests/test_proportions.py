"""The score interval of a proportion: known values, its ends, and what it always keeps."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.proportions import wilson


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (1, 1, "20.65", "100.00"),
        (0, 10, "0.00", "27.75"),
        (5, 10, "23.66", "76.34"),
        (10, 10, "72.25", "100.00"),
        (81, 263, "25.53", "36.62"),
        (15, 148, "6.24", "16.05"),
    ],
)
def test_known_values(hits: int, trials: int, low: str, high: str) -> None:
    """The last two are examples of R. G. Newcombe, Statistics in Medicine 17 (1998) 857–872, table I."""
    assert wilson(hits, trials) == (Decimal(low), Decimal(high))


def test_without_a_trial_nothing_is_known() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("hits", "trials"), [(-1, 3), (4, 3), (1, 0)])
def test_more_hits_than_trials_are_refused(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        wilson(hits, trials)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_holds_the_share_stays_inside_and_mirrors(drawn: tuple[int, int]) -> None:
    hits, trials = drawn
    found, other = wilson(hits, trials), wilson(trials - hits, trials)
    assert found is not None
    assert other is not None
    low, high = found
    cent = Decimal("0.01")
    assert 0 <= low <= high <= 100
    assert low - cent <= Decimal(100 * hits) / trials <= high + cent
    assert abs(low + other[1] - 100) <= cent


@given(st.integers(1, 1000), st.integers(2, 9))
def test_more_trials_make_it_narrower(trials: int, times: int) -> None:
    few, many = wilson(trials // 2, trials), wilson(trials // 2 * times, trials * times)
    assert few is not None
    assert many is not None
    assert many[1] - many[0] < few[1] - few[0]
