"""A device that falls silent: one alarm by the clock, none while it is repaired, over with its first word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pytest_django.fixtures import Settings

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device, make_silence, series_of
from chengyun.city.sensing.models import Alarm, Device
from chengyun.gateways.asgi import Gateway
from chengyun.gateways.pipeline import Pipeline
from chengyun.kernel import clock
from chengyun.lake import readings

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def device(cast: Cast) -> Device:
    return make_device("RQ-001", kind="gas_space", name="燃气相邻井")


def speak(
    pipeline: Pipeline,
    device: Device,
    at: datetime,
    *,
    end: int,
    quality: int = 0,
    value: float = 2,
) -> None:
    """A reading comes at a moment, and is taken then."""
    moment = pa.array([at], readings.MOMENT)
    told = {"series": [series_of(device).pk], "at": moment, "serial": [0], "value": [value]}
    table = pa.table(told | {"quality": [quality], "received": moment})
    pipeline.told(readings.with_day(table), end)
    wait(pipeline, at)


def wait(pipeline: Pipeline, at: datetime) -> None:
    """It is so late now; the register is looked at again."""
    with clock.at(at):
        pipeline.looked = pipeline.remembered = 0
        assert pipeline.turn()


def test_it_alarms_once_by_the_clock_and_ends_with_the_first_word(
    device: Device, start: Callable[[], Pipeline]
) -> None:
    with clock.at(BEGIN):
        pipeline = start()
    speak(pipeline, device, BEGIN, end=1)
    wait(pipeline, BEGIN + HOUR - timedelta(seconds=1))
    assert not Alarm.objects.exists()
    for minutes in (60, 61, 62):
        wait(pipeline, BEGIN + timedelta(minutes=minutes))
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.rank, alarm.value) == ("methane_lel_silent", "yellow", 2)
    assert (alarm.began_at, alarm.changed_at) == (BEGIN, BEGIN + HOUR)
    wait(pipeline, BEGIN + 6 * HOUR)
    assert Alarm.objects.get().rank == "orange"
    speak(pipeline, device, BEGIN + 7 * HOUR, end=2, quality=1, value=3)
    alarm.refresh_from_db()
    assert alarm.cleared and alarm.ended_at == BEGIN + 7 * HOUR and alarm.value == 3
    wait(pipeline, BEGIN + 8 * HOUR)
    assert not Alarm.objects.get().cleared


def test_who_never_spoke_is_not_missed(device: Device, start: Callable[[], Pipeline]) -> None:
    with clock.at(BEGIN):
        pipeline = start()
    wait(pipeline, BEGIN + 2 * HOUR)
    assert not Alarm.objects.exists()


def test_nobody_is_missed_while_it_is_repaired(
    cast: Cast, device: Device, start: Callable[[], Pipeline]
) -> None:
    with clock.at(BEGIN):
        pipeline = start()
        make_silence(device, by=cast.duty, ends_at=BEGIN + 3 * HOUR)
    speak(pipeline, device, BEGIN, end=1)
    wait(pipeline, BEGIN + timedelta(seconds=5))
    wait(pipeline, BEGIN + 2 * HOUR)
    wait(pipeline, BEGIN + 3 * HOUR + timedelta(seconds=5))
    wait(pipeline, BEGIN + 4 * HOUR)
    assert not Alarm.objects.exists()
    wait(pipeline, BEGIN + 4 * HOUR + timedelta(seconds=5))
    assert Alarm.objects.get().rank == "yellow"


def test_the_time_the_gateway_stood_still_is_nobody_s_silence_and_alarms_stand_on(
    device: Device, start: Callable[[], Pipeline]
) -> None:
    with clock.at(BEGIN):
        pipeline = start()
    speak(pipeline, device, BEGIN, end=1)
    with clock.at(BEGIN + 5 * HOUR):
        pipeline = start()
    wait(pipeline, BEGIN + 5 * HOUR + timedelta(minutes=59))
    assert not Alarm.objects.exists()
    wait(pipeline, BEGIN + 6 * HOUR)
    with clock.at(BEGIN + 7 * HOUR):
        pipeline = start()
    speak(pipeline, device, BEGIN + 7 * HOUR, end=2)
    assert Alarm.objects.get().cleared


def test_a_simulated_device_is_missed_by_nobody(cast: Cast, start: Callable[[], Pipeline]) -> None:
    """It speaks only while somebody plays it."""
    played = make_device("RQ-002", kind="gas_space", name="模拟井", simulated=True)
    with clock.at(BEGIN):
        pipeline = start()
    speak(pipeline, played, BEGIN, end=1)
    wait(pipeline, BEGIN + 2 * HOUR)
    assert not Alarm.objects.exists()


def test_while_the_gateway_can_take_nothing_nobody_is_silent(
    device: Device, tmp_path: Path, settings: Settings
) -> None:
    settings.READINGS = tmp_path
    with clock.at(BEGIN):
        gateway = Gateway()
    speak(gateway.pipeline, device, BEGIN, end=1)
    gateway.intake.trouble = "读数没有收下：磁盘满了"
    wait(gateway.pipeline, BEGIN + 50 * MINUTE)
    wait(gateway.pipeline, BEGIN + 100 * MINUTE)
    gateway.intake.trouble = ""
    wait(gateway.pipeline, BEGIN + 150 * MINUTE)
    assert not Alarm.objects.exists()
    wait(gateway.pipeline, BEGIN + 160 * MINUTE)
    assert Alarm.objects.get().began_at == BEGIN + 100 * MINUTE
    gateway.intake.close()
