"""The devices on the map: each by its state now, and only one's own part of the city."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.places.factories import CENTRE
from chengyun.city.sensing.factories import change, make_alarm, make_device, make_silence
from chengyun.city.sensing.models import Device, Series
from chengyun.city.sensing.services.readings import remember
from chengyun.kernel import clock
from chengyun.kernel.recent import forget_everything

pytestmark = pytest.mark.django_db

HERE = "/api/v1/devices.geojson"
LON, LAT = CENTRE


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def hear(device: Device, **values: float) -> None:
    """A device tells its points now."""
    now = clock.now()
    keys = {each.point: each.pk for each in Series.objects.filter(device=device)}
    remember([(keys[point], now, value, 0, now) for point, value in values.items()])


def told(user: User) -> dict[str, Any]:
    forget_everything()
    answer = enter(user).get(HERE)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def signs(user: User) -> dict[str, dict[str, Any]]:
    return {each["properties"]["code"]: each for each in told(user)["features"]}


def test_each_device_is_a_sign_by_its_state_now(cast: Cast) -> None:
    hear(make_device("JS-001", name="一号点"), depth=3.0)
    make_device("JS-002", name="二号点")
    alarm = make_alarm(make_device("JS-003", name="三号点"), level=3)
    shown = {code: sign["properties"] for code, sign in signs(cast.duty).items()}
    assert [each["state"] for each in shown.values()] == ["quiet", "offline", "orange"]
    assert shown["JS-001"]["label"] == "一号点，积水监测点，正常"
    assert shown["JS-003"]["label"] == "三号点，积水深度，橙色，未确认"
    assert (shown["JS-003"]["un"], shown["JS-003"]["rank"]) == (1, 3)
    assert shown["JS-003"]["url"] == f"/monitoring/alarms/{alarm.code}/"
    assert shown["JS-001"]["url"] == "/monitoring/devices/JS-001/"


def test_what_is_silenced_or_over_leaves_the_map_quiet(cast: Cast) -> None:
    muted, over = make_device("JS-001"), make_device("JS-002")
    make_alarm(muted)
    make_silence(muted, by=cast.duty)
    make_alarm(over)
    change(over, 0)
    assert signs(cast.duty)["JS-001"]["properties"]["state"] == "offline"
    assert signs(cast.duty)["JS-002"]["properties"]["label"].endswith("已恢复")
    client = enter(cast.duty)
    code = signs(cast.duty)["JS-002"]["properties"]["url"]
    for verb in ("confirm", "close"):
        client.post(f"{code}{verb}/")
    assert signs(cast.duty)["JS-002"]["properties"]["state"] == "offline"


def test_it_is_answered_with_nothing_as_long_as_nothing_changes(cast: Cast) -> None:
    device = make_device()
    mark = told(cast.duty)["mark"]
    client = enter(cast.duty)
    assert client.get(HERE, {"seen": mark}).status_code == 204
    make_alarm(device)
    forget_everything()
    assert client.get(HERE, {"seen": mark}).status_code == 200


def since(user: User, mark: str) -> tuple[dict[str, Any], int]:
    """What changed since a mark, and how many bytes say it."""
    forget_everything()
    answer = enter(user).get(HERE, {"seen": mark})
    assert answer.status_code == 200
    return answer.json(), len(answer.content)


def test_only_what_changed_since_is_told(cast: Cast) -> None:
    """One truck among five thousand devices moves: some hundred bytes instead of a megabyte."""
    truck = make_device("13800000001", kind="vehicle", name="洒水车")
    many(5000)
    hear(truck, lon=LON - 0.004, lat=LAT + 0.002)
    whole, large = since(cast.duty, "")
    assert (whole["since"], len(whole["features"])) == ("", 5001) and large > 900_000
    hear(truck, lon=LON - 0.003, lat=LAT + 0.002)
    moved, small = since(cast.duty, whole["mark"])
    assert moved["since"] == whole["mark"] and small < 500
    [sign] = moved["features"]
    assert sign["geometry"]["coordinates"] == [round(LON - 0.003, 6), round(LAT + 0.002, 6)]
    Device.objects.filter(code="N-7").update(state=Device.State.ENDED)
    ended, _ = since(cast.duty, moved["mark"])
    assert (ended["gone"], ended["features"]) == (["N-7"], [])
    both, _ = since(cast.duty, whole["mark"])
    assert both["gone"] == ["N-7"] and [
        each["properties"]["code"] for each in both["features"]
    ] == [truck.code]
    Device.objects.filter(code="N-7").update(state=Device.State.WORKING)
    again, _ = since(cast.duty, ended["mark"])
    assert again["gone"] == [] and len(again["features"]) == 1
    unknown, _ = since(cast.duty, "0123456789abcdef")
    assert (unknown["since"], len(unknown["features"])) == ("", 5001)


def test_what_changed_for_one_part_of_the_city_is_not_told_to_another(cast: Cast) -> None:
    make_device()
    mark = told(cast.duty)["mark"]
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    found, _ = since(other, mark)
    assert (found["since"], found["features"]) == ("", [])


def test_a_vehicle_stands_where_it_says_it_is(cast: Cast) -> None:
    truck = make_device("13800000001", kind="vehicle", name="洒水车")
    hear(truck, lon=LON - 0.004, lat=LAT + 0.002, direction=90.0)
    sign = signs(cast.duty)["13800000001"]
    assert sign["geometry"]["coordinates"] == [round(LON - 0.004, 6), round(LAT + 0.002, 6)]
    assert (sign["properties"]["moving"], sign["properties"]["turn"]) == (1, 90)
    Series.objects.filter(device=truck).update(quality=4)
    assert signs(cast.duty)["13800000001"]["geometry"]["coordinates"] == [truck.lon, truck.lat]


def test_a_person_sees_only_the_devices_of_their_area(cast: Cast) -> None:
    make_device()
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    assert list(signs(cast.duty)) == ["JS-001"]
    assert list(signs(other)) == []
    assert enter(cast.operator).get(HERE).status_code == 403
    assert enter(cast.charlie).get(HERE).status_code == 403
    assert Client().get(HERE).status_code == 401


def test_devices_without_a_place_are_counted(cast: Cast) -> None:
    make_device("JS-001")
    make_device("JS-002")
    Device.objects.filter(code="JS-002").update(lon=None, lat=None)
    make_device("JS-003")
    Device.objects.filter(code="JS-003").update(state=Device.State.ENDED)
    found = told(cast.duty)
    assert len(found["features"]) == 1 and found["unplaced"] == 1


def test_the_pages_of_a_device_without_a_place_open(cast: Cast) -> None:
    alarm = make_alarm()
    Device.objects.update(lon=None, lat=None)
    for url in (f"/monitoring/alarms/{alarm.code}/", "/monitoring/devices/JS-001/", "/monitoring/"):
        assert enter(cast.duty).get(url).status_code == 200


def test_five_thousand_devices_take_as_many_queries_as_one(cast: Cast) -> None:
    make_alarm(make_device())
    client = enter(cast.duty)
    client.get("/monitoring/")
    forget_everything()
    with CaptureQueriesContext(connection) as few:
        client.get(HERE)
    many(5000)
    forget_everything()
    with CaptureQueriesContext(connection) as plenty:
        answer = client.get(HERE)
    with CaptureQueriesContext(connection) as again:
        client.get(HERE)
    assert not any("sensing_device" in query["sql"] for query in again)
    assert len(answer.json()["features"]) == 5001
    assert len(plenty) == len(few)


def many(count: int) -> None:
    """As many ponding points, a fifth of them heard of."""
    since = clock.now()
    area = Device.objects.get().area
    rows = [
        Device(
            code=f"N-{n}",
            kind="ponding",
            name=f"{n} 号点",
            area=area,
            lon=LON - 0.0001 * (n % 100),
            lat=LAT + 0.0001 * (n // 100),
            since=since,
        )
        for n in range(count)
    ]
    Device.objects.bulk_create(rows)
    heard = since - timedelta(minutes=1)
    kept = Device.objects.filter(code__startswith="N-")
    Series.objects.bulk_create(
        Series(device=row, point="depth", heard_at=heard if row.pk % 5 == 0 else None)
        for row in kept
    )
