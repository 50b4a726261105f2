"""Meters of water, heat and gas speak CJ/T 188 through a concentrator or modem that passes on what it hears.

Source: CJ/T 188-2018, 5 and appendix B (data 901F). The code of a meter is its address, 14 digits. The replies of
meters are heard, by whomever they were read; nobody waits for an answer, so none is given.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chengyun.gateways import cjt188
from chengyun.gateways.faults import Fault
from chengyun.gateways.talk import AS_WRITTEN, CHINA, Departs, Heard, Knows, Quirks, Said
from chengyun.kernel import clock

AMOUNTS = ("total", "power", "flow", "volume")
TEMPERATURES = ("supply", "return")
BATTERY_LOW = 0x04
"""Of the first byte of the state."""
FORM = "%Y%m%d%H%M%S"
TRUSTED = timedelta(days=1)
"""How far the clock of a meter may be from ours; one that is further away tells no time."""


class Talk:
    """The conversation with what comes over one connection; nothing of it is remembered."""

    frames = staticmethod(cjt188.frames)

    def __init__(self, knows: Knows) -> None:
        self.knows = knows

    def hear(self, frame: bytes, quirks: Quirks = AS_WRITTEN) -> Heard:
        """What a frame says. Raises Fault."""
        up = cjt188.decode(frame)
        meter = up["address"]
        if not up["is_reply"]:
            raise Fault("wrong_way", "这是读表的命令，不是表的应答。")
        if not meter.isdecimal():
            raise Fault("bad_address", f"表号「{meter}」不是 14 位数字。")
        metered = up.get("data_id_bytes") in cjt188.METERED and not up["error"]
        said = tuple(_readings(up)) if metered else ()
        if metered and not said:
            raise Fault("not_metered", "表的计量数据读不出：长度、单位或数字不对。", meter)
        return Heard(device=meter, said=said)

    def guess(self, frame: bytes) -> Departs | None:
        """Nothing: the two orders in which meters are known to send are told apart by what they send."""
        return None


def _readings(up: dict[str, Any]) -> list[Said]:
    """Amounts by their name and unit, as ``total-m3``, and how the battery is."""
    at = _moment(up.get("clock_bcd", ""))
    named = [(f"{name}-{up[f'{name}_unit']}", up[name]) for name in AMOUNTS if name in up]
    named += [(name, up[name]) for name in TEMPERATURES if name in up]
    read = [(name, value) for name, value in named if value is not None]
    if read and (state := bytes.fromhex(up.get("status_hex", ""))):
        read.append(("battery_state", 0 if state[0] & BATTERY_LOW else 1))
    return [Said(point=name, at=at, value=value) for name, value in read]


def _moment(text: str) -> datetime:
    """The time of the meter's clock, ours where it has none that can be trusted."""
    now = clock.now()
    try:
        at = datetime.strptime(text, FORM).replace(tzinfo=CHINA)
    except ValueError:
        return now
    return at if abs(at - now) <= TRUSTED else now
