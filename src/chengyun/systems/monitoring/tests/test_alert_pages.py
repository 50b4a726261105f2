"""预警 on its pages: from an alarm to the units, one click to acknowledge, overdue ones on the wall."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_alarm, make_alert
from chengyun.city.sensing.models import Alert
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


def test_from_an_alarm_to_the_units_and_back(cast: Cast) -> None:
    alarm = make_alarm()
    duty, here = enter(cast.duty), f"/monitoring/alarms/{alarm.code}/"
    assert "发布预警" not in duty.get(here).content.decode()
    assert duty.get(f"{here}alert/")["Location"].endswith(here)
    duty.post(f"{here}confirm/")
    assert "发布预警…" in duty.get(here).content.decode()
    form = duty.get(f"{here}alert/").content.decode()
    assert "积水深度" in form and "不填按级别" in form
    given = {"level": "orange", "text": "封闭桥下道路", "units": [cast.crew.code], "minutes": "20"}
    empty = duty.post(f"{here}alert/", given | {"units": []}).content.decode()
    assert "请选择发给哪些单位" in empty and "封闭桥下道路" in empty
    assert duty.post(f"{here}alert/", given).status_code == 303
    alert = Alert.objects.get()
    assert (alert.rank, alert.due_at - alert.issued_at) == ("orange", timedelta(minutes=20))
    page = duty.get(here).content.decode()
    assert alert.code in page and "已确认 0 / 1" in page and "发布预警" in page
    theirs, there = enter(cast.department), f"/monitoring/alerts/{alert.code}/"
    assert alert.code in theirs.get("/monitoring/alerts/?standing=1").content.decode()
    assert "封闭桥下道路" in theirs.get(there).content.decode()
    assert theirs.post(f"{there}acknowledge/").status_code == 303
    assert "都已确认" in theirs.get(there).content.decode()
    assert "马建军" in duty.get(here).content.decode()
    assert "请填写为什么解除" in duty.post(f"{there}lift/", {}).content.decode()
    assert duty.post(f"{there}lift/", {"words": "水退了"}).status_code == 303
    page = duty.get(here).content.decode()
    assert "解除预警" in page and "水退了" in page and "已解除" in page


def test_how_long_units_have_follows_from_the_level(cast: Cast) -> None:
    alarm = make_alarm()
    duty, here = enter(cast.duty), f"/monitoring/alarms/{alarm.code}/"
    duty.post(f"{here}confirm/")
    given = {"level": "orange", "text": "封路", "units": [cast.crew.code], "minutes": ""}
    assert duty.post(f"{here}alert/", given).status_code == 303
    alert = Alert.objects.get()
    assert alert.due_at - alert.issued_at == timedelta(minutes=30)


def test_the_wall_shows_what_was_not_acknowledged_in_time(cast: Cast) -> None:
    alert = make_alert(make_alarm(), cast.crew, by=cast.duty)
    assert "待确认" in seen(cast.duty, "/monitoring/")
    with clock.at(clock.now() + timedelta(minutes=16)):
        wall = seen(cast.duty, "/monitoring/")
        assert alert.code in wall and "超时未确认" in wall
        assert alert.code in seen(cast.leader, "/monitoring/alerts/?late=1")
        assert "待确认预警" in seen(cast.department, "/desk/")
    assert alert.code not in seen(cast.duty, "/monitoring/alerts/?late=1")


def test_a_unit_sees_its_own_and_others_see_none(cast: Cast) -> None:
    alert = make_alert(make_alarm(), cast.crew, by=cast.duty)
    there = f"/monitoring/alerts/{alert.code}/"
    assert enter(cast.other_department).get(there).status_code == 404
    assert alert.code not in seen(cast.other_department, "/monitoring/alerts/")
    assert enter(cast.operator).get(there).status_code == 403
    page = seen(cast.department, there)
    assert "确认收到" in page and "解除预警…" not in page
    assert f"/monitoring/alarms/{alert.alarm.code}/" not in page
    assert "确认收到</button>" not in seen(cast.leader, there)
    assert enter(cast.leader).post(f"{there}acknowledge/").status_code == 403
