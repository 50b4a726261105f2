"""Rules that look at the distance from the usual: from the readings of four weeks to an alarm and its chart."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.limit_trials import Asked, tried
from chengyun.city.sensing.models import Alarm, Device, Series, UsualHours
from chengyun.city.sensing.own_limits import rule_called
from chengyun.city.sensing.services.devices import end_device
from chengyun.city.sensing.services.usual import reckon_usual
from chengyun.kernel import clock
from tests.gateway import BEGIN, Gateway, line, within

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = BEGIN + 28 * DAY
"""Eight in the morning of a Monday."""
NIGHT = TODAY + 18 * HOUR


@pytest.fixture
def devices(cast: Cast) -> None:
    make_device("SB-001", kind="water_meter", name="湖南路分区总表")
    make_device("SB-002", kind="water_meter", name="柳园路分区总表")
    make_device("SB-003", kind="water_meter", name="光岳路分区总表")


@pytest.fixture
def gateway(gateway: Gateway, settings: Settings) -> Gateway:
    """What is usual is computed from its readings."""
    settings.READINGS = gateway.archive.root
    return gateway


def series(code: str) -> Series:
    return Series.objects.get(device__code=code, point="flow")


def tell(gateway: Gateway, device: str, told: list[tuple[datetime, float]]) -> None:
    body = b"\n".join(line(value, at, device, "flow") for at, value in told)
    assert gateway.send(body)[0] == 200
    assert within(10, lambda: series(device).at == told[-1][0])


def past(days: int, night: float = 12.0) -> list[tuple[datetime, float]]:
    """Twice an hour, the newest days before ``TODAY``: little at night, 60 cubic metres an hour by day."""
    halves = (TODAY - n * HOUR / 2 for n in range(days * 48, 0, -1))
    return [(at, night if 16 <= at.hour < 22 else 60.0) for at in halves]


def thirty(begin: datetime, hours: int) -> list[tuple[datetime, float]]:
    return [(begin + n * HOUR / 2, 30.0) for n in range(2 * hours + 1)]


def taken_up(gateway: Gateway) -> bool:
    """A flow that is much at any hour is told of again and again, until the gateway knows what is usual."""
    known = series("SB-003").at
    assert known is not None
    tell(gateway, "SB-003", [(known + HOUR / 2, 900.0)])
    return Alarm.objects.filter(series=series("SB-003")).exists()


def test_a_flow_that_is_much_for_the_night_alarms_and_by_day_it_does_not(
    gateway: Gateway, cast: Cast
) -> None:
    for code, days in (("SB-001", 28), ("SB-002", 4), ("SB-003", 28)):
        tell(gateway, code, past(days))
    with clock.at(TODAY):
        assert reckon_usual() == 2
    hours = UsualHours.objects.get(series=series("SB-001")).hours
    assert (hours[:6], hours[6:24], hours[24:]) == ([12.0] * 6, [60.0] * 18, hours[:24])
    assert within(20, lambda: taken_up(gateway))
    for code in ("SB-001", "SB-002"):
        tell(gateway, code, thirty(TODAY, 6))
        tell(gateway, code, thirty(NIGHT, 3))
    mine = Alarm.objects.exclude(series=series("SB-003"))
    assert within(10, mine.exists)
    alarm = mine.get()
    assert (str(alarm.series), alarm.rule) == ("SB-001.flow", "water_flow_unusual")
    assert (alarm.began_at, alarm.rank, alarm.signal) == (NIGHT, "yellow", 150)
    _seen(cast, alarm)
    _tried(cast)


def _seen(cast: Cast, alarm: Alarm) -> None:
    """On the wall, on its page, and with what is usual on its chart."""
    duty = Client()
    duty.force_login(cast.duty)
    wall = duty.get("/monitoring/").content.decode()
    assert "比平常高 150 %　湖南路分区总表" in wall and "限 100 %" in wall
    page = duty.get(f"/monitoring/alarms/{alarm.code}/").content.decode()
    assert "比平常高 150 %" in page and "灰色点线是平常这个时候" in page
    with clock.at(NIGHT + 3 * HOUR):
        drawn = duty.get(f"/api/v1/series/{alarm.series_id}/chart").json()
        other = duty.get(f"/api/v1/series/{series('SB-002').pk}/chart").json()
    usual = drawn["series"][-1]
    assert (usual["name"], usual["usual"], set(usual["values"])) == ("平常", True, {12.0})
    assert [each["name"] for each in other["series"]] == ["最高"]


def _tried(cast: Cast) -> None:
    rule, device = rule_called("water_flow_unusual"), Device.objects.get(code="SB-001")
    asked = Asked(rule=rule, levels=rule.levels, device=device, begin=TODAY, end=NIGHT + 3 * HOUR)
    with clock.at(NIGHT + 4 * HOUR):
        found = tried(cast.supervisor, asked)
    assert [(each.begin, each.rank, each.peak) for each in found.would] == [(NIGHT, "yellow", 150)]


def test_a_meter_registered_before_flows_were_declared_has_one_after_the_next_start(
    gateway: Gateway,
) -> None:
    gateway.stop()
    Series.objects.filter(point="flow").delete()
    gateway.start()
    tell(gateway, "SB-001", past(1))
    assert Series.objects.filter(point="flow").count() == 3
    assert gateway.stored(series("SB-001"))[60.0] == 36


def test_what_is_known_of_a_device_that_has_ended_goes(gateway: Gateway, cast: Cast) -> None:
    tell(gateway, "SB-001", past(28))
    with clock.at(TODAY):
        assert (reckon_usual(), reckon_usual(), UsualHours.objects.count()) == (1, 1, 1)
        end_device(Device.objects.get(code="SB-001"), by=cast.duty)
        assert (reckon_usual(), UsualHours.objects.count()) == (0, 0)
