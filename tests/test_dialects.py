"""方言 at the doors: learned from three frames that agree, of one device, shown, taken back, and not learned again."""

from __future__ import annotations

import socket
from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.models import Alarm, Device, Dialect, Link, Unread
from chengyun.city.sensing.models import Gateway as Said
from chengyun.gateways import hj212, jt808, sl651
from chengyun.kernel.models import Audit
from tests.gateway import BEGIN, Gateway, within
from tests.gateway import line as json_line
from tests.test_lines import (
    MN,
    PHONE,
    STATION,
    heard,
    hj212_frame,
    jt808_frame,
    position,
    series,
    sl651_frame,
)

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_MN = "LC0000000000000000000099"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def devices(cast: Cast) -> None:
    make_device(PHONE.lstrip("0"), kind="vehicle", name="渣土车")
    make_device(MN, kind="dust", name="扬尘")
    make_device(OTHER_MN, kind="dust", name="另一台扬尘")
    make_device(STATION, kind="rain", name="雨量站")


def in_modbus(frame: bytes) -> bytes:
    """A frame of HJ 212 with the CRC that dust monitors are known to send."""
    whole = frame.rstrip(b"\r\n")
    return whole[:-4] + f"{hj212.modbus(whole[6:-4]):04X}\r\n".encode()


def without_qn(frame: bytes) -> bytes:
    data = frame.rstrip(b"\r\n")[6:-4]
    return hj212.encoded(data[data.index(b";") + 1 :].decode())


def swapped(frame: bytes) -> bytes:
    """A frame of SL 651 with the low byte of its CRC first."""
    return frame[:-2] + frame[:-3:-1]


def with_bit_2019(frame: bytes) -> bytes:
    """A frame of JT/T 808-2013 that says it is of 2019."""
    message = bytearray(jt808.unescaped(frame)[:-1])
    message[2] |= 0x40
    return jt808.escaped(bytes(message))


def dust(minute: int, mn: str = MN) -> bytes:
    return in_modbus(hj212_frame(BEGIN + minute * MINUTE, float(minute), mn))


def answered(line: socket.socket) -> bytes | None:
    """The answer, None when there is none within a while in which it would have come."""
    line.settimeout(1.5)
    try:
        return heard(line, hj212.frames)[0]
    except TimeoutError:
        return None


def of_device(name: str) -> dict[str, str]:
    return dict(Dialect.objects.filter(name=name).values_list("quirk", "state"))


def learns(name: str, **quirks: str) -> bool:
    return within(10, lambda: of_device(name) == quirks)


def teach(line: socket.socket, frames: list[bytes]) -> list[bytes | None]:
    """What each of some frames is answered."""
    told = []
    for frame in frames:
        line.sendall(frame)
        told.append(answered(line))
    return told


def test_three_frames_that_agree_teach_how_one_device_is_read(gateway: Gateway, cast: Cast) -> None:
    with gateway.line("hj212") as line:
        first, second, third, fourth = teach(line, [dust(n) for n in (1, 2, 3, 4)])
        assert first is None and second is None
        assert third is not None and hj212.decode(third)["head"]["CN"] == "9014"
        assert fourth is not None
    assert gateway.stored(series(MN, "pm10")) == Counter({3.0: 1, 4.0: 1})
    assert learns(MN, modbus_high_first="learned")
    row = Dialect.objects.get()
    told = [bytes.fromhex(each["hex"]) for each in row.frames]
    assert told == [dust(n).rstrip(b"\r\n") for n in (1, 2, 3)]
    sentences = Unread.objects.filter(link__name=MN).values_list("sentence", flat=True)
    assert within(
        10, lambda: any("连着 2 帧这样，3 帧就照此读" in each for each in sentences.all())
    )
    with gateway.line("hj212") as line:
        assert teach(line, [dust(5, OTHER_MN)]) == [None]
    assert of_device(OTHER_MN) == {}
    gateway.kill()
    gateway.start()
    with gateway.line("hj212") as line:
        assert teach(line, [dust(6)]) != [None]


def test_a_person_takes_it_back_and_it_is_not_learned_again_before_one_allows_it(
    gateway: Gateway, cast: Cast
) -> None:
    client = Client()
    client.force_login(cast.duty)
    with gateway.line("hj212") as line:
        teach(line, [dust(n) for n in (1, 2, 3)])
        assert learns(MN, modbus_high_first="learned")
        row = Dialect.objects.get()
        there = f"/monitoring/dialects/{row.pk}/"
        shown = client.get(f"/monitoring/devices/{MN}/").content.decode()
        assert "CRC 是 CRC-16/MODBUS，高字节在前" in shown and f"{there}take_back/" in shown
        page = client.get(there).content.decode()
        assert "从这几帧学会" in page and page.count('class="dump"') == 3 and "23 23" in page
        assert client.post(f"{there}take_back/").status_code == 303
        assert client.post(f"{there}take_back/").status_code == 409
        assert within(15, lambda: teach(line, [dust(9)]) == [None])
        assert teach(line, [dust(n) for n in (10, 11, 12, 13)]) == [None] * 4
        assert of_device(MN) == {"modbus_high_first": "taken_back"}
        link = client.get(f"/monitoring/links/hj212/{MN}/").content.decode()
        assert "允许再学" in link
        assert within(
            10,
            lambda: (
                "已收回，不照此读" in client.get(f"/monitoring/links/hj212/{MN}/").content.decode()
            ),
        )
        assert client.post(f"{there}allow/").status_code == 303
        assert within(15, lambda: teach(line, [dust(20)]) != [None])
    assert learns(MN, modbus_high_first="learned")
    rows = Audit.objects.filter(subject_type="sensing.dialect").order_by("seq")
    verbs = [each.verb.removeprefix("dialect.") for each in rows]
    assert verbs == ["learn", "take_back", "allow", "learn"]


def test_a_frame_as_the_protocol_is_written_begins_the_count_anew(gateway: Gateway) -> None:
    with gateway.line("hj212") as line:
        sound = hj212_frame(BEGIN, 50.0)
        frames = [dust(1), dust(2), sound, dust(3), dust(4), sound]
        assert [each is not None for each in teach(line, frames)] == [False, False, True] * 2
    assert of_device(MN) == {}


def test_two_departures_at_once_are_learned_together(gateway: Gateway) -> None:
    frames = [in_modbus(without_qn(hj212_frame(BEGIN + n * MINUTE, n))) for n in range(4)]
    with gateway.line("hj212") as line:
        told = teach(line, frames)
    assert [each is not None for each in told] == [False, False, True, True]
    assert told[2] is not None and "QN" not in hj212.decode(told[2])["head"]
    assert learns(MN, modbus_high_first="learned", no_qn="learned")
    assert gateway.stored(series(MN, "pm10")) == Counter({2.0: 1, 3.0: 1})


def test_a_station_with_its_crc_turned_is_understood(gateway: Gateway) -> None:
    def report(n: int) -> bytes:
        return swapped(sl651_frame(BEGIN + n * MINUTE, 10 + n))

    with gateway.line("sl651") as line:
        line.sendall(report(0) + report(1) + report(2))
        told = sl651.decode(heard(line, sl651.frames)[0])
    assert told["station"] == STATION
    assert learns(STATION, swapped="learned")
    assert gateway.stored(series(STATION, "hour")) == Counter({12.0: 1})


def test_a_terminal_of_2013_under_the_bit_of_2019_is_understood(gateway: Gateway) -> None:
    code = PHONE.lstrip("0")

    def asked(line: socket.socket, frame: bytes) -> dict[str, object]:
        line.sendall(with_bit_2019(frame))
        answer = jt808.decode(heard(line, jt808.frames)[0])
        assert not answer["version_flag"]
        body: dict[str, object] = answer["body"]
        return body

    plate = "鲁P12345".encode("gbk")
    body = bytes(4) + b"MAKER" + b"MODEL".ljust(20, b"\0") + b"0000001" + b"\x02" + plate
    with gateway.line("jt808") as line:
        for serial in (1, 2):
            line.sendall(with_bit_2019(jt808_frame(0x0100, body, serial=serial)))
        key = str(asked(line, jt808_frame(0x0100, body, serial=3))["auth_code"]).encode()
        assert asked(line, jt808_frame(0x0102, key))["result"] == 0
        assert asked(line, jt808_frame(0x0200, position(BEGIN)))["result"] == 0
    assert gateway.stored(series(code, "lon")) == Counter({115.98: 1})
    assert learns(code, header_2013="learned")


def test_a_device_nobody_has_adopted_is_learned_of_as_well(gateway: Gateway, cast: Cast) -> None:
    with gateway.line("hj212") as line:
        assert teach(line, [dust(n, "LC77") for n in (1, 2, 3)])[:2] == [None, None]
    assert learns("LC77", modbus_high_first="learned")
    assert within(10, lambda: Device.objects.filter(code="LC77", state="waiting").exists())
    assert Device.objects.get(code="LC77").seen == {"a34002-Rtd": 3.0}
    client = Client()
    client.force_login(cast.leader)
    assert "LC77" in client.get("/monitoring/dialects/").content.decode()
    assert Link.objects.filter(door="hj212", faults__gt=0).exists()


def test_a_name_the_database_cannot_store_is_not_learned_and_keeps_no_alarm_back(
    gateway: Gateway, cast: Cast
) -> None:
    """PostgreSQL takes no text with a zero in it."""
    make_device("JS-900")
    with gateway.line("hj212") as line:
        teach(line, [dust(n, "LC\0\x01") for n in (1, 2, 3, 4)])
    assert within(15, lambda: Unread.objects.filter(link__door="hj212").count() == 4)
    body = b"\n".join(
        json_line(30, BEGIN + timedelta(seconds=30 * n), device="JS-900") for n in range(4)
    )
    assert within(15, lambda: gateway.send(body)[1]["kept"] == 4)
    assert within(10, Alarm.objects.exists)
    assert not Dialect.objects.exists()
    assert Said.objects.get().trouble == ""
