"""``chengyun readings`` over a lake with something in it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.sensing.factories import make_device, series_of
from chengyun.city.sensing.jobs import keep_up
from chengyun.kernel import clock
from chengyun.lake import upkeep
from chengyun.lake.archive import Archive
from chengyun.lake.readings import MOMENT, commit, with_day

pytestmark = pytest.mark.django_db

COMMITS, DAYS = 6, 3
NOON = datetime(2026, 7, 2, 4, tzinfo=UTC)
NAMED = ["JS-001", "depth", "积水深度", "厘米"]


@pytest.fixture
def archive(tmp_path: Path, settings: Settings) -> Iterator[Archive]:
    """Readings of three days in two files a day."""
    make_working_city()
    series = series_of(make_device()).pk
    settings.READINGS = tmp_path
    found = Archive(tmp_path)
    with clock.at(NOON):
        _told(found, series)
        yield found


def _told(found: Archive, series: int) -> None:
    for n in range(COMMITS):
        at = [NOON - timedelta(days=n % DAYS, minutes=n)]
        told = {
            "series": [series],
            "at": pa.array(at, MOMENT),
            "serial": [n],
            "value": [float(n)],
            "quality": [0],
            "received": pa.array(at, MOMENT),
        }
        commit(found.table, with_day(pa.table(told)), position=n + 1)


def said(*words: str) -> str:
    out = StringIO()
    call_command("readings", *words, stdout=out)
    return out.getvalue().strip()


def test_it_says_how_large_it_is(archive: Archive) -> None:
    assert said("size").startswith(f"{COMMITS} 条读数，{DAYS} 天，{COMMITS} 个文件")


def test_small_files_become_one_a_day(archive: Archive) -> None:
    assert said("compact") == f"合并了 {DAYS} 天，删除了 0 个旧文件"
    assert upkeep.size(archive.table)["files"] == DAYS
    keep_up()
    assert upkeep.size(archive.table)["rows"] == COMMITS


def test_what_is_old_goes(archive: Archive) -> None:
    assert "删除了 1 天的读数" in said("retain", "--days", "1")
    with pytest.raises(CommandError, match="至少保留 1 天"):
        said("retain", "--days", "0")


def test_a_device_is_exported(archive: Archive, tmp_path: Path) -> None:
    target = tmp_path / "JS-001.csv"
    assert said("export", "JS-001", str(target)).startswith(f"{COMMITS} 条读数写进了")
    with target.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == COMMITS
    assert [rows[0][key] for key in ("device", "point", "label", "unit")] == NAMED
    today = str(clock.now().date() + timedelta(days=1))
    assert said("export", "JS-001", str(target), "--since", today).startswith("0 条")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(("JS-9", "a.csv"), "没有设备「JS-9」"), (("JS-001", "a.txt"), "导出文件要以")],
)
def test_what_cannot_be_exported(archive: Archive, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        said("export", *words)


def test_an_empty_city_has_nothing(tmp_path: Path, settings: Settings) -> None:
    settings.READINGS = tmp_path
    assert said("size").startswith("0 条读数")
    assert said("compact").startswith("合并了 0 天")


def test_just_after_midnight_nothing_of_the_last_day_goes(archive: Archive) -> None:
    with clock.at(NOON.replace(hour=16, minute=5)):
        said("retain", "--days", "1")
        assert upkeep.size(archive.table)["days"] == DAYS - 1
