"""What ails devices is told once to those who maintain them, and is over when it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from django.conf import settings
from django.test import Client
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import CITY, Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.sensing.ailments import LOW
from chengyun.city.sensing.factories import make_device, series_of
from chengyun.city.sensing.jobs import keep_up, reckon_drift
from chengyun.city.sensing.models import Ailment, Device, DriftSeen, Series
from chengyun.city.sensing.services.ailments import sweep_batteries
from chengyun.city.sensing.services.devices import end_device, heard_of
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.models import Message
from chengyun.kernel.params import set_param
from chengyun.lake.archive import Archive
from chengyun.lake.readings import MOMENT, commit, with_day

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 7, 2, 12, 10, tzinfo=UTC)
DAYS, HOUR = 30, timedelta(hours=1)


@pytest.fixture
def cast(tmp_path: Path, settings: Settings) -> Iterator[Cast]:
    settings.READINGS = tmp_path
    cast = make_working_city()
    with clock.at(NOON):
        yield cast


def registered(code: str, kind: str = "ponding") -> Device:
    with clock.at(NOON - timedelta(days=60)):
        return make_device(code, kind=kind)


def messages(user: User) -> list[str]:
    outbox.deliver_due()
    rows = Message.objects.filter(person_id=user.pk, kind="device.ailing").order_by("id")
    return [f"{row.title}。{row.text}" for row in rows]


def page(user: User, url: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(url).content.decode()


# Batteries ---------------------------------------------------------------------------------------


def tells(device: Device, value: float, *, point: str = "battery", quality: int = 0) -> None:
    """The newest reading of its battery; the look at all batteries comes twice."""
    heard_of(device.code, {point: value}, by=None)
    rows = Series.objects.filter(device=device, point=point)
    rows.update(value=value, at=clock.now(), heard_at=clock.now(), quality=quality)
    sweep_batteries()
    sweep_batteries()


def standing() -> list[str]:
    rows = Ailment.objects.filter(ended_at=None).order_by("series__device__code")
    return [f"{row.series.device.code} {row.what}" for row in rows]


def test_a_battery_that_runs_low_is_told_once_until_it_is_well_again(cast: Cast) -> None:
    device = registered("JS-001")
    tells(device, 21)
    assert standing() == []
    tells(device, 20)
    assert standing() == ["JS-001 battery"]
    tells(device, 29)
    assert standing() == ["JS-001 battery"]
    said = f"设备要维护：湖南路立交桥下积水点。{device.address}，电量低：电量 20 %。"
    assert messages(cast.duty) == [said]
    assert messages(cast.department) == messages(cast.dispatcher) == []
    tells(device, 30)
    assert standing() == []
    tells(device, 3)
    assert len(messages(cast.duty)) == 2
    history = page(cast.duty, "/monitoring/devices/JS-001/")
    assert "电量低：电量 20 %" in history and "电量低：好了" in history
    audit.seal_new()
    assert audit.verify().sound


def test_the_limit_in_percent_is_the_citys_own(cast: Cast) -> None:
    device = registered("JS-001")
    set_param(LOW, CITY, 40, by=cast.admin)
    tells(device, 40)
    assert standing() == ["JS-001 battery"]
    tells(device, 49)
    assert standing() == ["JS-001 battery"]
    tells(device, 50)
    assert standing() == []


def test_volts_have_the_limits_of_their_kind_and_a_meter_says_it_itself(cast: Cast) -> None:
    station, meter = registered("SW-001", "river"), registered("SB-001", "water_meter")
    tells(station, 11.4, point="voltage")
    tells(meter, 0, point="battery_state")
    assert standing() == ["SB-001 battery", "SW-001 battery"]
    text = page(cast.duty, "/monitoring/health/")
    assert "电压 11.4 伏" in text and "电池 欠压" in text and "电量低 2" in text
    tells(station, 12.6, point="voltage")
    tells(meter, 1, point="battery_state")
    assert standing() == []


def test_what_is_doubted_and_what_is_ended_says_nothing(cast: Cast) -> None:
    device = registered("JS-001")
    tells(device, 5, quality=1)
    assert standing() == []
    tells(device, 5)
    end_device(device, by=cast.duty)
    sweep_batteries()
    assert standing() == []


def test_another_district_sees_nothing_of_it(cast: Cast) -> None:
    tells(registered("JS-001"), 5)
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    assert "JS-001" in page(cast.duty, "/monitoring/health/")
    assert "JS-001" not in page(other, "/monitoring/health/")
    assert "JS-001" not in page(cast.duty, "/monitoring/health/?kind=rain")


def test_only_who_may_tell_of_a_device_gives_it_a_battery(cast: Cast) -> None:
    device = registered("JS-001")
    other = make_user("other-sender", "邻区平台", "sender", cast.other_centre)
    heard_of("JS-001", {"battery": 80.0}, by=other)
    heard_of("JS-001", {"nonsense": 80.0}, by=cast.sender)
    assert series_of(device).point == "depth"
    heard_of("JS-001", {"batteryLevel": 80.0}, by=cast.sender)
    heard_of("JS-001", {"batteryLevel": 80.0}, by=cast.sender)
    assert set(device.series.values_list("point", flat=True)) == {"depth", "battery"}


# Drift -------------------------------------------------------------------------------------------


def told(values: dict[Series, np.ndarray], days: int = DAYS) -> None:
    """A reading an hour up to noon, the newest days of those there are; then the hours are told and looked at."""
    at = [NOON.replace(minute=0) - (days * 24 - n) * HOUR for n in range(days * 24)]
    columns = {
        "series": np.repeat([each.pk for each in values], len(at)),
        "at": pa.array(at * len(values), MOMENT),
        "serial": np.zeros(len(at) * len(values), np.int64),
        "value": np.concatenate([each[-len(at) :] for each in values.values()]),
        "quality": np.zeros(len(at) * len(values), np.int16),
        "received": pa.array(at * len(values), MOMENT),
    }
    table = Archive(settings.READINGS).table
    commit(table, with_day(pa.table(columns)), position=DriftSeen.objects.count() + 1)
    keep_up()
    reckon_drift()
    reckon_drift()


def noisy(seed: int, size: float) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, size, DAYS * 24)


def risen(per_day: float, since: int) -> np.ndarray:
    """From a day on, each day more."""
    return per_day * np.maximum(np.arange(DAYS * 24) / 24 - since, 0)


def test_a_zero_point_that_moves_away_is_told_with_how_much_and_since_when(cast: Cast) -> None:
    drifts, well = series_of(registered("JS-001")), series_of(registered("JS-002"))
    told({drifts: 5 + noisy(1, 0.3) + risen(0.8, 12), well: 5 + noisy(2, 0.3)})
    assert standing() == ["JS-001 drift"]
    text = page(cast.duty, "/monitoring/health/")
    row = text.split('id="maintenance"')[1].split("</section>")[0]
    assert "积水深度每天偏高 0." in row and "06-1" in row and "漂移 1" in row
    assert "JS-002" not in row and "看着 2 个探头漂不漂。" in row
    assert "漂移：积水深度每天偏高 0." in messages(cast.duty)[0]
    assert len(messages(cast.duty)) == 1
    assert "积水深度 没有" in page(cast.duty, "/monitoring/devices/JS-002/")
    assert "已偏" in page(cast.duty, "/monitoring/devices/JS-001/")


def test_of_few_days_no_figure_is_shown(cast: Cast) -> None:
    told({series_of(registered("JS-001")): risen(5, 0)}, days=13)
    assert standing() == []
    text = page(cast.duty, "/monitoring/health/")
    assert "其中 1 个读数不足 14 天，暂无数据" in text
    assert "暂无数据（看得出的只有 13 天，要 14 天）" in page(
        cast.duty, "/monitoring/devices/JS-001/"
    )


def test_before_anything_was_computed_it_says_so(cast: Cast) -> None:
    registered("JS-001")
    keep_up()
    assert "探头漂不漂：暂无数据" in page(cast.duty, "/monitoring/health/")


def test_a_pressure_is_held_against_the_others_of_its_kind(cast: Cast) -> None:
    """All of them fall with the season; one falls faster, and until there are three others nothing is said of it."""
    season = 2.2 + risen(-0.01, 0)
    several = [series_of(registered(f"DY-00{n}", "gas_low")) for n in range(4)]
    values = {each: season + noisy(n, 0.004) for n, each in enumerate(several)}
    values[several[1]] = values[several[1]] + risen(-0.02, 8)
    told({each: values[each] for each in several[:3]})
    assert standing() == [] and DriftSeen.objects.filter(days=0).count() == 4
    told({several[3]: values[several[3]]})
    assert standing() == ["DY-001 drift"]
    assert "压力比同类每天偏低 0.02" in page(cast.duty, "/monitoring/health/")


def test_it_is_over_when_the_sensor_was_put_right(cast: Cast) -> None:
    series = series_of(registered("JS-001"))
    told({series: risen(0.8, 0) + noisy(1, 0.1)})
    assert standing() == ["JS-001 drift"]
    with clock.at(NOON + timedelta(days=31)):
        keep_up()
        reckon_drift()
        assert standing() == []
    assert "漂移：好了" in page(cast.duty, "/monitoring/devices/JS-001/")
