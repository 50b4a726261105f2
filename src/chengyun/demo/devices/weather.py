"""What the devices of the drainage measure: in dry weather, and in a cloudburst that floods three points."""

from __future__ import annotations

import math
from typing import Any

from chengyun.demo.devices.course import Values, course, own

FLOODED = {"JS-003": 46.0, "JS-011": 31.0, "JS-020": 19.0}
"""The points that are flooded, and how deep, in centimetres."""
WET = 4.0
"""How deep the water stands elsewhere at most."""
FULL_PIPES = {"GW-003": 112.0, "GW-009": 93.0}
FULL_SUMPS = {"BZ-004": 104.0}
"""The pipes and sumps that fill up, in percent; a pump of these stations fails meanwhile."""
LEFT_BY_HAND = {"BZ-009": 87.0}
"""Where somebody left the switch on manual: the sump fills up and no pump starts."""
HEAVIEST = 62.0
"""Millimetres an hour at the height of it."""
BASE_FLOW, RUNNING_FULL = 24.0, 52.0
"""How far a pipe is filled in dry weather and in rain, in percent."""
SUMP_DRY, SUMP_WET = 35.0, 78.0
PUMPS = 4
GATE_DRY, GATE_WET = 20.0, 100.0
COMES, STANDS, GOES = 0.20, 0.42, 0.72
"""When the water begins to rise, stands highest, and is gone, as shares of the play; the rest lets alarms clear."""
RAIN_ENDS = 0.6
RAIN_WARNING: dict[str, Any] = {
    "kind": "rainstorm",
    "rank": "orange",
    "text": "（模拟）预计未来 3 小时全市大部降雨量将达 50 毫米以上，低洼路段易积水，请注意防范。",
    "source": "聊城市气象台（模拟）",
}
"""What the meteorological service says of it."""


def measured(device: str, kind: str, play: str, share: float) -> Values:
    """What a device measures after a ``share`` (0 to 1) of a play."""
    water = course(share, COMES, STANDS, GOES) if play == "cloudburst" else 0.0
    falling = share / RAIN_ENDS if play == "cloudburst" else 0.0
    if kind == "rain":
        return {"hour": _rain(device, falling)}
    if kind == "ponding":
        return {"depth": round(FLOODED.get(device, WET - 3 * own(device)) * water, 1)}
    if kind == "pipe_level":
        return _pipe(device, water)
    if kind == "pump_station":
        return _station(device, water)
    return {"opening": round(GATE_DRY + (GATE_WET - GATE_DRY) * water)}


def _rain(device: str, falling: float) -> float:
    """``falling``: the share of the rain that is over."""
    if not 0 < falling < 1:
        return 0.0
    return round(max(0.0, HEAVIEST * math.sin(math.pi * falling) - 3 * own(device)), 1)


def _pipe(device: str, water: float) -> Values:
    dry = BASE_FLOW + 8 * own(device)
    filled = dry + (FULL_PIPES.get(device, RUNNING_FULL) - dry) * water
    return {"filled": round(filled, 1), "level": round(filled * (2.5 + 2 * own(device)))}


def _station(device: str, water: float) -> Values:
    """The sump, how many pumps run for it, and how many cannot."""
    dry = SUMP_DRY + 10 * own(device)
    highest = (FULL_SUMPS | LEFT_BY_HAND).get(device, SUMP_WET)
    sump = dry + (highest - dry) * water
    faulty = int(device in FULL_SUMPS and water > 0)
    running = 0 if device in LEFT_BY_HAND else min(PUMPS - faulty, math.ceil(PUMPS * water))
    return {"sump": round(sump, 1), "running": running, "faulty": faulty}
