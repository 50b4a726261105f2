"""The page of a device: what stands around it, its open cases, its alarms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from chengyun.city.assets.factories import make_asset
from chengyun.city.assets.models import Asset
from chengyun.city.cases.factories import make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.places.factories import CENTRE, PLANE
from chengyun.city.sensing.factories import make_alarm, make_device
from chengyun.city.sensing.models import Device, Series
from chengyun.city.sensing.services.readings import remember
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db

HERE = "/monitoring/devices/JS-001/near/"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def seen(user: User, url: str = HERE, status: int = 200) -> str:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def at(metres: float) -> dict[str, Any]:
    lon, lat = PLANE.to_degrees([metres], [50.0])
    return {"lon": float(lon[0]), "lat": float(lat[0])}


def test_what_is_amiss_comes_first_and_what_is_far_not_at_all(cast: Cast) -> None:
    make_device("JS-001", name="中间的", **at(-600))
    make_device("JS-002", name="近处的", **at(-590))
    Series.objects.filter(device__code="JS-002").update(heard_at=clock.now())
    make_alarm(make_device("JS-003", name="报警的", **at(-400)), level=3)
    make_device("JS-004", name="远处的", **at(-290))
    text = seen(cast.duty)
    assert text.index("报警的") < text.index("近处的")
    assert "远处的" not in text and text.count("中间的") == 2
    assert "10 米" in text and "200 米" in text
    assert "2 台，1 台报警或离线" in text


def test_a_vehicle_that_passes_is_a_neighbour_while_it_is_there(cast: Cast) -> None:
    make_device("JS-001", **at(-600))
    truck = make_device("138", kind="vehicle", name="洒水车", **at(-1500))
    assert "洒水车" not in seen(cast.duty)
    place, now = at(-650), clock.now()
    keys = {each.point: each.pk for each in Series.objects.filter(device=truck)}
    remember([(keys[point], now, place[point], 0, now) for point in ("lon", "lat")])
    assert "洒水车" in seen(cast.duty)
    assert "50 米" in seen(cast.duty, "/monitoring/devices/138/near/")


def test_parts_nearby_are_for_who_sees_parts(cast: Cast) -> None:
    asset = Asset.objects.get(pk=make_asset().pk)
    make_device("JS-001", lon=asset.lon, lat=asset.lat)
    assert asset.code in seen(cast.duty) and "1 个" in seen(cast.duty)


def test_a_device_without_a_place_has_no_neighbours(cast: Cast) -> None:
    make_device("JS-001")
    Device.objects.update(lon=None, lat=None)
    assert "没有位置" in seen(cast.duty, status=404)
    assert "near/" not in seen(cast.duty, "/monitoring/devices/JS-001/")


def test_who_does_not_see_the_device_sees_no_neighbours(cast: Cast) -> None:
    make_device("JS-001")
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    seen(other, status=404)


def test_its_open_cases_stand_on_its_page(cast: Cast) -> None:
    alarm = make_alarm(make_device("JS-001", lon=CENTRE[0] - 0.001, lat=CENTRE[1] + 0.001))
    there = "/monitoring/devices/JS-001/"
    assert "在办案件" not in seen(cast.duty, there)
    client = Client()
    client.force_login(cast.duty)
    client.post(f"/monitoring/alarms/{alarm.code}/open_case/")
    text = seen(cast.duty, there)
    assert "在办案件" in text and Case.objects.get().code in text
    Case.objects.update(open=False)
    assert "在办案件" not in seen(cast.duty, there)
