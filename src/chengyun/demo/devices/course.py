"""How something comes, stands and goes in a play, and what is a device's own about it. Pure functions."""

from __future__ import annotations

import zlib

Values = dict[str, float]
"""What a device measures at one moment, by the keys of its points."""


def course(share: float, comes: float, stands: float, goes: float) -> float:
    """How much of it there is (0 to 1) after a ``share`` of the play: it grows, stands highest, and is gone."""
    if share <= comes or share >= goes:
        return 0.0
    if share <= stands:
        return (share - comes) / (stands - comes)
    return (goes - share) / (goes - stands)


def own(device: str) -> float:
    """A small difference of each device's own, 0 to 1."""
    return zlib.crc32(device.encode()) % 31 / 30
