"""全屏值守: red ones nobody has confirmed first, calm when nothing is wrong, honest when nothing is heard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_alarm, make_device, make_silence
from chengyun.city.sensing.models import Alarm, Series
from chengyun.city.sensing.services.alarms import act
from chengyun.city.sensing.services.escalation import sweep_unanswered
from chengyun.city.sensing.services.links import alive
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db

HERE = "/monitoring/screen/"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def seen(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get(HERE).content.decode()


def test_an_unconfirmed_red_comes_before_older_ones(cast: Cast) -> None:
    with clock.at(clock.now() - timedelta(hours=1)):
        act(make_alarm(make_device("JS-001", name="确认了的")), "confirm", {}, by=cast.duty)
    make_alarm(make_device("JS-002", name="没人管的"))
    make_alarm(make_device("JS-003", name="橙色的"), level=3)
    text = seen(cast.duty)
    assert text.index("没人管的") < text.index("确认了的") < text.index("橙色的")
    assert 'data-unanswered="1"' in text


def test_it_says_who_is_told_next_and_when(cast: Cast) -> None:
    at = clock.now().replace(hour=4, minute=0, second=0, microsecond=0)
    with clock.at(at):
        alarm = make_alarm()
        assert "12:05 上报值班长" in seen(cast.duty)
    with clock.at(at + timedelta(minutes=6)):
        assert sweep_unanswered() == 1
        assert "已上报值班长，12:10 上报领导" in seen(cast.duty)
    with clock.at(at + timedelta(minutes=7)):
        act(Alarm.objects.get(pk=alarm.pk), "confirm", {}, by=cast.duty)
        assert "上报领导" not in seen(cast.duty)


def test_what_has_no_room_is_one_line(cast: Cast) -> None:
    for n in range(8):
        make_alarm(make_device(f"JS-{n:03}"))
    assert "另有" not in seen(cast.duty)
    for n in range(8, 11):
        make_alarm(make_device(f"JS-{n:03}"), level=n % 2 + 1)
    assert "另有 3 条：黄色 1、蓝色 2" in seen(cast.duty)


def test_it_is_calm_and_proves_that_it_listens(cast: Cast) -> None:
    device = make_device()
    Series.objects.filter(device=device).update(heard_at=clock.now())
    make_silence(device, by=cast.duty)
    make_alarm(device)
    text = seen(cast.duty)
    assert "没有未关闭的报警" in text and "100.00%" in text and "静默 1 条" in text


def test_silence_that_means_nothing_is_no_calm(cast: Cast) -> None:
    device = make_device()
    Series.objects.filter(device=device).update(heard_at=clock.now() - timedelta(hours=2))
    text = seen(cast.duty)
    assert "没有一台设备报来读数" in text and "最近读数 2小时前" in text
    assert "没有未关闭的报警" not in text
    Series.objects.filter(device=device).update(heard_at=clock.now())
    alive("读数没有收下：磁盘满。", [])
    assert "读数没有收下：磁盘满。" in seen(cast.duty)


def test_it_is_answered_with_nothing_as_long_as_nothing_changes(cast: Cast) -> None:
    alarm = make_alarm()
    client = Client()
    client.force_login(cast.duty)
    part = {"HX-Request": "true", "HX-Target": "wall"}
    first = client.get(HERE, headers=part).content.decode()
    mark = first.split("?seen=")[1].split('"')[0]
    assert client.get(f"{HERE}?seen={mark}", headers=part).status_code == 204
    act(alarm, "confirm", {}, by=cast.duty)
    assert client.get(f"{HERE}?seen={mark}", headers=part).status_code == 200


def test_everybody_sees_their_own_part(cast: Cast) -> None:
    make_alarm(make_device(name="这边的"))
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    assert "这边的" in seen(cast.duty) and "这边的" not in seen(other)
    client = Client(raise_request_exception=False)
    client.force_login(cast.operator)
    assert client.get(HERE).status_code == 403
