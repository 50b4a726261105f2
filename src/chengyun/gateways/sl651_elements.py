"""The elements of a SL 651 body: their names, and their values as binary-coded decimals.

Source: SL 651-2014, appendix C (identifiers and definitions) and D (F4 to FC, twelve values of an hour).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NAMES = {
    0x03: "water_temp",
    0x0E: "groundwater_depth",
    0x1A: "rain_1h",
    0x1F: "rain_day",
    0x20: "rain_current",
    0x22: "rain_5min",
    0x26: "rain_total",
    0x27: "flow_inst",
    0x37: "velocity_inst",
    0x38: "voltage",
    0x39: "stage_river",
    0x45: "status_alarm",
    0xF4: "rain_5min_1h",
    **{0xF5 + n: f"stage_5min_1h_{n + 1}" for n in range(8)},
}
RAIN, STAGES, STATUS = 0xF4, range(0xF5, 0xFD), 0x45
IN_TEXT = {
    "P1": "rain_1h",
    "PD": "rain_day",
    "PJ": "rain_current",
    "PN05": "rain_5min",
    "PT": "rain_total",
    "Q": "flow_inst",
    "VT": "voltage",
    "Z": "stage_river",
}
"""What a frame in text calls them."""
OBSERVED, WIDER = b"\xf0\xf0", 0xFF
"""A further time of observation; the mark of an identifier of two bytes."""


class Overrun(Exception):
    """An element says it is longer than what is left of the body."""


def elements_of(body: bytes) -> list[dict[str, Any]]:
    """The elements in their order: identifier, definition, the bytes, and the value they stand for.

    Raises Overrun.
    """
    return [element for _, element in observed(body)]


def observed(body: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements with the time of observation (``yyMMddHHmm``) that stands before them. Raises Overrun."""
    place, time = 0, ""
    while place < len(body):
        if body.startswith(OBSERVED, place):
            time = body[place + 2 : place + 7].hex()
            place += 7
            continue
        wide = 2 if body[place] == WIDER else 1
        data = place + wide + 1
        if data > len(body) or data + (body[data - 1] >> 3) > len(body):
            raise Overrun
        end = data + (body[data - 1] >> 3)
        yield time, _element(body[place : data - 1], body[data - 1], body[data:end])
        place = end


def _element(code: bytes, definition: int, data: bytes) -> dict[str, Any]:
    key = int.from_bytes(code)
    told: dict[str, Any] = {"id": code.hex().upper(), "def": f"{definition:02X}", "hex": data.hex()}
    if key in NAMES:
        told["name"] = NAMES[key]
    if key == RAIN:
        return told | {"values": _series(data, 1, 10)}
    if key in STAGES:
        return told | {"values": _series(data, 2, 100)}
    if key == STATUS:
        return told | {"value": int.from_bytes(data)}
    return told | _value(data.hex(), definition & 7)


def _series(data: bytes, width: int, parts: int) -> list[float | None]:
    """Whole numbers of one width, in parts of the unit; all ones is a value that is missing."""
    missing = (1 << 8 * width) - 1
    numbers = [int.from_bytes(data[n : n + width]) for n in range(0, len(data) - width + 1, width)]
    return [None if number == missing else number / parts for number in numbers]


def _value(digits: str, decimals: int) -> dict[str, Any]:
    """Digits with so many decimals; a leading FF is a minus, nothing but F a value that is missing."""
    if digits and set(digits) == {"f"}:
        return {"value": None}
    sign, digits = (-1, digits[2:]) if digits.startswith("ff") else (1, digits)
    if not digits.isdecimal():
        return {"value_error": "not_bcd"}
    number = sign * int(digits)
    return {"value": number / 10**decimals if decimals else number}
