"""What the bodies of JT/T 808 messages say, by the number of the message.

Source: JT/T 808-2019, 8.5 (registration), 8.8 (identification), 8.12 (position) with table 27 (additional items), 8.49
(batches). A reader raises IndexError for a body that is too short.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

POSITION = 28
BITS = (("acc_on", 0), ("fixed", 1), ("south", 2), ("west", 3))
ITEMS = {
    0x01: "mileage_tenth_km",
    0x02: "fuel_tenth_l",
    0x03: "recorder_speed_tenth_kmh",
    0x30: "signal_strength",
    0x31: "gnss_satellites",
}
"""Additional items that are one whole number."""
REGISTERED = {2011: (5, 8, 7), 2013: (5, 20, 7), 2019: (11, 30, 30)}
"""Bytes of maker, model and terminal by edition."""


def _number(body: bytes, begin: int, width: int) -> int:
    if len(body) < begin + width:
        raise IndexError
    return int.from_bytes(body[begin : begin + width])


def _text(part: bytes) -> str:
    return part.decode("gbk", "replace").strip("\0")


def position(body: bytes) -> dict[str, Any]:
    """0200: position and state, then additional items."""
    found: dict[str, Any] = {
        "alarm_flag": _number(body, 0, 4),
        "status_flag": (status := _number(body, 4, 4)),
        "latitude_e6": _number(body, 8, 4),
        "longitude_e6": _number(body, 12, 4),
        "altitude_m": _number(body, 16, 2),
        "speed_tenth_kmh": _number(body, 18, 2),
        "direction_deg": _number(body, 20, 2),
        "time_bcd": body[22:POSITION].hex(),
        **{name: bool(status >> bit & 1) for name, bit in BITS},
    }
    if len(body) < POSITION:
        raise IndexError
    return found | _items(body[POSITION:])


def _items(rest: bytes) -> dict[str, Any]:
    """Additional items: number, length, bytes; what is cut off at the end is told as it came."""
    items: list[dict[str, Any]] = []
    known: dict[str, Any] = {}
    whole = rest
    while len(rest) >= 2 and len(rest) >= 2 + rest[1]:
        data = rest[2 : 2 + rest[1]]
        items.append({"id": rest[0], "len": rest[1], "hex": data.hex()})
        if rest[0] in ITEMS and data:
            known[ITEMS[rest[0]]] = int.from_bytes(data)
        rest = rest[2 + rest[1] :]
    found: dict[str, Any] = {"extras": items} if whole else {}
    return found | ({"extras_trailing_bad_hex": rest.hex()} if rest else {}) | known


def _position(body: bytes, later: bool) -> dict[str, Any]:
    return position(body)


def _asked_position(body: bytes, later: bool) -> dict[str, Any]:
    return {"reply_serial": _number(body, 0, 2), "location": position(body[2:])}


def _batch(body: bytes, later: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"count": _number(body, 0, 2), "batch_type": _number(body, 2, 1)}
    items, place = list[dict[str, Any]](), 3
    while place < len(body):
        length = _number(body, place, 2)
        if len(body) < place + 2 + length:
            return {"body_error": "batch_item_overrun"}
        items.append(position(body[place + 2 : place + 2 + length]))
        place += 2 + length
    return found | {"items": items}


def _registration(body: bytes, later: bool) -> dict[str, Any]:
    edition = 2019 if later else 2013 if len(body) >= 37 else 2011
    place = 4
    found: dict[str, Any] = {"province": _number(body, 0, 2), "city": _number(body, 2, 2)}
    for name, width in zip(("maker_id", "model", "terminal_id"), REGISTERED[edition], strict=True):
        found[name] = _text(body[place : place + width])
        place += width
    return found | {"plate_color": _number(body, place, 1), "plate": _text(body[place + 1 :])}


def _identification(body: bytes, later: bool) -> dict[str, Any]:
    if not later:
        return {"auth_code": _text(body)}
    length = _number(body, 0, 1)
    rest = body[1 + length :]
    return {
        "auth_code": _text(body[1 : 1 + length]),
        "imei": _text(rest[:15]),
        "software_version": _text(rest[15:35]),
    }


def _general_answer(body: bytes, later: bool) -> dict[str, Any]:
    if len(body) != 5:  # some terminals add what no edition knows; it is no answer to us
        return {}
    return {
        "reply_serial": _number(body, 0, 2),
        "reply_msg_id": _number(body, 2, 2),
        "result": _number(body, 4, 1),
    }


def _registered(body: bytes, later: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"reply_serial": _number(body, 0, 2), "result": _number(body, 2, 1)}
    return found | ({"auth_code": _text(body[3:])} if found["result"] == 0 else {})


BODIES: dict[int, Callable[[bytes, bool], dict[str, Any]]] = {
    0x0001: _general_answer,
    0x0100: _registration,
    0x0102: _identification,
    0x0200: _position,
    0x0201: _asked_position,
    0x0704: _batch,
    0x8001: _general_answer,
    0x8100: _registered,
}
