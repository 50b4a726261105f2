"""What tests begin with is made once by its verbs; every test after that gets the same rows back as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models.sql import InsertQuery

Statement = tuple[str, tuple[Any, ...]]
Counts = tuple[int, ...]

_made: dict[tuple[str, Counts], list[Statement]] = {}


def made_once(name: str, make: Callable[[], object]) -> None:
    """Run ``make`` where it was never run on such tables before, else put back the rows it made.

    ``make`` only adds rows, and the same ones on the same tables.
    """
    before = _counts()
    rows = _made.get((name, before))
    if rows is None:
        there = {model: set(_all(model).values_list("pk", flat=True)) for model in _models()}
        make()
        _made[name, before] = [
            statement for model in _models() for statement in _inserts(model, there[model])
        ]
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params in rows:
            cursor.execute(sql, params)


def _models() -> list[type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def _all(model: type[models.Model]) -> models.QuerySet[Any]:
    return model._base_manager.order_by()


def _counts() -> Counts:
    """How many rows each table has, in one statement."""
    tables = [connection.ops.quote_name(model._meta.db_table) for model in _models()]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'(SELECT COUNT(*) FROM {t})' for t in tables)}")  # noqa: S608
        return tuple(cursor.fetchone())


def _inserts(model: type[models.Model], there: set[Any]) -> Iterator[Statement]:
    """The statements that insert the rows of a table that were not there before."""
    rows = [row for row in _all(model) if row.pk not in there]
    fields = model._meta.local_concrete_fields
    size = max(1, connection.ops.bulk_batch_size(fields, rows)) if rows else 1
    for start in range(0, len(rows), size):
        query = InsertQuery(model)
        query.insert_values(fields, rows[start : start + size], raw=True)
        yield from query.get_compiler(connection=connection).as_sql()
