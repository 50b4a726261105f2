"""Levels by the time of the readings: hold, calm, hysteresis; and that a batch is the same as one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.episodes import (
    LATENESS,
    NEVER,
    NOTHING_LATE,
    Changes,
    Episode,
    Limits,
    Watch,
    course,
    episodes,
    rounds,
)

MINUTE = 60_000_000
NAN = float("nan")


def limits(n: int = 1, *, hold: int = 1, calm: int = 5, sign: int = 1) -> Limits:
    """Yellow 10/7, orange 15/12, red 27/22; minutes."""
    return Limits(
        sets=np.array([[NAN, 10.0, 15.0, 27.0]] * n) * sign,
        clears=np.array([[NAN, 7.0, 12.0, 22.0]] * n) * sign,
        hold=np.full(n, hold * MINUTE),
        calm=np.full(n, calm * MINUTE),
        sign=np.full(n, sign),
    )


def played(values: list[float], **kinds: int) -> list[Episode]:
    """The episodes of one reading a minute."""
    sign = kinds.get("sign", 1)
    at = np.arange(len(values)) * MINUTE
    return episodes(at, np.array(values, float) * sign, limits(**kinds))


def test_a_level_comes_after_the_hold_time_and_begins_when_the_value_set_out() -> None:
    assert played([0, 11, 11, 11]) == [Episode(start=MINUTE, end=None, level=2, peak=11.0)]


def test_a_single_reading_beyond_raises_nothing() -> None:
    assert played([0, 30, 0, 0, 30, 0]) == []


def test_without_a_hold_time_the_first_reading_counts() -> None:
    assert played([0, 30], hold=0) == [Episode(start=MINUTE, end=None, level=4, peak=30.0)]


def test_between_set_and_clear_the_level_stays() -> None:
    [episode] = played([11, 11, 8, 8, 8, 8, 8, 8, 8, 8])
    assert episode.end is None


def test_a_level_goes_after_the_calm_time() -> None:
    [episode] = played([11, 11, 6, 6, 6, 6, 6, 6])
    assert episode == Episode(start=0, end=7 * MINUTE, level=2, peak=11.0)


def test_a_relapse_within_the_calm_time_is_one_episode() -> None:
    [episode] = played([11, 11, 0, 0, 0, 12, 12, 0, 0, 0, 0, 0, 0])
    assert episode.end == 12 * MINUTE and episode.peak == 12.0


def test_the_level_follows_the_value_up_and_down() -> None:
    [episode] = played([11, 16, 28, 28, 28, 28])
    assert (episode.level, episode.peak) == (4, 28.0)


def test_small_values_may_be_the_bad_ones() -> None:
    [episode] = played([11, 11, 11], sign=-1)
    assert (episode.level, episode.peak) == (2, -11.0)


def test_a_sensor_trembling_at_its_limit_once_a_second_for_an_hour_gives_one_episode() -> None:
    at = np.arange(3600) * 1_000_000
    value = np.where(np.arange(3600) % 2 == 0, 10.2, 9.8)
    assert len(episodes(at, value, limits())) == 1


readings = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 40)), max_size=80)


@given(readings, st.randoms())
def test_shuffled_and_doubled_readings_give_the_same_episodes(
    told: list[tuple[int, int]], rng: object
) -> None:
    once = dict(told)
    straight = sorted(once.items())
    mixed = [*straight, *straight[::3]]
    rng.shuffle(mixed)  # type: ignore[attr-defined]

    def found(rows: list[tuple[int, int]]) -> list[Episode]:
        at = np.array([minute * MINUTE for minute, _ in rows], np.int64)
        return episodes(at, np.array([value for _, value in rows], float), limits())

    assert found(mixed) == found(straight)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=120), st.integers(1, 40))
def test_batches_of_any_size_change_the_same_levels(told: list[tuple[int, int]], size: int) -> None:
    rows = np.array([series for series, _ in told], np.int64)
    at = np.arange(len(told)) * MINUTE
    value = np.array([value for _, value in told], float)

    def watched(step: int) -> list[tuple[int, int, int]]:
        watch, found = Watch(limits(4)), list[tuple[int, int, int]]()
        for first in range(0, len(told), step):
            batch = slice(first, first + step)
            for part in rounds(rows[batch]):
                found += _listed(watch.step(rows[batch][part], at[batch][part], value[batch][part]))
        return sorted(found)

    assert watched(size) == watched(1)


def _listed(changes: Changes) -> list[tuple[int, int, int]]:
    return list(
        zip(changes.rows.tolist(), changes.at.tolist(), changes.after.tolist(), strict=True)
    )


@given(readings, st.integers(0, 3), st.integers(0, 6))
def test_a_course_computed_at_once_is_what_one_reading_after_the_other_gives(
    told: list[tuple[int, int]], hold: int, calm: int
) -> None:
    rows = sorted(dict(told).items())
    at = np.array([minute * MINUTE for minute, _ in rows], np.int64)
    value = np.array([value for _, value in rows], float)
    found = course(at, value, limits(hold=hold, calm=calm))
    watch, row = Watch(limits(hold=hold, calm=calm)), np.zeros(1, np.int64)
    for n in range(len(rows)):
        watch.step(row, at[n : n + 1], value[n : n + 1])
        for part in ("beyond", "since", "on"):
            assert (getattr(watch, part)[0] == getattr(found, part)[n]).all(), part
        assert watch.level(row)[0] == found.level[n]


@given(readings.filter(bool), st.randoms())
def test_what_came_late_is_known_and_brings_the_same_levels_in_the_end(
    told: list[tuple[int, int]], rng: object
) -> None:
    straight = sorted(dict(told).items())
    mixed = [*straight, *straight[::3]]
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    at = np.array([minute * MINUTE for minute, _ in mixed], np.int64)
    value = np.array([value for _, value in mixed], float)
    watch, row = Watch(limits()), np.zeros(1, np.int64)
    for n in range(len(mixed)):
        watch.step(row, at[n : n + 1], value[n : n + 1])
    newest = [minute for minute, _ in mixed]
    behind = [minute for n, minute in enumerate(newest) if minute < max(newest[: n + 1])]
    assert watch.late[0] == (min(behind) * MINUTE if behind else NOTHING_LATE)
    watch.stand(0, found := course(at, value, limits()))
    assert (watch.late[0], watch.level(row)[0]) == (NOTHING_LATE, found.level[-1])


def test_a_doubled_reading_and_one_of_the_day_before_are_not_late() -> None:
    watch, row = Watch(limits()), np.zeros(1, np.int64)
    for at, value in ((2 * LATENESS, 5.0), (2 * LATENESS, 5.0), (LATENESS - 1, 30.0)):
        watch.step(row, np.array([at]), np.array([value]))
    assert watch.late[0] == NOTHING_LATE
    watch.step(row, np.array([2 * LATENESS]), np.array([6.0]))
    assert watch.late[0] == 2 * LATENESS


@pytest.mark.parametrize("at", [5, 4])
def test_what_is_no_later_than_the_last_changes_nothing(at: int) -> None:
    watch, row = Watch(limits(hold=0)), np.zeros(1, np.int64)
    watch.step(row, np.array([5]), np.array([0.0]))
    assert not len(watch.step(row, np.array([at]), np.array([30.0])).rows)
    assert watch.last[0] == 5


def test_nothing_watched_takes_nothing() -> None:
    watch = Watch(limits(0))
    assert watch.level(np.zeros(0, np.int64)).shape == (0,)
    assert rounds(np.zeros(0, np.int64)) == []
    assert NEVER < 0
