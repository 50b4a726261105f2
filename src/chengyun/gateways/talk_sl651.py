"""A rain or water level station speaks SL 651, in hexadecimal or in text.

Source: SL 651-2014, 6.6, appendix B (functions 30 to 35 tell values), D (twelve values of an hour). The code of a
station is its address, ten digits. A report is answered with our clock, by which the station sets its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from chengyun.gateways import sl651
from chengyun.gateways.faults import Fault
from chengyun.gateways.talk import (
    AS_WRITTEN,
    CHINA,
    Departs,
    Heard,
    Knows,
    Quirks,
    Said,
    moment_of,
)
from chengyun.kernel import clock

REPORTS = {"30", "31", "32", "33", "34", "35"}
KEEPALIVE = "2F"
FORM, CLOCK = "%y%m%d%H%M", "%y%m%d%H%M%S"
STEP = timedelta(minutes=5)
SWAPPED = "swapped"


class Talk:
    """The conversation with what comes over one connection; nothing of it is remembered."""

    frames = staticmethod(sl651.frames)

    def __init__(self, knows: Knows) -> None:
        self.knows = knows

    def hear(self, frame: bytes, quirks: Quirks = AS_WRITTEN) -> Heard:
        """What a frame says. Raises Fault."""
        up = sl651.decode(frame, swapped=SWAPPED in quirks)
        if up.get("direction") == "down":
            raise Fault("wrong_way", "这是下行报文，测站不会发。")
        if "elements_error" in up:
            raise Fault(up["elements_error"], "要素长度超出正文。")
        report = up["func"] in REPORTS
        said = tuple(_readings(frame, up)) if report else ()
        now = f"{clock.now().astimezone(CHINA):{CLOCK}}"
        answer = b"" if up["func"] == KEEPALIVE else sl651.answer(up, now)
        return Heard(device=up["station"], said=said, answer=answer)

    def guess(self, frame: bytes) -> Departs | None:
        """A CRC whose low byte stands first."""
        try:
            up = sl651.decode(frame, swapped=True)
        except Fault:
            return None
        return Departs(device=up["station"], quirks=frozenset({SWAPPED}))


def _readings(frame: bytes, up: dict[str, Any]) -> Iterator[Said]:
    for time, name, values in sl651.observed(frame, up):
        begin = moment_of(time, FORM)
        for number, value in enumerate(values):
            if value is not None:
                yield Said(point=name, at=begin + number * STEP, value=value)
