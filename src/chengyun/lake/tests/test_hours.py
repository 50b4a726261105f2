"""The hours say what the readings say, follow what comes late, and outlive the readings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from statistics import fmean

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.lake.hours import forget, hours_in, hours_of, summarise, whole_until
from chengyun.lake.readings import SCHEMA, commit, once
from chengyun.lake.tests.test_readings import ALWAYS, START, Row, table_of
from chengyun.lake.upkeep import compact, retain

NOW = START + timedelta(days=2, minutes=4)
NEXT_DAY = START.date() + timedelta(days=1)
ROWS = st.lists(
    st.tuples(
        st.integers(1, 3), st.integers(0, 400), st.integers(0, 2), st.integers(-9, 9).map(float)
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[:3],
)


def doubted(rows: list[Row], which: set[int]) -> pa.Table:
    table = table_of(*rows)
    marks = pa.array([int(n in which) for n in range(len(rows))], pa.int16())
    return table.set_column(SCHEMA.get_field_index("quality"), SCHEMA.field("quality"), marks)


@given(ROWS, st.sets(st.integers(0, 29)))
def test_an_hour_holds_what_its_readings_told(rows: list[Row], which: set[int]) -> None:
    told: dict[tuple[int, int], list[tuple[int, int, float | None]]] = {}
    for n, (series, minute, serial, value) in enumerate(rows):
        kept = None if n in which else value
        told.setdefault((series, minute // 60), []).append((minute, serial, kept))
    found = hours_in(once(doubted(rows, which))).sort_by(
        [("series", "ascending"), ("hour", "ascending")]
    )
    for row, ((series, hour), several) in zip(found.to_pylist(), sorted(told.items()), strict=True):
        sound = [value for _, _, value in sorted(several) if value is not None]
        assert (row["series"], row["hour"]) == (series, START + timedelta(hours=hour))
        assert (row["readings"], row["doubted"]) == (len(several), len(several) - len(sound))
        ends = (min(sound), max(sound), sound[-1]) if sound else (None, None, None)
        assert (row["lowest"], row["highest"], row["last"]) == ends
        assert row["mean"] == (pytest.approx(fmean(sound)) if sound else None)


def test_what_comes_late_is_counted_and_nothing_is_made_twice(tmp_path: Path) -> None:
    table, hours = tmp_path / "table", tmp_path / "hours"
    assert whole_until(hours) is None
    assert summarise(table, hours, now=NOW) == 0
    commit(table, table_of((1, 0, 0, 4.0), (1, 130, 0, 6.0)), position=1)
    assert summarise(table, hours, now=NOW) == 2
    assert summarise(table, hours, now=NOW) == 0
    commit(table, table_of((1, 1, 0, 2.0)), position=2)
    assert summarise(table, hours, now=NOW) == 1
    found = hours_of(hours, [1], *ALWAYS).to_pylist()
    assert [(row["readings"], row["lowest"], row["last"]) for row in found] == [
        (2, 2.0, 2.0),
        (1, 6.0, 6.0),
    ]
    assert hours_of(hours, [2], *ALWAYS).num_rows == 0
    assert whole_until(hours) == START + timedelta(days=2, hours=-1)
    assert hours_of(hours, [1], START + timedelta(hours=1), ALWAYS[1]).num_rows == 1


def test_the_hours_outlive_the_readings_until_they_are_forgotten(tmp_path: Path) -> None:
    table, hours = tmp_path / "table", tmp_path / "hours"
    commit(table, table_of((1, 0, 0, 4.0), (1, 130, 0, 6.0)), position=1)
    summarise(table, hours, now=NOW)
    retain(table, before=NEXT_DAY)
    compact(table, before=NEXT_DAY)
    assert summarise(table, hours, now=NOW) == 0
    assert hours_of(hours, [1], *ALWAYS)["last"].to_pylist() == [4.0, 6.0]
    assert forget(hours, before=NEXT_DAY) == 1
    assert hours_of(hours, [1], *ALWAYS)["last"].to_pylist() == [6.0]
