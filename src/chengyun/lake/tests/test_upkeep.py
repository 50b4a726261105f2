"""Compaction changes no answer, retention takes whole days, and a chart hides no peak."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengyun.lake.excerpts import thinned, write
from chengyun.lake.readings import commit, history
from chengyun.lake.tables import committed
from chengyun.lake.tests.test_readings import ALWAYS, START, rows_of, table_of
from chengyun.lake.upkeep import compact, retain, size, tidy

LATER = date(2027, 1, 1)


def test_compaction_leaves_one_file_a_day_and_the_same_history(tmp_path: Path) -> None:
    for number in range(6):
        rows = [(s, number * 60, number, s + number / 10) for s in (3, 1, 2)]
        commit(tmp_path, table_of(*rows, (1, 0, 0, 1.0), received=number), position=number + 1)
    before = history(tmp_path, [1, 2, 3], *ALWAYS)
    assert (size(tmp_path)["files"], size(tmp_path)["rows"]) == (10, 24)
    assert compact(tmp_path, before=START.date() + timedelta(days=1)) == 1
    assert compact(tmp_path, before=LATER) == 1
    assert compact(tmp_path, before=LATER) == 0
    assert (size(tmp_path)["files"], size(tmp_path)["rows"]) == (2, 18)
    assert history(tmp_path, [1, 2, 3], *ALWAYS).equals(before)
    assert committed(tmp_path) == 6
    assert not commit(tmp_path, table_of((1, 0, 0, 1.0)), position=6)
    assert len(list(tmp_path.glob("day=*/*.parquet"))) == 12
    assert tidy(tmp_path) == 0
    assert tidy(tmp_path, kept=timedelta(0)) == 10
    assert history(tmp_path, [1, 2, 3], *ALWAYS).equals(before)


def test_retention_takes_whole_days(tmp_path: Path) -> None:
    commit(tmp_path, table_of((1, 0, 0, 1.0), (1, 1440, 0, 2.0)), position=1)
    assert retain(tmp_path, before=START.date()) == 0
    assert retain(tmp_path, before=START.date() + timedelta(days=1)) == 1
    assert rows_of(history(tmp_path, [1], *ALWAYS)) == [(1, 1440, 0, 2.0)]
    assert committed(tmp_path) == 1


def test_without_a_table_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert (compact(tmp_path, before=LATER), retain(tmp_path, before=LATER), tidy(tmp_path)) == (
        0,
        0,
        0,
    )
    assert size(tmp_path)["bytes_per_reading"] == 0


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walk")
    values = np.random.default_rng(1).normal(size=600).cumsum().round(2)
    values[[17, 300]] = 1e6, -1e6
    rows = [(1, minute, minute, float(value)) for minute, value in enumerate(values)]
    commit(folder, table_of(*rows), position=1)
    return folder


@settings(max_examples=40)
@given(begin=st.integers(-10, 600), length=st.integers(1, 700), points=st.integers(1, 900))
def test_a_thinned_chart_hides_no_peak(walk: Path, begin: int, length: int, points: int) -> None:
    first = START + timedelta(minutes=begin)
    end = first + timedelta(minutes=length)
    every, few = history(walk, [1], first, end), thinned(walk, 1, first, end, points)
    assert len(few) <= points
    assert sum(few["readings"].to_pylist()) == len(every)
    if len(every):
        values = every["value"].to_pylist()
        assert min(few["lowest"].to_pylist()) == min(values)
        assert max(few["highest"].to_pylist()) == max(values)
        assert (few["first"][0].as_py(), few["last"][-1].as_py()) == (values[0], values[-1])
    starts = few["at"].to_pylist()
    assert starts == sorted(set(starts))
    assert all(first <= start < end for start in starts)


def test_no_point_is_no_chart(walk: Path) -> None:
    with pytest.raises(ValueError, match="点数至少为 1"):
        thinned(walk, 1, *ALWAYS, 0)


def test_what_is_written_can_be_read_again(walk: Path, tmp_path: Path) -> None:
    every = history(walk, [1], *ALWAYS)
    for name in ("out.parquet", "out.csv"):
        write(every, tmp_path / name)
    assert parquet.read_table(tmp_path / "out.parquet").equals(every)
    assert csv.read_csv(tmp_path / "out.csv")["value"].to_pylist() == every["value"].to_pylist()
    with pytest.raises(ValueError, match=r"要以 \.parquet 或 \.csv 结尾"):
        write(every, tmp_path / "out.xlsx")
