"""What the devices of the demo measure: a dry day, and a cloudburst that floods three points. Pure functions."""

from __future__ import annotations

import math
import zlib

FLOODED = {"JS-003": 46.0, "JS-011": 31.0, "JS-020": 19.0}
"""The points that are flooded, and how deep, in centimetres."""
WET = 4.0
"""How deep the water stands elsewhere at most."""
HEAVIEST = 62.0
"""Millimetres an hour at the height of it."""
COMES, STANDS, GOES = 0.30, 0.55, 0.95
"""When the water begins to rise, stands highest, and is gone, as shares of the play."""


def reading(device: str, weather: str, share: float) -> float:
    """What a device measures after a ``share`` (0 to 1) of the play."""
    if weather == "dry":
        return 0.0
    if device.startswith("YL"):
        return round(
            max(0.0, HEAVIEST * math.sin(math.pi * min(1.0, share / 0.8)) - _own(device)), 1
        )
    return round(FLOODED.get(device, WET - _own(device)) * _filled(share), 1)


def _filled(share: float) -> float:
    """How full a hollow is: it fills, stands, and drains."""
    if share <= COMES or share >= GOES:
        return 0.0
    if share <= STANDS:
        return (share - COMES) / (STANDS - COMES)
    return (GOES - share) / (GOES - STANDS)


def _own(device: str) -> float:
    """A small difference of each device's own, 0 to 3."""
    return zlib.crc32(device.encode()) % 31 / 10
