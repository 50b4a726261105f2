"""City parameters: declared with a default, set by the city, overridden by a district."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from chengyun.kernel import registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Invalid
from chengyun.kernel.models.city import Setting
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person
from chengyun.kernel.specs import Param


def settings_of(area: str) -> dict[str, Any]:
    """All parameters as they hold in ``area``: the declared default, then the widest to the narrowest setting. One query."""
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
    if not registry.has(Param, key):
        raise Invalid(f"没有「{key}」这个参数。")
    before = Setting.objects.filter(key=key, area=area).values_list("value", flat=True).first()
    setting, _ = Setting.objects.update_or_create(key=key, area=area, defaults={"value": value})
    record(
        "param.set", setting, by=by, area=area, facts={"key": key, "before": before, "value": value}
    )
    return setting
