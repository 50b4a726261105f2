"""Meters: what they reply when they are read.

Written from CJ/T 188-2018 (5 frame, appendix B data 901F of water, gas and heat meters); it knows nothing of the
gateway's decoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

WATER, HEAT, GAS = 0x10, 0x20, 0x30
CUBIC_METRES, KILOWATT_HOURS, KILOWATTS, CUBIC_METRES_AN_HOUR = 0x2C, 0x05, 0x17, 0x35
BEIJING = timezone(timedelta(hours=8))
WAKE, START, END = b"\xfe\xfe\xfe\xfe", 0x68, 0x16
READ, METERED, SERIAL = 0x81, b"\x90\x1f", b"\x01"
WELL = bytes(2)
"""The state of a meter whose valve is open and whose battery is full."""


def digits(value: float, *, width: int, decimals: int) -> bytes:
    """Two decimal digits a byte, the lowest first."""
    return bytes.fromhex(f"{round(value * 10**decimals):0{width * 2}d}")[::-1]


def amount(value: float, unit: int, *, decimals: int = 2) -> bytes:
    return digits(value, width=4, decimals=decimals) + bytes((unit,))


def clock(at: datetime) -> bytes:
    return bytes.fromhex(f"{at.astimezone(BEIJING):%Y%m%d%H%M%S}")[::-1]


@dataclass(frozen=True, kw_only=True)
class Meter:
    """A meter: what it counts and its number, 14 digits of which the first four are its maker's."""

    kind: int
    number: str

    def reply(self, data: bytes) -> bytes:
        """A frame as it comes over the wire."""
        told = METERED + SERIAL + data
        head = bytes((START, self.kind)) + bytes.fromhex(self.number)[::-1]
        body = head + bytes((READ, len(told))) + told
        return WAKE + body + bytes((sum(body) % 256, END))

    def volume(self, total: float, at: datetime) -> bytes:
        """What a meter of water or gas has counted, now and on the day of the last bill."""
        settled = amount(0, CUBIC_METRES)
        return self.reply(amount(total, CUBIC_METRES) + settled + clock(at) + WELL)


@dataclass(frozen=True, kw_only=True)
class Warmth:
    """What a heat meter measures: kWh, kW, cubic metres an hour, cubic metres, degrees, hours."""

    heat: float
    power: float
    flow: float
    volume: float
    supply: float
    back: float
    hours: int

    def encoded(self, at: datetime) -> bytes:
        amounts = (
            amount(0, KILOWATT_HOURS),
            amount(self.heat, KILOWATT_HOURS),
            amount(self.power, KILOWATTS),
            amount(self.flow, CUBIC_METRES_AN_HOUR, decimals=4),
            amount(self.volume, CUBIC_METRES),
        )
        warm = digits(self.supply, width=3, decimals=2) + digits(self.back, width=3, decimals=2)
        hours = digits(self.hours, width=3, decimals=0)
        return b"".join(amounts) + warm + hours + clock(at) + WELL
