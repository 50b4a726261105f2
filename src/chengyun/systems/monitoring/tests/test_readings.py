"""Readings and their limits in words: on the wall, in the records, at an alarm and at a rule."""

from __future__ import annotations

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import change, make_device
from chengyun.city.sensing.models import Alarm, Series
from chengyun.city.sensing.services.readings import remember
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def seen(user: User, url: str) -> str:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client.get(url).content.decode()


def beyond(kind: str, rule: str, level: int, value: float) -> Alarm:
    """An alarm of a device whose newest reading is this."""
    device, now = make_device(f"X-{rule}".replace("_", "-"), kind=kind), clock.now()
    alarm = change(device, level, now, value, rule=rule)
    assert alarm is not None
    tell(alarm, value)
    return alarm


def tell(alarm: Alarm, value: float) -> None:
    series, now = Series.objects.get(pk=alarm.series_id), clock.now()
    remember([(series.pk, now, value, 0, now)])


def test_a_state_is_told_by_its_word(cast: Cast) -> None:
    alarm = beyond("lamp_cabinet", "lamp_door", 2, 1)
    wall = seen(cast.duty, "/monitoring/")
    assert "<b>开</b><span>柜门</span>" in wall
    assert "柜门 开" in seen(cast.duty, "/monitoring/alarms/")
    page = seen(cast.duty, f"/monitoring/alarms/{alarm.code}/")
    assert "柜门（关 0、开 1）" in page and "黄色 开" in page and "读数 开" in page
    assert "黄色 开" in seen(cast.duty, "/monitoring/rules/lamp_door/")
    tell(alarm, 0)
    assert "<b>关</b><span>柜门</span>" in seen(cast.duty, "/monitoring/")


def test_of_several_states_the_one_there_is(cast: Cast) -> None:
    beyond("gas_station", "gas_station_alarm", 4, 3)
    assert "报警状态 切断" in seen(cast.duty, "/monitoring/alarms/")
    rule = seen(cast.duty, "/monitoring/rules/gas_station_alarm/")
    assert "黄色 低报；橙色 高报；红色 切断" in rule


def test_a_value_that_fell_is_below_its_limit(cast: Cast) -> None:
    alarm = beyond("gas_medium", "gas_medium_falls", 2, 0.12)
    assert "低于 0.15" in seen(cast.duty, "/monitoring/")
    assert "0.120 MPa，低于 0.15" in seen(cast.duty, "/monitoring/alarms/")
    assert "黄色 降到 0.15 MPa" in seen(cast.duty, f"/monitoring/alarms/{alarm.code}/")
    tell(alarm, 0.2)
    assert "0.200 MPa，下限 0.15" in seen(cast.duty, "/monitoring/alarms/")


def test_a_value_that_rose_is_above_its_limit_and_one_that_is_over_has_none(cast: Cast) -> None:
    alarm = beyond("ponding", "ponding_depth", 4, 30)
    assert "30 厘米，高于 27" in seen(cast.duty, "/monitoring/alarms/")
    tell(alarm, 27)
    assert "27 厘米，达到 27" in seen(cast.duty, "/monitoring/alarms/")
    tell(alarm, 26)
    assert "26 厘米，上限 27" in seen(cast.duty, "/monitoring/alarms/")
    client = Client()
    client.force_login(cast.duty)
    client.post(f"/monitoring/alarms/{alarm.code}/refute/", {"cause": "object"})
    assert "26 厘米" not in seen(cast.duty, "/monitoring/alarms/")
