"""大面积失联 on the pages: one line for many, seen by everybody whose devices are part of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.services.alarms import LevelChange, follow
from chengyun.city.sensing.services.outages import OutageChange, follow_outage
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def seen(user: User, url: str) -> str:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client.get(url).content.decode()


def silent(devices: list[Device], level: int, *, area: str = "", back: int = 0) -> None:
    now = clock.now()
    first = now - timedelta(hours=1)
    follow_outage(
        OutageChange(
            series=Series.objects.filter(device=devices[0])[0].pk,
            rule="many_silent",
            level=level,
            value=len(devices) - back,
            at=now,
            since=first,
            area=area,
            group="city:" if area else "area:371502",
            heard={device.pk: first for device in devices},
            back={device.pk: now for device in devices[:back]},
        )
    )


def test_a_district_sees_the_outage_of_the_whole_city(cast: Cast) -> None:
    devices = [make_device(f"RQ-{n}", kind="gas_space", name=f"井{n}") for n in range(3)]
    silent(devices, 2, area="3715")
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    alarm = Alarm.objects.get()
    here = f"/monitoring/alarms/{alarm.code}/"
    for user in (cast.duty, other):
        wall = seen(user, "/monitoring/")
        assert "大面积失联" in wall and "全市" in wall
        assert "3 台，3 台还没有读数" in seen(user, here)
    assert alarm.code in seen(cast.duty, "/monitoring/alarms/")
    assert "大面积失联" in seen(cast.duty, "/monitoring/screen/")


def test_what_is_folded_is_a_part_of_it_and_on_no_wall(cast: Cast) -> None:
    devices = [make_device(f"RQ-{n}", kind="gas_space", name=f"井{n}") for n in range(3)]
    now = clock.now()
    single = follow(
        LevelChange(
            series=Series.objects.get(device=devices[1]).pk,
            rule="methane_lel_silent",
            level=2,
            value=2,
            at=now,
            since=now,
        )
    )
    assert single is not None
    assert "甲烷监测点失联" in seen(cast.duty, "/monitoring/")
    silent(devices, 2)
    wall = seen(cast.duty, "/monitoring/")
    assert "大面积失联" in wall and "甲烷监测点失联" not in wall
    alarm = Alarm.objects.get(rule="many_silent")
    assert single.code in seen(cast.duty, f"/monitoring/alarms/{alarm.code}/")
    assert f"并入 {alarm.code}" in seen(cast.duty, f"/monitoring/alarms/{single.code}/")
    silent(devices, 2, back=1)
    assert "3 台，2 台还没有读数" in seen(cast.duty, f"/monitoring/alarms/{alarm.code}/")
    silent(devices, 0, back=3)
    assert "甲烷监测点失联" in seen(cast.duty, "/monitoring/")
