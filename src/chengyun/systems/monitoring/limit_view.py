"""What the pages of limits show: a rule in words, its levels as fields of a form, and what was filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.timezone import localdate

from chengyun.city.sensing.models import OwnLimits
from chengyun.city.sensing.own_limits import in_season
from chengyun.city.sensing.services.limits import LONGEST_TIME, TIMES
from chengyun.city.sensing.specs import (
    MINUTE,
    RANK_LABELS,
    RANKS,
    AlarmRule,
    DeviceKind,
    Point,
    Rank,
    Silent,
    lasting,
)
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.specs import Field
from chengyun.systems.monitoring import readings


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """A rule as a list shows it."""

    rule: AlarmRule
    what: str
    limits: str


def point_of(rule: AlarmRule) -> Point:
    point = registry.get(DeviceKind, rule.kind).point(rule.point)
    assert point is not None
    return point


def line_of(rule: AlarmRule) -> RuleLine:
    point, kind = point_of(rule), registry.get(DeviceKind, rule.kind)
    what = f"{kind.label} · {point.scale}"
    return RuleLine(rule=rule, what=what, limits=readings.limits_words(rule, point.unit))


def facts_of(rule: AlarmRule) -> list[tuple[str, Any]]:
    """What a rule is, as it was declared."""
    point, looks = point_of(rule), rule.looks_at
    return [
        ("设备种类", registry.get(DeviceKind, rule.kind).label),
        ("测点", point.scale),
        ("看什么", looks.words(point.unit) if looks else "读数"),
        ("方向", "大了报警" if rule.side == "above" else "小了报警"),
        ("默认限值", readings.limits_words(rule, point.unit)),
        *(
            (during.words, readings.levels_words(rule, during.levels, point.unit))
            for during in rule.during
        ),
        ("持续时间", lasting(rule.hold) if rule.hold else "马上"),
        ("恢复时间", lasting(rule.calm) if rule.calm else "马上"),
        ("依据", rule.source),
    ]


def own_words(row: OwnLimits) -> str:
    """The limits somebody set: 黄色 20 厘米（回到 17 解除）."""
    rule = row.declared
    levels = "；".join(f"{RANK_LABELS[each.rank]} {each.sets:g}" for each in row.as_levels)
    if rule:
        levels = readings.levels_words(rule, row.as_levels, point_of(rule).unit)
    return levels + "".join(f"；{TIMES[key]} {lasting(each)}" for key, each in row.times.items())


def badge_of(row: OwnLimits) -> dict[str, str]:
    """Whether they hold now, wait for their day or their season, or are over."""
    now = clock.now()
    if row.ended_at is not None or (row.valid_to is not None and row.valid_to <= now):
        return {"words": "不再用", "tone": "line"}
    if row.valid_from > now:
        return {"words": "还没有开始", "tone": "accent"}
    if not in_season(row, localdate(now)):
        return {"words": "不在季节里", "tone": "accent"}
    return {"words": "在用", "tone": "eco"}


def _clears(rule: AlarmRule | None) -> bool:
    """Whether a level has a value of its own that ends it: silence ends with the first word."""
    return rule is None or not isinstance(rule.looks_at, Silent)


def level_fields(rule: AlarmRule) -> tuple[Field, ...]:
    """Two fields a level, the worst first; a level left empty is none."""
    unit = rule.unit(point_of(rule).unit)
    found = []
    for rank in reversed(RANKS):
        for part, label in (("sets", "报警值"), ("clears", "解除值")):
            if part == "sets" or _clears(rule):
                key = f"{rank}_{part}"
                whole = f"{RANK_LABELS[rank]}{label}"
                found.append(Field(key=key, label=whole, kind="decimal", unit=unit))
    return tuple(found)


def time_fields(rule: AlarmRule) -> tuple[Field, ...]:
    """How long until a level comes and until it goes; a rule of silence has neither."""
    if not _clears(rule):
        return ()
    return tuple(
        Field(
            key=key,
            label=label,
            kind="decimal",
            unit="分钟",
            minimum=0,
            maximum=LONGEST_TIME / MINUTE,
            hint=f"不填就是默认的 {lasting(time)}。"
            if (time := getattr(rule, key))
            else "不填就马上。",
        )
        for key, label in TIMES.items()
    )


def times_filled(held: AlarmRule, rule: AlarmRule) -> dict[str, Any]:
    """The times that hold where they are others than a rule declares, as they stand in the fields."""
    return {
        key: f"{getattr(held, key) / MINUTE:g}"
        for key in TIMES
        if getattr(held, key) != getattr(rule, key)
    }


def times_given(given: Mapping[str, Any]) -> dict[str, timedelta]:
    """What was filled in; what was left empty is as the rule declares."""
    told = {key: given.get(key) for key in TIMES}
    return {
        key: timedelta(seconds=round(each * 60)) for key, each in told.items() if each is not None
    }


def levels_filled(rule: AlarmRule) -> dict[str, Any]:
    """The limits of a rule as they stand in the fields."""
    return {
        f"{level.rank}_{part}": f"{getattr(level, part):g}"
        for level in rule.levels
        for part in ("sets", "clears")
    }


def levels_given(rule: AlarmRule, given: Mapping[str, Any]) -> dict[Rank, tuple[float, float]]:
    """What was filled in, by level; a level has both values or neither."""
    found: dict[Rank, tuple[float, float]] = {}
    for rank in RANKS:
        sets = given[f"{rank}_sets"]
        clears = given[f"{rank}_clears"] if _clears(rule) else sets
        if (sets is None) != (clears is None):
            lacking = "sets" if sets is None else "clears"
            sentence = f"{RANK_LABELS[rank]}的报警值和解除值要一起填。"
            raise Invalid(sentence, fields=(FieldError(f"{rank}_{lacking}", sentence),))
        if sets is not None:
            found[rank] = float(sets), float(clears)
    return found
