"""A concentrator reads three meters by turns and passes on what they reply, over CJ/T 188; nobody answers it."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from datetime import datetime

from chengyun.demo.devices.cjt188 import GAS, HEAT, WATER, Meter, Warmth
from chengyun.demo.devices.course import course
from chengyun.demo.devices.link import WAIT, Unanswered

WATER_METER = Meter(kind=WATER, number="11110037150101")
HEAT_METER = Meter(kind=HEAT, number="11110037150201")
GAS_METER = Meter(kind=GAS, number="11110037150301")
HEAT_CAPACITY = 1.163
"""Kilowatt-hours that warm a cubic metre of water by one degree."""
HOURS = 2 / 3
"""How long the play is told to last; amounts grow by what flows meanwhile."""
WATER_BEGINS, WATER_FLOWS = 15_208.40, 6.5
GAS_BEGINS, GAS_FLOWS = 3_310.25, 2.2
HEAT_BEGINS, VOLUME_BEGINS, HOT_FLOWS, WORKED = 182_400.0, 61_030.0, 42.0, 1_204
SUPPLY, WARMER, COOLED = 52.0, 8.0, 14.0


def speak(
    host: str, port: int, moments: Iterable[tuple[datetime, float]], *, wait: float = WAIT
) -> int:
    """Pass on what the meters reply; how many frames were sent. Raises Unanswered."""
    told = 0
    try:
        with socket.create_connection((host, port), wait) as line:
            for at, share in moments:
                for frame in replies(at, share):
                    line.sendall(frame)
                    told += 1
    except OSError as error:
        raise Unanswered(f"{host}:{port}") from error
    return told


def replies(at: datetime, share: float) -> tuple[bytes, bytes, bytes]:
    """What each of them replies after a ``share`` (0 to 1) of the play."""
    gone = HOURS * share
    return (
        WATER_METER.volume(WATER_BEGINS + WATER_FLOWS * gone, at),
        HEAT_METER.reply(warmth(share).encoded(at)),
        GAS_METER.volume(GAS_BEGINS + GAS_FLOWS * gone, at),
    )


def warmth(share: float) -> Warmth:
    """The water comes warmer for a while."""
    supply = SUPPLY + WARMER * course(share, 0.1, 0.5, 1.0)
    power = HOT_FLOWS * COOLED * HEAT_CAPACITY
    return Warmth(
        heat=HEAT_BEGINS + power * HOURS * share,
        power=power,
        flow=HOT_FLOWS,
        volume=VOLUME_BEGINS + HOT_FLOWS * HOURS * share,
        supply=supply,
        back=supply - COOLED,
        hours=WORKED,
    )
