"""What an industry declares about its devices: kinds, the points they measure, and the rules that raise alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from chengyun.kernel.specs import Misdeclared

Rank = Literal["red", "orange", "yellow", "blue"]
RANKS: tuple[Rank, ...] = ("blue", "yellow", "orange", "red")
"""The four levels in the order in which they grow worse; a level is known by its place, from 1."""
RANK_LABELS = {"red": "红色", "orange": "橙色", "yellow": "黄色", "blue": "蓝色"}


@dataclass(frozen=True)
class HeardAs:
    """What a protocol calls a point, as its decoder tells it; a value times ``factor`` is in the unit of the point."""

    name: str
    factor: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Point:
    """A quantity a device measures; outside ``low`` … ``high`` (in ``unit``) a value is doubted."""

    key: str
    label: str
    unit: str
    low: float
    high: float
    digits: int = 0
    heard_as: tuple[HeardAs, ...] = ()

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise Misdeclared(f"Point {self.key}: low must be below high")


@dataclass(frozen=True, kw_only=True)
class DeviceKind:
    """A kind of device and what it measures; ``silent_after`` is the time without a word after which it is offline."""

    key: str
    label: str
    points: tuple[Point, ...]
    silent_after: timedelta
    order: int = 0

    def point(self, key: str) -> Point | None:
        """The point of that key, None when it measures nothing of that name."""
        return next((point for point in self.points if point.key == key), None)


@dataclass(frozen=True, kw_only=True)
class Level:
    """What sets a level and what clears it, in the unit of the point; between the two it stays as it was."""

    rank: Rank
    sets: float
    clears: float


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """When a point of a kind of device raises an alarm.

    ``side``: whether large or small values are bad. ``hold``: how long a value stays beyond before the level comes,
    ``calm``: how long it stays behind before the level goes. ``class_code``: the class of the case a person opens from
    the alarm, in the edition of 2013. ``source`` says where the limits come from.
    """

    key: str
    label: str
    kind: str
    point: str
    levels: tuple[Level, ...]
    class_code: str
    source: str
    side: Literal["above", "below"] = "above"
    hold: timedelta = timedelta()
    calm: timedelta = timedelta()

    def __post_init__(self) -> None:
        if not self.levels or len({level.rank for level in self.levels}) != len(self.levels):
            raise Misdeclared(f"AlarmRule {self.key}: levels are needed and none stands twice")
        sign = 1 if self.side == "above" else -1
        if any(level.clears * sign > level.sets * sign for level in self.levels):
            raise Misdeclared(f"AlarmRule {self.key}: a level clears beyond what sets it")

    def level(self, number: int) -> Level | None:
        """The level of that number (1 blue … 4 red); None when the rule has none such."""
        return next((each for each in self.levels if RANKS.index(each.rank) + 1 == number), None)
