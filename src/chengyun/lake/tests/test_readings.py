"""What was committed is in the table once, and history is the union of table and journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from chengyun.lake import readings, tables
from chengyun.lake.journal import Gone, Journal
from chengyun.lake.readings import READINGS, commit, decode, encode, history, with_day
from chengyun.lake.tables import committed

START = datetime(2026, 3, 1, 22, tzinfo=UTC)
ALWAYS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
Row = tuple[int, int, int, float]
"""Series, minutes after the start, serial, value."""


def table_of(*rows: Row, received: int = 0) -> pa.Table:
    series, minutes, serials, values = zip(*rows, strict=True)
    at = [START + timedelta(minutes=minute) for minute in minutes]
    columns = {
        "series": series, "at": at, "serial": serials, "value": values, "quality": [0] * len(rows),
        "received": [START + timedelta(seconds=received)] * len(rows),
    }  # fmt: skip
    fields = [readings.SCHEMA.field(name) for name in columns]
    return with_day(pa.table(columns, schema=pa.schema(fields)))


def rows_of(table: pa.Table) -> list[Row]:
    return [
        (row["series"], (row["at"] - START) // timedelta(minutes=1), row["serial"], row["value"])
        for row in table.to_pylist()
    ]


def test_readings_pass_through_the_journal_unchanged() -> None:
    table = table_of((1, 0, 1, 2.5), (2, 200, 1, float("inf")))
    assert decode(encode(table)).equals(table)
    assert table["day"].to_pylist() == [START.date(), START.date() + timedelta(days=1)]


def test_a_repeated_commit_doubles_nothing(tmp_path: Path) -> None:
    table = table_of((2, 0, 1, 1.0), (1, 200, 1, 2.0), (1, 0, 1, 3.0))
    assert committed(tmp_path) == 0
    assert [commit(tmp_path, table, position=at) for at in (100, 100, 50)] == [True, False, False]
    assert committed(tmp_path) == 100
    found = history(tmp_path, [1, 2], *ALWAYS)
    assert found.schema.equals(readings.SCHEMA)
    assert rows_of(found) == [(1, 0, 1, 3.0), (1, 200, 1, 2.0), (2, 0, 1, 1.0)]


def test_an_empty_commit_moves_the_position(tmp_path: Path) -> None:
    assert commit(tmp_path, readings.SCHEMA.empty_table(), position=7)
    assert committed(tmp_path) == 7
    assert rows_of(history(tmp_path, [1], *ALWAYS)) == []


def test_history_keeps_corrections_and_late_rows_and_drops_doubles(tmp_path: Path) -> None:
    commit(tmp_path, table_of((1, 5, 9, 1.0), (1, 6, 10, 2.0)), position=1)
    commit(tmp_path, table_of((1, 5, 9, 1.5), (1, 1, 3, 0.5), received=60), position=2)
    commit(tmp_path, table_of((1, 5, 9, 1.0), received=90), position=3)
    found = history(tmp_path, [1], *ALWAYS)
    assert rows_of(found) == [(1, 1, 3, 0.5), (1, 5, 9, 1.0), (1, 5, 9, 1.5), (1, 6, 10, 2.0)]


def test_history_ends_before_its_end(tmp_path: Path) -> None:
    commit(tmp_path, table_of(*((1, minute, 0, 1.0) for minute in range(5))), position=1)
    begin, end = START + timedelta(minutes=1), START + timedelta(minutes=3)
    assert [row[1] for row in rows_of(history(tmp_path, [1], begin, end))] == [1, 2]


def test_a_crash_between_commit_and_cut_changes_nothing(tmp_path: Path) -> None:
    lake, folder = tmp_path / "lake", tmp_path / "journal"
    first, second = table_of((1, 0, 1, 1.0)), table_of((1, 1, 2, 2.0))
    with Journal(folder, segment_bytes=1) as journal:
        journal.append(READINGS, encode(first))
        position = journal.sync()
        journal.append(2, b"something else")
        journal.append(READINGS, encode(second))
        last = journal.sync()
        both = [(1, 0, 1, 1.0), (1, 1, 2, 2.0)]
        assert rows_of(history(lake, [1], *ALWAYS, journal=folder)) == both
        commit(lake, first, position=position)
        assert rows_of(history(lake, [1], *ALWAYS, journal=folder)) == both
        assert rows_of(history(lake, [1], *ALWAYS)) == both[:1]
        assert not commit(lake, first, position=position)  # after the crash
        journal.cut(position)
        assert rows_of(history(lake, [1], *ALWAYS, journal=folder)) == both
        with pytest.raises(Gone):
            history(tmp_path / "no lake", [1], *ALWAYS, journal=folder)
        commit(lake, second, position=last)
        assert rows_of(history(lake, [1], *ALWAYS, journal=folder)) == both


def test_only_the_files_of_the_days_and_series_asked_are_opened(tmp_path: Path) -> None:
    for number in range(5):
        for series in (1, 1000):
            rows = table_of((series, number * 1440, 0, 1.0))
            commit(tmp_path, rows, position=number * 2 + (series > 1) + 1)
    table = tables.opened(tmp_path)
    assert table is not None
    day = START.date() + timedelta(days=2)
    assert len(readings.files_of(table, [1, 1000], day, day)) == 2
    assert len(readings.files_of(table, [1000], day, day + timedelta(days=1))) == 2
    assert readings.files_of(table, [], day, day) == []


def test_duckdb_fetches_and_loads_no_extension() -> None:
    asked = ("autoinstall_known_extensions", "autoload_known_extensions")
    settings = ", ".join(f"current_setting('{name}')" for name in asked)
    with tables.connected().raw_sql(f"SELECT {settings}") as found:
        assert found.fetchall() == [(False, False)]
