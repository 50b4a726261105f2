"""Platforms call the gateway: proved, kept once however often they call, and refused without a proof."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command

from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_device, series_of
from chengyun.city.sensing.models import Device, Link
from chengyun.gateways.callback_keys import key_of
from tests.gateway import BEGIN, Gateway, within

pytestmark = pytest.mark.django_db(transaction=True)

SEED = 4
CODE = "0101010101010101"
Call = Callable[[Gateway, User, float, datetime], tuple[int, Any]]


@pytest.fixture
def sender(cast: Cast) -> User:
    return cast.sender


@pytest.fixture
def device(cast: Cast) -> Device:
    return make_device(CODE)


# The messages, as the platforms write them down --------------------------------------------------


def uplink(value: float, at: datetime, device: str = CODE) -> dict[str, Any]:
    return {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "time": at.isoformat(),
        "deviceInfo": {"deviceName": "Test device", "devEui": device},
        "fCnt": 7,
        "fPort": 1,
        "data": "qg==",
        "object": {"depth": value},
    }


def called_by_chirpstack(
    gateway: Gateway, sender: User, value: float, at: datetime
) -> tuple[int, Any]:
    body = json.dumps(uplink(value, at)).encode()
    return gateway.send(body, path="/callbacks/chirpstack?event=up")


def signed(key: str, nonce: str, msg: str) -> str:
    return base64.b64encode(hashlib.md5((key + nonce + msg).encode()).digest()).decode()  # noqa: S324


def onenet_body(key: str, value: float, at: datetime, device: str = CODE) -> bytes:
    params = {"depth": {"value": value, "time": round(at.timestamp() * 1000)}}
    said = {"deviceName": device, "messageType": "notify", "notifyType": "property"}
    msg = json.dumps(said | {"data": {"id": "1", "params": params}})
    told = {"msg": msg, "nonce": "abcdefgh", "signature": signed(key, "abcdefgh", msg)}
    return json.dumps(told | {"time": 1, "id": "fe1"}).encode()


def called_by_onenet(gateway: Gateway, sender: User, value: float, at: datetime) -> tuple[int, Any]:
    body = onenet_body(key_of("onenet", sender), value, at)
    return gateway.send(body, path=f"/callbacks/onenet/{sender.username}")


def iotda_body(value: float, at: datetime, device: str = CODE) -> bytes:
    services = [
        {"service_id": "W", "properties": {"depth": value}, "event_time": f"{at:%Y%m%dT%H%M%SZ}"}
    ]
    notified = {"header": {"node_id": device}, "body": {"services": services}}
    told = {"resource": "device.property", "event": "report", "notify_data": notified}
    return json.dumps(told).encode()


def called_by_iotda(gateway: Gateway, sender: User, value: float, at: datetime) -> tuple[int, Any]:
    path = f"/callbacks/iotda/{sender.username}/{key_of('iotda', sender)}"
    return gateway.send(iotda_body(value, at), path=path, token="none")


CALLS = {
    "chirpstack": called_by_chirpstack,
    "onenet": called_by_onenet,
    "iotda": called_by_iotda,
}
every_platform = pytest.mark.parametrize("platform", CALLS)


@every_platform
def test_a_message_that_comes_twice_is_one_reading_and_its_device_is_counted(
    gateway: Gateway, sender: User, device: Device, platform: str
) -> None:
    for value in (3, 3, 4):
        at = BEGIN + timedelta(minutes=value)
        answer = CALLS[platform](gateway, sender, value, at)
        assert answer == (200, {"kept": 1, "waiting": []})
    assert gateway.stored(series_of(device)) == Counter({3.0: 1, 4.0: 1})
    assert within(10, lambda: series_of(device).at == BEGIN + timedelta(minutes=4))
    counted = Link.objects.filter(door=platform, name=CODE, frames=3, faults=0)
    assert within(15, counted.exists)


def test_onenet_asks_whether_the_address_is_ours(gateway: Gateway, sender: User) -> None:
    key, path = key_of("onenet", sender), f"/callbacks/onenet/{sender.username}"
    for msg in ("hello", "a+b/c=", "验证"):
        right = signed(key, "n+1", msg)
        for signature in (right, right.replace("+", " ")):
            query = f"?msg={quote(msg)}&nonce=n%2B1&signature={quote(signature)}"
            assert gateway.send(None, path=path + query) == (200, msg)
    assert gateway.send(None, path=f"{path}?msg=hello&nonce=n&signature=guess")[0] == 401
    assert gateway.send(None, path=path)[0] == 401


def test_who_proves_nothing_is_refused_and_nothing_is_kept(
    gateway: Gateway, cast: Cast, device: Device
) -> None:
    sender, other = cast.sender, key_of("onenet", cast.duty)

    def refused(body: bytes, path: str, **more: str) -> str:
        status, said = gateway.send(body, path=f"/callbacks/{path}", **more)
        assert status == 401
        return str(said["message"])

    up = json.dumps(uplink(3, BEGIN)).encode()
    assert "令牌" in refused(up, "chirpstack?event=up", token="nobody")
    name = sender.username
    assert "签名不对" in refused(onenet_body("guess", 3, BEGIN), f"onenet/{name}")
    assert "签名不对" in refused(onenet_body(other, 3, BEGIN), f"onenet/{cast.duty.username}")
    body = onenet_body(key_of("onenet", sender), 3, BEGIN)
    assert "签名不对" in refused(body.replace(b"3", b"4"), f"onenet/{name}")
    assert "签名不对" in refused(body, "onenet/nobody")
    assert "没有签名" in refused(b"nonsense", f"onenet/{name}")
    assert "口令" in refused(iotda_body(3, BEGIN), f"iotda/{name}/{key_of('onenet', sender)}")
    assert "口令" in refused(iotda_body(3, BEGIN), f"iotda/nobody/{key_of('iotda', sender)}")
    for path in ("elsewhere", f"iotda/{name}", "chirpstack/more", "onenet"):
        assert gateway.send(up, path=f"/callbacks/{path}")[0] == 404
    assert gateway.send(None, path="/callbacks/chirpstack")[0] == 405
    User.objects.filter(pk=sender.pk).update(is_active=False)
    asking = quote(signed(key_of("onenet", sender), "n", "m"))
    asking = f"/callbacks/onenet/{name}?msg=m&nonce=n&signature={asking}"
    assert within(10, lambda: gateway.send(None, path=asking)[0] == 401)
    assert "签名不对" in refused(body, f"onenet/{name}")
    assert gateway.stored(series_of(device)) == Counter()
    assert not Link.objects.exists()


def test_what_cannot_be_read_is_kept_as_it_came_and_answered(
    gateway: Gateway, sender: User
) -> None:
    coded = json.dumps(uplink(3, BEGIN) | {"object": None}).encode()
    status, said = gateway.send(coded, path="/callbacks/chirpstack?event=up")
    assert (status, said["kept"]) == (200, 0)
    assert "解码程序" in said["message"]
    assert gateway.send(b"{}", path="/callbacks/chirpstack?event=join")[0] == 200
    assert within(15, lambda: Link.objects.filter(door="chirpstack", name=CODE, faults=1).exists())
    assert bytes(Link.objects.get().unread.get().frame) == coded


def test_an_unknown_device_waits_and_its_platform_is_not_held_up(
    gateway: Gateway, sender: User
) -> None:
    path = f"/callbacks/iotda/{sender.username}/{key_of('iotda', sender)}"
    said = gateway.send(iotda_body(3, BEGIN, device="861234567890123"), path=path)
    assert said == (200, {"kept": 0, "waiting": ["861234567890123"]})
    assert Device.objects.get(code="861234567890123").seen == {"depth": 3.0}


def test_the_command_tells_what_to_fill_in(sender: User, cast: Cast) -> None:
    out = StringIO()
    call_command("callbacks", sender.username, url="https://city.example/", stdout=out)
    told = out.getvalue()
    for platform in ("onenet", "iotda"):
        key = key_of(platform, sender)
        assert len(key) == 32 and key.isalnum() and key in told
    assert f"https://city.example/callbacks/onenet/{sender.username}" in told
    with pytest.raises(CommandError, match="没有账号"):
        call_command("callbacks", cast.duty.username)


@every_platform
@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_any_moment_a_callback_loses_and_doubles_nothing(
    gateway: Gateway, sender: User, device: Device, platform: str, kills: int
) -> None:
    """A message that was not answered is told again, as platforms do."""
    rng, sent, acknowledged = random.Random(SEED), 0, list[float]()
    for _ in range(kills):
        killer = threading.Timer(rng.uniform(0.05, 0.8), gateway.fall)
        killer.start()
        while True:
            value = sent / 100
            try:
                status, _ = CALLS[platform](gateway, sender, value, BEGIN + timedelta(seconds=sent))
            except OSError:
                break
            if status == 200:
                acknowledged.append(value)
                sent += 1
        killer.join()
        gateway.start()
    gateway.stop()
    stored = gateway.stored(series_of(device))
    assert len(acknowledged) >= kills
    assert not [value for value in acknowledged if value not in stored]
    assert set(stored.values()) == {1}
