"""A monitor of dust, air or sewage: what it sends, and how it finds the answers it waits for.

Written from HJ 212-2017 (6.3 frame and fields, 6.6 messages, appendix A for the CRC); it knows nothing of the gateway's
decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

REALTIME, MINUTES, HOUR, DAY = 2011, 2051, 2061, 2031
ANSWER = b"CN=9014;"
BEIJING = timezone(timedelta(hours=8))
EDITION_2017, WANTED = 4, 1
"""Of the flag: the edition, and that an answer is wanted."""
POLYNOMIAL = 0xA001
Measured = Mapping[str, Mapping[str, str]]
"""By the code of a quantity its fields as they are written: ``{"a34004": {"Rtd": "35.2", "Flag": "N"}}``."""


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """A monitor by its number; ``system`` is the standard's code (39 dust, 31 exhaust, 32 sewage)."""

    number: str
    system: str
    password: str = "123456"  # noqa: S105 - what the standard's examples carry
    flag: int = EDITION_2017 | WANTED

    def data(self, command: int, measured: Measured, *, at: datetime, sent: datetime) -> bytes:
        """2011, 2051, 2061 or 2031: what was measured ``at`` a moment or in the time that began with it."""
        groups = [
            ",".join(f"{code}-{field}={text}" for field, text in fields.items())
            for code, fields in measured.items()
        ]
        said = ";".join((f"DataTime={moment(at)}", *groups))
        return framed(
            f"QN={request(sent)};ST={self.system};CN={command};PW={self.password};"
            f"MN={self.number};Flag={self.flag};CP=&&{said}&&"
        )


def moment(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


def request(sent: datetime) -> str:
    """QN: the moment of sending to the millisecond, by which an answer names what it answers."""
    return f"{moment(sent)}{sent.microsecond // 1000:03d}"


def framed(data: str) -> bytes:
    """``##``, the length in four digits, the data, its CRC, and CR LF."""
    body = data.encode("gbk")
    return b"##%04d%b%04X\r\n" % (len(body), body, crc(body))


def crc(data: bytes) -> int:
    """16 bits over the data, as appendix A has it: the byte meets what is above the lower eight."""
    register = 0xFFFF
    for byte in data:
        register = register >> 8 ^ byte
        for _ in range(8):
            register = register >> 1 ^ (POLYNOMIAL if register & 1 else 0)
    return register


def answered(received: bytes, sent: datetime) -> bool:
    """Whether what was sent then has been answered (9014)."""
    asked = f"QN={request(sent)};".encode()
    return any(asked in line and ANSWER in line for line in received.split(b"\r\n")[:-1])
