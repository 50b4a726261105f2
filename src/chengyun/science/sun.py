"""When the sun rises and sets, by date and place: the equations NOAA uses, after Meeus, Astronomical Algorithms.

Good to a minute between the polar circles; hills and refraction of the day make more than that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

RISES, TWILIGHT = -0.833, -6.0
"""How high the middle of the sun stands when its edge rises or sets, and at the edge of civil twilight, in degrees."""
J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
CENTURY = 36525 * 86400.0
ROUNDS = 3
"""So often the moment is found anew with the sun as it stands at the moment found before."""


@dataclass(frozen=True)
class Sun:
    """When it comes up and goes down on one day, UTC."""

    up: datetime
    down: datetime


def sun_on(day: date, lon: float, lat: float, *, height: float = RISES) -> Sun | None:
    """The sun of the calendar day at a place; ``height`` in degrees. None when it does not pass it that day."""
    up, down = _passes(day, lon, lat, height, -1), _passes(day, lon, lat, height, 1)
    return Sun(up, down) if up and down else None


def _passes(day: date, lon: float, lat: float, height: float, side: int) -> datetime | None:
    """When it passes a height, before (-1) or after (1) noon."""
    begin = datetime.combine(day, time(), UTC)
    found = begin + timedelta(hours=12 - lon / 15 + 6 * side)
    for _ in range(ROUNDS):
        declination, equation = _position(found)
        angle = _hour_angle(declination, lat, height)
        if angle is None:
            return None
        found = begin + timedelta(minutes=720 - 4 * lon - equation + 4 * side * angle)
    return found


def _hour_angle(declination: float, lat: float, height: float) -> float | None:
    """Degrees between noon and the passage."""
    here = math.radians(lat)
    cosine = (math.sin(math.radians(height)) - math.sin(here) * math.sin(declination)) / (
        math.cos(here) * math.cos(declination)
    )
    return math.degrees(math.acos(cosine)) if abs(cosine) <= 1 else None


def _position(at: datetime) -> tuple[float, float]:
    """The declination (radians) and the equation of time (minutes) at a moment."""
    t = (at - J2000).total_seconds() / CENTURY
    mean = 280.46646 + t * (36000.76983 + t * 0.0003032)
    anomaly = math.radians(357.52911 + t * (35999.05029 - 0.0001537 * t))
    eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t)
    centre = (
        math.sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * t)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * t)
    apparent = math.radians(mean + centre - 0.00569 - 0.00478 * math.sin(node))
    tilt = 23 + (26 + (21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))) / 60) / 60
    slope = math.radians(tilt + 0.00256 * math.cos(node))
    y, longitude = math.tan(slope / 2) ** 2, math.radians(mean)
    equation = (
        y * math.sin(2 * longitude)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * longitude)
        - y * y / 2 * math.sin(4 * longitude)
        - 1.25 * eccentricity**2 * math.sin(2 * anomaly)
    )
    return math.asin(math.sin(slope) * math.sin(apparent)), 4 * math.degrees(equation)
