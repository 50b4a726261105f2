"""JT/T 808: terminals in vehicles, in the editions of 2011, 2013 and 2019.

Source: JT/T 808-2019, 4.4 (frame, escaping, check byte), 4.4.3 (header), 8 (messages); JT/T 808-2013 for the shorter
header. A frame lies between two bytes 7E; inside, 7E is written 7D 02 and 7D is written 7D 01; its last byte is the
exclusive or of all others.
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Any

from chengyun.gateways.faults import Fault
from chengyun.gateways.jt808_bodies import BODIES

MARK = b"\x7e"
LONGEST = 4096
"""Bytes between two marks at most, escaped; a longer stretch is no frame."""
SHORTEST = 13
"""Bytes of a header of 2013 and the check byte."""
LENGTH, ENCRYPTED, PARTED, EDITION_2019 = 0x3FF, 0x7, 1 << 13, 1 << 14


def frames(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole frames at the beginning of a stream, with both marks, and what is left for the next bytes to follow.

    What lies between two marks is taken for a frame, be its check byte right or wrong; only where it is wrong and what
    follows its second mark is right, its first mark was noise. No more than 4,097 bytes are left.
    """
    found: list[bytes] = []
    begin = stream.find(MARK)
    while begin >= 0:
        end = stream.find(MARK, begin + 1)
        if end < 0:
            break
        following = stream.find(MARK, end + 1)
        if end == begin + 1 or _strays(stream, begin, end, following):
            begin = end
            continue
        found.append(stream[begin : end + 1])
        # The mark behind a wrong one with nothing behind it yet may be the first mark of the next.
        begin = end if following < 0 and not _holds(found[-1]) else following
        if begin == end:
            break
    rest = stream[begin:] if begin >= 0 else b""
    return found, rest if len(rest) <= LONGEST + 1 else b""


def _strays(stream: bytes, begin: int, end: int, following: int) -> bool:
    """Whether the first of three marks is noise, since a frame lies between the two others."""
    if following < 0 or _holds(stream[begin : end + 1]):
        return False
    return _holds(stream[end : following + 1])


def _holds(between: bytes) -> bool:
    """Whether what lies between two marks is as long as a frame must be and its check byte is right."""
    body = unescaped(between)
    return len(body) >= SHORTEST and reduce(xor, body) == 0


def unescaped(frame: bytes) -> bytes:
    """What a frame with its two marks holds, the escapes undone."""
    return frame.strip(MARK).replace(b"\x7d\x02", MARK).replace(b"\x7d\x01", b"\x7d")


def escaped(message: bytes) -> bytes:
    """A whole frame around header and body: check byte, escapes and marks."""
    whole = message + bytes((reduce(xor, message),))
    return MARK + whole.replace(b"\x7d", b"\x7d\x01").replace(MARK, b"\x7d\x02") + MARK


def decode(frame: bytes, *, strict: bool = True, header_2013: bool = False) -> dict[str, Any]:
    """The fields of a frame with its two marks; ``header_2013``: it is of 2013, whatever its properties say.

    Numbers stay the whole numbers they are (degrees × 10⁶, 0.1 km/h, seconds of GMT+8 as ``yyMMddHHmmss``); ``body``
    is there unless the message is encrypted or a part of one. Raises Fault; not ``strict``, only for what is no frame.
    """
    message = unescaped(frame)
    if len(message) < SHORTEST:
        raise Fault(
            "header_too_short", f"消息头至少 12 字节，帧里连校验码只有 {len(message)} 字节。"
        )
    header, body = _split(message[:-1], header_2013)
    summed = reduce(xor, message) == 0
    fits = len(body) == header["body_len"]
    if strict:
        _check(summed, fits, header["body_len"], len(body))
    told = header | {"checksum_ok": summed, "length_ok": fits, "body_hex": body.hex()}
    if header["encrypted"] or header["subpackage"]:
        return told
    return told | {"body": body_of(header["msg_id"], body, edition_2019=header["version_flag"])}


def _check(summed: bool, fits: bool, told: int, there: int) -> None:
    if not summed:
        raise Fault("bad_checksum", "校验码不对。")
    if not fits:
        raise Fault("body_length_mismatch", f"消息体写的是 {told} 字节，有 {there} 字节。")


def _split(message: bytes, header_2013: bool) -> tuple[dict[str, Any], bytes]:
    """The header and what follows it."""
    properties = int.from_bytes(message[2:4])
    later = bool(properties & EDITION_2019) and not header_2013
    digits = 10 if later else 6
    place = 5 if later else 4
    header: dict[str, Any] = {
        "msg_id": int.from_bytes(message[:2]),
        "version_flag": later,
        "phone_bcd": message[place : place + digits].hex(),
        "serial": int.from_bytes(message[place + digits : place + digits + 2]),
        "body_len": properties & LENGTH,
        "encrypted": properties >> 10 & ENCRYPTED,
        "subpackage": bool(properties & PARTED),
    }
    if later:
        header["protocol_version"] = message[4]
    place += digits + 2
    if header["subpackage"]:
        header["sub_total"] = int.from_bytes(message[place : place + 2])
        header["sub_index"] = int.from_bytes(message[place + 2 : place + 4])
        place += 4
    return header, message[place:]


def body_of(msg_id: int, body: bytes, *, edition_2019: bool) -> dict[str, Any]:
    """What the body of a message says; nothing for the messages that say nothing to us."""
    reader = BODIES.get(msg_id)
    if reader is None:
        return {}
    try:
        return reader(body, edition_2019)
    except IndexError:
        return {"body_error": "too_short"}


class Parts:
    """The parts of long messages, put together again.

    One terminal has one message of one kind under way at a time: the first part of another drops what was there.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], dict[int, bytes]] = {}

    def take(self, part: dict[str, Any]) -> bytes | None:
        """Take a part that was decoded; the whole body once all are there. Raises Fault for numbers that cannot be."""
        total, index = part["sub_total"], part["sub_index"]
        if not 1 <= index <= total:
            raise Fault("bad_subpackage", f"分包序号 {index} 不在 1 到 {total} 之间。")
        key = (part["phone_bcd"], part["msg_id"])
        kept = {} if index == 1 else self._kept.get(key, {})
        kept[index] = bytes.fromhex(part["body_hex"])
        self._kept[key] = kept
        if len(kept) < total:
            return None
        del self._kept[key]
        return b"".join(kept[n] for n in sorted(kept))


def answer(up: dict[str, Any], msg_id: int, body: bytes, serial: int) -> bytes:
    """A message to the terminal that sent ``up``, in the edition it speaks."""
    properties = len(body) | (EDITION_2019 if up["version_flag"] else 0)
    version = bytes((up["protocol_version"],)) if up["version_flag"] else b""
    phone = bytes.fromhex(up["phone_bcd"])
    head = msg_id.to_bytes(2) + properties.to_bytes(2) + version + phone + serial.to_bytes(2)
    return escaped(head + body)


def general_answer(up: dict[str, Any], serial: int, result: int = 0) -> bytes:
    """8001: taken (0), failed (1), wrong (2), not supported (3), alarm taken (4)."""
    body = up["serial"].to_bytes(2) + up["msg_id"].to_bytes(2) + bytes((result,))
    return answer(up, 0x8001, body, serial)


def register_answer(up: dict[str, Any], serial: int, result: int, code: str = "") -> bytes:
    """8100: registered (0), and the code with which the terminal identifies itself from now on, or why not.

    ``result``: vehicle registered already (1), no such vehicle (2), terminal registered already (3), no such (4).
    """
    body = up["serial"].to_bytes(2) + bytes((result,)) + code.encode("gbk")
    return answer(up, 0x8100, body, serial)
