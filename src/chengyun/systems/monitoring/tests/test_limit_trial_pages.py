"""试算 on its page: limits, a period, what there would have been, and on to setting them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.test import Client
from django.utils.timezone import localtime
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_alarm, make_device, series_of
from chengyun.city.sensing.models import Device
from chengyun.kernel import clock
from chengyun.lake.archive import Archive
from chengyun.lake.readings import MOMENT, commit, with_day

pytestmark = pytest.mark.django_db

TRIAL = "/monitoring/rules/ponding_depth/trial/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def device(cast: Cast, tmp_path: Path, settings: Settings) -> Device:
    """A point that stood at 9 cm for ten minutes, two hours ago."""
    settings.READINGS = tmp_path
    made, begin = make_device(), clock.now() - timedelta(hours=2)
    at = pa.array([begin + n * MINUTE for n in range(20)], MOMENT)
    columns = {"series": [series_of(made).pk] * 20, "at": at, "serial": [0] * 20}
    columns |= {"value": [9.0] * 10 + [0.0] * 10, "quality": [0] * 20, "received": at}
    commit(Archive(tmp_path).table, with_day(pa.table(columns)), position=5)
    return made


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def asked(**changes: str) -> dict[str, str]:
    now = localtime(clock.now())
    when = {
        "begin": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}",
        "end": f"{now:%Y-%m-%dT%H:%M}",
    }
    return {"device": "JS-001", "yellow_sets": "8", "yellow_clears": "6"} | when | changes


def test_limits_are_tried_and_then_set(cast: Cast, device: Device) -> None:
    keeper = enter(cast.supervisor)
    alarm = make_alarm(device)
    assert TRIAL in keeper.get("/monitoring/rules/ponding_depth/").content.decode()
    first = keeper.get(f"{TRIAL}?device=JS-001").content.decode()
    assert 'value="27"' in first and "会报" not in first.split("role=")[1]
    text = keeper.get(TRIAL, asked()).content.decode()
    assert "会报 1 次，实际报了 1 次" in text and "20 条读数" in text
    assert "最高 9 厘米" in text and alarm.code in text
    chart = text.split('data-src="')[1].split('"')[0].replace("&amp;", "&")
    drawn = keeper.get(chart).json()
    assert (
        drawn["limits"] == [{"name": "黄色", "value": 8}] and max(drawn["series"][0]["values"]) == 9
    )
    add = text.split('btn-primary" href="')[1].split('"')[0].replace("&amp;", "&")
    form = keeper.get(add).content.decode()
    assert 'value="8"' in form and 'value="JS-001"' in form and 'value="27"' not in form


def test_other_times_are_tried_and_taken_along(cast: Cast, device: Device) -> None:
    keeper = enter(cast.supervisor)
    text = keeper.get(TRIAL, asked(hold="15")).content.decode()
    assert "会报 0 次" in text
    add = text.split('btn-primary" href="')[1].split('"')[0].replace("&amp;", "&")
    assert 'value="15"' in keeper.get(add).content.decode()
    assert "不能大于 1440" in keeper.get(TRIAL, asked(hold="9999")).content.decode()


def test_what_cannot_be_tried_is_said_at_its_field(cast: Cast, device: Device) -> None:
    keeper = enter(cast.supervisor)
    for wrong, sentence in (
        ({"device": ""}, "请填设备编号"),
        ({"device": "X"}, "没有设备「X」"),
        ({"yellow_clears": "9"}, "不能比报警值更严重"),
        ({"begin": "2020-01-01T00:00"}, "最多试算 31 天"),
        ({"begin": "gestern"}, "2026-01-31 14:30"),
    ):
        answer = keeper.get(TRIAL, asked(**wrong))
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), sentence
        assert keeper.get(f"{TRIAL}chart/", asked(**wrong)).status_code in (404, 422)


def test_who_may_not_set_limits_tries_none(cast: Cast, device: Device) -> None:
    assert enter(cast.duty).get(TRIAL, asked()).status_code == 403
    assert enter(cast.duty).get(f"{TRIAL}chart/", asked()).status_code == 403
