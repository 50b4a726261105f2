"""SL 651-2014: rain and water level stations, in hexadecimal and in text.

Source: SL 651-2014, 6.6 (frame), appendix B (functions), C (elements), D (time series of an hour). A frame going up in
hexadecimal is ``7E7E``, centre, station, password, function, direction and length, ``02``, the body, its end, and the
CRC-16/MODBUS of all before, high byte first; going down the station stands before the centre. In text it begins with
01 and all fields are written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chengyun.gateways import sl651_elements as elements
from chengyun.gateways.faults import Fault
from chengyun.gateways.hj212 import modbus
from chengyun.gateways.sl651_elements import IN_TEXT, Overrun, elements_of

START = b"\x7e\x7e"
HEAD, TAIL = 14, 3
"""Bytes before the body and from its end on."""
TEXT = re.compile(rb"\x01([0-9A-F]{2})([0-9A-F]{10})([0-9A-F]{4})([0-9A-F]{2})([0-9A-F]{4})\x02")
TEXT_HEAD, TEXT_TAIL = 24, 5
SYN = 0x16
PARTED = 3
"""Bytes that number the packets of one message."""
BEFORE_TIME = 16
"""Bytes of serial, time of sending, station and its class, which come before the time of observation."""
DOWN = 8
ENDS = {
    0x03: "ETX",
    0x17: "ETB",
    0x05: "ENQ",
    0x06: "ACK",
    0x15: "NAK",
    0x04: "EOT",
    0x1B: "ESC",
}
FUNCTIONS = {
    0x2F: "link_keepalive",
    0x30: "test",
    0x31: "uniform",
    0x32: "timed",
    0x33: "added",
    0x34: "hourly",
    0x35: "manual",
    0x36: "picture",
    0x37: "query_realtime",
    0x38: "query_period",
    0x39: "query_manual",
    0x3A: "query_element",
    0x40: "set_basic",
    0x41: "query_basic",
    0x42: "set_run",
    0x43: "query_run",
    0x44: "query_pump",
    0x45: "query_version",
    0x46: "query_status",
    0x47: "init_storage",
    0x48: "factory_reset",
    0x49: "change_password",
    0x4A: "set_clock",
    0x4B: "set_ic",
    0x4C: "pump_control",
    0x4D: "valve_control",
    0x4E: "gate_control",
    0x4F: "water_quota",
    0x50: "query_events",
    0x51: "query_clock",
}


def frames(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole frames, of both kinds, at the beginning of a stream, and what is left for the next bytes to follow.

    What lies between frames is passed over; no more than one frame of the greatest length (4,112 bytes) is left.
    """
    found: list[bytes] = []
    while True:
        begin = _begin(stream)
        stream = stream[begin:]
        end = _end(stream)
        if end is None:
            return found, stream
        if end:
            found.append(stream[:end])
        stream = stream[max(end, 1) :]


def _begin(stream: bytes) -> int:
    """Where the first frame may begin; the end of the stream when none does."""
    places = [place for mark in (START, b"\x01") if (place := stream.find(mark)) >= 0]
    if stream.endswith(START[:1]):
        places.append(len(stream) - 1)
    return min(places, default=len(stream))


def _end(stream: bytes) -> int | None:
    """Where the frame at the beginning ends: 0 when it is none, None when more bytes have to come.

    A stray mark may say any length: where a whole frame stands behind one that is wrong or not whole, it was none.
    """
    end = _told_end(stream)
    if end == 0 or (end and _holds(stream[:end])) or not _another(stream):
        return end
    return 0


def _another(stream: bytes) -> bool:
    """Whether a whole frame whose CRC is right stands further on."""
    place = _begin(stream[1:]) + 1
    while place < len(stream):
        end = _told_end(stream[place:])
        if end and _holds(stream[place : place + end]):
            return True
        place += _begin(stream[place + 1 :]) + 1
    return False


def _holds(frame: bytes) -> bool:
    """Whether the CRC of a frame of either kind is right."""
    if frame.startswith(START):
        return frame[-2:] == modbus(frame[:-2]).to_bytes(2)
    return frame[-4:].upper() == f"{modbus(frame[:-4]):04X}".encode()


def _told_end(stream: bytes) -> int | None:
    """Where the frame at the beginning ends by the length it tells: 0 when it is none, None when bytes are missing."""
    if not stream:
        return None
    head, tail = (HEAD, TAIL) if stream[:1] == START[:1] else (TEXT_HEAD, TEXT_TAIL)
    if len(stream) < head:
        return None
    body = _length(stream)
    if body < 0:
        return 0
    if len(stream) < head + body + tail:
        return None
    return head + body + tail if stream[head + body] in ENDS else 0


def _length(stream: bytes) -> int:
    """The bytes of the body a frame tells; -1 when it is none."""
    if stream.startswith(START):
        return int.from_bytes(stream[11:13]) & 0xFFF
    match = TEXT.match(stream)
    return int(match[5], 16) & 0xFFF if match else -1


def decode(frame: bytes, *, strict: bool = True, swapped: bool = False) -> dict[str, Any]:
    """The fields of a frame of either kind; ``swapped``: its CRC has the low byte first.

    Codes stay the hexadecimal digits they are; times are ``yyMMddHHmmss`` and ``yyMMddHHmm``; the values of
    ``elements`` have the decimals the frame gives them, in the unit of the standard. Raises Fault; not ``strict``,
    only for what is no frame at all.
    """
    if frame.startswith(START) and len(frame) >= HEAD:
        return _hexadecimal(frame, strict, swapped)
    if TEXT.match(frame) and len(frame) >= TEXT_HEAD + TEXT_TAIL:
        return _text(frame, strict, swapped)
    raise Fault("not_a_frame", "不是 SL 651 帧：十六进制以 7E7E 开头，文本以 01 开头。")


def _hexadecimal(frame: bytes, strict: bool, swapped: bool) -> dict[str, Any]:
    told = int.from_bytes(frame[11:13])
    length, down = told & 0xFFF, told >> 12 == DOWN
    body, rest = frame[HEAD : HEAD + length], frame[HEAD + length :]
    fits = len(rest) == TAIL and len(body) == length
    computed = _crc(frame[: HEAD + length + 1], swapped)
    summed = fits and rest[1:].hex().upper() == computed
    if strict:
        _check(fits, length, len(body), summed, computed)
    return {
        "direction": "down" if down else "up",
        "func": f"{frame[10]:02X}",
        **({"func_name": FUNCTIONS[frame[10]]} if frame[10] in FUNCTIONS else {}),
        "password": frame[8:10].hex(),
        "length": length,
        "start_char": f"{frame[13]:02x}",
        **_addresses(frame[2:8], down),
        "length_ok": fits,
        **({"end_char": ENDS[rest[0]]} if rest and rest[0] in ENDS else {}),
        "crc_ok": summed,
        **_body(body, frame[13] == SYN),
    }


def _crc(before: bytes, swapped: bool) -> str:
    return modbus(before).to_bytes(2, "little" if swapped else "big").hex().upper()


def _check(fits: bool, length: int, there: int, summed: bool, computed: str) -> None:
    if not fits:
        raise Fault("length_mismatch", f"正文写的是 {length} 字节，有 {there} 字节，结尾对不上。")
    if not summed:
        raise Fault("bad_crc", f"CRC 不对，算得 {computed}。")


def _addresses(six: bytes, down: bool) -> dict[str, str]:
    if down:
        return {"station": six[:5].hex(), "center": six[5:].hex()}
    return {"center": six[:1].hex(), "station": six[1:].hex()}


def _body(body: bytes, parted: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if parted and len(body) >= 3:
        number = int.from_bytes(body[:3])
        found, body = {"packets": number >> 12, "packet": number & 0xFFF}, body[3:]
    if len(body) < 8:
        return found
    found |= {"serial": body[:2].hex(), "send_time": body[2:8].hex()}
    body = body[8:]
    if not body.startswith(b"\xf1\xf1") or len(body) < 7:
        return found
    found["body_station"] = body[2:7].hex()
    if len(body) < 8:
        return found
    found["station_class"], body = f"{body[7]:02X}", body[8:]
    if not body.startswith(b"\xf0\xf0") or len(body) < 7:
        return found
    found["obs_time"] = body[2:7].hex()
    try:
        found["elements"] = elements_of(body[7:])
    except Overrun:
        found["elements_error"] = "element_overrun"
    return found


def _text(frame: bytes, strict: bool, swapped: bool) -> dict[str, Any]:
    match = TEXT.match(frame)
    assert match is not None
    center, station, password, function, told = (part.decode() for part in match.groups())
    length = int(told, 16) & 0xFFF
    body, rest = frame[TEXT_HEAD : TEXT_HEAD + length], frame[TEXT_HEAD + length :]
    computed, given = _crc(frame[: TEXT_HEAD + length + 1], swapped), rest[1:].decode("latin-1")
    if strict:
        fits = len(rest) == TEXT_TAIL
        _check(fits, length, len(body), given.upper() == computed, computed)
    words = body[16:].decode("latin-1").split()
    named = dict(zip(words[::2], words[1::2], strict=False))
    return {
        "encoding": "ASCII",
        "center": center,
        "station": station,
        "password": password,
        "func": function,
        "length": length,
        "serial": body[:4].decode("latin-1"),
        "send_time": body[4:16].decode("latin-1"),
        **_said(words, named),
        "crc": given,
        "crc_computed": computed,
    }


def _said(words: list[str], named: dict[str, str]) -> dict[str, Any]:
    """``ST`` station and class, ``TT`` the time of observation, then names and values in turn."""
    if words[:1] == ["ST"] and len(words) > 2:
        kind, rest = words[2], words[3:]
        named = dict(zip(rest[::2], rest[1::2], strict=False))
        found: dict[str, Any] = {"station_class": kind}
    else:
        found = {}
    if "TT" in named:
        found["obs_time"] = named.pop("TT")
    return found | {"elements": {name: _number(text) for name, text in named.items()}}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def observed(frame: bytes, up: dict[str, Any]) -> Iterator[tuple[str, str, list[float | None]]]:
    """When (``yyMMddHHmm``), what, and the values of a frame that was decoded; several are five minutes apart each."""
    if "elements" not in up:
        return
    if up.get("encoding") == "ASCII":
        for name, value in up["elements"].items():
            if not isinstance(value, str):
                yield up.get("obs_time", ""), IN_TEXT.get(name, name), [value]
        return
    begin = HEAD + (PARTED if frame[13] == SYN else 0) + BEFORE_TIME
    for time, element in elements.observed(frame[begin : HEAD + up["length"]]):
        values = element.get("values", [element.get("value")])
        yield time, element.get("name", element["id"]), values


def answer(up: dict[str, Any], clock: str, *, more: bool = False) -> bytes:
    """The answer to a frame that was decoded, in its kind: its serial, our clock (yyMMddHHmmss), and ACK or EOT.

    ``more``: the station is asked to stay (ACK), else it may go (EOT).
    """
    serial: str = up.get("serial", "0000")
    end = b"\x06" if more else b"\x04"
    if up.get("encoding") == "ASCII":
        length = f"{DOWN:X}{len(serial + clock):03X}"
        text = up["station"] + up["center"] + up["password"] + up["func"] + length
        whole: bytes = b"\x01" + text.encode() + b"\x02" + (serial + clock).encode() + end
        return whole + f"{modbus(whole):04X}".encode()
    body = bytes.fromhex(serial) + bytes.fromhex(clock)
    head = bytes.fromhex(up["station"] + up["center"] + up["password"] + up["func"])
    told = (DOWN << 12 | len(body)).to_bytes(2)
    frame = START + head + told + b"\x02" + body + end
    return frame + modbus(frame).to_bytes(2)
