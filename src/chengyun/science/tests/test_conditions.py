"""Conditions over several series: by hand, and that any cut gives what all readings at once do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.conditions import (
    OWN,
    UNKNOWN,
    All,
    AnyOf,
    Beyond,
    Condition,
    Gates,
    Not,
    held,
    points_of,
)
from chengyun.science.episodes import (
    NOTHING_LATE,
    Course,
    Episode,
    Limits,
    Readings,
    Watch,
    course,
    episodes,
    episodes_of,
    rounds,
)
from chengyun.science.signals import RATE, VALUE, Floats, Ints, Signals

SECOND = 1_000_000
MINUTE = timedelta(minutes=1)
NAN = float("nan")
RUNS = Beyond(point="running", mark=1, fresh=5 * MINUTE)
RAINS = Beyond(point="rain", mark=2, fresh=10 * MINUTE)
DRY = Beyond(point="rain", mark=1, side="below", fresh=10 * MINUTE)
FULL = Beyond(kind="pipe", point="rain", mark=2, fresh=10 * MINUTE)
"""Of another device on the same part, which happens to have a point of that name too."""
TREES: list[Condition] = [
    Not(RUNS),
    All((RAINS, Not(RUNS))),
    AnyOf((RUNS, DRY)),
    All((Not(FULL), AnyOf((RUNS, RAINS)))),
    Not(AnyOf((All((RAINS, RUNS)), Beyond(point="door", mark=1, fresh=MINUTE)))),
]


def series(*told: tuple[int, float]) -> Readings:
    """Readings of (minute, value)."""
    at = np.array([minute * 60 * SECOND for minute, _ in told], np.int64)
    return at, np.array([value for _, value in told], float)


def truth(condition: Condition, minutes: list[int], *others: Readings) -> list[float]:
    at = np.array(minutes, np.int64) * 60 * SECOND
    found: list[float] = held(condition, at, others).tolist()
    return found


def limits(*trees: Condition | None, hold: int = 1, calm: int = 2, sign: int = 1) -> Limits:
    """Of each tree a row of values and one of rates; yellow 2/1, orange 3/2.5, red 4/3."""
    n = 2 * len(trees)
    every = [tree for tree in trees if tree is not None]
    which = [every.index(tree) if tree is not None else -1 for tree in trees for _ in range(2)]
    minute, ones = np.full(n, 60 * SECOND), np.full(n, 1)
    kind = np.array([VALUE, RATE] * len(trees))
    look: dict[str, Any] = {"per": minute, "span": 10 * minute, "mark": np.zeros(n)}
    look |= {"sign": ones, "times": 0 * ones}
    return Limits(
        sets=np.array([[NAN, 2.0, 3.0, 4.0]] * n) * sign,
        clears=np.array([[NAN, 1.0, 2.5, 3.0]] * n) * sign,
        hold=np.full(n, hold * 60 * SECOND),
        calm=np.full(n, calm * 60 * SECOND),
        sign=np.full(n, sign),
        signals=Signals(kind=kind, **look),
        gates=Gates(which=np.array(which), conditions=tuple(every)),
    )


def test_a_value_is_known_from_its_reading_until_it_is_too_old() -> None:
    assert truth(RUNS, [0, 1, 2, 6, 7], series((1, 2), (2, 0))) == [UNKNOWN, 1, 0, 0, 0]
    assert truth(RUNS, [7, 8], series((2, 1))) == [1, UNKNOWN]
    assert truth(RUNS, [0, 1], series()) == [UNKNOWN, UNKNOWN]


def test_of_two_of_one_moment_the_later_counts() -> None:
    assert truth(RUNS, [3], series((3, 0), (3, 2))) == [1]


def test_an_unknown_part_matters_only_where_the_others_do_not_settle_it() -> None:
    silent, yes, no = series(), series((0, 9)), series((0, 0))
    known = [yes, no, silent]
    rows = [[truth(All((RAINS, RUNS)), [0], a, b)[0] for b in known] for a in known]
    assert rows == [[1, 0, UNKNOWN], [0, 0, 0], [UNKNOWN, 0, UNKNOWN]]
    rows = [[truth(AnyOf((RAINS, RUNS)), [0], a, b)[0] for b in known] for a in known]
    assert rows == [[1, 1, 1], [1, 0, UNKNOWN], [1, UNKNOWN, UNKNOWN]]
    assert [truth(Not(RUNS), [0], each)[0] for each in known] == [0, 1, UNKNOWN]


def test_a_pump_that_ought_to_run_and_does_not() -> None:
    sump = series(*((minute, 5.0) for minute in range(20)))
    running = series((0, 0), (4, 0), (8, 1), (12, 1), (16, 1))
    [found] = episodes(*sump, limits(Not(RUNS)).row(0), [running])
    minutes = 60 * SECOND
    assert found == Episode(start=0, end=10 * minutes, level=4, peak=5.0)


def test_what_is_unknown_changes_no_level_but_a_value_that_has_fallen_back_does() -> None:
    sump = series(
        *((minute, 5.0) for minute in range(30)), *((minute, 0) for minute in (30, 31, 32))
    )
    [found] = episodes(*sump, limits(Not(RUNS)).row(0), [series((0, 0))])
    assert (found.start, found.end, found.peak) == (0, 32 * 60 * SECOND, 5.0)


def test_small_values_that_are_bad_end_when_the_condition_does() -> None:
    sump = series(*((minute, -5.0) for minute in range(9)))
    running = series((0, 1), (3, 0), (6, 0))
    [found] = episodes(*sump, limits(RUNS, sign=-1).row(0), [running])
    assert (found.end, found.peak) == (5 * 60 * SECOND, -5.0)


told_of_many = st.lists(
    st.tuples(
        st.sampled_from([OWN, OWN, 0, 1, 2, 3]),
        st.sampled_from([0, 0, 20, 60, 120, 300, 660]),
        st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 3.5, 4.5, NAN]),
    ),
    max_size=120,
)
Told = list[tuple[int, int, float]]


class Played:
    """What came, of which series and when; a row of each tree looks at all of it."""

    def __init__(self, told: Told) -> None:
        self.series = np.array([series for series, _, _ in told], np.int64)
        self.at = np.cumsum([step for _, step, _ in told], dtype=np.int64) * SECOND
        self.value = np.array([value for _, _, value in told], float)
        names = (RUNS.of, RAINS.of, ("", "door"), FULL.of)
        self.places = [{names.index(p): k for k, p in enumerate(points_of(t))} for t in TREES]

    def batch(self, which: Ints) -> tuple[Ints, Ints, Floats, Ints]:
        """Rows, times, values and places of some of it, in the order in which a batch is looked at."""
        found = [
            (row, int(self.at[n]), float(self.value[n]), OWN if own else self.places[row // 2][s])
            for n in which.tolist()
            for s in [int(self.series[n])]
            for own in [s == OWN]
            for row in range(2 * len(TREES))
            if own or s in self.places[row // 2]
        ]
        found.sort(key=lambda each: (each[0], each[1], each[3] == OWN))
        rows, at, value, place = zip(*found, strict=True) if found else ((), (), (), ())
        return (
            np.array(rows, np.int64),
            np.array(at, np.int64),
            np.array(value, float),
            np.array(place, np.int64),
        )

    def step(self, watch: Watch, which: Ints) -> None:
        rows, at, value, place = self.batch(which)
        for part in rounds(rows):
            watch.step(rows[part], at[part], value[part], place[part])

    def course(self, every: Limits, row: int) -> Course:
        own = self.series == OWN
        others = {place: self.series == s for s, place in self.places[row // 2].items()}
        told = [(self.at[others[k]], self.value[others[k]]) for k in sorted(others)]
        return course(self.at[own], self.value[own], every.row(row), told)


def same(watch: Watch, found: Course, row: int) -> bool:
    """Whether a row stands as it does after a course."""
    mine = watch.beyond[row], watch.since[row], watch.on[row]
    return all(np.array_equal(*pair) for pair in zip(mine, found.end, strict=True))


def cut(length: int, sizes: list[int]) -> list[Ints]:
    edges = np.cumsum([0, *(sizes * (length // sum(sizes) + 1))])
    return [
        np.arange(a, min(b, length)) for a, b in zip(edges, edges[1:], strict=False) if a < length
    ]


def left_and_taken_up(old: Watch) -> Watch:
    new = Watch(old.limits)
    for part in ("beyond", "since", "on", "last", "value", "late", "carried"):
        getattr(new, part)[:] = getattr(old, part)
    new.others.at[:], new.others.value[:] = old.others.at, old.others.value
    return new


def once_a_moment(told: Told) -> Told:
    """Each series tells once at each moment."""
    seen, at, found = set[tuple[int, int]](), 0, Told()
    for series_told, step, value in told:
        at += step
        if (series_told, at) not in seen:
            seen.add((series_told, at))
            found.append((series_told, at, value))
    before = [0, *(when for _, when, _ in found)]
    return [(s, when - b, v) for (s, when, v), b in zip(found, before, strict=False)]


@given(told_of_many, st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_batches_of_any_size_give_the_levels_of_all_readings_at_once_or_know_that_they_do_not(
    told: Told, sizes: list[int]
) -> None:
    """Cut between two series of one moment, a batch knows no better; then its row says so."""
    played, every = Played(once_a_moment(told)), limits(*TREES)
    watch = Watch(every)
    for which in cut(len(played.at), sizes):
        played.step(watch, which)
        watch = left_and_taken_up(watch)
    for row in range(len(every)):
        assert same(watch, played.course(every, row), row) or watch.late[row] != NOTHING_LATE


@given(told_of_many)
def test_all_in_one_batch_nothing_is_late(told: Told) -> None:
    played, every = Played(once_a_moment(told)), limits(*TREES)
    watch = Watch(every)
    played.step(watch, np.arange(len(played.at)))
    assert (watch.late == NOTHING_LATE).all()
    for row in range(len(every)):
        assert same(watch, played.course(every, row), row)


@given(told_of_many, st.lists(st.integers(1, 10), min_size=1, max_size=4), st.data())
def test_whatever_comes_in_whatever_order_is_right_or_is_known_to_be_wrong(
    told: Told, sizes: list[int], data: st.DataObject
) -> None:
    """Some of it is on its way for longer."""
    played, every = Played(once_a_moment(told)), limits(*TREES)
    delays = st.sampled_from([0, 0, 0, 90, 700])
    way = [data.draw(delays) * SECOND for _ in played.at]
    _whatever_order(played, np.argsort(played.at + way, kind="stable"), sizes, every)


def test_the_first_reading_that_comes_after_a_later_one_of_the_condition_is_looked_at_again() -> (
    None
):
    played = Played([(0, 0, 0.0), (OWN, 0, 2.0), (0, 20, 0.0)])
    _whatever_order(played, np.array([0, 2, 1]), [1], limits(*TREES))


def test_a_long_day_of_readings_that_overtake_each_other() -> None:
    rng = np.random.default_rng(3715)
    for _ in range(15):
        told = list(
            zip(
                rng.choice([OWN, 0, 1, 2, 3], 60).tolist(),
                rng.choice([20, 60, 120], 60).tolist(),
                rng.choice([0.0, 1.0, 2.0, 4.5], 60).tolist(),
                strict=True,
            )
        )
        played, every = Played(told), limits(*TREES)
        own = played.series == OWN
        way = np.where(own, 0, rng.choice([-130, 0, 0, 0, 30], 60)) * SECOND
        for n in (5, 17, 31):
            _whatever_order(played, np.argsort(played.at + way, kind="stable"), [n], every)


def _whatever_order(played: Played, order: Ints, sizes: list[int], every: Limits) -> None:
    watch = Watch(every)
    for which in cut(len(order), sizes):
        played.step(watch, order[which])
    for row in range(len(every)):
        found = played.course(every, row)
        if watch.late[row] == NOTHING_LATE:
            assert same(watch, found, row)
        watch.stand(row, found)
        assert same(watch, found, row) and watch.late[row] == NOTHING_LATE


def test_a_row_without_a_condition_is_as_it_was() -> None:
    told = series(*((minute, 5.0) for minute in range(5)))
    with_it, without = limits(TREES[0], None), limits(None)
    plain = episodes(*told, replace(without, gates=None).row(0))
    assert episodes(*told, with_it.row(2)) == plain == episodes(*told, without.row(0))


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_another_series_that_comes_late_matters_only_where_it_tells_something_new(
    late: float,
) -> None:
    watch, row = Watch(limits(Not(RUNS))), np.zeros(1, np.int64)
    minute = 60 * SECOND
    watch.step(row, row, np.array([0.0]), row)
    watch.step(row, row + 2 * minute, np.array([5.0]), row + OWN)
    watch.step(row, row + minute, np.array([late]), row)
    assert int(watch.late[0]) == (NOTHING_LATE if late == 0 else minute)
    found = course(*series((2, 5.0)), watch.limits.row(0), [series((0, 0.0), (1, late))])
    assert len(episodes_of(found, 1)) == 0
