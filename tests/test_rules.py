"""Rules that look at more than a value, through a real gateway: how fast, how often, for how long the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device, make_limits, verbs
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.services.limits import end_limits
from tests.gateway import BEGIN, Gateway, line, within

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def devices(cast: Cast) -> None:
    make_device("ZY-001", kind="gas_medium", name="中压压力点")
    make_device("YC-001", kind="dust", name="工地扬尘")
    make_device("RQ-001", kind="gas_space", name="燃气相邻井")
    make_device("JS-001")


def tell(gateway: Gateway, device: str, point: str, told: Iterable[tuple[float, float]]) -> None:
    """Readings of (minute, value)."""
    body = b"\n".join(line(v, BEGIN + timedelta(minutes=m), device, point) for m, v in told)
    assert gateway.send(body)[0] == 200


def newest(device: str, point: str) -> float | None:
    return Series.objects.get(device__code=device, point=point).value


def test_a_pressure_that_drops_alarms_before_it_is_low(gateway: Gateway) -> None:
    tell(gateway, "ZY-001", "pressure", [(0, 0.30), (1, 0.299), (2, 0.27)])
    assert within(10, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    began = BEGIN + timedelta(minutes=2)
    assert (alarm.rule, alarm.rank, alarm.began_at) == ("gas_medium_drops", "orange", began)
    assert alarm.value == 0.27
    tell(gateway, "ZY-001", "pressure", [(3, 0.27), (8, 0.27)])
    assert within(10, lambda: Alarm.objects.get().cleared)


def test_a_pressure_after_a_silence_is_no_drop(gateway: Gateway) -> None:
    """How fast it fell meanwhile nobody knows."""
    tell(gateway, "ZY-001", "pressure", [(0, 0.36), (11, 0.2)])
    assert within(10, lambda: newest("ZY-001", "pressure") == 0.2)
    assert not Alarm.objects.exists()


def test_what_is_loud_once_is_let_pass_and_what_is_loud_often_alarms(
    gateway: Gateway, cast: Cast
) -> None:
    tell(gateway, "YC-001", "noise", [(m, 75.0 if m % 2 else 60.0) for m in range(39)])
    assert within(10, lambda: newest("YC-001", "noise") == 60)
    assert not Alarm.objects.exists()
    gateway.kill()
    gateway.start()
    tell(gateway, "YC-001", "noise", [(39, 71)])
    assert within(10, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.rank, alarm.signal) == ("site_loud", "blue", 20)
    duty = Client()
    duty.force_login(cast.duty)
    wall = duty.get("/monitoring/").content.decode()
    assert "1 小时内 20 次　工地扬尘" in wall and "限 20 次" in wall
    page = duty.get(f"/monitoring/alarms/{alarm.code}/").content.decode()
    assert "蓝色，1 小时内 20 次，读数 71" in page and "红色虚线是限值" in page
    drawn = duty.get(f"/api/v1/series/{alarm.series_id}/chart").json()
    assert drawn["limits"] == [{"name": "计次", "value": 70}]
    tell(gateway, "YC-001", "noise", [(m, 50) for m in range(40, 100, 10)])
    assert within(10, lambda: Alarm.objects.get().cleared)


def test_a_probe_that_stands_still_alarms_until_it_moves(gateway: Gateway) -> None:
    tell(gateway, "YC-001", "pm10", [(10 * n, 81.5) for n in range(7)])
    assert within(10, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    began = BEGIN + timedelta(hours=1)
    assert (alarm.rule, alarm.began_at) == ("dust_stuck", began)
    tell(gateway, "YC-001", "pm10", [(70, 81.6)])
    assert within(10, lambda: Alarm.objects.get().cleared)


def test_limits_that_are_set_hold_within_five_seconds_and_so_does_their_end(
    gateway: Gateway, cast: Cast
) -> None:
    device = Device.objects.get(code="JS-001")
    own = make_limits(device, levels={"red": (5, 4)}, by=cast.supervisor)
    minutes = itertools.count()

    def six_centimetres() -> bool:
        tell(gateway, "JS-001", "depth", [(next(minutes), 6.0)])
        return Alarm.objects.exists()

    assert within(10, six_centimetres)
    assert Alarm.objects.get().rank == "red"
    end_limits(own, "用完了", by=cast.supervisor)

    def harmless_now() -> bool:
        tell(gateway, "JS-001", "depth", [(next(minutes), 6.0)])
        return Alarm.objects.get().cleared

    assert within(10, harmless_now)


def test_a_hold_time_that_is_set_holds_within_five_seconds(gateway: Gateway, cast: Cast) -> None:
    """Half a minute above the limit is enough from then on."""
    device = Device.objects.get(code="JS-001")
    levels = {"red": (27.0, 22.0)}
    make_limits(device, levels=levels, times={"hold": timedelta()}, by=cast.supervisor)
    hours = itertools.count(step=60)

    def half_a_minute() -> bool:
        begin = next(hours)
        tell(gateway, "JS-001", "depth", [(begin, 30.0), (begin + 0.5, 30.0), (begin + 1, 0.0)])
        return Alarm.objects.exists()

    assert within(10, half_a_minute)


def test_a_device_that_falls_silent_alarms_until_it_speaks(gateway: Gateway, cast: Cast) -> None:
    """A twentieth of a minute is long enough here."""
    device = Device.objects.get(code="RQ-001")
    short = {"red": (0.05, 0.05)}
    make_limits(device, rule="methane_lel_silent", levels=short, by=cast.supervisor)
    tell(gateway, "RQ-001", "lel", [(0, 1)])
    assert within(20, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.rank, alarm.value) == ("methane_lel_silent", "red", 1)
    assert alarm.signal == pytest.approx(0.05)
    tell(gateway, "RQ-001", "lel", [(1, 1)])
    assert within(10, lambda: Alarm.objects.get().ended_at is not None)
    assert Alarm.objects.count() == 1


def test_a_reading_that_comes_late_tells_how_fast_it_really_fell(gateway: Gateway) -> None:
    """From minute 0 to 2 it fell slowly; from 1 to 2 it fell fast."""
    tell(gateway, "ZY-001", "pressure", [(0, 0.30), (2, 0.275), (3, 0.275), (9, 0.275)])
    assert within(10, lambda: newest("ZY-001", "pressure") == 0.275)
    assert not Alarm.objects.exists()
    tell(gateway, "ZY-001", "pressure", [(1, 0.30)])
    assert within(20, Alarm.objects.exists)
    alarm = Alarm.objects.get()
    began = BEGIN + timedelta(minutes=2)
    assert (alarm.rank, alarm.began_at, alarm.cleared) == ("orange", began, True)
    assert (alarm.value, verbs(alarm)) == (0.275, ["find"])
