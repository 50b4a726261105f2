"""Meters behind a concentrator: frames of CJ/T 188 over a real socket become readings of each meter.

The protocol has no answer for a meter, so the gateway promises nothing for what it was sent: it promises that what it
has shown to anybody is kept, once, whatever becomes of it, and that the same told again is not told twice.
"""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Device, Link, Series, Unread
from tests.gateway import Gateway, within

pytestmark = pytest.mark.django_db(transaction=True)

WATER, HEAT = "20122002180000", "00000040314132"
CHINA = timedelta(hours=8)
SEED = 188


@pytest.fixture
def devices(cast: Cast) -> None:
    make_device(WATER, kind="water_meter", name="一号楼总表")
    make_device(HEAT, kind="heat_meter", name="一号换热站")


# The frames, assembled from the tables of the standard -------------------------------------------


def frame(kind: int, address: str, control: int, data: bytes) -> bytes:
    head = bytes((0x68, kind)) + bytes.fromhex(address)[::-1] + bytes((control, len(data)))
    body = head + data
    return b"\xfe\xfe\xfe" + body + bytes((sum(body) % 256, 0x16))


def amount(value: float, unit: int, decimals: int = 2) -> bytes:
    return bytes.fromhex(f"{round(value * 10**decimals):08d}")[::-1] + bytes((unit,))


def clock_of(at: datetime | None) -> bytes:
    text = f"{at.astimezone(UTC) + CHINA:%Y%m%d%H%M%S}" if at else "0" * 14
    return bytes.fromhex(text)[::-1]


def water(value: float, at: datetime | None, address: str = WATER) -> bytes:
    data = b"\x90\x1f\x00" + amount(value, 0x2C) * 2 + clock_of(at) + b"\x00\xff"
    return frame(0x10, address, 0x81, data)


def heat(megawatt_hours: float, supply: float, at: datetime) -> bytes:
    amounts = amount(megawatt_hours, 0x08) * 2 + amount(2.5, 0x17)
    amounts += amount(0.5678, 0x35, 4) + amount(10.34, 0x2C)
    warm = bytes.fromhex(f"{round(supply * 100):06d}")[::-1]
    data = b"\x1f\x90\x01" + amounts + warm + warm + bytes(3) + clock_of(at) + bytes(2)
    return frame(0x20, HEAT, 0x81, data)


ASKED = frame(0x10, "aa" * 7, 0x01, b"\x1f\x90\x00")


def series(code: str, point: str) -> Series:
    return Series.objects.get(device__code=code, point=point)


def test_meters_on_one_line_are_each_heard_once(gateway: Gateway) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    at = now - timedelta(minutes=5)
    with gateway.line("cjt188") as line:
        told = water(1234.56, at) + heat(0.5, 45.5, at)
        line.sendall(b"\x00\x55" + told + told[:-9])
        line.sendall(told[-9:] + frame(0x10, WATER, 0x83, b"\x81\x0a\x00"))
        assert within(10, lambda: series(WATER, "volume").value == 1234.56)
        assert within(10, lambda: series(HEAT, "supply").value == 45.5)
        counted = Link.objects.filter(door="cjt188", frames=3, faults=0, name=WATER)
        assert within(15, counted.exists)
    assert series(WATER, "volume").at == at
    assert series(HEAT, "heat").value == pytest.approx(1.8)
    heard = {p: series(HEAT, p).value for p in ("power", "flow", "volume", "return")}
    assert heard == {"power": 2.5, "flow": 0.5678, "volume": 10.34, "return": 45.5}
    gateway.kill()
    gateway.start()
    assert gateway.stored(series(WATER, "volume"), now) == Counter({1234.56: 1})


@pytest.mark.parametrize("days", [None, 3000])
def test_a_meter_without_a_right_clock_is_heard_now(gateway: Gateway, days: int | None) -> None:
    began = datetime.now(UTC)
    with gateway.line("cjt188") as line:
        line.sendall(water(2, began - timedelta(days=days) if days else None))
        assert within(10, lambda: series(WATER, "volume").value == 2)
    at = series(WATER, "volume").at
    assert at is not None and began <= at <= datetime.now(UTC)


def test_what_cannot_be_read_is_kept_and_an_unknown_meter_waits(gateway: Gateway) -> None:
    broken = water(1, None)[:-2] + b"\x00\x16"
    empty = frame(0x10, WATER, 0x81, b"\x90\x1f\x00" + b"\xee" * 19)
    with gateway.line("cjt188") as line:
        line.sendall(broken + ASKED + empty + water(7, None, address="00000000000009"))
        unread = Unread.objects.filter(link__door="cjt188")
        assert within(15, lambda: unread.count() == 3)
    kept = {row.sentence[:6]: bytes(row.frame) for row in unread}
    assert kept == {"校验和不对：": broken, "这是读表的命": ASKED, "表的计量数据": empty}
    assert unread.filter(link__name=WATER, frame=empty).exists()
    assert Device.objects.get(code="00000000000009").seen == {
        "total-m3": 7.0,
        "battery_state": 1.0,
    }


def _shown(line: socket.socket, value: float) -> None:
    """Wait until people are shown what a meter told. OSError when the gateway is gone before."""
    line.settimeout(0.02)
    while series(WATER, "volume").value != value:
        with suppress(TimeoutError):
            if not line.recv(1):
                raise ConnectionError


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_any_moment_what_was_shown_of_a_meter_is_kept_once(
    gateway: Gateway, kills: int
) -> None:
    """Each reading is told until it is shown; so the first after a kill is often one the gateway has already."""
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)
    rng, seen = random.Random(SEED), list[float]()
    for _ in range(kills):
        killer = threading.Timer(rng.uniform(0.05, 3), gateway.fall)
        killer.start()
        with suppress(OSError), gateway.line("cjt188") as line:
            while True:
                value = float(len(seen) + 1)
                line.sendall(water(value, begin + timedelta(seconds=value)))
                _shown(line, value)
                seen.append(value)
        killer.join()
        gateway.start()
    gateway.stop()
    kept = gateway.stored(series(WATER, "volume"), begin)
    assert len(seen) >= kills // 4
    assert not [value for value in seen if value not in kept]
    assert set(kept.values()) == {1}
