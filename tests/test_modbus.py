"""Controllers asked over Modbus TCP: a real server process, read by a gateway as ``./run`` starts it.

Nobody answers a controller: what was not asked for is not there. What the gateway has asked for and has shown to
anybody is kept, once, whatever becomes of it.
"""

from __future__ import annotations

import random
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chengyun.city.cases.factories import make_working_city
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Device, Link, Series
from chengyun.city.sensing.queries import gateway as told_by_gateway
from chengyun.city.sensing.queries import gateway_trouble
from tests.gateway import BEGIN, Gateway, running, within
from tests.modbus_server import COUNTS
from tests.serving import environ
from tools.install import ROOT, VENV
from tools.start import LOCAL, free_port

pytestmark = pytest.mark.django_db(transaction=True)

SEED = 502
PLAN = """
[[server]]
host = "127.0.0.1"
port = {port}
every = 1
register = [
    {{device = "BZ-001", point = "sump", address = 0, factor = 0.1}},
    {{device = "BZ-001", point = "running", table = "input", address = 0}},
    {{device = "BZ-001", point = "faulty", table = "discrete", address = 1}},
    {{device = "RIVER-1", point = "level", address = 1, type = "int16"}},
    {{device = "RIVER-1", point = "rain", address = 4, type = "float32"}},
    {{device = "RIVER-1", point = "voltage", address = 6, type = "float32", words = "little"}},
    {{device = "GATE-1", point = "opening", address = 2, type = "uint32"}},
    {{device = "GATE-1", point = "nowhere", address = 99}},
    {{device = "GATE-9", point = "opening", table = "coil", address = 0}},
]

[[server]]
host = "127.0.0.1"
port = {nobody}
every = 1
register = [{{device = "BZ-001", point = "sump", address = 0}}]
"""


@pytest.fixture
def plan(tmp_path: Path) -> tuple[Path, int, int]:
    """The file, the port of the controller, and one where nobody is."""
    path, port, nobody = tmp_path / "points.toml", free_port(), free_port()
    path.write_text(PLAN.format(port=port, nobody=nobody), "utf-8")
    return path, port, nobody


@pytest.fixture
def gateway(tmp_path: Path, plan: tuple[Path, int, int]) -> Iterator[Gateway]:
    make_working_city()
    make_device("BZ-001", kind="pump_station", name="泵站")
    make_device("RIVER-1", kind="river", name="水位站")
    make_device("GATE-1", kind="flood_gate", name="闸门")
    with running(tmp_path / "home", CHENGYUN_MODBUS=str(plan[0])) as made:
        yield made


def serving(port: int) -> subprocess.Popen[bytes]:
    """A controller that answers."""
    words: list[str | Path] = [VENV / "bin" / "python", "-m", "tests.modbus_server", str(port)]
    process = subprocess.Popen(words, cwd=ROOT, env=environ())
    assert within(20, lambda: _open(port))
    return process


def _open(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection((LOCAL, port), timeout=1).close()
        return True
    return False


def value(code: str, point: str) -> float | None:
    return Series.objects.get(device__code=code, point=point).value


def test_registers_become_readings_and_the_line_comes_back(
    gateway: Gateway, plan: tuple[Path, int, int]
) -> None:
    _, port, nobody = plan
    assert within(15, lambda: Link.objects.filter(door="modbus", faults__gt=0).count() == 2)
    controller = serving(port)
    try:
        assert within(20, lambda: value("GATE-1", "opening") == 50)
        expected = {
            ("BZ-001", "sump"): 65.5,
            ("BZ-001", "running"): 7.0,
            ("BZ-001", "faulty"): 1.0,
            ("RIVER-1", "level"): -10.0,
            ("RIVER-1", "rain"): 25.0,
            ("RIVER-1", "voltage"): 25.0,
        }
        assert {name: value(*name) for name in expected} == expected
        link = Link.objects.filter(door="modbus", name=f"127.0.0.1:{port}#1", frames__gt=0)
        assert within(15, link.exists)
        refused = "控制器不给 holding 99：异常码 2。"
        assert within(15, lambda: link.get().unread.filter(sentence=refused).exists())
        assert Device.objects.get(code="GATE-9").seen == {"opening": 1.0}
        assert within(15, lambda: _doors().get("modbus") == ("2 台控制器", 1))
    finally:
        controller.kill()
        controller.wait()
    lost = Link.objects.get(door="modbus", name=f"127.0.0.1:{nobody}#1")
    assert lost.frames == 0
    assert set(lost.unread.values_list("sentence", flat=True)) == {"连不上。"}
    before = Series.objects.get(device__code="BZ-001", point="sump").at or BEGIN
    controller = serving(port)
    try:
        sump = Series.objects.filter(device__code="BZ-001", point="sump", at__gt=before)
        assert within(20, sump.exists)
    finally:
        controller.kill()
        controller.wait()


def _doors() -> dict[str, tuple[str, int]]:
    found = told_by_gateway()
    return {each["key"]: (each["address"], each["open"]) for each in found.doors} if found else {}


def test_a_plan_that_cannot_be_read_is_said_and_keeps_nobody_else_from_being_heard(
    gateway: Gateway, plan: tuple[Path, int, int]
) -> None:
    gateway.stop()
    plan[0].write_text("[[server]]\nport = 502\n", "utf-8")
    gateway.start()
    assert within(15, lambda: "Modbus 点表第 1 台没有寄存器" in gateway_trouble())
    assert "modbus" not in _doors()


COUNTED = """
[[server]]
host = "127.0.0.1"
port = {port}
every = 1
register = [{{device = "RIVER-1", point = "level", table = "input", address = {counts}}}]
"""


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_any_moment_what_was_shown_of_a_controller_is_kept_once(
    gateway: Gateway, plan: tuple[Path, int, int], kills: int
) -> None:
    """A register that counts how often it was asked: no two readings of it are the same."""
    path, port, _ = plan
    path.write_text(COUNTED.format(port=port, counts=COUNTS), "utf-8")
    begin, rng, seen = datetime.now(UTC), random.Random(SEED), set[float | None]()
    controller = serving(port)
    try:
        for _ in range(kills):
            gateway.fall()
            gateway.start()
            killed = threading.Event()
            killer = threading.Timer(rng.uniform(0.05, 4), killed.set)
            killer.start()
            while not killed.wait(0.02):
                seen.add(value("RIVER-1", "level"))
        gateway.stop()
    finally:
        controller.kill()
        controller.wait()
    kept = gateway.stored(Series.objects.get(device__code="RIVER-1", point="level"), begin)
    seen.discard(None)
    assert len(seen) >= kills // 4
    assert not [number for number in seen if number not in kept]
    assert set(kept.values()) == {1}
