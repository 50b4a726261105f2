"""A broker of somebody else, a real Mosquitto: what it handed out and was acknowledged is kept, whoever dies."""

from __future__ import annotations

import getpass
import json
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from chengyun.city.sensing.factories import series_of
from chengyun.city.sensing.models import Device, Unread
from tests.gateway import BEGIN, Gateway, running, within
from tests.guide import shown
from tools.start import LOCAL, free_port

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(MOSQUITTO is None, reason="there is no mosquitto (apt install mosquitto)"),
]
PASSWD = "mosquitto_passwd"
USER, PASSWORD = "gateway", "p@ss:word/1"
SEED = 18830
AT = round(BEGIN.timestamp() * 1000)


@dataclass(kw_only=True)
class Mosquitto:
    """A broker whose sessions outlive it, set up as the guide says."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        secret, config = self.folder / "secret", self.folder / "mosquitto.conf"
        subprocess.run([PASSWD, "-c", "-b", secret, USER, PASSWORD], check=True)
        config.write_text(
            f"user {getpass.getuser()}\nlistener {self.port} {LOCAL}\npassword_file {secret}\n"
            f"persistence_location {self.folder}/\n{shown('monitoring MQTT conf 1')}"
        )
        self.process = subprocess.Popen([str(MOSQUITTO), "-c", str(config)])
        assert within(10, self._answers)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            paho.Client(CallbackAPIVersion.VERSION2).connect(LOCAL, self.port)
        except OSError:
            return False
        return True

    def publisher(self) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, "field")
        client.username_pw_set(USER, PASSWORD)
        client.max_queued_messages_set(0)
        client.connect(LOCAL, self.port)
        client.loop_start()
        return client


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(folder=tmp_path / "broker")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def gateway(broker: Mosquitto, device: Device, tmp_path: Path) -> Iterator[Gateway]:
    address = f"mqtt://{USER}:{quote(PASSWORD, safe='')}@{LOCAL}:{broker.port}"
    with running(tmp_path / "home", CHENGYUN_BROKER=address) as made:
        yield made


def say(client: paho.Client, number: int, topic: str = "readings/JS-001") -> paho.MQTTMessageInfo:
    told = {"ts": AT + number * 1000, "values": {"depth": number / 100}}
    return client.publish(topic, json.dumps(told), qos=1)


def test_what_the_broker_hands_out_is_kept(
    gateway: Gateway, broker: Mosquitto, device: Device
) -> None:
    client = broker.publisher()
    say(client, 1).wait_for_publish(10)
    say(client, 2, "readings/X-9").wait_for_publish(10)
    for nonsense in (b"nonsense", bytes(400_000)):
        client.publish("readings/JS-001", nonsense, qos=1).wait_for_publish(10)
    say(client, 3).wait_for_publish(10)
    client.loop_stop()
    assert within(20, lambda: gateway.stored(series_of(device)) == Counter({0.01: 1, 0.03: 1}))
    assert within(15, lambda: Unread.objects.filter(link__door="broker").exists())
    assert Device.objects.filter(code="X-9", state="waiting").exists()


def test_what_was_taken_outlives_the_broker(
    gateway: Gateway, broker: Mosquitto, device: Device
) -> None:
    client = broker.publisher()
    for number in range(200):
        say(client, number)
    assert within(20, lambda: len(gateway.stored(series_of(device))) == 200)
    client.loop_stop()
    broker.kill()
    shutil.rmtree(broker.folder)
    broker.start()
    client = broker.publisher()

    def came() -> bool:
        """A broker that has forgotten who listens hands out nothing before the gateway is back."""
        say(client, 500).wait_for_publish(10)
        time.sleep(0.2)
        return 5.0 in gateway.stored(series_of(device))

    assert within(30, came)
    client.loop_stop()
    assert set(gateway.stored(series_of(device)).values()) == {1}


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_any_moment_the_gateway_loses_and_doubles_nothing(
    gateway: Gateway, broker: Mosquitto, device: Device, kills: int
) -> None:
    rng, number = random.Random(SEED), 0
    client = broker.publisher()
    for _ in range(kills):
        end = time.monotonic() + rng.uniform(0.05, 0.8)
        while time.monotonic() < end:
            number += 1
            say(client, number % 29_000)
            time.sleep(0.001)
        gateway.fall()
        gateway.start()
    told = {n % 29_000 / 100 for n in range(1, number + 1)}
    assert within(60, lambda: set(gateway.stored(series_of(device))) == told)
    client.loop_stop()
    gateway.stop()
    assert set(gateway.stored(series_of(device)).values()) == {1}
