"""The weekly rounds of the evaluation office: what they find and how it is cleared."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from chengyun.demo.scenario.course import moved
from chengyun.demo.scenario.planned import Event, PlannedFinding
from chengyun.demo.scenario.texts import filled
from chengyun.demo.spots import Streets, core_spot
from chengyun.demo.words.findings import FINDINGS, RECTIFIED, REDONE
from chengyun.science.calendars import Calendar

PER_FIELD = (4, 9)
LIMIT_DAYS = 3
WORK_DAY = ("1", "work_day")


def planned_findings(
    streets: Streets, calendar: Calendar, now: datetime, days: int, rng: random.Random
) -> tuple[PlannedFinding, ...]:
    """Findings of the last ``days`` days, in order of time."""
    today = now.astimezone(calendar.zone).date()
    begun = now - timedelta(days=days)
    monday = today - timedelta(days=days + (today - timedelta(days=days)).weekday())
    found: list[PlannedFinding] = []
    while monday <= today:
        found += of_week(streets, calendar, now, monday, rng)
        monday += timedelta(days=7)
    seen = (finding for finding in found if finding.found_at > begun)
    return tuple(sorted(seen, key=lambda finding: finding.found_at))


def first_monday(day: date) -> date:
    """The day itself or the Monday after it."""
    return day + timedelta(days=-day.weekday() % 7)


def of_week(
    streets: Streets, calendar: Calendar, now: datetime, monday: date, rng: random.Random
) -> Iterator[PlannedFinding]:
    week = [monday + timedelta(days=n) for n in range(7)]
    days = [day for day in week if calendar.is_workday(day)]
    for field, kinds in FINDINGS.items():
        for _ in range(rng.randint(*PER_FIELD) if days else 0):
            unit, photo, words = rng.choice(kinds)
            hour = time(rng.choice((8, 9, 10, 14, 15, 16)), rng.randrange(60), tzinfo=calendar.zone)
            at = datetime.combine(rng.choice(days), hour)
            spot = core_spot(streets, "pavement", rng, main=True)
            if at < now:
                due = at.date() + timedelta(days=LIMIT_DAYS)
                events = tuple(e for e in clearing(field, at, calendar, rng) if e.at < now)
                yield PlannedFinding(
                    field=field,
                    unit=unit,
                    photo=photo,
                    text=f"{filled(words, rng)}。",
                    spot=spot,
                    found_at=at,
                    due=due,
                    events=events,
                )


def clearing(field: str, at: datetime, calendar: Calendar, rng: random.Random) -> Iterator[Event]:
    """Rectified, looked at again, cleared; sometimes it has to be done twice, sometimes late."""
    for turn in range(2):
        days = rng.uniform(0.3, 1.9) if rng.random() < 0.9 else rng.uniform(3.2, 5)
        at = moved(at, WORK_DAY, days, calendar)
        yield Event(at=at, verb="rectify", text=f"{rng.choice(RECTIFIED[field])}。")
        at = moved(at, WORK_DAY, rng.uniform(0.1, 1.2), calendar)
        if turn == 0 and rng.random() < 0.07:
            yield Event(at=at, verb="redo", text=f"{rng.choice(REDONE)}。")
            continue
        yield Event(at=at, verb="clear")
        return
