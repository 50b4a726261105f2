"""What lies between frames leaves a trace, whatever the protocol and however it is cut."""

from __future__ import annotations

import random

import pytest

from chengyun.gateways import cjt188, hj212, jt808, sl651
from chengyun.gateways.lines import noise_in

SEED = 20261130
DUST = hj212.encoded("ST=22;CN=2011;MN=LC0001;CP=&&&&").rstrip(b"\r\n")
METER = bytes.fromhex("6810010000000000008103901f0002")
FRAMES = {
    hj212: DUST,
    jt808: jt808.escaped(bytes.fromhex("0002000001390000000100 07".replace(" ", "")) + b"\x01"),
    cjt188: b"\xfe\xfe" + METER[:-1] + bytes((sum(METER[:-1]) % 256, 0x16)),
}


def noise(decoder: object, stream: bytes) -> tuple[list[bytes], list[bytes], bytes]:
    frames, rest = decoder.frames(stream)  # type: ignore[attr-defined]
    return list(noise_in(stream, frames, rest)), frames, rest


def test_what_stands_between_frames_is_told() -> None:
    told, frames, rest = noise(hj212, b"DTU-01" + DUST + b"\r\n" + DUST + b"\r\nodd\r\n" + DUST[:9])
    assert (told, len(frames), rest) == ([b"DTU-01", b"\r\nodd\r\n"], 2, DUST[:9])
    assert noise(hj212, DUST + b"\r\n" + DUST + b"\r\n")[0] == []


@pytest.mark.parametrize("decoder", [hj212, cjt188], ids=["hj212", "cjt188"])
def test_every_byte_is_of_a_frame_or_told(decoder: object) -> None:
    rng, frame = random.Random(SEED), FRAMES[decoder]  # type: ignore[index]
    for _ in range(200):
        parts = [rng.choice([frame, rng.randbytes(rng.randrange(12))]) for _ in range(6)]
        stream = b"".join(parts)
        told, frames, rest = noise(decoder, stream)
        kept = sum(map(len, told)) + sum(map(len, frames)) + len(rest)
        spaces = len(stream) - kept
        assert 0 <= spaces <= sum(stream.count(each) for each in b"\r\n\0 ")


def test_marks_and_half_frames_are_no_noise() -> None:
    one = FRAMES[jt808]
    assert noise(jt808, one + one)[0] == []
    assert noise(jt808, b"odd" + one + one[:5])[0] == [b"odd"]
    assert noise(sl651, b"\x00\x02\x03")[0] == [b"\x00\x02\x03"]
