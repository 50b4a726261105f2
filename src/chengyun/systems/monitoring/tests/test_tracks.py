"""The way of a vehicle: out of lake and journal, drawn with few points, and honest about silences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from django.test import Client
from django.utils.timezone import localtime
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.places.factories import CENTRE, PLANE
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Device, Series
from chengyun.city.sensing.services.readings import remember
from chengyun.kernel import clock
from chengyun.lake.archive import Archive
from chengyun.lake.journal import Journal
from chengyun.lake.readings import MOMENT, READINGS, commit, encode, with_day

pytestmark = pytest.mark.django_db

CODE = "13800000001"
HERE = f"/api/v1/devices/{CODE}/track.geojson"
Told = Sequence[tuple[datetime, float, float]]
"""Moments with metres east and north of the centre."""


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def archive(tmp_path: Path, settings: Settings) -> Iterator[Archive]:
    settings.READINGS = tmp_path
    yield Archive(tmp_path)


def truck() -> Device:
    return make_device(CODE, kind="vehicle", name="洒水车", lon=CENTRE[0] - 0.002)


def rows(device: Device, told: Told, *, quality: int = 0) -> pa.Table:
    """Positions as the lake holds them, at 36 km/h."""
    keys = {each.point: each.pk for each in Series.objects.filter(device=device)}
    at = [moment for moment, *_ in told]
    lon, lat = PLANE.to_degrees([each[1] for each in told], [each[2] for each in told])
    columns: dict[str, Any] = {"series": [], "at": [], "value": []}
    for point, values in (("lon", lon), ("lat", lat), ("speed", np.full(len(at), 36.0))):
        columns["series"] += [keys[point]] * len(at)
        columns["at"] += at
        columns["value"] += list(np.round(values, 6))
    n, moments = len(columns["at"]), pa.array(columns["at"], MOMENT)
    columns |= {"at": moments, "serial": [0] * n, "value": columns.pop("value")}
    return with_day(pa.table(columns | {"quality": [quality] * n, "received": moments}))


def line(begin: datetime, metres: int, *, every: int = 5) -> list[tuple[datetime, float, float]]:
    """East along a street, a position each five seconds."""
    return [
        (begin + timedelta(seconds=n * every), -1500 + 50.0 * n, 10.0)
        for n in range(metres // 50 + 1)
    ]


def enter(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.duty)
    return client


def test_the_way_is_read_from_lake_and_journal_and_drawn_with_few_points(
    cast: Cast, archive: Archive
) -> None:
    device, begin = truck(), clock.now() - timedelta(hours=1)
    way = line(begin, 1000)
    first, rest = rows(device, way[:11]), rows(device, way[10:])
    with Journal(archive.journal) as journal:
        position = journal.append(READINGS, encode(first))
        journal.append(READINGS, encode(rest))
    commit(archive.table, first, position=position)
    features = enter(cast).get(HERE).json()["features"]
    drawn = shapely.geometry.shape(features[0]["geometry"])
    assert len(drawn.coords) == 2
    (x1, x2), (y1, y2) = PLANE.to_plane(*zip(*drawn.coords, strict=True))
    assert (x2 - x1) == pytest.approx(1000, abs=1) and abs(y2 - y1) < 1
    page = enter(cast).get(f"/monitoring/devices/{CODE}/").content.decode()
    assert "1.0 公里" in page and "36.0 公里/时" in page and "21 个" in page
    assert "经度" not in page and "车速" in page


def test_a_bend_is_kept_and_a_silence_is_not_bridged(cast: Cast, archive: Archive) -> None:
    device, begin = truck(), clock.now() - timedelta(hours=1)
    there = line(begin, 500)
    bend = [(each + timedelta(minutes=1), -1000.0, y) for each, _, y in there[:1]]
    bend += [(begin + timedelta(minutes=2), -1000.0, 150.0)]
    later = line(begin + timedelta(minutes=40), 200)
    commit(archive.table, rows(device, [*there, *bend, *later]), position=1)
    lines = [
        each["geometry"]["coordinates"]
        for each in enter(cast).get(HERE).json()["features"]
        if each["geometry"]["type"] == "LineString"
    ]
    assert [len(each) for each in lines] == [3, 2]


def test_a_doubted_position_is_not_drawn(cast: Cast, archive: Archive) -> None:
    device, begin = truck(), clock.now() - timedelta(hours=1)
    commit(archive.table, rows(device, line(begin, 500)), position=1)
    lost = [(begin + timedelta(seconds=12), 90_000.0, 90_000.0)]
    commit(archive.table, rows(device, lost, quality=4), position=2)
    page = enter(cast).get(f"/monitoring/devices/{CODE}/").content.decode()
    assert "0.5 公里" in page and "11 个" in page


def test_a_day_is_chosen(cast: Cast, archive: Archive) -> None:
    device, now = truck(), clock.now()
    yesterday = now - timedelta(days=1)
    noon = localtime(yesterday).replace(hour=12, minute=0, second=0, microsecond=0)
    commit(archive.table, rows(device, line(noon, 500)), position=1)
    there = f"/monitoring/devices/{CODE}/"
    client, day = enter(cast), noon.date().isoformat()
    assert "最近 6 小时没有收到位置" in client.get(there).content.decode()
    page = client.get(there, {"day": day}).content.decode()
    assert "0.5 公里" in page and f"day={day}" in page
    assert len(client.get(HERE, {"day": day}).json()["features"]) == 2


def test_the_place_of_now_is_told_whatever_is_asked(cast: Cast, archive: Archive) -> None:
    device, now = truck(), clock.now() - timedelta(days=3)
    keys = {each.point: each.pk for each in Series.objects.filter(device=device)}
    remember([(keys[p], now, v, 0, now) for p, v in zip(("lon", "lat"), CENTRE, strict=True)])
    (sign,) = enter(cast).get(HERE).json()["features"]
    assert sign["geometry"]["coordinates"] == list(CENTRE)
    assert sign["properties"]["kind"] == "done"


def test_bad_questions_get_a_sentence(cast: Cast, archive: Archive) -> None:
    truck()
    client, there = enter(cast), f"/monitoring/devices/{CODE}/"
    for asked in ({"day": "gestern"}, {"day": "0001-01-01"}, {"hours": "999"}, {"hours": "x"}):
        answer = client.get(there, asked)
        assert answer.status_code == 422
        assert "日期要" in answer.content.decode() or "时长可以是" in answer.content.decode()
    assert client.get(HERE, {"hours": 0}).status_code == 422
    assert client.get(HERE, {"day": "9999-12-31"}).status_code == 422
    make_device("JS-001")
    still = client.get("/api/v1/devices/JS-001/track.geojson")
    assert (still.status_code, still.json()["message"][:5]) == (404, "设备「JS")


def test_a_track_is_for_who_sees_the_vehicle(cast: Cast, archive: Archive) -> None:
    truck()
    other = Client()
    other.force_login(make_user("other-duty", "邻区值守", "duty", cast.other_centre))
    assert other.get(HERE).status_code == 404
    assert other.get(f"/monitoring/devices/{CODE}/").status_code == 404
