"""Rate, count and standstill by hand; and that one reading after the other gives what all of them at once do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.episodes import Episode, Limits, Watch, course, episodes, rounds
from chengyun.science.signals import (
    COUNT,
    RATE,
    STILL,
    USUAL,
    VALUE,
    Floats,
    Ints,
    Signals,
    signals_of,
)
from chengyun.science.usual import SORTS, Usuals, Week

MINUTE = 60_000_000
NAN = float("nan")

KINDS = {
    VALUE: (0, 0, 0.0, 1, 0),
    RATE: (MINUTE, 10 * MINUTE, 0.0, 1, 0),
    COUNT: (MINUTE, 5 * MINUTE, 8.0, 1, 4),
    STILL: (MINUTE, 10 * MINUTE, 0.5, 1, 0),
    USUAL: (0, 0, 1.0, 1, 0),
}
"""Of each kind: per, span, mark, sign, times."""


HOURS = np.where(np.arange(SORTS) % 5 == 4, np.nan, 1 + np.arange(SORTS) % 4)
"""What is usual: 1 to 4, every fifth hour unknown."""


def signals(*kinds: int) -> Signals:
    columns = list(zip(*(KINDS[kind] for kind in kinds), strict=True))
    per, span, mark, sign, times = (np.array(column) for column in columns)
    which = np.where(np.array(kinds) == USUAL, 0, -1)
    week = Week(zone=0, rest=np.array([0]))
    return Signals(
        kind=np.array(kinds),
        per=per,
        span=span,
        mark=mark.astype(float),
        sign=sign,
        times=times,
        usuals=Usuals(which=which, hours=HOURS[None], week=week),
    )


def limits(*kinds: int, hold: int = 1, calm: int = 2) -> Limits:
    """Yellow 2/1, orange 3/2.5, red 4/3."""
    n = len(kinds)
    return Limits(
        sets=np.array([[NAN, 2.0, 3.0, 4.0]] * n),
        clears=np.array([[NAN, 1.0, 2.5, 3.0]] * n),
        hold=np.full(n, hold * MINUTE),
        calm=np.full(n, calm * MINUTE),
        sign=np.full(n, 1),
        signals=signals(*kinds),
    )


def seen(kind: int, told: list[tuple[int, float]]) -> list[float]:
    """The signal at readings of (minute, value)."""
    at = np.array([minute * MINUTE for minute, _ in told], np.int64)
    value = np.array([value for _, value in told], float)
    found: list[float] = signals_of(signals(kind), at, value).tolist()
    return found


def test_a_rate_is_the_change_a_minute_between_readings_that_belong_together() -> None:
    rate = seen(RATE, [(0, 10), (2, 16), (3, 15), (20, 90), (21, 90)])
    assert rate == pytest.approx([NAN, 3, -1, NAN, 0], nan_ok=True)


def test_a_count_looks_back_over_its_time_and_counts_no_further_than_it_has_to() -> None:
    told = [(0, 8.0), (1, 7.0), (2, 9.0), (5, 0.0), *((n, 9.0) for n in range(6, 11))]
    assert seen(COUNT, told) == [1, 1, 2, 1, 2, 2, 3, 4, 4]


def test_a_standstill_lasts_until_the_value_has_strayed_or_nobody_looked() -> None:
    told = [(0, 5.0), (5, 5.4), (10, 5.5), (15, 5.6), (20, 5.6), (40, 5.6), (41, 5.6)]
    assert seen(STILL, told) == [0, 5, 10, 0, 5, 0, 1]


def test_a_slow_drift_is_no_standstill() -> None:
    told = [(n, 0.2 * n) for n in range(10)]
    assert max(seen(STILL, told)) == 2


def test_nothing_told_gives_nothing() -> None:
    for kind in KINDS:
        assert seen(kind, []) == []
        assert episodes(np.zeros(0, np.int64), np.zeros(0), limits(kind)) == []


told_of_many = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from([0, 20, 60, 300, 600, 660]),
        st.sampled_from([*np.arange(0, 5, 0.5).tolist(), 9.0, NAN]),
    ),
    max_size=150,
)


def test_readings_at_the_edges_of_what_belongs_together_count_the_same_either_way() -> None:
    rng = np.random.default_rng(3715)
    for size in (1, 7, 400):
        step = rng.choice([0, 20, 60, 300, 600, 660], 2000, p=[0.05, 0.1, 0.6, 0.15, 0.05, 0.05])
        told = zip(
            rng.integers(0, 5, 2000).tolist(),
            step.tolist(),
            rng.choice([0.5, 1.0, 2.0, 3.5, 4.0, 4.5, 8.0, 9.0, NAN], 2000).tolist(),
            strict=True,
        )
        _same_either_way([*told], [size], hold=1, calm=2)


@given(told_of_many, st.lists(st.integers(1, 40), min_size=1), st.integers(0, 2), st.integers(0, 3))
def test_batches_of_any_size_give_the_episodes_of_all_readings_at_once(
    told: list[tuple[int, int, float]], sizes: list[int], hold: int, calm: int
) -> None:
    _same_either_way(told, sizes, hold=hold, calm=calm)


def _same_either_way(
    told: list[tuple[int, int, float]], sizes: list[int], *, hold: int, calm: int
) -> None:
    """A row of each kind, each a series of its own; a watch is left and taken up again after each batch."""
    kinds = list(KINDS)
    rows = np.array([row for row, _, _ in told], np.int64)
    at = np.cumsum([step for _, step, _ in told], dtype=np.int64) * 1_000_000
    value = np.array([value for _, _, value in told], float)
    every = limits(*kinds, hold=hold, calm=calm)
    live = _played(every, rows, at, value, sizes)
    for row in range(len(kinds)):
        own = rows == row
        told_at_once = episodes(at[own], value[own], every.row(row))
        assert live[row] == [replace(each, peak=0) for each in told_at_once]


def _played(
    every: Limits, rows: Ints, at: Ints, value: Floats, sizes: list[int]
) -> dict[int, list[Episode]]:
    """What a watch finds, batch by batch."""
    found: dict[int, list[Episode]] = {row: [] for row in range(len(every))}
    watch = Watch(every)
    for batch in _cut(len(rows), sizes):
        watch = _taken_up_again(watch)
        for part in rounds(rows[batch]):
            mine = rows[batch][part]
            changes = watch.step(mine, at[batch][part], value[batch][part])
            for n, row in enumerate(changes.rows.tolist()):
                before, after = int(changes.before[n]), int(changes.after[n])
                found[row] = _told(
                    found[row], before, after, int(changes.at[n]), int(changes.since[n])
                )
    return found


def _cut(length: int, sizes: list[int]) -> Iterator[slice]:
    first, n = 0, 0
    while first < length:
        size = sizes[n % len(sizes)]
        yield slice(first, first + size)
        first, n = first + size, n + 1


def _taken_up_again(old: Watch) -> Watch:
    new = Watch(old.limits)
    for part in ("beyond", "since", "on", "last", "value", "late", "carried"):
        getattr(new, part)[:] = getattr(old, part)
    return new


def _told(found: list[Episode], before: int, after: int, at: int, since: int) -> list[Episode]:
    if before == 0:
        return [*found, Episode(start=since, end=None, level=after, peak=0)]
    last, end = found[-1], at if after == 0 else None
    return [*found[:-1], Episode(start=last.start, end=end, level=max(last.level, after), peak=0)]


@given(told_of_many, st.integers(0, 150))
def test_a_watch_that_is_put_right_by_a_course_goes_on_as_if_nothing_had_been_late(
    told: list[tuple[int, int, float]], cut: int
) -> None:
    _goes_on(told, cut)


def test_a_watch_put_right_while_a_value_stands_still_knows_where_it_stands() -> None:
    rng = np.random.default_rng(3715)
    for cut in range(40):
        steps = rng.choice([20, 60, 300], 60).tolist()
        values = rng.choice([3.0, 3.5, 4.0], 60).tolist()
        _goes_on(list(zip([0] * 60, steps, values, strict=True)), cut)


def _goes_on(told: list[tuple[int, int, float]], cut: int) -> None:
    """A watch that knows nothing until it is put right after ``cut`` readings ends like one that knew them all."""
    at = np.cumsum([step for _, step, _ in told], dtype=np.int64) * 1_000_000
    value = np.array([value for _, _, value in told], float)
    every, row = limits(*KINDS), np.zeros(1, np.int64)
    for kind in range(len(every)):
        straight, mended = Watch(every), Watch(every)
        for n in range(len(at)):
            straight.step(row + kind, at[n : n + 1], value[n : n + 1])
            if n == cut:
                mended.stand(kind, course(at[: n + 1], value[: n + 1], every.row(kind)))
            elif n > cut:
                mended.step(row + kind, at[n : n + 1], value[n : n + 1])
        if cut < len(at):
            for part in ("beyond", "on", "last", "carried"):
                mine, other = getattr(mended, part)[kind], getattr(straight, part)[kind]
                assert np.array_equal(mine, other, equal_nan=part == "carried"), (kind, part)
