"""The counts of alarms say what people made of them, and how soon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.sensing.factories import change, make_device
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.services.alarms import LevelChange, act, follow
from chengyun.city.sensing.specs import MANY_SILENT, MANY_SILENT_LABEL
from chengyun.city.sensing.workflow import WITHDRAWN
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 7, 2, 4, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    cast = make_working_city()
    with clock.at(NOON):
        yield cast


def raised(
    device: Device, ago: timedelta, verb: str, cast: Cast, *, level: int, waits: int
) -> None:
    """An alarm so long ago, judged after so many minutes; ended at once, so that the next may come."""
    when = NOON - ago
    with clock.at(when):
        alarm = change(device, level, when)
        assert alarm is not None
    if verb:
        with clock.at(when + waits * MINUTE):
            act(alarm, verb, {"cause": "object"} if verb == "refute" else {}, by=cast.duty)
            change(device, 0, when + waits * MINUTE)


def page(cast: Cast, asked: str = "") -> str:
    client = Client()
    client.force_login(cast.duty)
    return client.get(f"/monitoring/counts/{asked}").content.decode()


def row(text: str, begins: str) -> list[str]:
    found = text.split(begins, 1)[1].split("</tr>")[0]
    return re.findall(r'<td class="num" data-label="[^"]+">(.*?)</td>', found)


def test_an_outage_is_counted_and_is_of_no_device(cast: Cast) -> None:
    series = Series.objects.get(device=make_device("RQ-001", kind="gas_space"))
    outage = LevelChange(series=series.pk, rule=MANY_SILENT, level=2, value=12, at=NOON, since=NOON)
    assert follow(outage)
    text = page(cast)
    assert row(text, MANY_SILENT_LABEL)[0] == "1" and "RQ-001" not in text


def test_a_time_without_alarms_says_so(cast: Cast) -> None:
    raised(make_device(), 40 * DAY, "refute", cast, level=4, waits=1)
    assert "这段时间没有报警" in page(cast)
    assert "这段时间没有报警" not in page(cast, "?days=90")


def test_what_became_of_them_and_how_soon(cast: Cast) -> None:
    one, two, three = (make_device(f"JS-00{n}", name=f"{n} 号点") for n in (1, 2, 3))
    raised(one, 3 * DAY, "refute", cast, level=4, waits=2)
    raised(one, 2 * DAY, "blame", cast, level=4, waits=17)
    raised(two, 1 * DAY, "open_case", cast, level=4, waits=4)
    raised(three, 2 * HOUR, "", cast, level=4, waits=0)
    text = page(cast)
    assert row(text, "合计") == ["4", "1", "1", "33.33%", "1", "0", "1", "1", "4分", "50.00%"]
    assert row(text, "/monitoring/rules/ponding_depth/")[:2] == ["4", "1"]
    assert row(text, "/monitoring/devices/JS-001/")[:4] == ["2", "0", "1", "50.00%"]
    assert text.index("1 号点") < text.index("2 号点")


def test_the_first_answer_counts_and_what_was_taken_back_waited_for_none(cast: Cast) -> None:
    raised(make_device(), 3 * DAY, "", cast, level=4, waits=0)
    Alarm.objects.update(state=WITHDRAWN, open=False, ended_at=NOON)
    raised(make_device("JS-002"), DAY, "confirm", cast, level=4, waits=2)
    with clock.at(NOON - DAY + HOUR):
        act(Alarm.objects.get(open=True), "open_case", {}, by=cast.duty)
    told = row(page(cast), "合计")
    assert told == ["2", "1", "0", "0.00%", "0", "1", "0", "1", "2分", "100.00%"]


def test_what_was_confirmed_was_real_whether_it_is_closed_or_not(cast: Cast) -> None:
    for n in (1, 2):
        raised(make_device(f"JS-00{n}"), DAY, "confirm", cast, level=4, waits=2)
    act(Alarm.objects.order_by("pk")[0], "close", {}, by=cast.duty)
    assert row(page(cast), "合计")[:2] == ["2", "2"]


def test_who_has_time_left_is_not_late(cast: Cast) -> None:
    raised(make_device(), MINUTE, "", cast, level=4, waits=0)
    assert row(page(cast), "合计")[-4:] == ["1", "0", "—", "—"]


def test_the_chart_counts_each_day_by_the_worst_level(cast: Cast) -> None:
    device = make_device()
    raised(device, DAY, "refute", cast, level=2, waits=1)
    eased = make_device("JS-002")
    raised(eased, HOUR, "", cast, level=3, waits=0)
    change(eased, 1, NOON - MINUTE)
    client = Client()
    client.force_login(cast.duty)
    told = client.get("/monitoring/counts/chart/?days=7").json()
    assert told["labels"][-2:] == ["07-01", "07-02"]
    assert [(each["name"], each["values"][-2:]) for each in told["series"]] == [
        ("红色", [0, 0]),
        ("橙色", [0, 1]),
        ("黄色", [1, 0]),
        ("蓝色", [0, 0]),
    ]


def test_who_sees_another_part_of_the_city_counts_nothing_here(cast: Cast) -> None:
    raised(make_device(), DAY, "refute", cast, level=4, waits=1)
    client = Client()
    client.force_login(make_user("other-duty", "邻区值守", "duty", cast.other_centre))
    assert "这段时间没有报警" in client.get("/monitoring/counts/").content.decode()
