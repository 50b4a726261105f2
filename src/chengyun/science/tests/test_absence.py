"""Silence by the clock: a level for each time without a word, none for who never spoke or is excused."""

from __future__ import annotations

import numpy as np

from chengyun.science.absence import NO_LEVEL, Absence, silences
from chengyun.science.episodes import Episode

SETS = np.array([[NO_LEVEL, 60, NO_LEVEL, 240]])


def heard(*at: int, since: int = 0) -> Absence:
    """A source for each moment in which one spoke last."""
    made = Absence(np.repeat(SETS, len(at), axis=0), since)
    made.hear(np.arange(len(at)), np.array(at))
    return made


def test_a_level_comes_when_its_time_is_up_and_is_told_once() -> None:
    one = heard(100)
    assert one.tick(159).tolist() == []
    assert one.tick(165).tolist() == [0] and one.level.tolist() == [2]
    assert one.raised.tolist() == [160]
    assert one.tick(166).tolist() == []
    assert one.tick(340).tolist() == [0] and one.level.tolist() == [4]


def test_the_first_word_ends_it() -> None:
    two = heard(100, 100)
    assert two.tick(200).tolist() == [0, 1]
    rows, at = np.array([1, 1, 1]), np.array([90, 201, 150])
    assert two.hear(rows, at).tolist() == [1]
    assert (two.level.tolist(), two.heard.tolist()) == ([2, 0], [100, 201])


def test_an_old_word_that_comes_again_ends_nothing() -> None:
    one = heard(100)
    one.tick(200)
    assert one.hear(np.array([0]), np.array([100])).tolist() == []
    assert one.level.tolist() == [2]


def test_who_never_spoke_is_not_missed() -> None:
    never = Absence(SETS, 0)
    assert never.tick(10_000).tolist() == []


def test_a_silence_counts_only_while_somebody_listens() -> None:
    late = heard(100, since=500)
    assert late.tick(559).tolist() == [] and late.tick(560).tolist() == [0]
    excused = heard(100, 100)
    excused.excuse(np.array([0]), 150)
    assert excused.tick(170).tolist() == [1] and excused.tick(210).tolist() == [0]


def test_nobody_to_listen_to() -> None:
    assert Absence(np.zeros((0, 4), np.int64), 0).tick(5).tolist() == []


def test_the_silences_of_the_past_are_those_the_clock_would_have_told() -> None:
    told = silences(np.array([300, 0, 59, 59, 360, 900]), 1000, SETS[0])
    assert told == [
        Episode(start=59, end=300, level=4, peak=241),
        Episode(start=300, end=360, level=2, peak=60),
        Episode(start=360, end=900, level=4, peak=540),
        Episode(start=900, end=None, level=2, peak=100),
    ]
    assert silences(np.zeros(0, np.int64), 1000, SETS[0]) == []
