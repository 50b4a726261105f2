"""Keyset paging: a page costs the same wherever it is in the list."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet

from chengyun.kernel.errors import Invalid

M = TypeVar("M", bound=models.Model)

MOST = 500
COUNT_AT_MOST = 100_000
LONGEST_MARK = 500


@dataclass(frozen=True)
class Slice(Generic[M]):
    """One page: its rows and the opaque mark after which the next begins ("" at the end)."""

    items: list[M]
    next: str


def keyset(
    rows: QuerySet[M],
    order: tuple[str, ...],
    *,
    after: str = "",
    limit: int = 50,
    whole: QuerySet[M] | None = None,
) -> Slice[M]:
    """The next ``limit`` rows in ``order`` (field names, "-" for descending; the last one unique; none null).

    With ``whole``, what is searched and sorted is no more than an index holds; the rows found are then read from there.
    """
    if not 1 <= limit <= MOST:
        raise Invalid(f"每页最多 {MOST} 条，最少 1 条。")
    if after:
        rows = rows.filter(_beyond(order, _read(after, rows.model, order)))
    narrow = rows.only(*(name.lstrip("-") for name in order)) if whole is not None else rows
    found = list(narrow.order_by(*order)[: limit + 1])
    items, more = found[:limit], len(found) > limit
    mark = _mark(items[-1], order) if more else ""
    if whole is not None:
        full = whole.in_bulk([item.pk for item in items])
        items = [full[item.pk] for item in items if item.pk in full]
    return Slice(items=items, next=mark)


def count(
    rows: QuerySet[Any], *, exact: bool = False, at_most: int = COUNT_AT_MOST
) -> tuple[int, bool]:
    """How many rows, and whether that is exact: beyond 100,000 only on request."""
    if exact:
        return rows.count(), True
    found = rows.order_by().values("pk")[: at_most + 1].count()
    return (at_most, False) if found > at_most else (found, True)


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    found = Q(pk__in=())
    equal = Q()
    for name, value in zip(order, values, strict=True):
        field, compare = (name[1:], "lt") if name.startswith("-") else (name, "gt")
        found |= equal & Q(**{f"{field}__{compare}": value})
        equal &= Q(**{field: value})
    first, descending = order[0].lstrip("-"), order[0].startswith("-")
    return Q(**{f"{first}__{'lte' if descending else 'gte'}": values[0]}) & found


def _mark(row: models.Model, order: tuple[str, ...]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    text = json.dumps([v.isoformat() if isinstance(v, date) else v for v in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(mark: str, model: type[models.Model], order: tuple[str, ...]) -> list[Any]:
    """What a mark says, as values of the fields it is compared with; marks come from outside."""
    try:
        if len(mark) > LONGEST_MARK:
            raise ValueError
        values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(values, list) or len(values) != len(order):
            raise ValueError
        return [_typed(model, name, value) for name, value in zip(order, values, strict=True)]
    except (TypeError, ValueError, OverflowError, ValidationError) as error:
        raise Invalid("翻页标记无效，请从第一页开始。") from error


def _typed(model: type[models.Model], name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or "\0" in str(value):
        raise ValueError
    str(value).encode()  # a lone surrogate is no text
    field: models.Field[Any, Any] = model._meta.get_field(name.lstrip("-"))  # type: ignore[assignment]
    typed = field.to_python(value)
    if isinstance(typed, datetime):
        if typed.tzinfo is None:
            raise ValueError
        return typed.astimezone(UTC)
    return typed
