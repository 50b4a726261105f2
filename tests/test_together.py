"""Rules over several points of one device, through a real gateway: a pump that ought to run, a river in rain."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device, verbs
from chengyun.city.sensing.models import Alarm, Series
from tests.gateway import BEGIN, Gateway, line, within

pytestmark = pytest.mark.django_db(transaction=True)

Told = tuple[float, str, float]
"""Minute, point, value."""


@pytest.fixture
def devices(cast: Cast) -> None:
    make_device("BZ-001", kind="pump_station", name="湖南路泵站")
    make_device("HD-001", kind="river", name="徒骇河水位站")


def tell(gateway: Gateway, device: str, *told: Told) -> None:
    body = (line(v, BEGIN + timedelta(minutes=m), device, point) for m, point, v in told)
    assert gateway.send(b"\n".join(body))[0] == 200


def newest(device: str, point: str) -> float | None:
    return Series.objects.get(device__code=device, point=point).value


def full_and(running: float, *minutes: float) -> list[Told]:
    """A sump at 86 percent, and so many pumps."""
    return [each for m in minutes for each in ((m, "sump", 86.0), (m, "running", running))]


def test_a_full_sump_whose_pumps_stand_alarms_until_one_runs(gateway: Gateway, cast: Cast) -> None:
    tell(gateway, "BZ-001", *full_and(2, 0, 1, 2, 3, 4))
    assert within(10, lambda: newest("BZ-001", "sump") == 86)
    assert not Alarm.objects.exists()
    tell(gateway, "BZ-001", *full_and(0, 5, 6, 7))
    assert within(10, lambda: newest("BZ-001", "running") == 0)
    gateway.kill()
    gateway.start()
    tell(gateway, "BZ-001", (8, "sump", 86.0))
    assert within(10, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    began = BEGIN + timedelta(minutes=5)
    assert (alarm.rule, alarm.rank, alarm.began_at) == ("pumps_idle", "yellow", began)
    duty = Client()
    duty.force_login(cast.duty)
    wall = duty.get("/monitoring/").content.decode()
    assert "水位高而水泵没有开" in wall and "高于 80" in wall
    page = duty.get(f"/monitoring/alarms/{alarm.code}/").content.decode()
    running = Series.objects.get(device__code="BZ-001", point="running")
    assert "只在运行水泵不到 1 台的时候" in page and f"/api/v1/series/{running.pk}/chart" in page
    drawn = duty.get(f"/api/v1/series/{alarm.series_id}/chart").json()
    assert {"name": "黄色 水位高而水泵没有开", "value": 80} in drawn["limits"]
    tell(gateway, "BZ-001", *full_and(1, 9, 10, 11, 12))
    assert within(10, lambda: Alarm.objects.get().cleared)
    assert Alarm.objects.get().ended_at == BEGIN + timedelta(minutes=12)


def test_while_nobody_knows_whether_a_pump_runs_nothing_is_said(gateway: Gateway) -> None:
    tell(gateway, "BZ-001", (0, "running", 0), *((m, "sump", 86.0) for m in range(16, 30)))
    assert within(10, lambda: newest("BZ-001", "sump") == 86)
    assert not Alarm.objects.exists()
    tell(gateway, "BZ-001", (30, "running", 0), *((m, "sump", 86.0) for m in range(30, 34)))
    assert within(10, Alarm.objects.exists)
    assert Alarm.objects.get().began_at == BEGIN + timedelta(minutes=30)


def test_that_a_pump_did_run_is_told_late_and_the_alarm_is_taken_back(gateway: Gateway) -> None:
    tell(gateway, "BZ-001", *full_and(0, 0), *((m, "sump", 86.0) for m in range(1, 9)))
    assert within(10, Alarm.objects.filter(rule="pumps_idle", open=True).exists)
    tell(gateway, "BZ-001", *((m, "running", 1.0) for m in range(1, 9)))
    assert within(20, Alarm.objects.filter(state="withdrawn").exists)
    assert verbs(Alarm.objects.get()) == ["raise", "withdraw"]


def test_that_no_pump_ran_is_told_late_and_the_alarm_is_found(gateway: Gateway) -> None:
    """The station told of its sump first and of its pumps afterwards."""
    tell(gateway, "BZ-001", *((m, "sump", 86.0) for m in range(8)), (8, "sump", 40.0))
    tell(gateway, "BZ-001", *((m, "sump", 40.0) for m in range(9, 12)))
    assert within(10, lambda: newest("BZ-001", "sump") == 40)
    assert not Alarm.objects.exists()
    tell(gateway, "BZ-001", *((m, "running", 0.0) for m in range(8)))
    assert within(20, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.began_at, alarm.cleared) == ("pumps_idle", BEGIN, True)
    assert verbs(alarm) == ["find"]


def test_a_river_that_rises_is_told_of_in_rain_only(gateway: Gateway) -> None:
    """A metre an hour, first behind a weir that was closed, then in rain."""
    dry = [each for n in range(6) for each in ((5 * n, "level", 30 + n / 12), (5 * n, "rain", 0.0))]
    tell(gateway, "HD-001", *dry)
    assert within(10, lambda: newest("HD-001", "rain") == 0)
    assert not Alarm.objects.exists()
    wet = [
        each for n in range(6, 10) for each in ((5 * n, "level", 30 + n / 12), (5 * n, "rain", 3.0))
    ]
    tell(gateway, "HD-001", *wet)
    assert within(10, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.began_at) == ("river_rises", BEGIN + timedelta(minutes=30))
