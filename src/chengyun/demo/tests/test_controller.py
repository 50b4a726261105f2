"""The simulated controller before a client everybody knows, and in a time that does not pass by itself."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pymodbus.client import ModbusTcpClient

from chengyun.demo.devices import controller
from chengyun.demo.devices.controller import Plant
from chengyun.gateways.modbus_plan import read
from tools.install import ROOT
from tools.start import LOCAL, free_port

WITHIN = 20


def answers(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection((LOCAL, port), timeout=1).close()
        return True
    return False


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A controller of its own process."""
    port = free_port()
    words = ["-m", controller.__name__, "--port", str(port), "--serve"]
    words += ["--plan", str(tmp_path / "points.toml")]
    process = subprocess.Popen([sys.executable, *words], cwd=ROOT / "src")
    deadline = time.monotonic() + WITHIN
    while not answers(port):
        assert time.monotonic() < deadline and process.poll() is None
    yield port
    process.kill()
    process.wait()


def test_what_is_written_moves_and_is_read_back(port: int) -> None:
    with ModbusTcpClient(LOCAL, port=port) as client:
        assert client.read_holding_registers(0, count=6).registers[:4] == [200, 20, 1, 1]
        assert not client.write_register(controller.SET_OPENING, 22).isError()
        assert not client.write_registers(controller.SET_RUNNING, [2]).isError()
        deadline = time.monotonic() + WITHIN
        while client.read_holding_registers(0, count=3).registers != [220, 22, 2]:
            assert time.monotonic() < deadline


def test_what_it_does_not_know_it_refuses(port: int) -> None:
    with ModbusTcpClient(LOCAL, port=port) as client:
        refused = {
            2: client.write_register(controller.OPENING, 5),
            3: client.write_register(controller.SET_OPENING, 101),
            1: client.read_coils(0),
        }
        assert {code: answer.exception_code for code, answer in refused.items()} == {
            1: 1,
            2: 2,
            3: 3,
        }
        assert client.read_holding_registers(5, count=2).exception_code == 2


def test_the_plan_it_writes_is_one_the_gateway_reads(tmp_path: Path, port: int) -> None:
    (server,) = read(tmp_path / "points.toml")
    assert (server.port, len(server.registers), len(server.writes)) == (port, 4, 2)
    gate, pumps = server.writes
    assert gate.allows(100) and list(pumps.choices) == [
        "全停",
        "开 1 台",
        "开 2 台",
        "开 3 台",
        "开 4 台",
    ]


def test_it_moves_as_fast_as_it_can_and_no_further() -> None:
    seconds = [0.0]
    plant = Plant(now=lambda: seconds[0])
    assert plant.set(controller.SET_OPENING, 60) == 0
    assert plant.set(controller.SET_RUNNING, 3) == 0
    seconds[0] = 5.0
    assert plant.registers()[:4] == [400, 60, 3, 3]
    seconds[0] = 500.0
    opening, _, _, _, sump, faulty = plant.registers()
    assert (opening, sump, faulty) == (600, 200, 0)
