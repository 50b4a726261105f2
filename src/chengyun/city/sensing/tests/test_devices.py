"""The register of devices: registered, waiting, adopted, changed, ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.places.factories import CENTRE
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Device, Series
from chengyun.city.sensing.services.devices import heard_of

pytestmark = pytest.mark.django_db

BODY = {"kind": "ponding", "name": "立交桥下", "lon": CENTRE[0] - 0.001, "lat": CENTRE[1] + 0.001}


def api(user: User) -> Client:
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {raw}"})


def post(user: User, path: str, body: Any) -> Any:
    return api(user).post(f"/api/v1{path}", body, "application/json")


def test_a_device_is_registered_with_the_points_of_its_kind(cast: Cast) -> None:
    answer = post(cast.duty, "/devices", BODY | {"code": "JS-001", "unit": "371502-SZ"})
    assert answer.status_code == 201, answer.content
    device = Device.objects.get()
    assert (device.area[:6], device.unit, device.state) == (DISTRICT, cast.crew, "working")
    assert [row.point for row in Series.objects.all()] == ["depth"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "水 1"}, "编号用字母"),
        ({"kind": "clock"}, "没有设备种类「clock」"),
        ({"name": " "}, "请写设备的名称"),
        ({"lon": 10.0}, "不在本市范围内"),
        ({"unit": "nobody"}, "没有单位「nobody」"),
    ],
)
def test_what_cannot_be_registered(cast: Cast, change: dict[str, Any], sentence: str) -> None:
    answer = post(cast.duty, "/devices", BODY | {"code": "JS-001"} | change)
    assert answer.status_code == 422
    assert sentence in answer.json()["message"]
    assert not Device.objects.exists()


def test_a_code_is_taken_once(cast: Cast) -> None:
    make_device()
    answer = post(cast.duty, "/devices", BODY | {"code": "JS-001"})
    assert "已经有编号为「JS-001」的设备" in answer.json()["message"]


def test_an_unknown_device_waits_with_what_it_told_and_is_adopted(cast: Cast) -> None:
    heard_of("X-9", {"depth": 3.0}, by=cast.sender)
    heard_of("X-9", {"depth": 4.0, "volts": 3.6}, by=cast.sender)
    told = api(cast.duty).get("/api/v1/devices/X-9").json()
    assert (told["state"], told["seen"]) == ("waiting", {"depth": 4.0, "volts": 3.6})
    assert post(cast.duty, "/devices/X-9/adopt", BODY).json()["state"] == "working"
    assert post(cast.duty, "/devices/X-9/adopt", BODY).status_code == 409


def test_of_a_device_that_tells_ever_new_points_a_hundred_are_remembered(cast: Cast) -> None:
    for n in range(3):
        heard_of("X-9", {f"p{n}-{k}": 1.0 for k in range(70)}, by=cast.sender)
    heard_of("X-9", {"p0-0": 2.0}, by=cast.sender)
    seen = Device.objects.get().seen
    assert (len(seen), seen["p0-0"], "p1-29" in seen, "p1-30" in seen) == (100, 2.0, True, False)


def test_a_device_with_a_strange_name_does_not_wait(cast: Cast) -> None:
    heard_of("积水 1 号", {"depth": 3.0}, by=cast.sender)
    assert not Device.objects.exists()


def test_a_device_is_changed_and_ended(cast: Cast) -> None:
    make_device()
    door = api(cast.duty)
    renamed = door.put("/api/v1/devices/JS-001", BODY | {"name": "涵洞"}, "application/json")
    assert renamed.json()["name"] == "涵洞"
    other = door.put("/api/v1/devices/JS-001", BODY | {"kind": "rain"}, "application/json")
    assert other.status_code == 422
    assert post(cast.duty, "/devices/JS-001/end", {}).json()["state"] == "ended"
    assert post(cast.duty, "/devices/JS-001/end", {}).status_code == 409
    gone = door.put("/api/v1/devices/JS-001", BODY, "application/json")
    assert gone.status_code == 409


def test_who_may_look_may_not_register(cast: Cast) -> None:
    assert post(cast.leader, "/devices", BODY | {"code": "JS-001"}).status_code == 403
    assert api(cast.leader).get("/api/v1/devices").status_code == 200
    assert api(cast.operator).get("/api/v1/devices").status_code == 403
