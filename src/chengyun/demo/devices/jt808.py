"""A terminal in a vehicle: what it sends, and how it finds the answers it waits for.

Written from JT/T 808-2019 (4.4 frame, 4.4.3 header, 8.2, 8.5, 8.8, 8.12 with table 27, 8.49) and JT/T 808-2013, whose
header and fields are shorter; it knows nothing of the gateway's decoder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import reduce
from operator import xor
from typing import Literal

HEARTBEAT, REGISTER, IDENTIFY, POSITION, BATCH = 0x0002, 0x0100, 0x0102, 0x0200, 0x0704
ANSWER, REGISTERED = 0x8001, 0x8100
EDITION_2019 = 1 << 14
LONGEST = 0x3FF
MARK = b"\x7e"
BEIJING = timezone(timedelta(hours=8))
WIDTHS = {2013: (5, 20, 7), 2019: (11, 30, 30)}
"""Bytes of maker, model and terminal in a registration."""
IMEI, SOFTWARE = 15, 20
MILEAGE, FUEL, SPEED, SIGNAL, SATELLITES = (0x01, 4), (0x02, 2), (0x03, 2), (0x30, 1), (0x31, 1)
"""Additional items that are one whole number: their number, and their bytes."""
ACC_ON, FIXED = 1, 2
"""Bits of the state: the engine runs, the position is fixed."""
Item = tuple[int, bytes]


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a vehicle was: degrees, metres, 0.1 km/h, degrees from north; ``items`` are additional."""

    at: datetime
    latitude: float
    longitude: float
    altitude: int = 0
    speed: int = 0
    direction: int = 0
    alarm: int = 0
    state: int = ACC_ON | FIXED
    items: tuple[Item, ...] = ()

    def encoded(self) -> bytes:
        """28 bytes and the additional items."""
        parts = [
            self.alarm.to_bytes(4),
            self.state.to_bytes(4),
            round(self.latitude * 1e6).to_bytes(4),
            round(self.longitude * 1e6).to_bytes(4),
            self.altitude.to_bytes(2),
            self.speed.to_bytes(2),
            self.direction.to_bytes(2),
            bytes.fromhex(self.at.astimezone(BEIJING).strftime("%y%m%d%H%M%S")),
            *(bytes((number, len(data))) + data for number, data in self.items),
        ]
        return b"".join(parts)


def item(kind: tuple[int, int], value: int) -> Item:
    """An additional item: ``item(MILEAGE, 1234)``."""
    number, width = kind
    return number, value.to_bytes(width)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Who a terminal says it is; ``province`` and ``city`` by GB/T 2260."""

    province: int
    city: int
    maker: str
    model: str
    terminal: str
    colour: int
    plate: str


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """A terminal by its phone number; ``version`` is the protocol's, told since 2019."""

    phone: str
    edition: Literal[2013, 2019] = 2019
    version: int = 1

    def message(self, number: int, body: bytes, serial: int) -> bytes:
        """A whole frame: header, body, check byte, escapes, marks."""
        if len(body) > LONGEST:
            raise ValueError(f"a body has at most {LONGEST} bytes, not {len(body)}")
        later = self.edition == 2019
        properties = len(body) | (EDITION_2019 if later else 0)
        version = bytes((self.version,)) if later else b""
        phone = bytes.fromhex(self.phone.zfill(20 if later else 12))
        head = number.to_bytes(2) + properties.to_bytes(2) + version + phone + serial.to_bytes(2)
        return framed(head + body)

    def register(self, who: Registration, serial: int) -> bytes:
        """0100."""
        texts = zip((who.maker, who.model, who.terminal), WIDTHS[self.edition], strict=True)
        body = who.province.to_bytes(2) + who.city.to_bytes(2)
        body += b"".join(_padded(text, width) for text, width in texts)
        body += bytes((who.colour,)) + who.plate.encode("gbk")
        return self.message(REGISTER, body, serial)

    def identify(self, code: str, serial: int, *, imei: str = "", software: str = "") -> bytes:
        """0102: the code the registration was answered with; since 2019 also the terminal's own numbers."""
        told = code.encode("gbk")
        if self.edition == 2019:
            told = bytes((len(told),)) + told + _padded(imei, IMEI) + _padded(software, SOFTWARE)
        return self.message(IDENTIFY, told, serial)

    def heartbeat(self, serial: int) -> bytes:
        """0002."""
        return self.message(HEARTBEAT, b"", serial)

    def position(self, where: Position, serial: int) -> bytes:
        """0200."""
        return self.message(POSITION, where.encoded(), serial)

    def batch(self, places: Sequence[Position], serial: int, *, late: bool = True) -> bytes:
        """0704; ``late``: of a time without a network."""
        parts = [place.encoded() for place in places]
        body = len(parts).to_bytes(2) + bytes((late,))
        body += b"".join(len(part).to_bytes(2) + part for part in parts)
        return self.message(BATCH, body, serial)


def _padded(text: str, width: int) -> bytes:
    return text.encode("gbk").ljust(width, b"\0")


def framed(message: bytes) -> bytes:
    """Check byte, escapes and marks around header and body."""
    whole = message + bytes((reduce(xor, message),))
    return MARK + whole.replace(b"\x7d", b"\x7d\x01").replace(MARK, b"\x7d\x02") + MARK


def _messages(received: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole messages from the platform: number and body."""
    for part in received.split(MARK):
        whole = part.replace(b"\x7d\x02", MARK).replace(b"\x7d\x01", b"\x7d")
        if len(whole) > 12 and reduce(xor, whole) == 0:
            begin = 17 if int.from_bytes(whole[2:4]) & EDITION_2019 else 12
            yield int.from_bytes(whole[:2]), whole[begin:-1]


def answered(received: bytes, number: int, serial: int) -> int | None:
    """How the platform answered a message (0: taken); None while it has not."""
    asked = serial.to_bytes(2) + number.to_bytes(2)
    found = (body[4] for kind, body in _messages(received) if kind == ANSWER and body[:4] == asked)
    return next(found, None)


def registered(received: bytes, serial: int) -> tuple[int, str] | None:
    """How a registration was answered (0: taken) and the code to identify with; None while it was not."""
    for kind, body in _messages(received):
        if kind == REGISTERED and body[:2] == serial.to_bytes(2):
            return body[2], body[3:].decode("gbk", "replace")
    return None
