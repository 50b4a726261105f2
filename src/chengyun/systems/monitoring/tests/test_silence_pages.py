"""静默 on its pages: begun from a device or for a kind, folded on the wall, ended early."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localtime

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_alarm, make_device, make_silence
from chengyun.city.sensing.models import Silence
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def seen(user: User, url: str) -> str:
    return enter(user).get(url).content.decode()


def in_an_hour() -> str:
    return f"{localtime(clock.now() + timedelta(hours=1)):%Y-%m-%dT%H:%M}"


def test_a_device_is_silenced_from_its_page_and_folded_on_the_wall(cast: Cast) -> None:
    device, duty = make_device(), enter(cast.duty)
    loud = make_alarm(make_device("JS-002", name="二号点"))
    add = f"/monitoring/silences/add/?device={device.code}"
    assert add in duty.get(f"/monitoring/devices/{device.code}/").content.decode()
    assert "哪种设备" not in duty.get(add).content.decode()
    assert "请填写原因" in duty.post(add, {"ends_at": in_an_hour()}).content.decode()
    given = {"ends_at": in_an_hour(), "reason": "更换探头"}
    assert duty.post(add, given).status_code == 303
    alarm = make_alarm(device)
    wall = duty.get("/monitoring/").content.decode()
    assert loud.code in wall and alarm.code not in wall
    assert "静默 1 条，展开" in wall and 'data-unanswered="1"' in wall
    unfolded = duty.get("/monitoring/?muted=1").content.decode()
    assert alarm.code in unfolded and "更换探头" in unfolded and 'data-unanswered="1"' in unfolded
    row = Silence.objects.get()
    here = f"/monitoring/silences/{row.code}/"
    page = duty.get(here).content.decode()
    assert alarm.code in page and "提前结束" in page and "静默中" in page
    assert "静默到" in duty.get(f"/monitoring/devices/{device.code}/").content.decode()
    assert "提前结束静默" in duty.get(f"{here}end/").content.decode()
    assert duty.post(f"{here}end/", {}).status_code == 422
    assert duty.post(f"{here}end/", {"reason": "检修完了"}).status_code == 303
    assert "检修完了" in duty.get(here).content.decode()
    wall = duty.get("/monitoring/").content.decode()
    assert alarm.code in wall and 'data-unanswered="2"' in wall and "静默 1 条" not in wall
    assert "静默结束" in duty.get(f"/monitoring/alarms/{alarm.code}/").content.decode()


def test_a_kind_is_silenced_in_an_area(cast: Cast) -> None:
    duty, add = enter(cast.duty), "/monitoring/silences/add/"
    given = {"kind": "ponding", "area": DISTRICT, "ends_at": in_an_hour(), "reason": "汛前检修"}
    early = duty.post(add, given | {"ends_at": "2020-01-01T00:00"})
    assert "结束时间要晚于现在" in early.content.decode()
    assert duty.post(add, given).status_code == 303
    listed = duty.get("/monitoring/silences/?lasting=1").content.decode()
    assert "全部积水监测点" in listed and "汛前检修" in listed
    with clock.at(clock.now() + timedelta(hours=2)):
        assert "汛前检修" not in seen(cast.duty, "/monitoring/silences/?lasting=1")


def test_who_may_not_looks_only(cast: Cast) -> None:
    row = make_silence(make_device(), by=cast.duty)
    here = f"/monitoring/silences/{row.code}/"
    assert "提前结束" not in seen(cast.leader, here)
    assert "设置静默" not in seen(cast.leader, "/monitoring/silences/")
    assert enter(cast.leader).post(f"{here}end/", {"reason": "检修完了"}).status_code == 403
    assert enter(cast.leader).get("/monitoring/silences/add/").status_code == 403
    assert enter(cast.operator).get(here).status_code == 403
