"""A station of rain and water level: what it sends, and how it finds the answers it waits for.

Written from SL 651-2014 (6.6 frame, appendix B functions, C elements and their definitions); it knows nothing of the
gateway's decoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

TIMED, ADDED, HOURLY = 0x32, 0x33, 0x34
RAIN_NOW, RAIN_5_MINUTES, RAIN_HOUR, RAIN_TOTAL = "20", "22", "1A", "26"
STAGE, VOLTAGE = "39", "38"
RAIN_IN_HOUR, STAGE_IN_HOUR = "F4", "F5"
"""Twelve values of five minutes each: rain in 0.1 mm, the first water level in cm."""
MISSING = {1: 0xFF, 2: 0xFFFF}
"""A value that is not there, by its bytes."""
BEIJING = timezone(timedelta(hours=8))
STX, ETX = b"\x02", b"\x03"
ENDS_OF_ANSWERS = (0x04, 0x06)
"""EOT and ACK; NAK and whatever else asks for the message again."""
POLYNOMIAL = 0xA001


@dataclass(frozen=True, kw_only=True)
class Element:
    """A quantity in a body: identifier, definition and bytes."""

    code: str
    definition: int
    data: bytes

    def encoded(self) -> bytes:
        return bytes.fromhex(self.code) + bytes((self.definition,)) + self.data


def number(code: str, value: float, *, digits: int, decimals: int) -> Element:
    """Binary-coded decimals; a value below 0 has FF in front."""
    whole = round(abs(value) * 10**decimals)
    data = (b"\xff" if value < 0 else b"") + bytes.fromhex(f"{whole:0{digits}d}")
    return Element(code=code, definition=len(data) << 3 | decimals, data=data)


def series(code: str, values: Sequence[float | None], *, width: int, parts: int) -> Element:
    """The values of an hour as whole numbers of ``width`` bytes, in ``parts`` of the unit; None is missing."""
    whole = [MISSING[width] if value is None else round(value * parts) for value in values]
    data = b"".join(each.to_bytes(width) for each in whole)
    return Element(code=code, definition=len(data) << 3 & 0xFF, data=data)


@dataclass(frozen=True, kw_only=True)
class Station:
    """A station: the centre it reports to, its address, password and class (48 river, 50 rain), in hexadecimal."""

    address: str
    kind: str
    center: str = "01"
    password: str = "1234"  # noqa: S105 - what the standard's examples carry

    def report(
        self,
        function: int,
        elements: Sequence[Element],
        *,
        serial: int,
        at: datetime,
        sent: datetime,
    ) -> bytes:
        """32, 33 or 34: what was observed ``at`` a moment."""
        body = bytes.fromhex(
            f"{serial:04X}{_digits(sent)}F1F1{self.address}{self.kind}F0F0{_digits(at)[:10]}"
        ) + b"".join(element.encoded() for element in elements)
        head = bytes.fromhex(f"7E7E{self.center}{self.address}{self.password}{function:02X}")
        frame = head + len(body).to_bytes(2) + STX + body + ETX
        return frame + crc(frame).to_bytes(2)

    def answered(self, received: bytes, function: int, serial: int) -> bool:
        """Whether the centre has answered a report: same station, function and serial, ended by EOT or ACK."""
        head = bytes.fromhex(f"7E7E{self.address}{self.center}{self.password}{function:02X}")
        place = received.find(head)
        while place >= 0:
            length = int.from_bytes(received[place + 11 : place + 13]) & 0xFFF
            frame = received[place : place + 17 + length]
            if len(frame) == 17 + length and _takes(frame, serial):
                return True
            place = received.find(head, place + 1)
        return False


def _takes(answer: bytes, serial: int) -> bool:
    sound = crc(answer[:-2]) == int.from_bytes(answer[-2:])
    return sound and answer[14:16] == serial.to_bytes(2) and answer[-3] in ENDS_OF_ANSWERS


def _digits(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%y%m%d%H%M%S")


def crc(data: bytes) -> int:
    """CRC-16/MODBUS: 16 bits, sent high byte first."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (POLYNOMIAL if register & 1 else 0)
    return register
