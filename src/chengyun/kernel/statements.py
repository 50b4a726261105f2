"""The statements every verb runs, composed once: new rows, and a row changed if it still is what it was.

Django composes each statement anew, which takes longer than running it; see decision 0017. No signal is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

Model = type[models.Model]
Column = models.Field[Any, Any]
Columns = Sequence[Column]

AT_ONCE = 2000
PLAIN: dict[str, type] = {
    "BigAutoField": int,
    "BigIntegerField": int,
    "BooleanField": bool,
    "CharField": str,
    "FloatField": float,
    "IntegerField": int,
    "PositiveIntegerField": int,
    "PositiveSmallIntegerField": int,
    "SmallIntegerField": int,
    "TextField": str,
}
"""By the kind of a column, the type whose values Django hands to the database unchanged."""


def insert(*rows: models.Model) -> None:
    """Store new rows of one model, as ``save(force_insert=True)`` does, and set their keys."""
    if not rows:
        return
    columns = _columns(type(rows[0]))
    size = min(connection.ops.bulk_batch_size(columns, rows), AT_ONCE)
    for first in range(0, len(rows), size):
        _insert(rows[first : first + size], columns)


def _insert(rows: Sequence[models.Model], columns: Columns) -> None:
    line = connections[connection.alias]
    values = [
        _prepared(column, column.pre_save(row, True), line) for row in rows for column in columns
    ]
    begin, marks, end = _insertion(connection.vendor, type(rows[0]))
    with _cursor() as cursor:
        cursor.execute(f"{begin}{', '.join([marks] * len(rows))}{end}", values)
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias


def change(model: Model, where: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Give columns to the rows that still have these values, none of them None; whether there are any."""
    fields = _named(model, (*given, *where))
    line = connections[connection.alias]
    values = [
        _prepared(field, value.pk if isinstance(value, models.Model) else value, line)
        for field, value in zip(fields, (*given.values(), *where.values()), strict=True)
    ]
    with _cursor() as cursor:
        cursor.execute(_change(connection.vendor, model, tuple(given), tuple(where)), values)
        return bool(cursor.rowcount)


def _prepared(column: Column, value: Any, line: BaseDatabaseWrapper) -> Any:
    """A value as the database takes it; most are so already, and asking the field takes longer than the rest."""
    if value is None or type(value) is _plain(column):
        return value
    return column.get_db_prep_save(value, line)


@cache
def _plain(column: Column) -> type | None:
    """The type whose values a column stores as they are."""
    field = column.target_field if isinstance(column, models.ForeignKey) else column
    return PLAIN.get(field.get_internal_type())


@contextmanager
def _cursor() -> Iterator[CursorWrapper]:
    """A statement that fails leaves nothing behind but a transaction that cannot be committed."""
    with (
        transaction.mark_for_rollback_on_error(using=connection.alias),
        connection.cursor() as cursor,
    ):
        yield cursor


@cache
def _columns(model: Model) -> Columns:
    """All but the key that the database gives."""
    key = model._meta.auto_field
    return [field for field in model._meta.local_concrete_fields if field is not key]


@cache
def _named(model: Model, names: tuple[str, ...]) -> Columns:
    by_name = {
        name: field
        for field in model._meta.local_concrete_fields
        for name in (field.name, field.attname)
    }
    return [by_name[name] for name in names]


@cache
def _insertion(vendor: str, model: Model) -> tuple[str, str, str]:
    """What stands before the rows, the marks of one row, what stands after them."""
    names = _quoted(_columns(model))
    marks = ", ".join(["%s"] * len(names))
    begin = f"INSERT INTO {_table(model)} ({', '.join(names)}) VALUES "  # noqa: S608 - names of ours
    return begin, f"({marks})", f" RETURNING {_quoted([model._meta.pk])[0]}"


@cache
def _change(vendor: str, model: Model, given: tuple[str, ...], where: tuple[str, ...]) -> str:
    columns = ", ".join(f"{name} = %s" for name in _quoted(_named(model, given)))
    tests = " AND ".join(f"{name} = %s" for name in _quoted(_named(model, where)))
    return f"UPDATE {_table(model)} SET {columns} WHERE {tests}"  # noqa: S608 - names of ours


def _table(model: Model) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(columns: Columns) -> list[str]:
    return [connection.ops.quote_name(str(field.column)) for field in columns]
