"""Rules over devices on one part, through a real gateway: water on a road whose pipe below has room."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.test import Client

from chengyun.city.assets.factories import make_asset
from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device, verbs
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.services.switching import bind_part
from tests.gateway import BEGIN, Gateway, line, within

pytestmark = pytest.mark.django_db(transaction=True)

ROAD, WELL, OTHER = "JS-001", "GW-001", "GW-002"
BLOCKED = Alarm.objects.filter(rule="inlet_blocked")
Told = tuple[float, str, str, float]
"""Minute, device, point, value."""


@pytest.fixture
def devices(cast: Cast) -> None:
    part = make_asset("rain_cover")
    for code, kind in ((ROAD, "ponding"), (WELL, "pipe_level")):
        bind_part(make_device(code, kind=kind, name=code), part, None, by=None)
    make_device(OTHER, kind="pipe_level", name=OTHER)


def tell(gateway: Gateway, *told: Told) -> None:
    body = (line(v, BEGIN + timedelta(minutes=m), code, point) for m, code, point, v in told)
    assert gateway.send(b"\n".join(body))[0] == 200


def wet(filled: float, *minutes: float) -> list[Told]:
    """Twelve centimetres on the road, and so much in the well; the other well is empty."""
    return [
        each
        for m in minutes
        for each in (
            (m, ROAD, "depth", 12.0),
            (m, WELL, "filled", filled),
            (m, OTHER, "filled", 0.0),
        )
    ]


def newest(device: str, point: str) -> float | None:
    return Series.objects.get(device__code=device, point=point).value


def test_water_on_the_road_over_a_pipe_with_room_alarms_until_the_pipe_is_full(
    gateway: Gateway, cast: Cast
) -> None:
    tell(gateway, *wet(95, *range(8)))
    assert within(10, lambda: newest(WELL, "filled") == 95)
    assert within(10, Alarm.objects.filter(rule="ponding_depth").exists)
    assert not BLOCKED.exists()
    tell(gateway, *wet(20, 8, 9, 10, 11, 12))
    gateway.kill()
    gateway.start()
    tell(gateway, *wet(20, 13))
    assert within(10, BLOCKED.exists)
    alarm = BLOCKED.get()
    began = BEGIN + timedelta(minutes=8)
    assert (alarm.series.device.code, alarm.rank, alarm.began_at) == (ROAD, "yellow", began)
    duty = Client()
    duty.force_login(cast.duty)
    page = duty.get(f"/monitoring/alarms/{alarm.code}/").content.decode()
    filled = Series.objects.get(device__code=WELL, point="filled")
    assert "只在同一部件上管网液位计的液位占井深降到 60 %的时候" in page
    assert f"{WELL}：液位占井深" in page and f"/api/v1/series/{filled.pk}/chart" in page
    assert f"{OTHER}：" not in page
    tell(gateway, *wet(90, *range(14, 21)))
    assert within(10, lambda: BLOCKED.get().cleared)


def test_that_the_pipe_was_full_is_told_late_and_the_alarm_is_taken_back(gateway: Gateway) -> None:
    tell(gateway, *wet(20, 0), *((m, ROAD, "depth", 12.0) for m in range(1, 9)))
    assert within(10, BLOCKED.filter(open=True).exists)
    tell(gateway, *((m, WELL, "filled", 95.0) for m in range(1, 9)))
    assert within(20, BLOCKED.filter(state="withdrawn").exists)
    assert verbs(BLOCKED.get()) == ["raise", "withdraw"]


def test_that_the_pipe_had_room_is_told_late_and_the_alarm_is_found(gateway: Gateway) -> None:
    tell(gateway, *((m, ROAD, "depth", 12.0 if m < 8 else 0.0) for m in range(15)))
    assert within(10, lambda: newest(ROAD, "depth") == 0)
    assert not BLOCKED.exists()
    tell(gateway, *((m, WELL, "filled", 20.0) for m in range(8)))
    assert within(20, BLOCKED.exists)
    assert (BLOCKED.get().began_at, verbs(BLOCKED.get())) == (BEGIN, ["find"])


def test_another_device_that_takes_its_place_counts_from_then_on(gateway: Gateway) -> None:
    tell(gateway, *wet(95, *range(8)))
    assert within(10, lambda: newest(WELL, "filled") == 95)
    assert not BLOCKED.exists()
    well, other = (Device.objects.get(code=code) for code in (WELL, OTHER))
    part = well.asset
    bind_part(well, None, None, by=None)
    bind_part(other, part, None, by=None)
    minutes = count(8)

    def raised() -> bool:
        tell(gateway, *wet(95, next(minutes)))
        return BLOCKED.exists()

    assert within(30, raised)
