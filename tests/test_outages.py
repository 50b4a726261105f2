"""Thirty devices that fall silent at once, over real doors: one alarm, and one each for those that stay away."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.test import Client

from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.sensing.factories import make_device, make_limits
from chengyun.city.sensing.models import Alarm
from chengyun.kernel import clock
from tests.gateway import Gateway, line, within

pytestmark = pytest.mark.django_db(transaction=True)

CODES = [f"RQ-{n:03}" for n in range(30)]
MANY, ONE = "many_silent", "methane_lel_silent"


@pytest.fixture
def devices(cast: Cast) -> None:
    for code in CODES:
        make_device(code, kind="gas_space", name=f"燃气相邻井 {code}")
    short = {"red": (0.1, 0.1)}
    make_limits(None, area=DISTRICT, rule=ONE, levels=short, by=cast.supervisor)


def speak(gateway: Gateway, codes: Iterable[str]) -> None:
    now = clock.now()
    assert gateway.send(b"\n".join(line(2, now, code, "lel") for code in codes))[0] == 200


def test_a_network_that_goes_is_one_alarm_and_what_does_not_come_back_is_its_own(
    gateway: Gateway, cast: Cast
) -> None:
    """A tenth of a minute is long enough here."""
    speak(gateway, CODES)
    assert within(20, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.rank, alarm.value) == (MANY, "red", 30)
    duty = Client()
    duty.force_login(cast.duty)
    wall = duty.get("/monitoring/").content.decode()
    assert "大面积失联" in wall and "东昌府区" in wall and "<b>30</b>" in wall
    here = f"/monitoring/alarms/{alarm.code}/"
    page = duty.get(here).content.decode()
    assert page.count("没有读数") >= 30 and "燃气相邻井 RQ-029" in page
    told = duty.get(f"/api/v1/alarms/{alarm.code}/outage").json()
    assert told["group"] == "area:371502" and len(told["devices"]) == 30
    gateway.kill()
    gateway.start()
    back, away = CODES[:20], CODES[20:]

    def most_are_back() -> bool:
        speak(gateway, back)
        return Alarm.objects.get(rule=MANY).cleared

    assert within(10, most_are_back)

    def each_its_own() -> bool:
        speak(gateway, back)
        return Alarm.objects.filter(rule=ONE, cause=None).count() == len(away)

    assert within(20, each_its_own)
    codes = Alarm.objects.filter(rule=ONE).values_list("series__device__code", flat=True)
    assert sorted(codes) == away
    assert duty.post(f"{here}open_case/", {}).status_code == 303
    case = Alarm.objects.get(rule=MANY).case
    assert case is not None and "30 台设备" in case.description
