"""What rules look at in words, as every page and the guide write it: a signal, conditions over several points."""

from __future__ import annotations

from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Point
from chengyun.kernel import registry
from chengyun.science.conditions import All, AnyOf, Beyond, Condition, Not


def signal_words(rule: AlarmRule | None, signal: float | None, unit: str) -> str:
    """1 小时内 20 次; nothing where limits are held against the value itself. ``unit`` is that of the point."""
    if rule is None or rule.looks_at is None or signal is None:
        return ""
    return rule.looks_at.told(signal, unit)


def value_words(point: Point | None, value: float) -> str:
    """开, or the number as short as it can be written, without its unit."""
    return (point.word(value) if point else "") or f"{value:g}"


WAYS = {
    ("above", True): "达到",
    ("above", False): "不到",
    ("below", True): "降到",
    ("below", False): "高于",
}
JOINS = {All: "并且", AnyOf: "或者"}


def condition_words(condition: Condition, kind: DeviceKind, *, holds: bool = True) -> str:
    """运行水泵不到 1 台，并且集水池液位达到 90 %; what is denied is told by its opposite."""
    match condition:
        case Beyond(point=key, mark=mark, side=side, kind=beside):
            of = registry.get(DeviceKind, beside) if beside else kind
            where = f"同一部件上{of.label}的" if beside else ""
            point = of.point(key)
            label, unit = (point.label, point.unit) if point else (key, "")
            return f"{where}{label}{WAYS[side, holds]} {mark:g} {unit}".rstrip()
        case Not(part=part):
            return condition_words(part, kind, holds=not holds)
        case All(parts=parts) | AnyOf(parts=parts):
            join = JOINS[type(condition) if holds else AnyOf if isinstance(condition, All) else All]
            told = [_inside(part, kind, holds=holds) for part in parts]
            return f"，{join}".join(told)


def _inside(part: Condition, kind: DeviceKind, *, holds: bool) -> str:
    words = condition_words(part, kind, holds=holds)
    return words if isinstance(_stripped(part), Beyond) else f"（{words}）"


def _stripped(part: Condition) -> Condition:
    return _stripped(part.part) if isinstance(part, Not) else part
