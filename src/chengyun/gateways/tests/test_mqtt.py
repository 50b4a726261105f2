"""Packets of MQTT 3.1.1, assembled by hand from the tables of the standard, cut anywhere."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.gateways import mqtt
from chengyun.gateways.faults import Fault

CONNECT = (
    bytes.fromhex("10 1b 00 04 4d 51 54 54 04 c2 00 3c 00 05") + b"JS001\x00\x02me\x00\x04pass"
)
PUBLISH = bytes.fromhex("32 13 00 0b") + b"readings/JS" + bytes.fromhex("00 0a") + b'{"a"'
PING = bytes.fromhex("c0 00")


def test_a_connect_says_who_wants_to_speak() -> None:
    packets, rest = mqtt.packets(CONNECT)
    assert rest == b""
    assert mqtt.connect_of(packets[0].body) == mqtt.Connect(
        client="JS001", user="me", password="pass", keep_alive=60
    )


def test_a_publish_says_what_and_how_it_is_answered() -> None:
    (packet,), rest = mqtt.packets(PUBLISH + PUBLISH[:7])
    assert rest == PUBLISH[:7]
    message = mqtt.publish_of(packet)
    assert (message.topic, message.payload, message.qos) == ("readings/JS", b'{"a"', 1)
    assert mqtt.puback(message.packet) == bytes.fromhex("40 02 00 0a")


@given(st.lists(st.integers(0, 60), max_size=12))
def test_a_stream_may_be_cut_anywhere(cuts: list[int]) -> None:
    stream, found, rest, last = CONNECT + PUBLISH + PING, list[mqtt.Packet](), b"", 0
    for cut in [*sorted(cuts), len(stream)]:
        packets, rest = mqtt.packets(rest + stream[last:cut])
        found, last = found + packets, max(last, cut)
    assert rest == b""
    assert [packet.kind for packet in found] == [mqtt.CONNECT, mqtt.PUBLISH, mqtt.PINGREQ]


@pytest.mark.parametrize(
    "stream", [bytes.fromhex("30 ff ff ff ff 01"), bytes.fromhex("30 ff ff ff 7f")]
)
def test_a_length_that_cannot_be_is_a_fault(stream: bytes) -> None:
    with pytest.raises(Fault):
        mqtt.packets(stream)


@given(st.binary(max_size=200))
def test_any_body_is_read_or_a_fault(body: bytes) -> None:
    for read in (
        lambda: mqtt.connect_of(body),
        lambda: mqtt.publish_of(mqtt.Packet(kind=mqtt.PUBLISH, flags=2, body=body)),
        lambda: mqtt.subscriptions(body),
    ):
        with contextlib.suppress(Fault):
            read()
