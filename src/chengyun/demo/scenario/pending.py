"""Cases that are open now: for every stage some fresh, some soon late, some late."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from chengyun.demo.scenario.course import CHECK, moved
from chengyun.demo.scenario.planned import Event
from chengyun.demo.scenario.texts import result_words
from chengyun.demo.words import phrases
from chengyun.demo.words.topic import Topic
from chengyun.science.calendars import Calendar

OFFICE = ("15", "urgent_minute")
FEEDBACK = ("30", "urgent_minute")
# stage -> how much of its limit has run, one case each
QUEUE: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("reported", (0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.84, 0.93, 1.3, 2.6)),
    ("verifying", (0.3, 0.5, 0.7, 0.9)),
    ("accepted", (0.1, 0.35, 0.55, 0.7, 0.88, 0.95, 1.5)),
    ("filed", (0.08, 0.2, 0.4, 0.6, 0.82, 0.9, 1.2, 3.0)),
    ("dispatched", (0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.85, 1.1)),
    ("handling", (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.83, 0.87, 0.91, 0.96, 1.05, 1.3, 1.8)),
    ("suspended", (0.2, 0.3, 0.4)),
    ("handled", (0.1, 0.3, 0.5, 0.85, 0.95, 1.4)),
    ("checking", (0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 0.95, 1.2)),
    ("checked", (0.1, 0.4, 0.7, 0.9, 1.6)),
)


Matter = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]
PUT_ASIDE: tuple[Matter, ...] = (
    ("ask_suspend", phrases.SUSPENDED, (("until", "45"),)),
    ("grant_suspend", phrases.SUSPENSIONS_GRANTED, ()),
)
LONGER: Matter = ("ask_extension", phrases.EXTENSIONS, ())
WATCHED = (("watch_level", "key_watch"),)
# what is asked, answered and supervised inside a stage; which case it is says the share of its limit that has run
MATTERS: dict[tuple[str, float], tuple[Matter, ...]] = {
    ("suspended", 0.2): PUT_ASIDE,
    ("suspended", 0.3): (("suspend", phrases.SUSPENDED, (("until", "90"),)),),
    ("suspended", 0.4): PUT_ASIDE,
    ("handling", 0.1): (LONGER,),
    ("handling", 0.2): (("ask_return", phrases.RETURNS, (("cause", "wrong_unit"),)),),
    ("handling", 0.3): PUT_ASIDE[:1],
    ("handling", 0.4): (("invite", phrases.TASKS, (("outsider", "华兴物业前台"),)),),
    ("handling", 0.5): (LONGER,),
    ("handling", 0.6): (LONGER, ("grant_extension", phrases.EXTENSIONS_GRANTED, ()), LONGER),
    ("handling", 0.83): (("urge", phrases.URGED, ()),),
    ("handling", 1.05): (("supervise", phrases.SUPERVISED, (("watch_level", "watch"),)),),
    ("handling", 1.8): (
        ("supervise", phrases.SUPERVISED, WATCHED),
        ("reply", phrases.REPLIED, ()),
    ),
    ("handled", 0.3): (("ask_void", phrases.VOIDED, ()),),
}


def stages() -> Iterator[tuple[str, float]]:
    for stage, shares in QUEUE:
        for share in shares:
            yield stage, share


def pending(
    topic: Topic, stage: str, share: float, now: datetime, calendar: Calendar, rng: random.Random
) -> tuple[datetime, tuple[Event, ...]]:
    """Report and events of a case that now stands in ``stage``, ``share`` of its limit run."""
    way = list(WAYS[stage])
    entered = moved(now, limit_of(stage, topic), -share, calendar)
    events: list[Event] = []
    at = entered
    for verb in reversed(way):
        events.append(event(verb, at, topic, rng))
        at = before(verb, at, topic, calendar, rng)
    return at, tuple(late(reversed(events), entered, stage, share, now, topic, rng))


NORMAL = ("accept", "file", "dispatch", "sign", "handle", "feed_back", "check_pass")
WAYS = {
    "reported": (),
    "verifying": ("ask_verify",),
    "accepted": NORMAL[:1],
    "filed": NORMAL[:2],
    "dispatched": NORMAL[:3],
    "handling": NORMAL[:3],
    "suspended": NORMAL[:4],
    "handled": NORMAL[:5],
    "checking": NORMAL[:6],
    "checked": NORMAL[:7],
}


def limit_of(stage: str, topic: Topic) -> tuple[str, str]:
    if stage in ("dispatched", "handling", "suspended"):
        return topic.limit
    return {"handled": FEEDBACK, "checked": FEEDBACK, "checking": CHECK}.get(stage, OFFICE)


def event(verb: str, at: datetime, topic: Topic, rng: random.Random) -> Event:
    if verb == "dispatch":
        return Event(at=at, verb=verb, text=rng.choice(phrases.DISPATCHED), unit=topic.unit)
    if verb == "handle":
        return Event(at=at, verb=verb, text=result_words(topic, rng))
    words = {"ask_verify": phrases.VERIFY_NOTES, "check_pass": phrases.CHECKED}.get(verb, ("",))
    return Event(at=at, verb=verb, text=rng.choice(words))


def before(
    verb: str, at: datetime, topic: Topic, calendar: Calendar, rng: random.Random
) -> datetime:
    """When the step before ``verb`` was taken."""
    if verb == "handle":
        return moved(at, topic.limit, -rng.uniform(0.3, 0.85), calendar)
    if verb == "check_pass":
        return moved(at, CHECK, -rng.uniform(0.1, 0.7), calendar)
    return at - timedelta(minutes=rng.uniform(3, 13))


def late(
    events: Iterator[Event],
    entered: datetime,
    stage: str,
    share: float,
    now: datetime,
    topic: Topic,
    rng: random.Random,
) -> Iterator[Event]:
    """The events, and what follows inside the stage: signing, or being suspended."""
    helped = (("helpers", "parks" if topic.unit != "parks" else "telecom"),)
    for planned in events:
        shared = planned.verb == "dispatch" and (stage, share) == ("handling", 0.4)
        yield replace(planned, facts=helped) if shared else planned
    passed = now - entered
    if stage == "handling":
        yield Event(at=entered + passed * 0.3, verb="sign")
    for place, (verb, words, facts) in enumerate(MATTERS.get((stage, share), ()), start=4):
        told = tuple((key, _day(now, value)) for key, value in facts)
        at = entered + passed * place / 10
        yield Event(at=at, verb=verb, text=rng.choice(words), facts=told)


def _day(now: datetime, value: str) -> str:
    """A number of days ahead as a day; any other fact as it is."""
    return (now + timedelta(days=int(value))).date().isoformat() if value.isdigit() else value
