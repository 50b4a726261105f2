"""The rules over batches: any cut and any restart give what the readings of a series give at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from chengyun.city.sensing.limits import limits_of
from chengyun.city.sensing.services.alarms import LevelChange
from chengyun.city.sensing.specs import AlarmRule, Count, Level, Rate, Signal, Still
from chengyun.gateways.moments import moment
from chengyun.gateways.roster import Known, Register, Roster
from chengyun.gateways.watching import LOOKS, Rules
from chengyun.lake import readings
from chengyun.science.conditions import AnyOf, Beyond, Condition, Not
from chengyun.science.episodes import episodes

BEGIN = 1_780_000_000_000_000
SECOND, MINUTE = 1_000_000, timedelta(minutes=1)
SIGNALS: dict[str, Signal | None] = {
    "value": None,
    "rate": Rate(per=MINUTE, gap=5 * MINUTE),
    "count": Count(mark=5, within=10 * MINUTE),
    "still": Still(stray=0.5, gap=5 * MINUTE),
}
LEVELS = (Level(rank="yellow", sets=2, clears=1), Level(rank="red", sets=4, clears=3))


def rule(key: str, levels: tuple[Level, ...] = LEVELS) -> AlarmRule:
    return AlarmRule(
        key=key,
        label=key,
        kind="trial",
        point="x",
        levels=levels,
        class_code="E0506",
        source="试验",
        looks_at=SIGNALS[key],
        hold=MINUTE,
        calm=2 * MINUTE,
    )


def roster(series: int, rules: list[AlarmRule]) -> Roster:
    """So many series, each watched by each of the rules."""
    made = Roster(Register([], (0, None)))
    made.watched = [(pk, each) for pk in range(1, series + 1) for each in rules]
    return made


def table(series: list[int], at: list[int], value: list[float]) -> pa.Table:
    times = pa.array(at, pa.int64()).cast(readings.MOMENT)
    none = np.zeros(len(at), np.int64)
    told = {"series": series, "at": times, "serial": none, "value": value, "quality": none}
    return readings.with_day(pa.table(told | {"received": times}))


def spoken(readings_each: int = 400, series: int = 3) -> tuple[list[int], list[int], list[float]]:
    """Series that tremble, stand still, and are silent for a while."""
    rng = np.random.default_rng(3715)
    n = readings_each * series
    at = BEGIN + np.cumsum(rng.choice([5, 20, 90, 400], n, p=[0.5, 0.35, 0.13, 0.02])) * SECOND
    value = rng.choice([0.0, 0.4, 2.5, 3.0, 6.0, 9.0], n)
    value[100:180] = 3.0
    return rng.integers(1, series + 1, n).tolist(), at.tolist(), value.tolist()


Found = dict[tuple[int, str], list[tuple[int, datetime]]]


def found(changes: list[LevelChange]) -> Found:
    told: Found = {}
    for each in changes:
        told.setdefault((each.series, each.rule), []).append((each.level, each.at))
    return told


def of_one_device(watching: AlarmRule) -> Roster:
    """Series 1, 2 and 3 are its points x, y and z."""
    known: dict[str, Any] = {"device": "D", "kind": "trial", "low": 0, "high": 9}
    known |= {"area": "3715", "names": ()}
    points = [Known(pk=pk, point=point, **known) for pk, point in enumerate("xyz", start=1)]
    made = Roster(Register(points, (0, None)))
    made.watched = [(1, watching)]
    return made


def of_one_part(watching: AlarmRule) -> Roster:
    """Series 1 is the point x of a device, 2 and 3 are y and z of the two others on its part; 4 is y of elsewhere."""
    known: dict[str, Any] = {"low": 0, "high": 9, "area": "3715", "names": ()}
    points = [
        Known(pk=1, device="D", kind="trial", point="x", part=7, **known),
        Known(pk=2, device="E", kind="gauge", point="y", part=7, **known),
        Known(pk=3, device="F", kind="pump", point="z", part=7, **known),
        Known(pk=4, device="G", kind="gauge", point="y", part=8, **known),
    ]
    made = Roster(Register(points, (0, None)))
    made.watched = [(1, watching)]
    return made


FRESH = 3 * MINUTE
BESIDE = AnyOf(
    (
        Beyond(kind="gauge", point="y", mark=2, fresh=FRESH),
        Not(Beyond(kind="pump", point="z", mark=3, fresh=FRESH)),
    )
)
CONDITION = AnyOf(
    (Beyond(point="y", mark=2, fresh=FRESH), Not(Beyond(point="z", mark=3, fresh=FRESH)))
)


@pytest.mark.parametrize("size", [1, 13, 500, 5000])
@pytest.mark.parametrize("key", ["value", "rate"])
@pytest.mark.parametrize(
    ("made", "when"), [(of_one_device, CONDITION), (of_one_part, BESIDE)], ids=["device", "part"]
)
def test_a_rule_over_several_series_says_the_same_in_any_cut_and_after_any_restart(
    tmp_path: Path, key: str, size: int, made: Callable[[AlarmRule], Roster], when: Condition
) -> None:
    each = AlarmRule(**vars(rule(key)) | {"when": when, "hold": timedelta()})
    every = made(each)
    series, at, value = spoken(series=4)
    rules, changes = Rules(every), list[LevelChange]()
    for first in range(0, len(at), size):
        part = slice(first, first + size)
        changes += rules.take(table(series[part], at[part], value[part]))
        rules.save(tmp_path / "rules", first)
        rules = Rules(every)
        assert rules.load(tmp_path / "rules", -1) == first
    told = {pk: np.array(series) == pk for pk in (1, 2, 3)}
    own, *others = ((np.array(at)[mine], np.array(value)[mine]) for mine in told.values())
    wanted = episodes(*own, limits_of([each]), others)
    ends = [moment(episode.end) for episode in wanted if episode.end is not None]
    assert [when for level, when in found(changes)[1, each.key] if level == 0] == ends
    assert len(wanted) > 1
    assert wanted != episodes(*own, limits_of([AlarmRule(**vars(each) | {"when": None})]))


def test_what_was_known_of_a_device_goes_when_another_takes_its_place() -> None:
    """The part has another gauge now: what the one before told is nothing of it."""
    each = AlarmRule(**vars(rule("value")) | {"when": BESIDE, "hold": timedelta()})
    rules, minute = Rules(of_one_part(each)), 60 * SECOND
    assert list(rules.take(table([3, 2, 1], [BEGIN] * 3, [9.0, 5.0, 0.0]))) == []
    new = of_one_part(each)
    for known in new.register.series:
        object.__setattr__(known, "part", {2: 8, 4: 7}.get(known.pk, known.part))
    rules.follow(new)
    assert new.others == [(4, 3)]
    assert list(rules.take(table([1], [BEGIN + minute], [9.0]))) == []
    told = table([3, 4, 1], [BEGIN + 2 * minute] * 3, [9.0, 5.0, 9.0])
    assert [change.level for change in rules.take(told)] == [4]


def test_a_level_that_eases_while_the_condition_does_not_hold_tells_no_signal() -> None:
    """Red goes first, yellow waits for its calm time; how fast the value rises meanwhile does not count."""
    each = AlarmRule(**vars(rule("rate")) | {"when": CONDITION, "hold": timedelta()})
    rules, told = (
        Rules(of_one_device(each)),
        [(0, 0, 9), (1, 5, 9), (2, 7, 9), (3, 9, 0), (4, 9, 0)],
    )
    series, at, value = list[int](), list[int](), list[float]()
    for minute, x, y in told:
        series += [1, 2, 3]
        at += [BEGIN + 60 * SECOND * minute] * 3
        value += [x, y, 9]
    changes = list(rules.take(table(series, at, value)))
    assert [(change.level, change.signal) for change in changes] == [(4, 5), (2, None)]


@pytest.mark.parametrize("size", [1, 13, 500, 5000])
def test_any_cut_and_any_restart_give_the_episodes_of_all_readings_at_once(
    tmp_path: Path, size: int
) -> None:
    every = roster(3, [rule(key) for key in sorted(SIGNALS)])
    series, at, value = spoken()
    rules, changes = Rules(every), list[LevelChange]()
    for first in range(0, len(at), size):
        part = slice(first, first + size)
        changes += rules.take(table(series[part], at[part], value[part]))
        rules.save(tmp_path / "rules", first)
        rules = Rules(every)
        assert rules.load(tmp_path / "rules", -1) == first
    live = found(changes)
    for pk, each in every.watched:
        own = np.array(series) == pk
        told = episodes(np.array(at)[own], np.array(value)[own], limits_of([each]))
        ends = [moment(episode.end) for episode in told if episode.end is not None]
        assert [when for level, when in live[pk, each.key] if level == 0] == ends
        assert len(told) > 1, each.key


def test_the_state_of_the_version_before_is_taken_up(tmp_path: Path) -> None:
    """It knew thresholds alone, and wrote down neither what was looked at nor what is carried."""
    every = roster(1, [rule("rate"), rule("value")])
    rules, path = Rules(every), tmp_path / "rules"
    list(rules.take(table([1], [BEGIN], [9.0])))
    rules.save(path, 7)
    with np.load(path) as kept:
        old = {name: kept[name] for name in kept.files if name not in ("looks", *LOOKS)}
    with path.open("wb") as file:
        np.savez(file, **old)
    again = Rules(every)
    assert again.load(path, 0) == 7
    [raised] = again.take(table([1], [BEGIN + 60 * SECOND], [9.0]))
    assert (raised.rule, raised.level, raised.since) == ("value", 4, moment(BEGIN))


def test_what_another_signal_carried_is_left_behind(tmp_path: Path) -> None:
    """A rule of the same name looked at something else before."""
    before, path = Rules(roster(1, [rule("still")])), tmp_path / "rules"
    list(before.take(table([1], [BEGIN], [9.0])))
    before.save(path, 1)
    after = Rules(roster(1, [AlarmRule(**vars(rule("still")) | {"looks_at": SIGNALS["rate"]})]))
    after.load(path, 0)
    times = [BEGIN + 60 * SECOND * n for n in (1, 2)]
    assert list(after.take(table([1, 1], times, [90.0, 90.0]))) == []


def test_limits_that_change_hold_for_the_next_reading_and_end_a_level_that_is_gone() -> None:
    every = roster(1, [rule("value")])
    rules = Rules(every)
    times = [BEGIN + 60 * SECOND * n for n in range(6)]
    [raised] = rules.take(table([1, 1], times[:2], [9.0, 9.0]))
    assert raised.level == 4
    rules.follow(roster(1, [rule("value", (Level(rank="yellow", sets=20, clears=10),))]))
    told = list(rules.take(table([1] * 4, times[2:], [9.0] * 4)))
    ends = [(2, moment(times[2])), (0, moment(times[4]))]
    assert [(each.level, each.at) for each in told] == ends


def test_one_reading_of_each_of_two_series_is_one_round() -> None:
    """A rate of a series never mixes with that of its neighbour."""
    rules = Rules(roster(2, [rule("rate")]))
    times = [BEGIN + 30 * SECOND * n for n in range(4)]
    for earlier, later in pairwise(times):
        series, at = [1, 2, 1, 2], [earlier, earlier, later, later]
        assert list(rules.take(table(series, at, [0.0, 50.0, 0.0, 50.0]))) == []
