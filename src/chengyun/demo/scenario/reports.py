"""Who reports what, when and where over the days: the rhythm of a week and of a day."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from chengyun.demo.scenario.course import course
from chengyun.demo.scenario.pending import pending, stages
from chengyun.demo.scenario.planned import Event, PlannedAsset, PlannedCase
from chengyun.demo.scenario.texts import TOPICS, citizen_words, inspector_words
from chengyun.demo.spots import Spot, Streets, core_spot, town_spot
from chengyun.demo.words import people
from chengyun.demo.words.topic import Topic
from chengyun.science.calendars import Calendar

DAILY = 13
WEEK = (1.14, 1.08, 1.04, 1.02, 1.06, 0.86, 0.72)
HOURS_INSPECTOR = (0, 0, 0, 0, 0, 0, 1, 6, 11, 13, 11, 6, 2, 4, 11, 12, 10, 6, 3, 2, 1, 0, 0, 0)
HOURS_CITIZEN = (1, 0, 0, 0, 0, 1, 2, 6, 9, 9, 8, 6, 5, 6, 7, 8, 8, 8, 7, 7, 6, 5, 3, 2)
SOURCES = {
    "inspector": 62,
    "hotline": 18,
    "public": 9,
    "web": 4,
    "video": 4,
    "leader": 1,
    "upper": 1,
    "media": 1,
}
SIMPLE = 0.06
"""The share of what inspectors report that they put right themselves."""
PERSONAL = ("hotline", "public", "web")
CORE, IN_CORE = "371502", 0.9
# class code -> type of the asset a report is about
ASSETS = {
    "P0101": "water_cover", "P0102": "sewage_cover", "P0103": "rain_cover", "P0104": "rain_grate",
    "P0110": "heat_cover", "P0111": "gas_cover", "P0137": "lamp", "P0204": "bus_stop",
    "P0212": "road_plate", "P0217": "barrier", "P0301": "toilet", "P0305": "bin",
    "P0402": "street_tree", "P0408": "green_fence",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reporting:
    """What reports are made from."""

    streets: Streets
    assets: tuple[PlannedAsset, ...]
    by_type: dict[str, tuple[int, ...]]
    calendar: Calendar
    now: datetime
    inspectors: int
    rng: random.Random


def reporting(
    streets: Streets,
    assets: tuple[PlannedAsset, ...],
    calendar: Calendar,
    now: datetime,
    inspectors: int,
    rng: random.Random,
) -> Reporting:
    by_type: dict[str, list[int]] = {}
    for number, asset in enumerate(assets):
        by_type.setdefault(asset.type, []).append(number)
    return Reporting(
        streets=streets,
        assets=assets,
        by_type={key: tuple(numbers) for key, numbers in by_type.items()},
        calendar=calendar,
        now=now,
        inspectors=inspectors,
        rng=rng,
    )


def planned_cases(r: Reporting, days: int) -> tuple[PlannedCase, ...]:
    """The history and what is open now, in the order of the reports."""
    found = [case for day in reversed(range(days)) for case in of_day(r, day)]
    found += [open_case(r, stage, share, n) for n, (stage, share) in enumerate(stages())]
    return tuple(sorted(found, key=lambda case: case.reported_at))


def of_day(r: Reporting, ago: int) -> Iterator[PlannedCase]:
    """The reports of one day; of today those until now."""
    day = (r.now.astimezone(r.calendar.zone) - timedelta(days=ago)).date()
    for _ in range(round(DAILY * WEEK[day.weekday()] * r.rng.uniform(0.85, 1.15))):
        topic, source = choose(r)
        at = moment(r, day, source)
        if at < r.now - timedelta(minutes=2):
            citizen = source != "inspector"
            if not citizen and r.rng.random() < SIMPLE:
                yield on_the_spot(r, topic, at)
                continue
            events = course(topic, at, citizen=citizen, calendar=r.calendar, rng=r.rng)
            yield planned(r, topic, source, at, tuple(e for e in events if e.at < r.now))


def on_the_spot(r: Reporting, topic: Topic, at: datetime) -> PlannedCase:
    """What the inspector put right at once; the desk looks at the pictures."""
    checked = Event(at=at + timedelta(minutes=r.rng.uniform(2, 12)), verb="pass")
    events = (checked,) if checked.at < r.now else ()
    return replace(planned(r, topic, "inspector", at, events), simple=True)


def moment(r: Reporting, day: date, source: str) -> datetime:
    hours = HOURS_INSPECTOR if source == "inspector" else HOURS_CITIZEN
    hour = r.rng.choices(range(24), hours)[0]
    clock = time(hour, r.rng.randrange(60), r.rng.randrange(60), tzinfo=r.calendar.zone)
    return datetime.combine(day, clock)


def choose(r: Reporting) -> tuple[Topic, str]:
    topic = r.rng.choices(TOPICS, [topic.weight for topic in TOPICS])[0]
    return topic, r.rng.choices(list(SOURCES), list(SOURCES.values()))[0]


def open_case(r: Reporting, stage: str, share: float, number: int) -> PlannedCase:
    """A case that waits now; every second one lies with the first inspector, the demo's own."""
    topic, source = choose(r)
    if stage == "verifying":
        source = "hotline"
    at, events = pending(topic, stage, share, r.now, r.calendar, r.rng)
    case = planned(r, topic, source, at, events)
    return case if number % 2 else replace(case, inspector=0)


def planned(
    r: Reporting, topic: Topic, source: str, at: datetime, events: tuple[Event, ...]
) -> PlannedCase:
    district = CORE if r.rng.random() < IN_CORE else r.rng.choice(sorted(r.streets.town_roads))
    asset = which_asset(r, topic) if district == CORE else -1
    spot = place(r, topic, district, asset)
    told = source in PERSONAL
    words = citizen_words(topic, spot.road, r.rng) if told else inspector_words(topic, r.rng)
    return PlannedCase(
        topic=topic.key,
        spot=spot,
        district=district,
        source=source,
        text=words,
        reporter_name=people.name(r.rng) if told else "",
        reporter_phone=people.phone(r.rng) if told else "",
        inspector=r.rng.randrange(r.inspectors),
        asset=asset,
        photo=r.rng.randrange(1000),
        reported_at=at,
        events=events,
    )


def which_asset(r: Reporting, topic: Topic) -> int:
    kind = ASSETS.get(topic.class_code)
    return r.rng.choice(r.by_type[kind]) if kind in r.by_type else -1


def place(r: Reporting, topic: Topic, district: str, asset: int) -> Spot:
    if asset >= 0:
        return r.assets[asset].spot
    if district == CORE:
        return core_spot(r.streets, topic.spot, r.rng)
    return town_spot(r.streets, district, r.rng)
