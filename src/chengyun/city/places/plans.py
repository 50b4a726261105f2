"""What an import has to do: which rows begin, which end, which stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chengyun.city.places.models import BaseShape, Grid, Region, ResponsibilityGrid, Road
from chengyun.city.places.outlines import same_outline
from chengyun.city.places.specs import LayerKind, Row

MODELS: dict[LayerKind, type[Region] | type[Grid] | type[Road] | type[BaseShape]] = {
    "regions": Region,
    "grids": Grid,
    "roads": Road,
    "shapes": BaseShape,
}
COMPARED: dict[LayerKind, tuple[str, ...]] = {
    "regions": ("name",),
    "grids": ("name", "responsibility"),
    "roads": ("name", "grade", "code"),
    "shapes": ("name", "kind", "code"),
}


@dataclass(frozen=True)
class Plan:
    """What an import does: rows to begin, stored rows to end, and what the rows say about themselves."""

    begin: list[Row]
    end: list[int]
    added: int
    changed: int
    unchanged: int


def plan_of(kind: LayerKind, rows: Sequence[Any], replace: bool) -> Plan:
    if kind in ("roads", "shapes"):
        return _by_name(kind, rows, replace)
    stored = {row.code: row for row in _current(kind)}
    begin: list[Row] = []
    end: list[int] = []
    for row in rows:
        old = stored.pop(row.code, None)
        if old is not None and _same(kind, old, row):
            continue
        begin.append(row)
        end += [old.pk] if old else []
    changed = len(end)
    if replace:
        end += [old.pk for old in stored.values()]
    return Plan(begin, end, len(begin) - changed, changed, len(rows) - len(begin))


def _by_name(kind: LayerKind, rows: Sequence[Any], replace: bool) -> Plan:
    """Roads go by their name and base shapes by their kind: what bears it is replaced together."""
    field = "name" if kind == "roads" else "kind"
    names = {getattr(row, field) for row in rows}
    old = [row for row in _current(kind) if replace or getattr(row, field) in names]
    again = {getattr(row, field) for row in old}
    changed = sum(getattr(row, field) in again for row in rows)
    return Plan(list(rows), [row.pk for row in old], len(rows) - changed, changed, 0)


def _current(kind: LayerKind) -> list[Any]:
    if kind == "grids":
        return list(Grid.objects.filter(valid_to=None).select_related("responsibility"))
    return list(MODELS[kind]._default_manager.filter(valid_to=None))


def _same(kind: LayerKind, old: Any, row: Any) -> bool:
    def said(value: Any) -> str:
        return value.code if isinstance(value, ResponsibilityGrid) else value or ""

    fields = COMPARED[kind]
    if any(said(getattr(old, field)) != getattr(row, field) for field in fields):
        return False
    return same_outline(old, row.geometry)
