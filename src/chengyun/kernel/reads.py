"""Reads every verb and every page makes, composed once: the same rows as their query set gives, for other values.

Django composes each SELECT anew, which takes several times what the database needs to answer it; see decision 0018.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M")
K = TypeVar("K")

AT_MOST = 1000
"""Composed statements that are kept of one read; when there are more, all are composed anew."""
STRANGE = 2_147_000_000
"""What stands for a number while a statement is composed: nobody's key, and still an integer of every database."""
STRANGE_DAY = datetime(1901, 1, 1, tzinfo=UTC)
KINDS = (int, str, datetime, date)


Read = Callable[..., list[M]]
Figures = Callable[..., list[tuple[Any, ...]]]


def composed(build: Callable[..., QuerySet[Any, M]]) -> Read[M]:
    """The rows of the query set that ``build`` makes of some values: numbers, texts, days, moments, and tuples of them.

    ``build`` looks at nothing but these and is called once for their kinds and the length of the tuples. TypeError when
    a value is of another kind, ValueError when the statement does not hold each value as it was given.
    """
    kept = _Kept[tuple[QuerySet[Any, M], SQLCompiler]]()

    def read(*values: Any) -> list[M]:
        statement, (rows, compiler) = kept.statement(None, build, values, _whole)
        return statement.objects(rows, compiler, values)

    return read


def figures() -> Figures:
    """The rows of a query set of numbers and texts, as tuples, for a query set that is made of more than values.

    Called with a key that names all that ``build`` looks at, ``build``, which makes a ``values_list`` of the values,
    and the values.
    """
    kept = _Kept[None]()

    def read(
        key: Hashable, build: Callable[..., QuerySet[Any, Any]], *values: Any
    ) -> list[tuple[Any, ...]]:
        statement, _ = kept.statement(key, build, values, lambda rows, compiler: None)
        return statement.tuples(values)

    return read


class _Kept(Generic[K]):
    """The statements of one read, with what is kept beside each."""

    def __init__(self) -> None:
        self.statements: dict[Hashable, tuple[_Statement, K]] = {}

    def statement(
        self,
        key: Hashable,
        build: Callable[..., QuerySet[Any, Any]],
        values: Sequence[Any],
        beside: Callable[[QuerySet[Any, Any], SQLCompiler], K],
    ) -> tuple[_Statement, K]:
        whole = (connection.vendor, key, tuple(_kind(value) for value in values))
        found = self.statements.get(whole)
        if found is None:
            strangers = _strangers(values)
            rows = build(*strangers)
            compiler = rows.query.get_compiler(using=rows.db)
            found = _compose(compiler, strangers), beside(rows, compiler)
            if len(self.statements) >= AT_MOST:
                self.statements.clear()
            self.statements[whole] = found
        return found


def _whole(rows: QuerySet[Any, M], compiler: SQLCompiler) -> tuple[QuerySet[Any, M], SQLCompiler]:
    return rows, compiler


@dataclass(frozen=True)
class _Statement:
    """A composed SELECT, "" where nothing can be found.

    ``places`` gives for each parameter the number of a value, or what always stands there.
    """

    sql: str
    places: Sequence[tuple[int | None, Any]]

    def params(self, values: Sequence[Any]) -> tuple[Any, ...]:
        given = list(_flat(values))
        return tuple(
            fixed if number is None else _stored(given[number]) for number, fixed in self.places
        )

    def tuples(self, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params(values))
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def objects(
        self, rows: QuerySet[Any, M], composer: SQLCompiler, values: Sequence[Any]
    ) -> list[M]:
        """Django makes the objects, by a compiler that has nothing left to compile."""
        if not self.sql:
            return []
        told = self.sql, self.params(values)
        compiler, query = copy(composer), copy(rows.query)
        compiler.connection = connections[rows.db]
        compiler.as_sql = lambda *args, **kwargs: told  # type: ignore[method-assign]
        query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        found = type(rows)(model=rows.model, query=query, using=rows.db)
        found._iterable_class = rows._iterable_class
        found._fields = rows._fields  # type: ignore[attr-defined]
        return list(found)


def _compose(compiler: SQLCompiler, strangers: Sequence[Any]) -> _Statement:
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        if any(isinstance(stranger, int) for stranger in _flat(strangers)):
            raise
        return _Statement("", ())
    stored = [_stored(stranger) for stranger in _flat(strangers)]
    places = [(stored.index(param), None) if param in stored else (None, param) for param in params]
    if {number for number, _ in places} - {None} != set(range(len(stored))):
        raise ValueError(f"{sql} does not hold each of {stored} as it is")
    return _Statement(sql, places)


def _kind(value: Any) -> Hashable:
    if isinstance(value, tuple):
        return tuple(_kind(one) for one in value)
    for kind in KINDS:
        if isinstance(value, kind) and not isinstance(value, bool):
            return kind.__name__
    raise TypeError(f"a composed read takes a number, a text, a day or a moment, not {value!r}")


def _strangers(values: Sequence[Any]) -> list[Any]:
    """Values that occur nowhere else, of the kinds of these."""
    count = iter(range(1, 1 + sum(1 for _ in _flat(values))))

    def stranger(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(stranger(one) for one in value)
        number = next(count)
        if isinstance(value, date):
            return _like(value, STRANGE_DAY + timedelta(days=number))
        return STRANGE + number if isinstance(value, int) else f"\x01{STRANGE + number}"

    return [stranger(value) for value in values]


def _like(value: date, moment: datetime) -> date:
    return moment if isinstance(value, datetime) else moment.date()


def _flat(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from value
        else:
            yield value


def _stored(value: Any) -> Any:
    """A value as a field hands it to the database; the member of an enumeration is its text."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
