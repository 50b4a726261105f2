"""MQTT with a real client: what is acknowledged is kept, whoever may not speak is told so, bad messages stop nobody."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from chengyun.city.people.factories import Cast
from chengyun.city.people.models import ApiToken
from chengyun.city.people.services.tokens import issue_token, revoke_token
from chengyun.city.sensing.factories import series_of
from chengyun.city.sensing.models import Device, Link, Unread
from chengyun.gateways.tokens import REMEMBERED
from tests.gateway import BEGIN, Gateway, within
from tools.start import LOCAL

pytestmark = pytest.mark.django_db(transaction=True)

SEED = 1883
AT = round(BEGIN.timestamp() * 1000)


class Client:
    """One client that counts what it was acknowledged."""

    def __init__(self, gateway: Gateway, token: str, name: str = "JS-001") -> None:
        self.codes: list[str] = []
        self.acknowledged: list[int] = []
        self.inner = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=paho.MQTTv311)
        self.inner.username_pw_set("device", token)
        self.inner.on_connect = lambda *told: self.codes.append(str(told[3]))
        self.inner.on_publish = lambda *told: self.acknowledged.append(told[2])
        self.inner.connect(LOCAL, gateway.doors["mqtt"])
        self.inner.loop_start()
        assert within(10, lambda: self.codes)

    def say(self, topic: str, told: Any, qos: int = 1) -> int:
        payload = told if isinstance(told, bytes) else json.dumps(told).encode()
        return self.inner.publish(topic, payload, qos).mid

    def acked(self, *numbers: int) -> bool:
        return within(10, lambda: set(numbers) <= set(self.acknowledged))

    def leave(self) -> None:
        self.inner.disconnect()
        self.inner.loop_stop()


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    made = Client(gateway, gateway.token)
    yield made
    made.leave()


def test_messages_in_every_form_are_kept_and_acknowledged(
    gateway: Gateway, device: Device, client: Client
) -> None:
    def told(minute: int, value: float) -> dict[str, Any]:
        return {"ts": AT + minute * 60_000, "values": {"depth": value}}

    numbers = (
        client.say("readings/JS-001", told(0, 1)),
        client.say("readings/JS-001", [told(1, 2), told(2, 3)]),
        client.say("v1/devices/me/telemetry", told(3, 4)),
        client.say("v1/gateway/telemetry", {"JS-001": [told(4, 5)]}),
        client.say("readings/JS-001", {"ts": AT + 300_000, "depth": 6}),
    )
    assert client.acked(*numbers)
    assert gateway.stored(series_of(device)) == Counter(dict.fromkeys(range(1, 7), 1))
    assert within(10, lambda: series_of(device).value == 6)


def test_a_message_without_a_moment_is_told_of_now(device: Device, client: Client) -> None:
    client.say("readings/JS-001", {"depth": 7.5}, qos=0)
    assert within(10, lambda: series_of(device).value == 7.5)


def test_without_a_token_nobody_speaks(gateway: Gateway, cast: Cast) -> None:
    other, _ = issue_token(cast.duty, "试验", timedelta(days=1), by=None)
    for token in ("guess", other):
        stranger = Client(gateway, token)
        assert stranger.codes[0] == "Not authorized"
        stranger.leave()


@pytest.mark.long
def test_a_token_that_is_revoked_is_good_no_longer_on_an_open_line(
    gateway: Gateway, client: Client
) -> None:
    assert client.acked(client.say("readings/JS-001", {"depth": 1}))
    revoke_token(ApiToken.objects.get(), by=None)

    def refused() -> bool:
        client.say("readings/JS-001", {"depth": 2})
        return "Not authorized" in client.codes

    assert within(2 * REMEMBERED, refused)


def test_what_cannot_be_read_is_kept_as_it_came_and_stops_nobody(client: Client) -> None:
    bad = [b"nonsense", b"\xff\xfe", b"[]", b'{"depth": "deep"}', b'{"ts": "now", "values": {}}']
    bad += [b'{"\\ud800": 1}', b'{"a\\u0000": 1}']
    numbers = [client.say("readings/JS-001", each) for each in bad]
    numbers += [client.say("elsewhere", {"depth": 1}), client.say("readings/JS-001", {"depth": 2})]
    assert client.acked(*numbers)
    assert within(15, lambda: Unread.objects.filter(link__door="mqtt").count() == len(bad))
    assert {bytes(each.frame) for each in Unread.objects.all()} >= {b"nonsense", b"\xff\xfe"}
    assert Link.objects.get(door="mqtt", name="JS-001").frames == 2


def test_a_device_nobody_adopted_waits_and_its_client_keeps_the_message(client: Client) -> None:
    strange = client.say("readings/X-9", {"depth": 4})
    known = client.say("readings/JS-001", {"depth": 2})
    assert client.acked(known)
    assert strange not in client.acknowledged
    assert within(10, lambda: Device.objects.filter(code="X-9", state="waiting").exists())


def test_a_subscription_is_refused_and_a_ping_is_answered(client: Client) -> None:
    answers: list[str] = []
    client.inner.on_subscribe = lambda *told: answers.append(str(told[3][0]))
    client.inner.subscribe("readings/#", 1)
    assert within(10, lambda: answers == ["Unspecified error"])
    assert client.acked(client.say("readings/JS-001", {"depth": 2}))


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_any_moment_it_loses_and_doubles_nothing(
    gateway: Gateway, device: Device, kills: int
) -> None:
    rng, number, acknowledged = random.Random(SEED), 0, list[float]()
    for _ in range(kills):
        killer = threading.Timer(rng.uniform(0.05, 0.8), gateway.fall)
        killer.start()
        client = Client(gateway, gateway.token)
        values: dict[int, float] = {}
        while killer.is_alive():
            number += 1
            moment = {"ts": AT + number * 1000, "values": {"depth": number / 100}}
            values[client.say("readings/JS-001", moment)] = number / 100
            time.sleep(0.001)
        client.inner.loop_stop()
        acknowledged += [values[mid] for mid in client.acknowledged]
        killer.join()
        gateway.start()
    gateway.stop()
    stored = gateway.stored(series_of(device))
    assert acknowledged
    assert not [value for value in acknowledged if value not in stored]
    assert set(stored.values()) == {1}
