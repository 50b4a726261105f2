"""Devices that hold a line: frames of three protocols over real sockets, answered when their readings are durable."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Device, Link, Series, Unread
from chengyun.gateways import hj212, jt808, sl651
from tests.gateway import BEGIN, Gateway, within

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, STATION, RAIN = "013912345678", "0010100001", "0010100001"
MN = "010000A8900016F000169DC0"
SEED = 808
CHINA = timedelta(hours=8)


@pytest.fixture
def devices(cast: Cast) -> None:
    make_device(PHONE.lstrip("0"), kind="vehicle", name="洒水车一号")
    make_device(STATION, kind="rain", name="雨量站一号")
    make_device(MN, kind="dust", name="工地扬尘一号")


def series(code: str, point: str) -> Series:
    return Series.objects.get(device__code=code, point=point)


# The frames, assembled from the tables of the standards ------------------------------------------


def jt808_frame(msg_id: int, body: bytes, serial: int = 1, phone: str = PHONE) -> bytes:
    head = msg_id.to_bytes(2) + len(body).to_bytes(2) + bytes.fromhex(phone) + serial.to_bytes(2)
    message = head + body
    check = 0
    for byte in message:
        check ^= byte
    whole = (message + bytes((check,))).replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")
    return b"\x7e" + whole + b"\x7e"


def position(at: datetime, speed: float = 36.0, lon: float = 115.98, lat: float = 36.45) -> bytes:
    local = at.astimezone(UTC) + CHINA
    numbers = ((0, 4), (0b11, 4), (round(lat * 1e6), 4), (round(lon * 1e6), 4), (31, 2))
    fixed = b"".join(number.to_bytes(width) for number, width in numbers)
    moving = round(speed * 10).to_bytes(2) + (90).to_bytes(2)
    return (
        fixed + moving + bytes.fromhex(f"{local:%y%m%d%H%M%S}") + b"\x01\x04" + (12345).to_bytes(4)
    )


def hj212_frame(at: datetime, value: float, mn: str = MN, flag: int = 5) -> bytes:
    local = at.astimezone(UTC) + CHINA
    data = (
        f"QN={local:%Y%m%d%H%M%S}000;ST=22;CN=2011;PW=123456;MN={mn};Flag={flag};"
        f"CP=&&DataTime={local:%Y%m%d%H%M%S};a34002-Rtd={value},a34002-Flag=N&&"
    ).encode()
    return f"##{len(data):04d}".encode() + data + f"{hj212.crc(data):04X}\r\n".encode()


def sl651_frame(at: datetime, millimetres: float, station: str = STATION) -> bytes:
    local = at.astimezone(UTC) + CHINA
    time_of = f"{local:%y%m%d%H%M}"
    rain = f"1A19{round(millimetres * 10):06d}"
    body = f"0001{time_of}00F1F1{station}48F0F0{time_of}{rain}"
    head = f"7E7E01{station}000032{len(body) // 2:04X}02"
    frame = bytes.fromhex(head + body) + b"\x03"
    return frame + hj212.modbus(frame).to_bytes(2)


# Conversations -----------------------------------------------------------------------------------


def heard(line: socket.socket, cut: Callable[[bytes], tuple[list[bytes], bytes]]) -> list[bytes]:
    """The next frames that come."""
    stream = b""
    while True:
        piece = line.recv(65536)
        if not piece:
            raise ConnectionError
        stream += piece
        found, _ = cut(stream)
        if found:
            return found


def asked(line: socket.socket, frame: bytes) -> dict[str, object]:
    """What a terminal is answered."""
    line.sendall(frame)
    body: dict[str, object] = jt808.decode(heard(line, jt808.frames)[0])["body"]
    return body


def registered(line: socket.socket, phone: str = PHONE) -> object:
    """The code a terminal gets, or the result that says why it gets none."""
    plate = "鲁P12345".encode("gbk")
    body = bytes(4) + b"MAKER" + b"MODEL".ljust(20, b"\0") + b"0000001" + b"\x02" + plate
    answer = asked(line, jt808_frame(0x0100, body, phone=phone))
    return answer.get("auth_code", answer["result"])


def identified(line: socket.socket) -> None:
    code = str(registered(line)).encode()
    assert asked(line, jt808_frame(0x0102, code, serial=2))["result"] == 0


def test_a_terminal_registers_identifies_itself_and_tells_where_it_is(gateway: Gateway) -> None:
    with gateway.line("jt808") as line:
        assert asked(line, jt808_frame(0x0200, position(BEGIN)))["result"] == 1
        assert asked(line, jt808_frame(0x0102, b"guess"))["result"] == 1
        identified(line)
        assert asked(line, jt808_frame(0x0002, b""))["result"] == 0
        answer = asked(line, jt808_frame(0x0200, position(BEGIN), serial=77))
        assert answer == {"reply_serial": 77, "reply_msg_id": 0x0200, "result": 0}
        assert asked(line, jt808_frame(0x0900, b"x"))["result"] == 3
    code = PHONE.lstrip("0")
    assert gateway.stored(series(code, "lon")) == Counter({115.98: 1})
    assert gateway.stored(series(code, "speed")) == Counter({36.0: 1})
    assert gateway.stored(series(code, "mileage")) == Counter({1234.5: 1})
    assert within(10, lambda: series(code, "lat").value == 36.45)
    assert series(code, "lat").at == BEGIN


def test_the_code_of_a_terminal_outlives_a_restart(gateway: Gateway) -> None:
    with gateway.line("jt808") as line:
        code = str(registered(line)).encode()
    gateway.kill()
    gateway.start()
    with gateway.line("jt808") as line:
        assert asked(line, jt808_frame(0x0102, code))["result"] == 0


def test_a_batch_and_the_parts_of_one_are_answered_when_they_are_whole(gateway: Gateway) -> None:
    items = [position(BEGIN + timedelta(minutes=n), speed=10 + n) for n in range(3)]
    body = (3).to_bytes(2) + b"\x01" + b"".join(len(each).to_bytes(2) + each for each in items)
    with gateway.line("jt808") as line:
        identified(line)
        assert asked(line, jt808_frame(0x0704, body))["result"] == 0
        later = body.replace(position(BEGIN)[22:28], position(BEGIN + timedelta(hours=1))[22:28])
        halves = (later[:60], later[60:])
        for number, half in enumerate(halves, start=1):
            head = (0x0704).to_bytes(2) + (len(half) | 1 << 13).to_bytes(2)
            head += bytes.fromhex(PHONE) + (9 + number).to_bytes(2)
            head += (2).to_bytes(2) + number.to_bytes(2)
            line.sendall(jt808.escaped(head + half))
        answers = [jt808.decode(frame)["body"] for frame in heard(line, jt808.frames)]
        assert [(each["reply_serial"], each["result"]) for each in answers] == [(10, 0), (11, 0)]
    speeds = gateway.stored(series(PHONE.lstrip("0"), "speed"))
    assert speeds == Counter({10.0: 2, 11.0: 1, 12.0: 1})


def test_a_terminal_nobody_knows_is_refused_and_waits(gateway: Gateway) -> None:
    with gateway.line("jt808") as line:
        assert registered(line, "019900000000") == 4
    assert within(5, lambda: Device.objects.filter(code="19900000000", state="waiting").exists())


def test_a_station_for_dust_is_answered_where_it_asks(gateway: Gateway) -> None:
    with gateway.line("hj212") as line:
        line.sendall(hj212_frame(BEGIN, 81.5, flag=4) + hj212_frame(BEGIN + timedelta(hours=1), 90))
        (answer,) = heard(line, hj212.frames)
    told = hj212.decode(answer)
    assert (told["head"]["CN"], told["head"]["MN"]) == ("9014", MN)
    assert told["head"]["QN"] == "20260601090000000"
    assert gateway.stored(series(MN, "pm10")) == Counter({81.5: 1, 90.0: 1})


def test_who_speaks_no_more_still_hears_the_answer(gateway: Gateway) -> None:
    with gateway.line("hj212") as line:
        line.sendall(hj212_frame(BEGIN, 81.5))
        line.shutdown(socket.SHUT_WR)
        assert hj212.decode(heard(line, hj212.frames)[0])["head"]["CN"] == "9014"
        assert line.recv(1) == b""
    with gateway.line("hj212") as line:
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1) == b""


def test_a_rain_station_is_told_our_time(gateway: Gateway) -> None:
    with gateway.line("sl651") as line:
        line.sendall(sl651_frame(BEGIN, 42.5))
        told = sl651.decode(heard(line, sl651.frames)[0])
    assert (told["direction"], told["station"], told["end_char"]) == ("down", STATION, "EOT")
    assert gateway.stored(series(STATION, "hour")) == Counter({42.5: 1})


def test_a_station_nobody_knows_gets_no_answer_and_waits(gateway: Gateway) -> None:
    with gateway.line("sl651") as line:
        line.sendall(sl651_frame(BEGIN, 1, station="0099999999") + sl651_frame(BEGIN, 2))
        told = sl651.decode(heard(line, sl651.frames)[0])
    assert told["station"] == STATION
    assert within(5, lambda: Device.objects.filter(code="0099999999").exists())
    assert Device.objects.get(code="0099999999").seen == {"rain_1h": 1.0}


@pytest.mark.parametrize("door", ["jt808", "hj212", "sl651"])
def test_what_cannot_be_read_is_counted_kept_and_stops_nobody(gateway: Gateway, door: str) -> None:
    sound = {
        "jt808": jt808_frame(0x0002, b""),
        "hj212": hj212_frame(BEGIN, 1),
        "sl651": sl651_frame(BEGIN, 1),
    }[door]
    broken = sound[:-4] + bytes((sound[-4] ^ 1,)) + sound[-3:]
    with gateway.line(door) as idle, gateway.line(door) as line:
        idle.sendall(sound[:5])
        line.sendall(random.Random(SEED).randbytes(2000) + sound + broken)
        assert line.recv(65536)
        assert within(15, lambda: any(broken[4:-5] in bytes(u.frame) for u in Unread.objects.all()))
        line.sendall(sound)
        assert line.recv(65536)
    assert Link.objects.filter(door=door, faults__gt=0).exists()


@pytest.mark.parametrize("door", ["hj212", "sl651"])
def test_bytes_that_become_no_frame_are_counted_and_kept(gateway: Gateway, door: str) -> None:
    sound = {"hj212": hj212_frame(BEGIN, 1), "sl651": sl651_frame(BEGIN, 1)}[door]
    with gateway.line(door) as line:
        line.sendall(b"DTU-0001" + sound)
        assert line.recv(65536)
        line.sendall(sound[:20])
    kept = Unread.objects.filter(link__door=door)
    assert within(15, lambda: kept.count() == 2)
    assert {row.sentence: bytes(row.frame) for row in kept} == {
        "8 个字节不成报文。": b"DTU-0001",
        "20 个字节不成报文。": sound[:20],
    }


def test_many_lines_and_one_that_reads_nothing_cost_the_others_nothing(gateway: Gateway) -> None:
    deaf = gateway.line("sl651")
    frames = b"".join(sl651_frame(BEGIN + timedelta(minutes=n), 1) for n in range(200))
    stop = threading.Event()

    def shout() -> None:
        while not stop.is_set():
            try:
                deaf.sendall(frames)
            except OSError:
                return

    shouting = threading.Thread(target=shout)
    shouting.start()
    lines = [gateway.line("sl651") for _ in range(40)]
    try:
        for line in lines:
            line.sendall(sl651_frame(BEGIN, 5))
            assert heard(line, sl651.frames)
    finally:
        stop.set()
        deaf.close()
        shouting.join()
        for line in (*lines, deaf):
            line.close()


def _jt808_told(line: socket.socket, n: int) -> None:
    identified(line)
    at = BEGIN + timedelta(seconds=n)
    assert asked(line, jt808_frame(0x0200, position(at, speed=n / 10)))["result"] == 0


def _hj212_told(line: socket.socket, n: int) -> None:
    line.sendall(hj212_frame(BEGIN + timedelta(seconds=n), n / 10))
    assert heard(line, hj212.frames)


def _sl651_told(line: socket.socket, n: int) -> None:
    line.sendall(sl651_frame(BEGIN + timedelta(minutes=n), n / 10))
    assert heard(line, sl651.frames)


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("door", "tell", "code", "point"),
    [
        ("jt808", _jt808_told, PHONE.lstrip("0"), "speed"),
        ("hj212", _hj212_told, MN, "pm10"),
        ("sl651", _sl651_told, STATION, "hour"),
    ],
)
def test_killed_at_any_moment_a_door_loses_and_doubles_nothing(
    gateway: Gateway,
    door: str,
    tell: Callable[[socket.socket, int], None],
    code: str,
    point: str,
    kills: int,
) -> None:
    rng, number, acknowledged = random.Random(SEED), 0, list[float]()
    for _ in range(kills):
        killer = threading.Timer(rng.uniform(0.02, 0.8), gateway.fall)
        killer.start()
        try:
            with gateway.line(door) as line:
                while True:
                    number += 1
                    tell(line, number % 1500)
                    acknowledged.append(number % 1500 / 10)
        except OSError:
            pass
        killer.join()
        gateway.start()
    gateway.stop()
    stored = gateway.stored(series(code, point))
    assert len(acknowledged) >= kills
    assert not [value for value in acknowledged if value not in stored]
    assert set(stored.values()) == {1}
