"""Spikes, flat lines and latecomers are found, and what merely happened is not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.quality import JUMP, LATE, STILL, jumps, late, stands

HOUR = 3_600_000_000


def of(*values: float) -> list[int]:
    found: list[int] = (jumps(np.array(values), 5.0) // JUMP).tolist()
    return found


def test_a_spike_up_and_one_down() -> None:
    assert of(1, 9, 1, 1, -7, 1) == [0, 1, 0, 0, 1, 0]


def test_a_step_and_a_slope_are_no_jump() -> None:
    assert not any(of(1, 1, 9, 9, 9)) and not any(of(0, 4, 8, 12, 8, 4))


def test_of_one_or_two_nothing_is_said() -> None:
    assert of() == [] and of(1) == [0] and of(1, 99) == [0, 0]


def test_what_stands_for_too_long_is_doubted_from_its_first_reading() -> None:
    at = np.arange(6, dtype=np.int64) * HOUR
    value = np.array([3.0, 3.0, 3.0, 4.0, 4.0, 3.0])
    assert (stands(at, value, HOUR) // STILL).tolist() == [1, 1, 1, 0, 0, 0]
    assert stands(at, value, 2 * HOUR).any() == np.False_
    assert len(stands(at[:0], value[:0], HOUR)) == 0


def test_what_comes_after_its_time_is_late() -> None:
    at = np.zeros(3, np.int64)
    assert late(at, np.array([0, HOUR, HOUR + 1]), HOUR).tolist() == [0, 0, LATE]


@given(st.lists(st.integers(-20, 20), max_size=30))
def test_a_spike_stands_out_from_both_sides(values: list[int]) -> None:
    found = of(*values)
    for n, marked in enumerate(found):
        inner = 0 < n < len(values) - 1
        sides = [values[n] - values[n - 1], values[n] - values[n + 1]] if inner else [0]
        assert bool(marked) == (min(sides) > 5 or max(sides) < -5)
