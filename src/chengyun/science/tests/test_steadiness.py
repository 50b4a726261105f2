"""Whole slots alone count, a source is measured by its own rhythm, and more than usual makes up for nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.steadiness import NOTHING, Steadiness, steadiness


def of(*counts: int, slot: int = 1) -> tuple[int, int, int, int]:
    found = steadiness(np.array(counts, np.int64), slot)
    return found.slots, found.heard, found.told, found.usual


def test_an_hour_without_a_word_and_one_with_half_of_it() -> None:
    assert of(60, 60, 0, 30, 60) == (5, 4, 210, 300)


def test_catching_up_does_not_hide_the_gap() -> None:
    assert of(60, 0, 120, 60) == (4, 3, 180, 240)


def test_who_tells_once_in_two_hours_has_slots_of_two() -> None:
    assert of(9, 1, 0, 0, 1, 0, 0, slot=2) == (3, 2, 2, 3)


def test_of_no_whole_slot_nothing_is_said() -> None:
    assert of(slot=3) == of(5, 5, slot=3) == (0, 0, 0, 0)
    assert of(0, 0) == (2, 0, 0, 0)
    with pytest.raises(ValueError):
        steadiness(np.array([1], np.int64), 0)


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 4))
def test_it_tells_no_more_than_all(counts: list[int], slot: int) -> None:
    slots, heard, told, usual = of(*counts, slot=slot)
    assert 0 <= heard <= slots == len(counts) // slot
    assert 0 <= told <= min(usual, sum(counts))


def test_many_add_up() -> None:
    one = Steadiness(slots=4, heard=3, told=180, usual=240)
    assert sum([one, one], NOTHING) == Steadiness(slots=8, heard=6, told=360, usual=480)
