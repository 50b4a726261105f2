"""A station that watches air, water or noise speaks HJ 212: values of now, of minutes, hours and days.

Source: HJ 212-2017, 6.3 (CP), 6.6.5 (commands 2011, 2051, 2061, 2031), annex C. The code of a station is its MN. A
packet is answered with 9014 (data) or 9013 (a notice) where its Flag asks for it.
"""

from __future__ import annotations

import math

from chengyun.gateways import hj212
from chengyun.gateways.faults import Fault
from chengyun.gateways.talk import DOUBTED, Heard, Knows, Said, moment_of

DATA = {"2011", "2051", "2061", "2031"}
ANSWERS_OF_STATIONS = ("9011", "9012", "9013", "9014")
TIME, FORM = "DataTime", "%Y%m%d%H%M%S"
MARKED, NORMAL = "Flag", "N"


class Talk:
    """The conversation with what comes over one connection; nothing of it is remembered."""

    frames = staticmethod(hj212.frames)

    def __init__(self, knows: Knows) -> None:
        self.knows = knows

    def hear(self, frame: bytes) -> Heard:
        """What a frame says. Raises Fault."""
        up = hj212.decode(frame)
        head, station, kind = up["head"], up["head"].get("MN", ""), up["head"].get("CN", "")
        if not station:
            raise Fault("no_station", "报文里没有设备编号（MN）。")
        wanted = up.get("flag", {}).get("ack_wanted", False) and kind not in ANSWERS_OF_STATIONS
        data = kind in DATA
        answer = hj212.answer(head, "9014" if data else "9013") if wanted else b""
        said = tuple(_readings(up["cp"])) if data else ()
        return Heard(device=station, said=said, answer=answer)


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
