"""Conditions in words, and those that cannot be declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Silent
from chengyun.city.sensing.wording import condition_words
from chengyun.city.specs import IndustryApp
from chengyun.kernel import registry
from chengyun.kernel.specs import Misdeclared
from chengyun.science.conditions import All, AnyOf, Beyond, Condition, Not

FRESH = timedelta(minutes=5)
RUNS = Beyond(point="running", mark=1, fresh=FRESH)
FAULTY = Beyond(point="faulty", mark=1, fresh=FRESH)
FILLED = Beyond(kind="pipe_level", point="filled", mark=60, side="below", fresh=FRESH)
LOW = Beyond(point="sump", mark=20, side="below", fresh=FRESH)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (RUNS, "运行水泵达到 1 台"),
        (FILLED, "同一部件上管网液位计的液位占井深降到 60 %"),
        (Not(Not(LOW)), "集水池液位占最高水位降到 20 %"),
        (All((Not(LOW), Not(RUNS))), "集水池液位占最高水位高于 20 %，并且运行水泵不到 1 台"),
        (
            Not(All((RUNS, Not(AnyOf((LOW, FAULTY)))))),
            "运行水泵不到 1 台，或者（集水池液位占最高水位降到 20 %，或者故障水泵达到 1 台）",
        ),
        (
            Not(AnyOf((RUNS, All((LOW, FAULTY))))),
            "运行水泵不到 1 台，并且（集水池液位占最高水位高于 20 %，或者故障水泵不到 1 台）",
        ),
    ],
)
def test_what_is_denied_is_told_by_its_opposite(condition: Condition, words: str) -> None:
    assert condition_words(condition, registry.get(DeviceKind, "pump_station")) == words


def test_a_condition_needs_readings_a_calm_time_and_points_that_are_there() -> None:
    rule = registry.get(AlarmRule, "pumps_idle")
    wrong: list[dict[str, Any]] = [
        {"calm": timedelta()},
        {"looks_at": Silent(), "hold": timedelta()},
    ]
    for change in wrong:
        with pytest.raises(Misdeclared, match="pumps_idle"):
            replace(rule, **change)
    for join in (All, AnyOf):
        with pytest.raises(ValueError, match="one part at least"):
            join(())
    app = registry.get(IndustryApp, "drainage")
    elsewhere = replace(rule, when=Beyond(point="depth", mark=1, fresh=FRESH))
    with pytest.raises(Misdeclared, match="has the point depth"):
        replace(app, rules=(elsewhere,))
    with pytest.raises(Misdeclared, match="pipe_level sits on other parts"):
        replace(app, rules=(replace(rule, when=FILLED),))
