"""The page of health says what the readings and the alarms of whole hours say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.conf import settings
from django.test import Client
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import CITY, Cast
from chengyun.city.sensing.factories import change, make_device, series_of
from chengyun.city.sensing.jobs import HOURS_KEPT, READINGS_KEPT, keep_up
from chengyun.city.sensing.models import Device, Series
from chengyun.city.sensing.services.alarms import act
from chengyun.kernel import clock
from chengyun.kernel.params import set_param
from chengyun.lake import upkeep
from chengyun.lake.archive import Archive
from chengyun.lake.readings import MOMENT, commit, with_day

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 7, 2, 12, 10, tzinfo=UTC)
DAY_LONG = 24 * 3_600_000
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def cast(tmp_path: Path, settings: Settings) -> Iterator[Cast]:
    settings.READINGS = tmp_path
    cast = make_working_city()
    with clock.at(NOON):
        yield cast


def registered(code: str, ago: timedelta = timedelta(days=60), kind: str = "ponding") -> Device:
    with clock.at(NOON - ago):
        return make_device(code, kind=kind)


def told(series: Series, at: Sequence[datetime], *, doubted: int = 0, position: int = 1) -> None:
    columns = {
        "series": [series.pk] * len(at),
        "at": pa.array(at, MOMENT),
        "serial": range(len(at)),
        "value": [1.0] * len(at),
        "quality": [int(n < doubted) for n in range(len(at))],
        "received": pa.array(at, MOMENT),
    }
    commit(Archive(settings.READINGS).table, with_day(pa.table(columns)), position=position)


def each_minute(hours: Sequence[int]) -> list[datetime]:
    """Ten readings in each of these hours before noon."""
    start = NOON.replace(minute=0)
    return [start - hour * HOUR + n * 6 * MINUTE for hour in hours for n in range(10)]


def page(cast: Cast, asked: str = "") -> str:
    client = Client()
    client.force_login(cast.duty)
    return client.get(f"/monitoring/health/{asked}").content.decode()


def figures(text: str, code: str) -> list[str]:
    row = text.split(f"/monitoring/devices/{code}/")[1].split("</tr>")[0]
    return re.findall(r'<td class="num" data-label="[^"]+">(.*?)</td>', row)


def test_before_anything_was_told_it_says_so(cast: Cast) -> None:
    registered("JS-001")
    assert "还没有算过" in page(cast)


def test_a_gap_of_six_hours_of_a_day(cast: Cast) -> None:
    told(series_of(registered("JS-001")), each_minute(range(1, 19)), doubted=9)
    registered("JS-002")
    keep_up()
    text = page(cast, "?days=1")
    assert "算到 今天 20:00" in text
    assert figures(text, "JS-001")[:3] == ["75.00%", "75.00%", "5.00%"]
    assert figures(text, "JS-002")[:3] == ["0.00%", "—", "—"]
    assert text.index("JS-002") < text.index("JS-001")


def test_alarms_that_were_false_and_a_device_at_fault(cast: Cast) -> None:
    device = registered("JS-001")
    told(series_of(device), each_minute(range(1, 25)))
    for hour, verb in ((6, "confirm"), (5, "confirm"), (4, "blame"), (3, "refute")):
        when = NOON - hour * HOUR
        with clock.at(when):
            alarm = change(device, 4, when)
            assert alarm is not None
            act(alarm, verb, {"cause": "object"}, by=cast.duty)
            change(device, 0, when + MINUTE)
            alarm.refresh_from_db()
            if verb == "confirm":
                act(alarm, "close", {}, by=cast.duty)
    keep_up()
    assert figures(page(cast, "?days=1"), "JS-001") == [
        "100.00%",
        "100.00%",
        "0.00%",
        "4",
        "25.00%",
        "1",
    ]


def test_a_new_device_is_measured_from_when_it_was_registered(cast: Cast) -> None:
    device = registered("JS-001", ago=HOUR * 5)
    told(series_of(device), each_minute(range(1, 5)))
    registered("JS-002", ago=MINUTE)
    keep_up()
    text = page(cast, "?days=30")
    assert figures(text, "JS-001")[:2] == ["100.00%", "100.00%"]
    assert figures(text, "JS-002")[0] == "—"


def test_of_one_kind_alone(cast: Cast) -> None:
    registered("JS-001")
    registered("YL-001", kind="rain")
    keep_up()
    text = page(cast, "?kind=rain")
    assert "YL-001" in text and "JS-001" not in text
    assert "JS-001" in page(cast, "?kind=nothing&days=x")


def test_readings_go_when_the_city_says_so_and_their_hours_stay(cast: Cast) -> None:
    series = series_of(registered("JS-001"))
    told(series, [NOON - timedelta(days=5), NOON - HOUR])
    archive = Archive(settings.READINGS)
    keep_up()
    assert upkeep.size(archive.table)["days"] == 2
    set_param(READINGS_KEPT, CITY, 3, by=cast.admin)
    keep_up()
    assert upkeep.size(archive.table)["days"] == 1
    assert len(list(archive.hours.glob("*.parquet"))) == 2
    set_param(HOURS_KEPT, CITY, 3, by=cast.admin)
    keep_up()
    assert len(list(archive.hours.glob("*.parquet"))) == 1


def test_a_year_is_drawn_from_the_hours_although_the_readings_are_gone(cast: Cast) -> None:
    series = series_of(registered("JS-001", ago=timedelta(days=300)))
    told(series, each_minute([200 * 24]) + each_minute([1]))
    keep_up()
    set_param(READINGS_KEPT, CITY, 3, by=cast.admin)
    keep_up()
    client = Client()
    client.force_login(cast.duty)
    page = client.get("/monitoring/devices/JS-001/?curve=8760").content.decode()
    assert f"/api/v1/series/{series.pk}/chart?hours=8760" in page and "近一年。" in page
    curve = client.get(f"/api/v1/series/{series.pk}/chart?hours=8760").json()
    assert curve["labels"][0].startswith("2025-12") and len(curve["labels"]) == 2
    assert curve["series"][0]["values"] == [1.0, 1.0]
    assert curve["begin"] < curve["at"][0] < curve["at"][1] <= curve["end"]
    assert curve["end"] - curve["begin"] == 365 * DAY_LONG
    month = client.get(f"/api/v1/series/{series.pk}/chart?hours=720").json()
    assert len(month["labels"]) == 1
