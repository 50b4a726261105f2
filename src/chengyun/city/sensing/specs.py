"""What an industry declares about its devices: kinds, the points they measure, and the rules that raise alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from chengyun.kernel.specs import Misdeclared
from chengyun.science.conditions import Condition, leaves_of

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
    """A quantity a device measures; outside ``low`` … ``high`` (in ``unit``) a value is doubted.

    So is one that lies more than ``jump`` beside both its neighbours, and one that has stood for longer than ``still``.
    ``reckoned``: no device tells it; the gateway reckons it from where the device is: ``astray``, the metres it is from
    where the fences and routes given to it let it be. ``codes``: what 0, 1, … mean where a value is a state.
    ``battery``: it tells how full the battery of the device is, which runs low at the first value and is well again at
    the second. ``drift``: beside what it is seen to drift, ``self`` where its lowest of a day ought to stay, ``peers``
    where all of its kind move alike.
    """

    key: str
    label: str
    unit: str
    low: float
    high: float
    digits: int = 0
    heard_as: tuple[HeardAs, ...] = ()
    jump: float | None = None
    still: timedelta | None = None
    reckoned: Literal["", "astray"] = ""
    codes: tuple[str, ...] = ()
    battery: tuple[float, float] | None = None
    drift: Literal["", "self", "peers"] = ""

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise Misdeclared(f"Point {self.key}: low must be below high")
        if self.battery and not self.low <= self.battery[0] < self.battery[1] <= self.high:
            raise Misdeclared(f"Point {self.key}: a battery is low before it is well")
        if self.codes and (self.low, self.high, self.unit) != (0, len(self.codes) - 1, ""):
            raise Misdeclared(f"Point {self.key}: codes are counted from 0 and have no unit")
        if self.jump is not None and not 0 < self.jump < self.high - self.low:
            raise Misdeclared(f"Point {self.key}: jump is a part of its range")
        if self.reckoned and self.heard_as:
            raise Misdeclared(f"Point {self.key}: what is reckoned is told by nobody")

    @property
    def scale(self) -> str:
        """柜门（关 0、开 1）, for who writes or draws its numbers."""
        codes = "、".join(f"{word} {n}" for n, word in enumerate(self.codes))
        return f"{self.label}（{codes}）" if codes else self.label

    def word(self, value: float) -> str:
        """What a code means; "" where a value is a quantity, and for what is no code."""
        known = value in range(len(self.codes))
        return self.codes[int(value)] if known else ""


BATTERY = Point(
    key="battery",
    label="电量",
    unit="%",
    low=0,
    high=100,
    heard_as=(HeardAs("batteryLevel"),),
    battery=(20, 30),
)
BATTERY_STATE = Point(
    key="battery_state",
    label="电池",
    unit="",
    low=0,
    high=1,
    codes=("欠压", "正常"),
    battery=(0, 1),
)
COMMON = (BATTERY, BATTERY_STATE)
"""What a device of any kind may tell; its series begins when it does."""

PLACE = ("lon", "lat")
"""The points by which a device that moves says where it is."""


@dataclass(frozen=True, kw_only=True)
class Burning:
    """How a device that is switched by a plan tells that it burns: its ``point`` reaches ``at_least``."""

    point: str
    at_least: float


@dataclass(frozen=True, kw_only=True)
class DeviceKind:
    """A kind of device and what it measures; ``silent_after`` is the time without a word after which it is offline.

    ``part``: the type of the parts such devices sit on; "" when they sit on none. ``burns``: only of lamps, which
    switching plans are for.
    """

    key: str
    label: str
    points: tuple[Point, ...]
    silent_after: timedelta
    order: int = 0
    part: str = ""
    burns: Burning | None = None

    def __post_init__(self) -> None:
        if self.burns and self.point(self.burns.point) is None:
            raise Misdeclared(f"DeviceKind {self.key}: no point {self.burns.point}")
        if self.astray is not None and not all(self.point(key) for key in PLACE):
            raise Misdeclared(f"DeviceKind {self.key}: who says not where it is cannot go astray")

    @property
    def tells(self) -> tuple[Point, ...]:
        """What it measures, and what devices of any kind may tell."""
        return (*self.points, *COMMON)

    def point(self, key: str) -> Point | None:
        """The point of that key, None when it tells nothing of that name."""
        return next((point for point in self.tells if point.key == key), None)

    @property
    def astray(self) -> Point | None:
        """The point that says how far such a device is from where it may be."""
        return next((point for point in self.points if point.reckoned == "astray"), None)


@dataclass(frozen=True, kw_only=True)
class Level:
    """What sets a level and what clears it, in the unit of the point; between the two it stays as it was."""

    rank: Rank
    sets: float
    clears: float


WEATHER = {
    "typhoon": "台风",
    "rainstorm": "暴雨",
    "snowstorm": "暴雪",
    "cold_wave": "寒潮",
    "gale": "大风",
    "sandstorm": "沙尘暴",
    "heat": "高温",
    "drought": "干旱",
    "thunder": "雷电",
    "hail": "冰雹",
    "frost": "霜冻",
    "fog": "大雾",
    "haze": "霾",
    "icy_road": "道路结冰",
    "thunder_gale": "雷雨大风",
    "convection": "强对流",
    "forest_fire": "森林火险",
}
"""The kinds of weather warnings: the fourteen signals of the meteorological service, and three that regions issue."""


@dataclass(frozen=True, kw_only=True)
class During:
    """The levels of a rule while a weather warning of a kind, this bad or worse, is in force where a device stands."""

    warning: str
    rank: Rank
    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        if self.warning not in WEATHER or not self.levels:
            raise Misdeclared(f"During {self.warning}: a kind of warning and levels are needed")

    @property
    def words(self) -> str:
        """暴雨黄色以上预警期间."""
        more = "" if self.rank == RANKS[-1] else "以上"
        return f"{WEATHER[self.warning]}{RANK_LABELS[self.rank]}{more}预警期间"


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PER_LABELS = {MINUTE: "分钟", HOUR: "小时"}
MOST_TIMES = 100
"""Up to so many readings a ``Count`` counts."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How fast a value changes: by how much ``per`` minute or hour, from one reading to the next.

    Between readings further apart than ``gap`` nothing is known of it.
    """

    per: timedelta
    gap: timedelta

    def __post_init__(self) -> None:
        if self.per not in PER_LABELS or self.gap <= timedelta():
            raise Misdeclared("Rate: per is a minute or an hour, gap a time")

    def unit(self, unit: str) -> str:
        return f"{unit}/{PER_LABELS[self.per]}"

    def words(self, unit: str) -> str:
        return f"每{PER_LABELS[self.per]}变化多少"

    def told(self, signal: float, unit: str) -> str:
        return f"每{PER_LABELS[self.per]}变化 {signal:+.3g} {unit}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many readings of the time ``within``, the newest the last of them, reached ``mark`` on their ``side``."""

    mark: float
    within: timedelta
    side: Literal["above", "below"] = "above"

    def unit(self, unit: str) -> str:
        return "次"

    def words(self, unit: str) -> str:
        side = "达到" if self.side == "above" else "降到"
        return f"{lasting(self.within)}内{side} {self.mark:g} {unit}".rstrip() + "的次数"

    def told(self, signal: float, unit: str) -> str:
        return f"{lasting(self.within)}内 {signal:g} 次"


@dataclass(frozen=True, kw_only=True)
class Still:
    """For how many minutes a value has not moved by more than ``stray``.

    When readings are further apart than ``gap``, it begins anew.
    """

    stray: float = 0
    gap: timedelta

    def unit(self, unit: str) -> str:
        return PER_LABELS[MINUTE]

    def words(self, unit: str) -> str:
        return (
            f"读数不变（上下 {self.stray:g} {unit}以内）多久" if self.stray else "读数一点不变多久"
        )

    def told(self, signal: float, unit: str) -> str:
        return f"{signal:.0f} 分钟不变"


@dataclass(frozen=True, kw_only=True)
class Usual:
    """By how many percent a value is above the usual of this hour, on workdays or on rest days.

    A usual below ``least``, in the unit of the point, counts as that: a third of next to nothing is nothing.
    """

    least: float

    def unit(self, unit: str) -> str:
        return "%"

    def words(self, unit: str) -> str:
        return f"比平常这个时候高多少（平常不到 {self.least:g} {unit}的，按它算）"

    def told(self, signal: float, unit: str) -> str:
        return f"比平常{'高' if signal >= 0 else '低'} {abs(signal):.0f} %"


@dataclass(frozen=True, kw_only=True)
class Silent:
    """For how many minutes nothing has come from a device, at any of its points."""

    def unit(self, unit: str) -> str:
        return PER_LABELS[MINUTE]

    def words(self, unit: str) -> str:
        return "设备多久没有读数"

    def told(self, signal: float, unit: str) -> str:
        return f"{signal:g} 分钟没有读数"


Signal = Rate | Count | Still | Usual | Silent
MANY_SILENT, MANY_SILENT_LABEL = "many_silent", "大面积失联"
"""What the alarm of an outage is of, in the place of a rule; its levels are those of the alarms it stands for."""


def lasting(time: timedelta) -> str:
    """24 小时, 15 分钟, 30 秒."""
    seconds = int(time.total_seconds())
    for size, label in ((3600, "小时"), (60, "分钟")):
        if seconds % size == 0 and seconds:
            return f"{seconds // size} {label}"
    return f"{seconds} 秒"


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """When a point of a kind of device raises an alarm.

    ``looks_at``: what its levels are held against; None for the value as it is read. ``side``: whether large or small
    values are bad. ``when``: what has to hold at other points of the device as well. ``hold``: how long it stays beyond
    before the level comes, ``calm``: how long it stays behind before the level goes. ``class_code``: the class of the
    case a person opens from the alarm, in the edition of 2013.
    ``source`` says where the limits come from. The alarm of a silent device is one of the ``point`` named here.
    ``during``: its levels while a weather warning is in force, of several the last that fits; a rule that has no other
    levels watches only then.
    """

    key: str
    label: str
    kind: str
    point: str
    levels: tuple[Level, ...]
    class_code: str
    source: str
    looks_at: Signal | None = None
    side: Literal["above", "below"] = "above"
    when: Condition | None = None
    hold: timedelta = timedelta()
    calm: timedelta = timedelta()
    during: tuple[During, ...] = ()

    def __post_init__(self) -> None:
        self._check_levels()
        self._check_signal()

    def _check_levels(self) -> None:
        for levels in self.all_levels or ((),):
            if not levels or len({level.rank for level in levels}) != len(levels):
                raise Misdeclared(f"AlarmRule {self.key}: levels are needed and none stands twice")
        sign = 1 if self.side == "above" else -1
        every = [level for levels in self.all_levels for level in levels]
        if any(level.clears * sign > level.sets * sign for level in every):
            raise Misdeclared(f"AlarmRule {self.key}: a level clears beyond what sets it")

    def _check_signal(self) -> None:
        if isinstance(self.looks_at, Count | Still | Silent) and self.side == "below":
            raise Misdeclared(f"AlarmRule {self.key}: of what it looks at only much is bad")
        if isinstance(self.looks_at, Count) and self.most > MOST_TIMES:
            raise Misdeclared(f"AlarmRule {self.key}: it counts to {MOST_TIMES} at most")
        if isinstance(self.looks_at, Usual) and self.looks_at.least <= 0:
            raise Misdeclared(f"AlarmRule {self.key}: least is more than nothing")
        if isinstance(self.looks_at, Silent) and (self.hold or self.calm):
            raise Misdeclared(f"AlarmRule {self.key}: silence neither holds nor calms")
        if self.when and (isinstance(self.looks_at, Silent) or not self.calm):
            raise Misdeclared(f"AlarmRule {self.key}: a condition needs readings, and a calm time")

    @property
    def reach(self) -> timedelta:
        """How far back readings count for the level of one."""
        match self.looks_at:
            case Rate(gap=gap):
                back = gap
            case Count(within=within):
                back = within
            case Still():
                back = self.most * MINUTE
            case _:
                back = timedelta()
        fresh = (leaf.fresh for leaf in leaves_of(self.when)) if self.when else ()
        return self.hold + self.calm + back + max(fresh, default=timedelta())

    @property
    def all_levels(self) -> tuple[tuple[Level, ...], ...]:
        """Its levels as they usually are, when it has any, and as they are during each warning."""
        usual = (self.levels,) if self.levels else ()
        return (*usual, *(each.levels for each in self.during))

    @property
    def most(self) -> float:
        """The largest of its limits."""
        return max(level.sets for levels in self.all_levels for level in levels)

    def level(self, number: int) -> Level | None:
        """The level of that number (1 blue … 4 red); None when the rule has none such."""
        return next((each for each in self.levels if RANKS.index(each.rank) + 1 == number), None)

    def unit(self, unit: str) -> str:
        """The unit of its limits, from that of its point."""
        return self.looks_at.unit(unit) if self.looks_at else unit
