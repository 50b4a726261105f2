"""What the pages show of 气象预警: its badge, its facts, the rules it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chengyun.city.people.models import User
from chengyun.city.sensing.models import WeatherWarning
from chengyun.city.sensing.specs import RANKS, AlarmRule, During
from chengyun.city.sensing.weather import standing_on, where
from chengyun.kernel import clock, registry
from chengyun.kernel.ui.words import told
from chengyun.systems.monitoring import readings
from chengyun.systems.monitoring.limit_view import point_of


@dataclass(frozen=True, kw_only=True)
class WeatherLine:
    """A warning in force as the wall shows it."""

    warning: WeatherWarning
    where: str
    until: str


def lines_for(user: User) -> list[WeatherLine]:
    """What is in force in this person's part of the city, the worst first."""
    now = clock.now()
    return [
        WeatherLine(warning=row, where=where(row), until=told(row.valid_to, now=now))
        for row in standing_on(user)
    ]


def badge_of(row: WeatherWarning) -> dict[str, str]:
    """Whether it is in force, is still to come, or is over."""
    now = clock.now()
    if row.ended_at is not None or row.valid_to <= now:
        return {"words": "已结束", "tone": "line"}
    if row.valid_from > now:
        return {"words": "还没有生效", "tone": "accent"}
    return {"words": "生效中", "tone": "amber"}


def facts_of(row: WeatherWarning) -> list[tuple[str, Any]]:
    now = clock.now()
    facts: list[tuple[str, Any]] = [
        ("区域", where(row)),
        ("开始", told(row.valid_from, now=now)),
        ("结束", told(row.ended_at or row.valid_to, now=now)),
        ("发布单位", row.source),
        ("发布时间", told(row.issued_at, now=now)),
        ("编号", row.number or "没有编号"),
        ("登记", f"{told(row.made_at, now=now)}　{row.made_by or '系统'}"),
    ]
    return [*facts, ("结束原因", row.reason)] if row.reason else facts


def linked(row: WeatherWarning) -> list[tuple[AlarmRule, str]]:
    """The rules that have other limits while a warning like this is in force, each with these limits."""
    found = []
    for rule in registry.all_of(AlarmRule):
        fits = [each for each in rule.during if _fits(each, row)]
        if fits:
            found.append((rule, levels_words(rule, fits[-1])))
    return found


def _fits(during: During, row: WeatherWarning) -> bool:
    return during.warning == row.kind and row.level > RANKS.index(during.rank)


def levels_words(rule: AlarmRule, during: During) -> str:
    """黄色 5 厘米（回到 3 解除）…, and that it watches only then when the rule has no other levels."""
    words = readings.levels_words(rule, during.levels, point_of(rule).unit)
    return words if rule.levels else f"{words}；平时不看"
