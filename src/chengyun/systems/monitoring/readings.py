"""A reading and the limits it is held against, in words: 0.12 MPa，低于 0.15, 柜门 开, 黄色 10 厘米（回到 7 解除）."""

from __future__ import annotations

from collections.abc import Sequence

from chengyun.city.sensing.models import Alarm
from chengyun.city.sensing.outages import outage_of
from chengyun.city.sensing.own_limits import holding
from chengyun.city.sensing.specs import RANK_LABELS, AlarmRule, DeviceKind, Level, Point, Silent
from chengyun.city.sensing.wording import condition_words, signal_words, value_words
from chengyun.kernel import registry
from chengyun.kernel.ui.words import NOTHING

BOUNDS = {"above": "上限", "below": "下限"}
BEYOND = {"above": "高于", "below": "低于"}
REACHED = {"above": "达到", "below": "降到"}


def number(value: float | None, point: Point | None) -> str:
    """A reading as people see it, without its unit; — when there is none."""
    if value is None:
        return NOTHING
    return (point.word(value) if point else "") or f"{value:.{point.digits if point else 2}f}"


def beside(point: Point | None) -> str:
    """What stands beside a value: its unit, or of what it is the state."""
    return (point.label if point.codes else point.unit) if point else ""


def rule_of(alarm: Alarm) -> AlarmRule | None:
    """The rule of an alarm with the limits that hold at its device now."""
    rule, device = alarm.declared, alarm.series.device
    return holding().at(rule, device.code, device.area) if rule else None


def limit_words(alarm: Alarm) -> str:
    """高于 15, 低于 0.15, how its value stands to the limit; 上限, 下限 when it has not come to it.

    With its unit when the limit is not held against the value itself: 下限 -0.02 MPa/分钟. A state needs none.
    """
    rule, point = rule_of(alarm), alarm.series.declared
    level = rule.level(alarm.level) if rule else None
    if rule is None or level is None or (point and point.codes):
        return ""
    if rule.looks_at:
        return (
            f"{BOUNDS[rule.side]} {level.sets:g} {rule.unit(point.unit if point else '')}".rstrip()
        )
    return f"{_standing(alarm.series.value, level, rule)} {level.sets:g}"


def _standing(value: float | None, level: Level, rule: AlarmRule) -> str:
    """How a value stands to the limit of a level."""
    far = -1.0 if value is None else (value - level.sets) * (1 if rule.side == "above" else -1)
    return (BEYOND if far > 0 else BOUNDS if far < 0 else REACHED)[rule.side]


def now_words(alarm: Alarm) -> str:
    """0.12 MPa，低于 0.15, what an open alarm looks at and how that stands now; nothing of one that is over."""
    if not alarm.open:
        return ""
    outage, point = outage_of(alarm), alarm.series.declared
    if outage:
        return f"{alarm.value:.0f} 台没有读数"
    if point and point.codes:
        return f"{point.label} {number(alarm.series.value, point)}"
    signal = signal_of(alarm)
    if signal:
        return signal
    value = f"{number(alarm.series.value, point)} {point.unit if point else ''}".rstrip()
    return "，".join(filter(None, (value, limit_words(alarm))))


def signal_of(alarm: Alarm) -> str:
    """1 小时内 20 次, when its level last changed; nothing when limits are held against the value itself."""
    point = alarm.series.declared
    return signal_words(alarm.declared, alarm.signal, point.unit if point else "")


def limits_words(rule: AlarmRule | None, unit: str) -> str:
    """黄色 10 厘米（回到 7 解除）…, after what they limit when that is not the value itself."""
    if rule is None:
        return ""
    if not rule.levels:
        return f"平时不看，{'、'.join(each.words for each in rule.during)}才看"
    levels = levels_words(rule, rule.levels, unit)
    words = f"{rule.looks_at.words(unit)}：{levels}" if rule.looks_at else levels
    if rule.when is None:
        return words
    when = condition_words(rule.when, registry.get(DeviceKind, rule.kind))
    return f"{words}；只在{when}的时候"


def levels_words(rule: AlarmRule, levels: Sequence[Level], unit: str) -> str:
    """黄色 10 厘米（回到 7 解除）；橙色 …, levels a rule may have."""
    own = f" {rule.unit(unit)}".rstrip()
    ends = not isinstance(rule.looks_at, Silent)
    point = registry.get(DeviceKind, rule.kind).point(rule.point)
    if point and point.codes and not rule.looks_at:
        return "；".join(
            f"{RANK_LABELS[level.rank]} {value_words(point, level.sets)}" for level in levels
        )
    way = "降到 " if rule.side == "below" else ""
    return "；".join(
        f"{RANK_LABELS[level.rank]} {way}{level.sets:g}{own}"
        + (f"（回到 {level.clears:g} 解除）" if ends else "")
        for level in levels
    )


def during_of(alarm: Alarm) -> str:
    """暴雨橙色预警期间, when the limits at its device are those of a weather warning now."""
    rule, device = alarm.declared, alarm.series.device
    return holding().during(rule, device.code, device.area) if rule else ""
