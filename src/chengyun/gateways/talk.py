"""What is said over a line: frames of a protocol in, readings and answers out; no socket is touched here.

An answer goes out only when the readings of its frame are durable. A device that nobody has adopted gets no answer
that would let it forget what it told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol

from chengyun.gateways.faults import Fault
from chengyun.gateways.parsing import Row

CHINA = timezone(timedelta(hours=8))
"""The time of all three protocols, wherever the city lies."""

Quirks = frozenset[str]
Knows = Callable[[str], bool]
"""Whether a device is one of the city's."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One value; ``point`` is the protocol's own name of it."""

    point: str
    at: datetime
    value: float
    doubt: int = 0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a frame says: which device speaks, what it tells, and what is answered.

    ``answer`` when the readings are durable, ``refusal`` when nobody knows the device or its readings cannot be kept.
    """

    device: str
    said: tuple[Said, ...] = ()
    answer: bytes = b""
    refusal: bytes = b""


AS_WRITTEN: Quirks = frozenset()


@dataclass(frozen=True, kw_only=True)
class Departs:
    """A frame that is not as its protocol is written, but would be with some quirks (``city.sensing.dialects``)."""

    device: str
    quirks: Quirks


class Talk(Protocol):
    """One conversation in a protocol, over one connection."""

    def frames(self, stream: bytes) -> tuple[list[bytes], bytes]:
        """The whole frames at the beginning of a stream, and what is left for the next bytes to follow."""

    def hear(self, frame: bytes, quirks: Quirks = AS_WRITTEN) -> Heard:
        """What a frame says, read as its protocol is written but for some quirks. Raises Fault."""

    def guess(self, frame: bytes) -> Departs | None:
        """How a frame that could not be read would be; None where nothing known makes it right."""


def moment_of(text: str, form: str) -> datetime:
    """A moment of the standard's time (GMT+8). Raises Fault."""
    try:
        return datetime.strptime(text, form).replace(tzinfo=CHINA)
    except ValueError as error:
        raise Fault("bad_time", f"时间「{text[:20]}」不是一个时刻。") from error


def as_rows(heard: Sequence[Heard]) -> list[Row]:
    """The readings of some frames.

    Such a device has one value of a point at a moment: told again, it is the same reading, so its serial is 0.
    """
    return [
        (each.device, said.point, said.at, said.value, 0, said.doubt)
        for each in heard
        for said in each.said
    ]
