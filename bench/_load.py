"""Rows by the million into SQLite or PostgreSQL, past the ORM."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

STEPS = (
    ("report", "", "reported", 0),
    ("accept", "reported", "accepted", 600),
    ("file", "accepted", "filed", 1_500),
    ("dispatch", "filed", "dispatched", 2_400),
    ("sign", "dispatched", "handling", 9_000),
    ("handle", "handling", "handled", 90_000),
    ("feed_back", "handled", "checking", 92_000),
    ("check_pass", "checking", "checked", 110_000),
)
"""Verb, from, to, and how many seconds after the report."""


def run(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


def on_sqlite() -> bool:
    return connection.vendor == "sqlite"


@contextmanager
def without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """No index but those of constraints, no trigger, and no fsync while the rows come."""
    run("PRAGMA synchronous=OFF" if on_sqlite() else "SET synchronous_commit=off")
    kept = [made for table in tables for made in _indexes(table)]
    for kind, name, _ in kept:
        run(f"DROP {kind} {name}")
    yield
    for _, _, made in kept:
        run(made)
    if on_sqlite():
        run("INSERT INTO cases_case_search(cases_case_search) VALUES ('rebuild')")


def _indexes(table: str) -> list[tuple[Any, ...]]:
    """Kind, name and statement of what must be made again."""
    if on_sqlite():
        return run(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"
            f" AND sql IS NOT NULL AND tbl_name = '{table}'"
        )
    return run(
        f"SELECT 'INDEX', indexname, indexdef FROM pg_indexes WHERE tablename = '{table}' AND NOT"
        " EXISTS (SELECT FROM pg_constraint WHERE conindid = to_regclass(indexname)::oid)"
    )


def rows(table: str, columns: Sequence[str], given: Iterator[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if on_sqlite():
            marks = ", ".join(["?"] * len(columns))
            sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
            with transaction.atomic():
                while some := [tuple(map(_plain, row)) for row in islice(given, 50_000)]:
                    connection.connection.executemany(sql, some)
        else:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in given:
                    copy.write_row(row)


def _plain(value: Any) -> Any:
    """Django keeps moments in SQLite as text without a zone."""
    return value.removesuffix("+00:00") if isinstance(value, str) else value


def history(count: int, block: int) -> None:
    """Personal values, two clocks and eight audit rows of every case, made by the database itself."""
    run(
        "INSERT INTO kernel_personal (subject_type, subject_id, key, value, salt)"
        " SELECT 'cases.case', id, 'description', description, 'salt' FROM cases_case"
    )
    for clock in ("accept", "handle"):
        run(
            "INSERT INTO cases_stageclock (case_id, name, unit_id, limit_value, limit_unit, area,"
            " started_at, used_seconds, warn_at, due_at, provisional, stopped_at, late)"
            f" SELECT id, '{clock}', unit_id, 4, 'work_hour', substr(area, 1, 6), reported_at, 600,"
            " reported_at, reported_at, false, filed_at, late FROM cases_case"
        )
    run(
        "INSERT INTO kernel_seal (id, at, rows, previous, hash)"
        f" SELECT 1, reported_at, {count * len(STEPS)}, '', 'bench' FROM cases_case WHERE id = 1"
    )
    for first in range(1, count + 1, block):
        for seq, (verb, source, target, seconds) in enumerate(STEPS, start=1):
            run(_audit(first, first + block, seq, verb, source, target, seconds))


def _audit(
    first: int, end: int, seq: int, verb: str, source: str, target: str, seconds: int
) -> str:
    if on_sqlite():
        at = f"strftime('%Y-%m-%d %H:%M:%f000', reported_at, '+{seconds} seconds')"
        hashes = "lower(hex(randomblob(32)))"
    else:
        at = f"reported_at + interval '{seconds} seconds'"
        hashes = "md5(random()::text) || md5(random()::text)"
    facts = f'{{"from": "{source}", "to": "{target}", "note": "按规定办理"}}'
    return (
        "INSERT INTO kernel_audit (at, verb, subject_type, subject_id, subject_code, seq, area,"
        " actor_id, post, edition, facts, previous, hash, seal_id)"
        f" SELECT {at}, 'case.{verb}', 'cases.case', id, code, {seq}, area, reporter_id,"
        f" 'dispatcher', 1, '{facts}', {hashes}, {hashes}, 1 FROM cases_case"
        f" WHERE id >= {first} AND id < {end}"
    )


def settle() -> None:
    """What a city that has grown slowly has: numbers that go on, statistics, pages known to be visible to all."""
    for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
        run(statement)
    run("ANALYZE" if on_sqlite() else "VACUUM ANALYZE")
    run("PRAGMA wal_checkpoint(TRUNCATE)" if on_sqlite() else "CHECKPOINT")
