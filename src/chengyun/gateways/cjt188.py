"""CJ/T 188: frames of water, heat and gas meters.

Source: CJ/T 188-2018, 5 (frame) and appendix B (data). A frame is any number of FE, 68, the type of meter, the address
of 7 bytes (lowest first), control, length, data, the sum of all bytes from 68 on, and 16. The unit of an amount stands
behind its digits; some heat meters send it before them, which the five units of their data show.
"""

from __future__ import annotations

from typing import Any

from chengyun.gateways.faults import Fault

PREAMBLE, START, END = 0xFE, 0x68, 0x16
BEFORE, AFTER = 11, 2
"""Bytes from 68 to the length, and behind the data."""
TYPES = {
    0x10: "cold_water",
    0x11: "hot_water",
    0x12: "drinking_water",
    0x13: "reclaimed_water",
    0x20: "heat",
    0x21: "cooling",
    0x30: "gas",
    0x40: "other",
}
UNITS = {
    0x02: "Wh",
    0x05: "kWh",
    0x08: "MWh",
    0x0A: "MWh*100",
    0x01: "J",
    0x0B: "kJ",
    0x0E: "MJ",
    0x11: "GJ",
    0x13: "GJ*100",
    0x14: "W",
    0x17: "kW",
    0x1A: "MW",
    0x29: "L",
    0x2C: "m3",
    0x32: "L/h",
    0x35: "m3/h",
}
REPLY, ERROR = 0x80, 0x40
METERED = ("901f", "1f90")
"""The data "metered now", in the byte order of the standard and of some meters."""
LONG_ENOUGH = 22
COUNTS = range(0x10, 0x20), range(0x30, 0x40)
"""Water and gas, whose metered data is total, settled total, clock and state."""
HEATS = range(0x20, 0x30)
HEAT_LENGTH = 46
ENERGY, POWER = {0x01, 0x02, 0x05, 0x08, 0x0A, 0x0B, 0x0E, 0x11, 0x13}, {0x14, 0x17, 0x1A}
HEAT_AMOUNTS = (
    ("settled", ENERGY, 2),
    ("total", ENERGY, 2),
    ("power", POWER, 2),
    ("flow", {0x32, 0x35}, 4),
    ("volume", {0x29, 0x2C}, 2),
)
"""What a heat meter tells first: a name, the units it may have, and its decimals."""
AMOUNT = 5


def frames(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole frames at the beginning of a stream, with their FE, and what is left for the next bytes to follow.

    A frame is only taken where its last byte is 16; what lies between frames is passed over.
    """
    found: list[bytes] = []
    place = 0
    while (begin := stream.find(START, place)) >= 0:
        end = (
            begin
            + BEFORE
            + (stream[begin + BEFORE - 1] if len(stream) >= begin + BEFORE else 0)
            + AFTER
        )
        if len(stream) < end:
            return found, stream[_preamble(stream, begin, place) :]
        if stream[end - 1] == END:
            found.append(stream[_preamble(stream, begin, place) : end])
            place = end
        else:
            place = begin + 1
    return found, stream[_preamble(stream, len(stream), place) :]


def _preamble(stream: bytes, begin: int, least: int) -> int:
    """Where the FE before a place begin."""
    while begin > least and stream[begin - 1] == PREAMBLE:
        begin -= 1
    return begin


def decode(frame: bytes, *, strict: bool = True) -> dict[str, Any]:
    """The fields of a frame; the address highest byte first, in hexadecimal.

    ``total`` and ``settled`` are in ``total_unit`` and ``settled_unit``, as the meter counts (two decimals). Raises
    Fault; not ``strict``, only for what is no frame at all.
    """
    body = frame.lstrip(bytes((PREAMBLE,)))
    if len(body) < BEFORE + AFTER or body[0] != START:
        raise Fault("not_a_frame", "不是 CJ/T 188 帧：要以 68 开头，至少 13 字节。")
    length = body[BEFORE - 1]
    data, rest = body[BEFORE : BEFORE + length], body[BEFORE + length :]
    summed = bool(rest) and sum(body[: BEFORE + length]) % 256 == rest[0]
    if strict:
        _check(length, len(data), rest, summed)
    control = body[9]
    return {
        "preamble_fe": len(frame) - len(body),
        "meter_type": body[1],
        "meter_type_name": TYPES.get(body[1], "unknown"),
        "address": body[2:9][::-1].hex(),
        "control": control,
        "is_reply": bool(control & REPLY),
        "error": bool(control & ERROR),
        "data_len": length,
        "data_hex": data.hex(),
        "checksum_ok": summed,
        **_data(body[1], control, data),
    }


def _check(length: int, there: int, rest: bytes, summed: bool) -> None:
    if there != length or len(rest) != AFTER or rest[-1] != END:
        raise Fault("length_mismatch", f"数据长度写的是 {length}，帧的结尾对不上。")
    if not summed:
        raise Fault("bad_checksum", f"校验和不对：帧里是 {rest[0]:02X}。")


def _data(kind: int, control: int, data: bytes) -> dict[str, Any]:
    if control & ERROR:
        return {"serial": data[0]} if data else {}
    if len(data) < 3:
        return {}
    named = {"data_id_bytes": data[:2].hex(), "serial": data[2]}
    if not control & REPLY or named["data_id_bytes"] not in METERED:
        return named
    if any(kind in span for span in COUNTS) and len(data) >= LONG_ENOUGH:
        return named | _metered(data[3:])
    if kind in HEATS and len(data) >= HEAT_LENGTH:
        return named | _heat(data[3:])
    return named


def _metered(data: bytes) -> dict[str, Any]:
    return {
        **_amount("total", data[:5]),
        **_amount("settled", data[5:10]),
        "clock_bcd": data[10:17][::-1].hex(),
        "status_hex": data[17:19].hex(),
    }


def _heat(data: bytes) -> dict[str, Any]:
    """What a heat meter tells; nothing where its units do not show in which order they stand."""
    parts = [data[AMOUNT * n : AMOUNT * (n + 1)] for n in range(len(HEAT_AMOUNTS))]
    turned = [part[1:] + part[:1] for part in parts]
    fitting = [order for order in (parts, turned) if _units_fit(order)]
    if len(fitting) != 1:
        return {}
    told: dict[str, Any] = {}
    for (name, _, decimals), part in zip(HEAT_AMOUNTS, fitting[0], strict=True):
        told |= _amount(name, part, decimals)
    rest = data[AMOUNT * len(HEAT_AMOUNTS) :]
    return told | {
        "supply": _number(rest[:3], 2),
        "return": _number(rest[3:6], 2),
        "hours": _number(rest[6:9], 0),
        "clock_bcd": rest[9:16][::-1].hex(),
        "status_hex": rest[16:18].hex(),
    }


def _units_fit(parts: list[bytes]) -> bool:
    return all(part[-1] in units for part, (_, units, _) in zip(parts, HEAT_AMOUNTS, strict=True))


def _amount(name: str, data: bytes, decimals: int = 2) -> dict[str, Any]:
    """Four bytes of decimal digits and the code of the unit."""
    value = _number(data[:4], decimals)
    return {name: value, f"{name}_unit": UNITS.get(data[4], f"{data[4]:02x}")}


def _number(data: bytes, decimals: int) -> float | None:
    """Decimal digits, two a byte, lowest first; None where they are none."""
    digits = data[::-1].hex()
    return int(digits) / 10**decimals if digits.isdecimal() else None
