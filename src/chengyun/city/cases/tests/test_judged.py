"""``duplicates score``: chosen on earlier requests, measured on later ones, on a table of our own and on a city's."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from chengyun.city.cases import judged
from chengyun.city.cases.management.commands.duplicates import FILE

pytestmark = pytest.mark.django_db

FIRST = datetime(2012, 1, 1)  # noqa: DTZ001 - the file has plain days
FIGURES = re.compile(r"准确率 (\d\.\d{3})  召回率 (\d\.\d{3})  F1 (\d\.\d{3})")


def request(
    number: int, day: int, metres: float, *, days: int = 5, dup: bool = False
) -> dict[str, Any]:
    came = FIRST + timedelta(days=day)
    return {
        "Creation_Date": came,
        "Completion_Date": came + timedelta(days=days),
        "Status": "Completed - Dup" if dup else "Completed",
        "Service_Request_Number": f"12-{number:08}",
        "Type_of_Service_Request": "Sanitation Code Violation",
        "Nature": "Garbage in alley",
        "Latitude": 41.85 + metres / 111_320,
        "Longitude": -87.65,
    }


def our_own(path: Path, *, noise: int = 0) -> Path:
    """A request a day, each at a place of its own; every third is reported again a day later and marked so.

    ``noise`` of the second reports are not marked: no rule can find out why.
    """
    rows, number = [], 0
    for n in range(150):
        rows.append(request(number := number + 1, n, n * 1000.0))
        if n % 3 == 0:
            marked = n >= noise * 3
            rows.append(request(number := number + 1, n + 1, n * 1000.0 + 2, dup=marked))
    parquet.write_table(arrow.Table.from_pylist(rows), path)
    return path


def scored(capsys: pytest.CaptureFixture[str], *words: Any, **options: Any) -> str:
    call_command("duplicates", "score", *words, **options)
    return capsys.readouterr().out


def test_what_can_be_found_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = scored(capsys, file=our_own(tmp_path / "own.parquet"))
    assert "一共 200 件，市里判为重复 50 件。" in told
    found = FIGURES.search(told)
    assert found is not None
    assert found.groups() == ("1.000", "1.000", "1.000")
    assert "选参数时没有看过" in told


def test_nothing_of_the_test_is_used_to_choose(tmp_path: Path) -> None:
    rows = judged.read(our_own(tmp_path / "own.parquet", noise=10))
    usual = (50.0, timedelta(hours=24), 0.6)
    whole = judged.measure(rows, usual)
    split = whole.split
    worse = [
        judged.Judged(mention=row.mention, closed=row.closed, duplicate=n % 7 == 0)
        for n, row in enumerate(rows[split:])
    ]
    again = judged.measure([*rows[:split], *worse], usual)
    assert (again.chosen.reach, again.chosen.span, again.trained) == (
        whole.chosen.reach,
        whole.chosen.span,
        whole.trained,
    )
    assert again.tested.f1 < whole.tested.f1


def test_what_was_closed_before_or_is_unmarked_counts_against(tmp_path: Path) -> None:
    rows = [request(1, 0, 0.0, days=1), request(2, 3, 0.0, dup=True), request(3, 4, 0.0)]
    path = tmp_path / "three.parquet"
    parquet.write_table(arrow.Table.from_pylist(rows), path)
    found = judged.trial(judged.read(path), reach=50.0, span=timedelta(days=7))
    assert found.pairs == 1
    assert found.scores.tolist()[:2] == [0.0, 0.0]
    assert found.scores[2] > 0.8


def test_a_file_that_is_missing_or_too_small_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有文件 none.parquet"):
        call_command("duplicates", "score", file=tmp_path / "none.parquet")
    small = tmp_path / "small.parquet"
    parquet.write_table(arrow.Table.from_pylist([request(1, 0, 0.0)]), small)
    with pytest.raises(CommandError, match="能用的只有 1 件"):
        call_command("duplicates", "score", file=small)


@pytest.mark.data
def test_a_city_s_own_judgement(capsys: pytest.CaptureFixture[str]) -> None:
    told = scored(capsys, limit=24_000)
    found = FIGURES.search(told)
    assert found is not None
    precision, recall, f1 = (float(figure) for figure in found.groups())
    assert precision > 0.6
    assert recall > 0.9
    assert f1 > 0.75
    assert (settings.ENV.data / FILE).is_file()
