"""试算: what other limits would have raised on past readings, beside what was raised; too much is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from chengyun.city.assets.factories import make_asset
from chengyun.city.people.factories import DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.sensing import limit_trials
from chengyun.city.sensing.factories import RULE, change, make_device, series_of
from chengyun.city.sensing.limit_trials import Asked, Trial, tried
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.own_limits import rule_called
from chengyun.city.sensing.services.limits import levels_of
from chengyun.city.sensing.services.switching import bind_part
from chengyun.city.sensing.specs import Rank
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, NotAllowed
from chengyun.lake import readings
from chengyun.lake.archive import Archive
from chengyun.lake.journal import Journal
from chengyun.lake.readings import MOMENT, commit, with_day

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = BEGIN + 3 * DAY
YELLOW: dict[Rank, tuple[float, float]] = {"yellow": (8, 6)}


@pytest.fixture
def archive(tmp_path: Path, settings: Settings) -> Archive:
    settings.READINGS = tmp_path
    return Archive(tmp_path)


Told = Sequence[tuple[timedelta, float]]


def table(device: Device, told: Told, quality: int = 0) -> pa.Table:
    return rows(series_of(device), told, quality)


def table_of(device: Device, point: str, told: Told) -> pa.Table:
    return rows(Series.objects.get(device=device, point=point), told)


def rows(series: Series, told: Told, quality: int = 0) -> pa.Table:
    at = pa.array([BEGIN + since for since, _ in told], MOMENT)
    none = [0] * len(told)
    columns = {
        "series": [series.pk] * len(told),
        "at": at,
        "serial": none,
        "value": [value for _, value in told],
        "quality": [quality] * len(told),
        "received": at,
    }
    return with_day(pa.table(columns))


def wave(peak: float, begin: timedelta) -> list[tuple[timedelta, float]]:
    """Ten minutes up, ten minutes down."""
    high = [(begin + n * MINUTE, peak) for n in range(10)]
    return high + [(begin + n * MINUTE, 0.0) for n in range(10, 20)]


def trial(user: User, **changes: Any) -> Trial:
    rule = rule_called(changes.pop("rule", RULE))
    levels = levels_of(rule, changes.pop("levels", YELLOW))
    when = {"begin": BEGIN, "end": BEGIN + 2 * DAY}
    with clock.at(NOW):
        return tried(user, Asked(rule=rule, levels=levels, **when | changes))


def test_lake_and_journal_are_tried_beside_what_was_raised(
    cast: Cast, device: Device, archive: Archive
) -> None:
    first, second = table(device, wave(9, HOUR)), table(device, wave(12, 30 * HOUR))
    with Journal(archive.journal) as journal:
        stored = journal.append(readings.READINGS, readings.encode(first))
        journal.append(readings.READINGS, readings.encode(second))
        journal.sync()
    commit(archive.table, first, position=stored)
    change(device, 2, BEGIN + 30 * HOUR + MINUTE, value=12)
    change(device, 0, BEGIN + 30 * HOUR + 15 * MINUTE, value=0)
    before = Alarm.objects.values().get()
    found = trial(cast.supervisor, device=device)
    assert [(each.begin - BEGIN, each.rank, each.peak) for each in found.would] == [
        (HOUR, "yellow", 9),
        (30 * HOUR, "yellow", 12),
    ]
    assert [each.end - each.begin for each in found.would if each.end] == [15 * MINUTE] * 2
    assert [each.pk for each in found.really] == [before["id"]]
    assert (found.readings, found.series) == (40, 1)
    assert found.counts == [("red", 0, 0), ("orange", 0, 0), ("yellow", 2, 1), ("blue", 0, 0)]
    assert Alarm.objects.values().get() == before


def test_what_was_under_way_counts_and_what_was_over_does_not(
    cast: Cast, device: Device, archive: Archive
) -> None:
    """The hold time began before the period; an episode that ended before it is none of it."""
    told = [*wave(9, HOUR), *[(5 * HOUR + n * MINUTE, 9.0) for n in range(3)]]
    commit(archive.table, table(device, told), position=5)
    found = trial(cast.supervisor, device=device, begin=BEGIN + 5 * HOUR + MINUTE)
    assert [(each.begin - BEGIN, each.end) for each in found.would] == [(5 * HOUR, None)]


def test_doubted_readings_raise_nothing_here_either(
    cast: Cast, device: Device, archive: Archive
) -> None:
    commit(archive.table, table(device, wave(9, HOUR), quality=1), position=5)
    assert trial(cast.supervisor, device=device).would == []


def test_an_area_is_tried_with_all_its_devices(
    cast: Cast, device: Device, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_device("JS-002")
    both = pa.concat_tables([table(device, wave(9, HOUR)), table(other, wave(10, 2 * HOUR))])
    commit(archive.table, both, position=5)
    found = trial(cast.supervisor, area=DISTRICT)
    assert [each.series.device.code for each in found.would] == ["JS-001", "JS-002"]
    monkeypatch.setattr(limit_trials, "MOST_SERIES", 1)
    with pytest.raises(Invalid, match="1 台以上"):
        trial(cast.supervisor, area=DISTRICT)


def test_a_silence_is_tried_by_when_readings_came(cast: Cast, archive: Archive) -> None:
    space = make_device("RQ-001", kind="gas_space")
    told = [(HOUR, 1.0), (HOUR + 10 * MINUTE, 1.0), (3 * HOUR, 1.0)]
    commit(archive.table, table(space, told), position=5)
    found = trial(
        cast.supervisor,
        rule="methane_lel_silent",
        levels={"yellow": (60, 60)},
        device=space,
        end=BEGIN + 3 * HOUR + 30 * MINUTE,
    )
    [silence] = found.would
    assert (silence.begin - BEGIN, silence.peak) == (HOUR + 10 * MINUTE, 110)
    assert silence.end == BEGIN + 3 * HOUR


def test_other_times_are_tried(cast: Cast, device: Device, archive: Archive) -> None:
    """Ten minutes beyond, twice, ten minutes apart."""
    commit(archive.table, table(device, [*wave(9, HOUR), *wave(9, HOUR + 20 * MINUTE)]), position=5)
    long = {"calm": 15 * MINUTE}
    assert len(trial(cast.supervisor, device=device).would) == 2
    assert len(trial(cast.supervisor, device=device, times=long).would) == 1
    assert trial(cast.supervisor, device=device, times={"hold": 12 * MINUTE}).would == []


def test_a_rule_over_several_points_is_tried_with_all_of_them(cast: Cast, archive: Archive) -> None:
    """The sump stood high twice; once a pump ran."""
    station = make_device("BZ-001", kind="pump_station")
    sump = [*wave(86, HOUR), *wave(86, 5 * HOUR)]
    running = [(HOUR + n * MINUTE, 0.0) for n in range(20)]
    running += [(5 * HOUR + n * MINUTE, 1.0) for n in range(20)]
    both = [table_of(station, "sump", sump), table_of(station, "running", running)]
    commit(archive.table, pa.concat_tables(both), position=5)
    levels: dict[Rank, tuple[float, float]] = {"yellow": (70, 60)}
    found = trial(cast.supervisor, rule="pumps_idle", levels=levels, device=station)
    assert [(each.begin - BEGIN, each.peak) for each in found.would] == [(HOUR, 86)]


def test_a_rule_over_devices_on_one_part_is_tried_with_all_of_them(
    cast: Cast, device: Device, archive: Archive
) -> None:
    """The road stood under water twice; once the well below had room. What another well says counts for nothing."""
    below, elsewhere = (make_device(f"GW-00{n}", kind="pipe_level") for n in (1, 2))
    well = make_asset("rain_cover")
    for each, part in ((device, well), (below, well), (elsewhere, make_asset("rain_cover"))):
        bind_part(each, part, None, by=None)
    filled = [(HOUR + n * MINUTE, 20.0) for n in range(20)]
    filled += [(5 * HOUR + n * MINUTE, 95.0) for n in range(20)]
    told = [
        table(device, [*wave(15, HOUR), *wave(15, 5 * HOUR)]),
        table_of(below, "filled", filled),
        table_of(elsewhere, "filled", [(at, 115 - value) for at, value in filled]),
    ]
    commit(archive.table, pa.concat_tables(told), position=5)
    levels: dict[Rank, tuple[float, float]] = {"yellow": (10, 7)}
    found = trial(cast.supervisor, rule="inlet_blocked", levels=levels, device=device)
    assert [each.begin - BEGIN for each in found.would] == [HOUR]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"end": BEGIN}, "要晚于开始时间"),
        ({"end": BEGIN + 32 * DAY}, "最多试算 31 天"),
        ({"begin": NOW, "end": NOW + DAY}, "要早于现在"),
        ({"area": "9999"}, "从列表中选区域"),
        ({"area": ""}, "请填设备编号"),
    ],
)
def test_what_cannot_be_tried_says_why(
    cast: Cast, archive: Archive, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        trial(cast.supervisor, **{"area": DISTRICT} | wrong)


def test_too_much_is_given_up_before_it_is_in_memory(
    cast: Cast, device: Device, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [(n * HOUR, 0.0) for n in range(48)]
    commit(archive.table, table(device, told), position=5)
    monkeypatch.setattr(limit_trials, "MOST_READINGS", 30)
    with pytest.raises(Invalid, match="最多 30 条"):
        trial(cast.supervisor, device=device)
    monkeypatch.setattr(limit_trials, "MOST_READINGS", 48)
    assert trial(cast.supervisor, device=device).readings == 48
    monkeypatch.setattr(limit_trials, "PATIENCE", -1)
    with pytest.raises(Invalid, match="请缩短时间"):
        trial(cast.supervisor, device=device)


def test_who_may_not_set_limits_tries_none(cast: Cast, device: Device, archive: Archive) -> None:
    with pytest.raises(NotAllowed):
        trial(cast.duty, device=device)
    with pytest.raises(NotAllowed):
        trial(cast.supervisor, area=OTHER_DISTRICT)
    with pytest.raises(Invalid, match="不看设备"):
        trial(cast.supervisor, rule="pipe_filled", device=device)


def test_the_api_tries(cast: Cast, device: Device, archive: Archive) -> None:
    commit(archive.table, table(device, wave(9, HOUR)), position=5)
    raw, _ = issue_token(cast.supervisor, "试验", DAY, by=None)
    body = {
        "device": device.code,
        "levels": [{"rank": "yellow", "sets": 8, "clears": 6}],
        "begin": BEGIN.isoformat(),
        "end": (BEGIN + DAY).isoformat(),
    }
    head = {"Authorization": f"Bearer {raw}"}
    there = "/api/v1/alarm-rules/ponding_depth/trial"
    answer = Client().post(there, body, "application/json", headers=head).json()
    assert (answer["readings"], answer["series"], answer["really"]) == (20, 1, [])
    [would] = answer["would"]
    assert (would["device"], would["rank"], would["peak"]) == (device.code, "yellow", 9)
    unknown = Client().post(
        "/api/v1/alarm-rules/nothing/trial", body, "application/json", headers=head
    )
    assert unknown.status_code == 404
