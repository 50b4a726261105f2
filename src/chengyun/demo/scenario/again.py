"""What is reported twice, and what comes again at the same corner: every city has both."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from chengyun.demo.scenario.course import course
from chengyun.demo.scenario.pending import pending
from chengyun.demo.scenario.planned import PlannedCase
from chengyun.demo.scenario.reports import Reporting, moment, planned
from chengyun.demo.scenario.texts import TOPICS, citizen_words
from chengyun.demo.words.topic import Topic

ECHOES = 3
ASIDE = 0.00012  # degrees, ten metres: a caller is less exact than an inspector
CORNERS = (("litter", (26, 19, 11, 4)), ("rubble", (23, 14, 5)))
"""What comes again, and how many days ago."""


def again(r: Reporting, cases: tuple[PlannedCase, ...], days: int) -> tuple[PlannedCase, ...]:
    """The cases with what is reported a second time among those that wait, and what comes again."""
    own = replace(r, rng=random.Random(len(cases)))  # noqa: S311 - the rest of the plan stays as it is
    more = [*echoes(own, cases), *comebacks(own, days)]
    return tuple(sorted((*cases, *more), key=lambda case: case.reported_at))


def echoes(r: Reporting, cases: tuple[PlannedCase, ...]) -> Iterator[PlannedCase]:
    """Somebody calls about what an inspector has just reported and nobody has accepted yet."""
    waiting = [case for case in cases if not case.events and case.source == "inspector"]
    for case in waiting[:ECHOES]:
        topic = _topic(case.topic)
        at, events = pending(topic, "accepted", 0.2, r.now, r.calendar, r.rng)
        call = planned(r, topic, "hotline", at, events)
        spot = replace(case.spot, lon=case.spot.lon + ASIDE)
        words = citizen_words(topic, spot.road, r.rng)
        here = replace(call, spot=spot, district=case.district, asset=-1)
        yield replace(here, text=words, photo=case.photo)


def comebacks(r: Reporting, days: int) -> Iterator[PlannedCase]:
    """The same thing at the same corner, cleared each time and there again a week later."""
    for key, ages in CORNERS:
        topic, first = _topic(key), None
        for ago in (age for age in ages if age < days):
            day = (r.now.astimezone(r.calendar.zone) - timedelta(days=ago)).date()
            at = moment(r, day, "inspector")
            events = course(topic, at, citizen=False, calendar=r.calendar, rng=r.rng)
            past = tuple(event for event in events if event.at < r.now)
            case = planned(r, topic, "inspector", at, past)
            first = first or case
            yield replace(case, spot=first.spot, district=first.district, asset=first.asset)


def _topic(key: str) -> Topic:
    return next(topic for topic in TOPICS if topic.key == key)
