"""The way a vehicle went: what is stored of its positions, and few points of it to draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.utils.timezone import localtime, make_aware
from numpy.typing import NDArray

from chengyun.city.places.queries import address_of
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.queries import moves, place_told
from chengyun.city.sensing.specs import PLACE
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid
from chengyun.kernel.ui.words import NOTHING, told
from chengyun.lake.archive import Archive
from chengyun.science.coordinates import Plane
from chengyun.science.tracks import Way

Floats = NDArray[np.float64]
HOURS = (2, 6, 24)
FEW, MOST = 6, 24
"""How many hours are shown when nobody asks for others."""
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
DRAWN_WITHIN = 5.0
"""Metres by which the line that is drawn may miss a stored position."""
EVERY = timedelta(minutes=15)
BEFORE, AFTER = timedelta(minutes=30), timedelta(minutes=10)
"""What is shown around an alarm."""
MICROSECONDS = 1_000_000
SPEED = "speed"
ENDS = [("asset", "起点"), ("done", "现在")]
"""The signs of both ends."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """From when to before when; ``day`` where it is one."""

    begin: datetime
    end: datetime
    hours: int
    day: date | None

    @property
    def words(self) -> str:
        return f"{self.day.month}月{self.day.day}日" if self.day else f"最近 {self.hours} 小时"


def span_asked(hours: str, day: str) -> Span:
    """The last hours, or a whole day when one is named. Raises Invalid."""
    if day:
        return span_of(None, _date(day))
    if hours and not (hours.isdecimal() and len(hours) < 3 and 1 <= int(hours) <= MOST):
        raise Invalid(f"时长可以是 1 到 {MOST} 小时。")
    return span_of(int(hours or FEW))


def span_of(hours: int | None, day: date | None = None) -> Span:
    """As ``span_asked``, for who asks with sound values."""
    if day:
        begin = make_aware(datetime.combine(day, time()))
        return Span(begin=begin, end=begin + timedelta(days=1), hours=FEW, day=day)
    now = clock.now()
    hours = hours or FEW
    return Span(begin=now - timedelta(hours=hours), end=now, hours=hours, day=None)


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("日期要写成 2026-11-30 这样。") from error
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Invalid("日期要在 2000 年到 2100 年之间。")
    return found


@dataclass(frozen=True, kw_only=True)
class Step:
    """A line of the way as a table."""

    at: datetime
    place: str


@dataclass(frozen=True, kw_only=True)
class Track:
    """The sound positions of a span in the order of time; ``speed`` is NaN where it was not told.

    ``now`` is the newest position there is, whether or not it lies in the span, and when it was.
    """

    at: Floats
    lon: Floats
    lat: Floats
    speed: Floats
    gap: float
    now: tuple[float, float, datetime] | None

    @cached_property
    def plane(self) -> Plane:
        return Plane(lon=float(self.lon[0]), lat=float(self.lat[0]))

    @cached_property
    def way(self) -> Way:
        x, y = self.plane.to_plane(self.lon, self.lat)
        return Way(x=x, y=y, at=self.at, gap=self.gap)

    @property
    def parts(self) -> list[Any]:
        """Lines in degrees to draw, a new one after each silence; no stored position lies farther off than allowed."""
        if not len(self.at):
            return []
        metres = np.column_stack((self.way.x, self.way.y))
        pieces = np.split(metres, np.flatnonzero(~self.way.joined) + 1)
        lines = [shapely.LineString(piece) for piece in pieces if len(piece) > 1]
        thin = [shapely.simplify(line, DRAWN_WITHIN) for line in lines]
        return [shapely.transform(line, self._in_degrees) for line in thin]

    def _in_degrees(self, metres: Floats) -> Floats:
        return np.column_stack(self.plane.to_degrees(metres[:, 0], metres[:, 1]))

    @property
    def facts(self) -> list[tuple[str, str]]:
        """How far, how fast, from when to when, and where it is now."""
        facts = [("现在", self._now_words())]
        if not len(self.at):
            return facts
        first, last = _moment(self.at[0]), _moment(self.at[-1])
        fastest = f"{np.nanmax(self.speed):.1f} 公里/时" if np.isfinite(self.speed).any() else ""
        return [
            *facts,
            ("行驶", f"{self.way.metres / 1000:.1f} 公里"),
            ("最高车速", fastest),
            ("位置", f"{len(self.at):,} 个，{localtime(first):%H:%M}—{localtime(last):%H:%M}"),
        ]

    def _now_words(self) -> str:
        if self.now is None:
            return NOTHING
        lon, lat, at = self.now
        return f"{address_of(lon, lat) or '本市以外'}，{told(at, now=clock.now())}"

    @property
    def steps(self) -> list[Step]:
        """A line for each quarter of an hour in which it was somewhere else than before."""
        found = list[Step]()
        for quarter in np.unique(self.at // EVERY.total_seconds(), return_index=True)[1]:
            place = address_of(float(self.lon[quarter]), float(self.lat[quarter])) or "本市以外"
            if not found or found[-1].place != place:
                found.append(Step(at=_moment(self.at[quarter]), place=place))
        return found

    @property
    def features(self) -> list[dict[str, Any]]:
        """What the map draws: the way, where it began, and where the vehicle is now."""
        lines = [_feature(part) for part in self.parts]
        ends = []
        if len(self.at):
            began = f"{localtime(_moment(self.at[0])):%H:%M} 从这里"
            ends.append(_point(float(self.lon[0]), float(self.lat[0]), "asset", began))
        if self.now:
            lon, lat, at = self.now
            ends.append(_point(lon, lat, "done", f"{told(at, now=clock.now())} 在这里"))
        return [*lines, *ends]


def track_of(device: Device, points: Iterable[Series], span: Span) -> Track:
    """Where a vehicle was in a span, out of the lake and the journal; ``points`` are all it measures."""
    # A second and 90 MB of libraries: a web process that draws no track does without.
    from chengyun.lake.readings import history

    series = {each.point: each for each in points}
    keys = {point: series[point].pk for point in (*PLACE, SPEED) if point in series}
    archive = Archive(settings.READINGS)
    found = history(
        archive.table, list(keys.values()), span.begin, span.end, journal=archive.journal
    )
    columns = ("series", "at", "value", "quality")
    pk, at, value, quality = (found[name].to_numpy() for name in columns)
    told = {
        point: _sound(at[mine], value[mine])
        for point, key in keys.items()
        for mine in [(pk == key) & (quality == 0)]
    }
    return _joined(told, device, series)


def moves_about(alarm: Alarm) -> bool:
    """Whether the device of an alarm says where it is."""
    kind = alarm.series.device.declared
    return kind is not None and moves(kind)


def span_of_alarm(alarm: Alarm) -> Span:
    """From half an hour before an alarm to some minutes after it, a day of it at most."""
    until = min(alarm.ended_at or clock.now(), alarm.began_at + timedelta(days=1))
    begin, end = alarm.began_at - BEFORE, until + AFTER
    return Span(begin=begin, end=end, hours=FEW, day=None)


def track_of_alarm(alarm: Alarm, points: Iterable[Series]) -> Track:
    """Where a vehicle was about an alarm; where it is now only while the alarm stands."""
    track = track_of(alarm.series.device, points, span_of_alarm(alarm))
    return replace(track, now=None) if alarm.ended_at else track


def _sound(at: Any, value: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Microseconds and values; of several at one moment the last, which is a correction."""
    moments, last = np.unique(at.astype("datetime64[us]").astype(np.int64)[::-1], return_index=True)
    return moments, value[::-1][last]


def _joined(
    told: dict[str, tuple[NDArray[np.int64], Floats]], device: Device, series: dict[str, Series]
) -> Track:
    (east, lon), (north, lat) = (told[point] for point in PLACE)
    at, x, y = np.intersect1d(east, north, return_indices=True)
    speed = np.full(len(at), np.nan)
    if SPEED in told:
        moments, values = told[SPEED]
        _, here, there = np.intersect1d(at, moments, return_indices=True)
        speed[here] = values[there]
    silent = device.declared.silent_after if device.declared else timedelta()
    return Track(
        at=at / MICROSECONDS,
        lon=lon[x],
        lat=lat[y],
        speed=speed,
        gap=silent.total_seconds(),
        now=_now(series),
    )


def _now(series: dict[str, Series]) -> tuple[float, float, datetime] | None:
    """The newest position, where it is sound."""
    sound = {
        point: each.value
        for point, each in series.items()
        if each.value is not None and not each.quality
    }
    place, at = place_told(sound), series[PLACE[0]].at
    return (*place, at) if place and at else None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


def _feature(shape: Any, **properties: str) -> dict[str, Any]:
    geometry = shapely.geometry.mapping(shape)
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _point(lon: float, lat: float, kind: str, label: str) -> dict[str, Any]:
    return _feature(shapely.Point(lon, lat), kind=kind, label=label)
