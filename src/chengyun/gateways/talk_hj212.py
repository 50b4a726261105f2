"""A station that watches air, water or noise speaks HJ 212: values of now, of minutes, hours and days.

Source: HJ 212-2017, 6.3 (CP), 6.6.5 (commands 2011, 2051, 2061, 2031), annex C. The code of a station is its MN. A
packet is answered with 9014 (data) or 9013 (a notice) where its Flag asks for it.
"""

from __future__ import annotations

import math
from typing import Any

from chengyun.gateways import hj212
from chengyun.gateways.faults import Fault
from chengyun.gateways.talk import (
    AS_WRITTEN,
    Departs,
    Heard,
    Knows,
    Quirks,
    Said,
    moment_of,
)
from chengyun.science.quality import DOUBTED

DATA = {"2011", "2051", "2061", "2031"}
ANSWERS_OF_STATIONS = ("9011", "9012", "9013", "9014")
TIME, FORM = "DataTime", "%Y%m%d%H%M%S"
MARKED, NORMAL = "Flag", "N"
NO_QN = "no_qn"
OTHER_CRCS: tuple[hj212.Dialect, ...] = ("modbus_high_first", "modbus_low_first", "swapped")


class Talk:
    """The conversation with what comes over one connection; nothing of it is remembered."""

    frames = staticmethod(hj212.frames)

    def __init__(self, knows: Knows) -> None:
        self.knows = knows

    def hear(self, frame: bytes, quirks: Quirks = AS_WRITTEN) -> Heard:
        """What a frame says. Raises Fault."""
        up = hj212.decode(frame, kind=_crc_in(quirks))
        head, station, kind = up["head"], up["head"].get("MN", ""), up["head"].get("CN", "")
        if not station:
            raise Fault("no_station", "报文里没有设备编号（MN）。")
        wanted = _wants_answer(up)
        if wanted and not head.get("QN") and NO_QN not in quirks:
            raise Fault("no_qn", "报文要应答，却没有请求编码（QN）。", station)
        data = kind in DATA
        answer = hj212.answer(head, "9014" if data else "9013") if wanted else b""
        said = tuple(_readings(up["cp"])) if data else ()
        return Heard(device=station, said=said, answer=answer)

    def guess(self, frame: bytes) -> Departs | None:
        """A CRC of another kind, or no QN where an answer is asked for."""
        kind = hj212.dialect(frame)
        if kind is None:
            return None
        try:
            up = hj212.decode(frame, kind=kind)
        except Fault:
            return None
        unnumbered = _wants_answer(up) and not up["head"].get("QN")
        odd = frozenset({kind} - {hj212.STANDARD}) | (frozenset({NO_QN}) if unnumbered else set())
        station = up["head"].get("MN", "")
        return Departs(device=station, quirks=odd) if station and odd else None


def _wants_answer(up: dict[str, Any]) -> bool:
    asked: bool = up.get("flag", {}).get("ack_wanted", False)
    return asked and up["head"].get("CN", "") not in ANSWERS_OF_STATIONS


def _crc_in(quirks: Quirks) -> hj212.Dialect:
    return next((kind for kind in OTHER_CRCS if kind in quirks), hj212.STANDARD)


def _readings(groups: list[dict[str, str]]) -> list[Said]:
    told = {name: text for group in groups for name, text in group.items()}
    at = moment_of(told.get(TIME, ""), FORM)
    marks = {name.rpartition("-")[0]: text for name, text in told.items() if _kind(name) == MARKED}
    found = []
    for name, text in told.items():
        factor, value = name.rpartition("-")[0], _number(text)
        if factor and _kind(name) != MARKED and value is not None:
            doubt = 0 if marks.get(factor, NORMAL) == NORMAL else DOUBTED
            found.append(Said(point=name, at=at, value=value, doubt=doubt))
    return found


def _kind(name: str) -> str:
    """Rtd, Avg, Min, Max, Cou, Flag …"""
    return name.rpartition("-")[2]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
