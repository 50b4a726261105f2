"""A leader's walk through the demo: three of one day's reports that lie near each other are found on it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations

from chengyun.demo.scenario.planned import PlannedCase, PlannedWalk
from chengyun.science.coordinates import distance

AGO = range(2, 7)
"""Days before now: late enough to be remembered, early enough that something has become of it."""
HOUR = 15
FOUND = (15, 40, 65)
"""Minutes after the beginning."""
LASTS = timedelta(minutes=80)


def on_foot(
    cases: Sequence[PlannedCase], now: datetime
) -> tuple[tuple[PlannedCase, ...], PlannedWalk | None]:
    """The cases with the leader as the reporter of three of them, and the walk; none where no day has three."""
    for ago in AGO:
        day = (now - timedelta(days=ago)).date()
        there = [case for case in cases if _fits(case) and _day(case, now) == day]
        if len(there) >= len(FOUND):
            begins = datetime(day.year, day.month, day.day, HOUR, tzinfo=now.tzinfo)
            return _walked(cases, min(combinations(there, len(FOUND)), key=_length), begins, now)
    return tuple(cases), None


def _fits(case: PlannedCase) -> bool:
    return case.source == "inspector" and not case.simple and case.district == "371502"


def _day(case: PlannedCase, now: datetime) -> date:
    return case.reported_at.astimezone(now.tzinfo).date()


def _length(some: Sequence[PlannedCase]) -> float:
    pairs = combinations((case.spot for case in some), 2)
    return sum(float(distance(a.lon, a.lat, b.lon, b.lat)) for a, b in pairs)


def _walked(
    cases: Sequence[PlannedCase], some: Sequence[PlannedCase], begins: datetime, now: datetime
) -> tuple[tuple[PlannedCase, ...], PlannedWalk]:
    moments = [begins + timedelta(minutes=minutes) for minutes in FOUND]
    found = [_moved(case, at, now) for case, at in zip(some, moments, strict=True)]
    rest = [case for case in cases if not any(case is one for one in some)]
    stops = tuple((case.reported_at, case.spot) for case in found)
    walk = PlannedWalk(begins=begins, ends=begins + LASTS, stops=stops)
    return tuple(sorted([*rest, *found], key=lambda case: case.reported_at)), walk


def _moved(case: PlannedCase, at: datetime, now: datetime) -> PlannedCase:
    later = at - case.reported_at
    events = (replace(event, at=event.at + later) for event in case.events)
    kept = tuple(event for event in events if event.at < now)
    return replace(case, source="leader", on_walk=True, reported_at=at, events=kept)
