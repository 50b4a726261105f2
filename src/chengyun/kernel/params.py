"""City parameters: declared with a default, set by the city, overridden by a district."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from chengyun.kernel import registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid
from chengyun.kernel.models.city import Setting
from chengyun.kernel.permissions import require
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import Person
from chengyun.kernel.specs import Param
from chengyun.science.workclock import Limit


@recent(5)
def settings_of(area: str) -> dict[str, Any]:
    """All parameters as they hold in ``area``: the default, then the widest to the narrowest setting."""
    return _read(area)


def _read(area: str) -> dict[str, Any]:
    found = {param.key: param.default for param in registry.all_of(Param)}
    prefixes = [area[:n] for n in range(1, len(area) + 1)]
    rows = Setting.objects.filter(area__in=prefixes).values_list("area", "key", "value")
    for _, key, value in sorted(rows, key=lambda row: len(row[0])):
        if key in found:
            found[key] = value
    return found


@transaction.atomic
def set_param(key: str, area: str, value: Any, *, by: Person | None) -> Setting:
    """Set a parameter for an area from now on; the history is in the audit."""
    require(by, "param.change", area=area)
    param = _declared(key)
    if fault := _fault(param, value):
        raise Invalid(fault, fields=(FieldError(key, fault),))
    before = _read(area)[key]
    setting, _ = Setting.objects.update_or_create(key=key, area=area, defaults={"value": value})
    record(
        "param.set", setting, by=by, area=area, facts={"key": key, "before": before, "value": value}
    )
    settings_of.forget()
    return setting


@transaction.atomic
def unset_param(key: str, area: str, *, by: Person | None) -> None:
    """Give up an area's own value; what the area above it says holds again."""
    require(by, "param.change", area=area)
    label = _declared(key).label
    setting = Setting.objects.filter(key=key, area=area).first()
    if setting is None:
        raise Conflict(f"「{label}」在这里没有单独设置。")
    facts = {"key": key, "before": setting.value, "value": _read(area[:-1])[key]}
    record("param.unset", setting, by=by, area=area, facts=facts)
    setting.delete()
    settings_of.forget()


def value_words(param: Param, value: Any, settings: Mapping[str, Any]) -> str:
    """A value as people read it beside the other parameters that hold."""
    field = param.field
    if param.words:
        return param.words(value, settings)
    if field.kind == "bool":
        return "是" if value else "否"
    if field.kind == "limit":
        return str(Limit(value=Decimal(str(value["value"])), unit=value["unit"]))
    if field.kind == "choice":
        return dict(field.choices).get(value, str(value))
    return f"{value} {field.unit}".strip()


def own_values(area: str) -> dict[str, Any]:
    """What an area has set itself."""
    return dict(Setting.objects.filter(area=area).values_list("key", "value"))


def _declared(key: str) -> Param:
    if not registry.has(Param, key):
        raise Invalid(f"没有「{key}」这个参数。")
    return registry.get(Param, key)


def _fault(param: Param, value: Any) -> str:
    field = param.field
    if param.check and (fault := param.check(value)):
        return fault
    if field.kind in ("int", "decimal"):
        return _number_fault(param, value)
    if field.kind == "choice" and value not in [key for key, _ in field.choices]:
        return f"「{param.label}」没有「{value}」这一项。"
    if field.kind == "limit" and not _is_limit(value):
        return f"「{param.label}」要填大于 0 的数字和单位。"
    return f"请填写{param.label}。" if field.required and value in ("", None) else ""


def _is_limit(value: Any) -> bool:
    """A limit that leaves some time: with none every case would be late at once."""
    try:
        limit = Limit(value=Decimal(str(value["value"])), unit=value["unit"])
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return False
    return limit.value > 0


def _number_fault(param: Param, value: Any) -> str:
    field, kinds = param.field, (int,) if param.field.kind == "int" else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        return f"「{param.label}」要填数字。"
    if field.minimum is not None and value < field.minimum:
        return f"「{param.label}」最小 {field.minimum:g}{field.unit}。"
    if field.maximum is not None and value > field.maximum:
        return f"「{param.label}」最大 {field.maximum:g}{field.unit}。"
    return ""
