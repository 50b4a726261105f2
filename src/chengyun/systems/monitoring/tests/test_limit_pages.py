"""Rules and 自定限值 on their pages: set for a device, shown where it matters, ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_alarm, make_device, make_limits
from chengyun.city.sensing.models import OwnLimits, Series
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db

RULES = "/monitoring/rules/"
PONDING = f"{RULES}ponding_depth/"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def seen(user: User, url: str) -> str:
    return enter(user).get(url).content.decode()


def test_every_rule_says_what_it_looks_at(cast: Cast) -> None:
    text = seen(cast.duty, RULES)
    assert "每分钟变化多少：橙色 降到 -0.02 MPa/分钟" in text
    assert "1 小时内达到 70 分贝的次数：蓝色 20 次" in text
    assert "设备多久没有读数：黄色 60 分钟" in text
    rule = seen(cast.duty, f"{RULES}gas_medium_drops/")
    assert "每分钟变化多少" in rule and "由城市自定" in rule and "马上" in rule
    assert enter(cast.duty).get(f"{RULES}nothing/").status_code == 404


def test_limits_are_set_for_a_device_shown_and_ended(cast: Cast) -> None:
    device, keeper = make_device(), enter(cast.supervisor)
    add = f"{PONDING}limits/"
    assert add in keeper.get(PONDING).content.decode()
    assert 'value="27"' in keeper.get(f"{add}?device={device.code}").content.decode()
    given = {"device": device.code, "red_sets": "60", "red_clears": "50", "reason": "路面低"}
    lacking = keeper.post(add, given | {"red_clears": ""}).content.decode()
    assert "红色的报警值和解除值要一起填" in lacking
    assert "最多 200 字" in keeper.post(add, given | {"reason": "长" * 201}).content.decode()
    assert "没有设备「X」" in keeper.post(add, given | {"device": "X"}).content.decode()
    assert keeper.post(add, given).status_code == 303
    row = OwnLimits.objects.get()
    here = f"/monitoring/limits/{row.code}/"
    page = keeper.get(here).content.decode()
    assert "红色 60 厘米（回到 50 解除）" in page and "在用" in page and "自定限值" in page
    assert row.code in keeper.get(PONDING).content.decode()
    assert "另定 1 处" in keeper.get(RULES).content.decode()
    shown = seen(cast.duty, f"/monitoring/devices/{device.code}/")
    assert "红色 60 厘米" in shown and here in shown and "红色 27 厘米" not in shown
    alarm = make_alarm(device)
    assert "限 60" in seen(cast.duty, "/monitoring/")
    assert "红色 60 厘米" in seen(cast.duty, f"/monitoring/alarms/{alarm.code}/")
    number = Series.objects.get(device=device).pk
    chart = enter(cast.duty).get(f"/api/v1/series/{number}/chart").json()
    assert {"name": "红色", "value": 60} in chart["limits"]
    assert "红色 60 厘米" in keeper.get(f"{here}end/").content.decode()
    assert keeper.post(f"{here}end/", {}).status_code == 422
    assert keeper.post(f"{here}end/", {"reason": "检修完了"}).status_code == 303
    assert "红色 27 厘米" in seen(cast.duty, f"/monitoring/devices/{device.code}/")
    ended = keeper.get(here).content.decode()
    assert "不再用" in ended and "检修完了" in ended


def test_hold_and_calm_are_set_shown_and_filled_in_again(cast: Cast) -> None:
    device, keeper = make_device(), enter(cast.supervisor)
    add = f"{PONDING}limits/"
    form = keeper.get(f"{add}?device={device.code}").content.decode()
    assert "不填就是默认的 1 分钟" in form and "恢复时间" in form
    given = {"device": device.code, "red_sets": "60", "red_clears": "50", "reason": "路面低"}
    assert "不能大于 1440" in keeper.post(add, given | {"hold": "1441"}).content.decode()
    assert keeper.post(add, given | {"hold": "2.5"}).status_code == 303
    row = OwnLimits.objects.get()
    assert (row.hold, row.calm) == (150, None)
    assert "持续时间 150 秒" in seen(cast.duty, f"/monitoring/limits/{row.code}/")
    again = keeper.get(f"{add}?device={device.code}").content.decode()
    assert 'value="2.5"' in again
    silent = keeper.get(f"{RULES}methane_lel_silent/limits/").content.decode()
    assert "持续时间" not in silent.split("<form")[-1]


def test_limits_are_set_for_an_area_and_a_season(cast: Cast) -> None:
    keeper, add = enter(cast.supervisor), f"{PONDING}limits/"
    given = {"area": DISTRICT, "red_sets": "20", "red_clears": "15", "reason": "汛期"}
    season = {"season_from": "06-01", "season_to": "09-30"}
    assert "要一起填" in keeper.post(add, given | {"season_from": "06-01"}).content.decode()
    assert "请写设备编号，或者选一个区域" in keeper.post(add, given | {"area": ""}).content.decode()
    assert keeper.post(add, given | season).status_code == 303
    text = keeper.get(PONDING).content.decode()
    assert "06-01 到 09-30" in text and "的全部设备" in text


def test_what_is_still_to_come_and_what_is_over_says_so(cast: Cast) -> None:
    device, now = make_device(), clock.now()
    tomorrow, later = now + timedelta(days=1), now + timedelta(days=2)
    make_limits(device, valid_from=tomorrow, valid_to=later, by=cast.supervisor)
    assert "还没有开始" in seen(cast.duty, PONDING)
    with clock.at(later):
        assert "不再用" in seen(cast.duty, PONDING)


def test_who_may_not_looks_only(cast: Cast) -> None:
    row = make_limits(make_device(), by=cast.supervisor)
    here = f"/monitoring/limits/{row.code}/"
    assert "不再用…" not in seen(cast.duty, here)
    assert "另定限值…" not in seen(cast.duty, PONDING)
    assert enter(cast.duty).post(f"{here}end/", {"reason": "检修完了"}).status_code == 403
    assert enter(cast.duty).get(f"{PONDING}limits/").status_code == 403
    assert enter(cast.operator).get(here).status_code == 403


@pytest.mark.parametrize("page", ["limits/", "trial/"])
def test_of_two_fields_one_is_needed_and_neither_is_called_optional(cast: Cast, page: str) -> None:
    text = seen(cast.supervisor, f"{PONDING}{page}")
    for label in ("设备编号", "哪里的", "红色报警值", "红色解除值"):
        assert f"{label}</label>" in text, label
    assert text.count('<option value=""') == 1
