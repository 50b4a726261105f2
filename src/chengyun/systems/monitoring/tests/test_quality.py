"""What is doubted about readings stands on the device's page and in the exported file, each with its reason."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Device, Series
from chengyun.kernel import clock
from chengyun.lake.archive import Archive
from chengyun.lake.readings import MOMENT, commit, with_day

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def cast(tmp_path: Path, settings: Settings) -> Iterator[Cast]:
    settings.READINGS = tmp_path / "readings"
    yield make_working_city()


def told(device: Device, *readings: tuple[timedelta, float, int, timedelta]) -> None:
    """How long ago, the value, its mark, how long it took to come."""
    series, now = Series.objects.get(device=device).pk, clock.now()
    at = [now - ago for ago, _, _, _ in readings]
    columns = {
        "series": [series] * len(readings),
        "at": pa.array(at, MOMENT),
        "serial": range(len(readings)),
        "value": [value for _, value, _, _ in readings],
        "quality": [mark for _, _, mark, _ in readings],
        "received": pa.array(
            [then + took for then, (*_, took) in zip(at, readings, strict=True)], MOMENT
        ),
    }
    commit(Archive(_readings()).table, with_day(pa.table(columns)), position=1)


def _readings() -> Path:
    from django.conf import settings

    return Path(settings.READINGS)


def page(cast: Cast, code: str) -> str:
    client = Client()
    client.force_login(cast.duty)
    return client.get(f"/monitoring/devices/{code}/quality/").content.decode()


def exported(code: str, target: Path) -> list[str]:
    call_command("readings", "export", code, str(target), stdout=StringIO())
    with target.open() as file:
        return [row["quality"] for row in csv.DictReader(file)]


def test_each_doubt_has_its_reason(cast: Cast, tmp_path: Path) -> None:
    device, soon = make_device(), timedelta(seconds=1)
    values = [
        (HOUR * 5, 3.0, 0, soon),
        (HOUR * 4, 60.0, 0, soon),
        (HOUR * 3, 999.0, 1, soon),
        (HOUR * 2, 4.0, 0, HOUR * 2),
        (HOUR, 5.0, 0, soon),
    ]
    told(device, *values)
    text = page(cast, "JS-001")
    assert "5 条" in text
    for words in ("超出量程 1", "晚到 1", "突跳 1"):
        assert words in text
    assert "时钟不准" not in text and "不变" not in text
    assert text.index("4</td><td>晚到") < text.index("60</td><td>突跳")
    assert exported("JS-001", tmp_path / "out.csv") == ["0", "64", "1", "32", "0"]


def test_what_the_device_doubts_itself_is_neither_late_nor_a_jump(
    cast: Cast, tmp_path: Path
) -> None:
    """Nor is it a neighbour by which others are judged: 60 lies beyond 3 and 4, 35 would hide that."""
    device, soon = make_device(), timedelta(seconds=1)
    values = [
        (HOUR * 5, 3.0, 0, soon),
        (HOUR * 4, 60.0, 0, soon),
        (HOUR * 3, 35.0, 4, soon),
        (HOUR * 2, 4.0, 0, soon),
        (HOUR, 7.0, 8, soon),
    ]
    told(device, *values)
    text = page(cast, "JS-001")
    for words in ("设备存疑 1", "位置不全 1", "突跳 1"):
        assert words in text
    assert "晚到" not in text and "35</td><td>设备存疑</td>" in text
    assert exported("JS-001", tmp_path / "out.csv") == ["0", "64", "4", "0", "8"]


def test_a_probe_that_is_stuck(cast: Cast, tmp_path: Path) -> None:
    device = make_device("DY-001", kind="gas_low", name="低压点")
    told(device, *((n * HOUR, 2.1, 0, MINUTE) for n in range(14, 0, -1)))
    assert "不变 14" in page(cast, "DY-001")


def test_of_a_device_that_told_nothing(cast: Cast) -> None:
    make_device()
    assert "没有读数" in page(cast, "JS-001")
    device = make_device("JS-002")
    told(device, (HOUR, 3.0, 0, MINUTE))
    assert "没有存疑的" in page(cast, "JS-002")
