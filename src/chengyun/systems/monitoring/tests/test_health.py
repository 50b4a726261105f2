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
from chengyun.city.people.factories import CITY, Cast, make_user
from chengyun.city.sensing.factories import change, make_device, series_of
from chengyun.city.sensing.jobs import HOURS_KEPT, READINGS_KEPT, keep_up
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.services.alarms import act
from chengyun.city.sensing.services.devices import end_device
from chengyun.city.sensing.services.outages import OutageChange, follow_outage
from chengyun.city.sensing.specs import MANY_SILENT
from chengyun.city.sensing.workflow import WITHDRAWN
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
    return cells(text, f"/monitoring/devices/{code}/")


def cells(text: str, link: str) -> list[str]:
    row = text.rpartition(link)[2].split("</tr>")[0]
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
    assert cells(text, "kind=ponding")[:4] == ["2", "37.50%", "75.00%", "5.00%"]


def test_the_most_telling_point_counts(cast: Cast) -> None:
    """The other point of the device tells only in every second hour."""
    device = registered("GW-001", kind="pipe_level")
    first, second = Series.objects.filter(device=device).order_by("pk")
    told(first, each_minute(range(1, 25)))
    told(second, each_minute(range(2, 25, 2)), position=2)
    keep_up()
    assert figures(page(cast, "?days=1"), "GW-001")[:2] == ["100.00%", "100.00%"]


def test_who_may_be_silent_for_long_is_not_missed_each_hour(cast: Cast) -> None:
    """A reading a day of a device that may be silent for 26 hours."""
    series = series_of(registered("LF-001", kind="bridge_crack"))
    told(series, [NOON - hour * HOUR for hour in range(1, 168, 24)])
    keep_up()
    assert figures(page(cast, "?days=7"), "LF-001")[:2] == ["100.00%", "100.00%"]


def test_the_worst_come_first(cast: Cast) -> None:
    """Who tells less before who is doubted; both are heard all the time."""
    good, doubted, little = (series_of(registered(f"JS-00{n}")) for n in (1, 2, 3))
    told(good, each_minute(range(1, 25)))
    told(doubted, each_minute(range(1, 25)), doubted=9, position=2)
    told(little, each_minute(range(1, 20)) + [NOON - n * HOUR for n in range(20, 25)], position=3)
    keep_up()
    text = page(cast, "?days=1")
    assert text.index("JS-003") < text.index("JS-002") < text.index("JS-001")


def test_only_devices_in_use_of_one_s_own_part_of_the_city(cast: Cast) -> None:
    told(series_of(registered("JS-001")), each_minute(range(1, 25)))
    end_device(registered("JS-002"), by=cast.duty)
    keep_up()
    assert "JS-002" not in page(cast)
    other = Client()
    other.force_login(make_user("other-duty", "邻区值守", "duty", cast.other_centre))
    assert "没有在用的设备" in other.get("/monitoring/health/").content.decode()


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


def test_only_alarms_of_the_time_that_somebody_judged_say_how_many_were_false(cast: Cast) -> None:
    device = registered("JS-001")
    told(series_of(device), each_minute(range(1, 25)))
    for hours, verb in ((40, "refute"), (20, "withdraw"), (10, "refute"), (5, "")):
        when = NOON - hours * HOUR
        alarm = change(device, 4, when)
        assert alarm is not None
        if verb == "refute":
            act(alarm, verb, {"cause": "object"}, by=cast.duty)
        change(device, 0, when + MINUTE)
        Alarm.objects.filter(pk=alarm.pk).update(raised_at=when)
        if verb == "withdraw":
            Alarm.objects.filter(pk=alarm.pk).update(state=WITHDRAWN, open=False)
    change(registered("JS-002"), 4, NOON)
    keep_up()
    text = page(cast, "?days=1")
    assert figures(text, "JS-001")[3:] == ["3", "100.00%", "0"]
    assert figures(text, "JS-002")[3] == "0"


def test_an_outage_is_an_alarm_of_no_device(cast: Cast) -> None:
    """It hangs on the series of one of its devices."""
    several = [registered(f"RQ-00{n}", kind="gas_space") for n in (1, 2)]
    for device in several:
        told(series_of(device), each_minute(range(1, 25)), position=device.pk)
    when = NOON - 5 * HOUR
    with clock.at(when):
        outage = OutageChange(
            series=series_of(several[0]).pk,
            rule=MANY_SILENT,
            level=2,
            value=2,
            at=when,
            since=when - HOUR,
            group="area:371502",
            heard={device.pk: when - HOUR for device in several},
            back={},
        )
        follow_outage(outage)
    keep_up()
    text = page(cast, "?days=1")
    assert [figures(text, device.code)[3] for device in several] == ["0", "0"]
    assert cells(text, "kind=gas_space")[4] == "0"
    assert Alarm.objects.count() == 1


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
