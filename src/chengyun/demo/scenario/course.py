"""The course of a case: who acts when, so that most is in time, some late, some goes round twice."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from chengyun.demo.scenario.planned import Event
from chengyun.demo.scenario.texts import filled, result_words
from chengyun.demo.words import phrases
from chengyun.demo.words.topic import Topic
from chengyun.science import workclock
from chengyun.science.calendars import Calendar
from chengyun.science.workclock import Limit, Unit

CHECK = ("4", "work_hour")
URGENT = frozenset({"P0101", "P0102", "P0103", "P0104"})
"""Covers and grates 井盖、雨箅: what is open there is dangerous at once."""


@dataclass
class Course:
    """Events laid end to end, starting with the report."""

    topic: Topic
    calendar: Calendar
    rng: random.Random
    at: datetime
    events: list[Event]
    late: bool = False

    def wait(self, low: float, high: float) -> None:
        """Let minutes pass."""
        self.at += timedelta(minutes=self.rng.uniform(low, high))

    def work(self, limit: tuple[str, str], share: float) -> None:
        """Let a share of a limit pass on its own clock."""
        self.at = moved(self.at, limit, share, self.calendar)

    def act(self, verb: str, text: str = "", unit: str = "", **facts: str) -> None:
        self.events.append(
            Event(at=self.at, verb=verb, text=text, unit=unit, facts=tuple(facts.items()))
        )

    def say(self, verb: str, phrases: tuple[str, ...], **facts: str) -> None:
        self.act(verb, self.rng.choice(phrases), **facts)

    def say_to(self, verb: str, phrases: tuple[str, ...], unit: str) -> None:
        self.act(verb, self.rng.choice(phrases), unit)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share


def moved(at: datetime, limit: tuple[str, str], share: float, calendar: Calendar) -> datetime:
    """The moment when ``share`` of the limit has run (or, negative, before which it had to start)."""
    unit = cast(Unit, limit[1])
    whole = workclock.amount(Limit(value=Decimal(limit[0]), unit=unit), calendar)
    return workclock.add(at, whole * share, unit, calendar).at


def course(
    topic: Topic, reported: datetime, *, citizen: bool, calendar: Calendar, rng: random.Random
) -> tuple[Event, ...]:
    """Everything that happens to a case after its report, to its end."""
    c = Course(topic=topic, calendar=calendar, rng=rng, at=reported, events=[])
    if not citizen and topic.class_code in URGENT and c.chance(0.2):
        rushed(c)
        ending(c)
    elif intake(c, citizen):
        first_dispatch(c)
        handling(c)
        ending(c)
    return tuple(c.events)


def ending(c: Course) -> None:
    """Checks and closing; a unit that was late may appeal afterwards."""
    rounds(c)
    c.wait(3, 27 if c.chance(0.97) else 70)
    c.say("close", phrases.CLOSED)
    if c.late and c.chance(0.3):
        c.wait(60, 1500)
        c.say("ask_appeal", phrases.APPEALS)
        c.wait(30, 600)
        c.say("review_appeal", phrases.APPEALS_REVIEWED)
        c.wait(30, 600)
        granted = c.chance(0.5)
        c.act("grant_appeal") if granted else c.say("refuse_appeal", phrases.APPEALS_REFUSED)


def rushed(c: Course) -> None:
    """A dangerous cover or grate: somebody guards it at once, the owner is found afterwards."""
    c.wait(1.5, 6)
    c.say_to("rush", phrases.DISPATCHED, c.topic.unit)
    c.wait(6, 26)
    c.act("guard", "已围挡，专人看护")
    c.wait(40, 150)
    c.act("handle", result_words(c.topic, c.rng))
    c.wait(1, 3)
    c.act("name_owner", owner="市政工程处")


def intake(c: Course, citizen: bool) -> bool:
    """Acceptance and filing; False when the case ends there."""
    c.wait(1.5, 12)
    if citizen and c.chance(0.34):
        c.say("ask_verify", phrases.VERIFY_NOTES)
        c.wait(12, 90)
        true = c.chance(0.9)
        said = c.rng.choice(phrases.VERIFIED if true else phrases.NOT_FOUND)
        c.events.append(Event(at=c.at, verb="verify", text=said, found=true))
        c.wait(1, 4)
        if not true:
            c.say("refuse", phrases.NOT_FOUND)
            return False
    elif citizen and c.chance(0.07):
        c.say("refuse", phrases.REFUSALS)
        return False
    elif not citizen and c.chance(0.008):
        c.say("void", phrases.VOIDED)
        return False
    c.act("accept")
    c.wait(2, 13.5 if c.chance(0.96) else 40)
    if c.chance(0.022):
        c.say("decline", phrases.DECLINED)
        return False
    c.say("file", phrases.FILED)
    return True


def first_dispatch(c: Course) -> None:
    c.wait(2, 13 if c.chance(0.95) else 45)
    if c.chance(0.045):
        wrong = c.rng.choice(
            [unit for unit in ("works", "drainage", "telecom", "parks") if unit != c.topic.unit]
        )
        c.say_to("dispatch", phrases.DISPATCHED, wrong)
        c.wait(14, 80)
        c.say("ask_return", phrases.RETURNS, cause="wrong_unit")
        c.wait(2, 20)
        c.act("return")
        c.wait(3, 13)
    c.say_to("dispatch", phrases.DISPATCHED, c.topic.unit)


def handling(c: Course) -> None:
    """Signing, work, feedback; the limit runs from the dispatch."""
    start = c.at
    c.wait(6, 50)
    c.act("sign")
    if c.chance(0.016):
        start = put_aside(c)
    if c.chance(0.02):
        c.wait(5, 20)
        c.say("urge", phrases.URGED)
    share = c.rng.betavariate(2.2, 2.4) * 0.96 if c.chance(0.93) else c.rng.uniform(1.04, 1.9)
    longer = c.chance(0.06) and extended(c, start)
    c.late |= share > 1 and not longer
    c.at = max(moved(start, c.topic.limit, share, c.calendar), c.at + timedelta(minutes=4))
    c.act("handle", result_words(c.topic, c.rng))


def put_aside(c: Course) -> datetime:
    """挂账, asked by the unit or ordered by the desk; when the clock goes on."""
    c.wait(10, 30)
    until = (c.at + timedelta(days=30)).date().isoformat()
    before = any(event.verb in ("grant_suspend", "suspend") for event in c.events)
    if not before and c.chance(0.5):
        c.say("ask_suspend", phrases.SUSPENDED, until=until)
        c.wait(5, 30)
        c.act("grant_suspend")
    else:
        c.say("suspend", phrases.SUSPENDED, until=until)
    c.at += timedelta(days=c.rng.uniform(4, 16))
    c.say("resume", phrases.RESUMED)
    return c.at


def extended(c: Course, start: datetime) -> bool:
    """A longer limit, asked while there is time; whether it was granted. Once in a case of the demo."""
    when = moved(start, c.topic.limit, c.rng.uniform(0.4, 0.7), c.calendar)
    if when < c.at + timedelta(minutes=5) or any(e.verb == "ask_extension" for e in c.events):
        return False
    c.at = when
    c.say("ask_extension", phrases.EXTENSIONS)
    c.wait(5, 40)
    granted = c.chance(0.8)
    answer = ("grant_extension", phrases.EXTENSIONS_GRANTED)
    c.say(*(answer if granted else ("refuse_extension", phrases.EXTENSIONS_REFUSED)))
    return granted


def rounds(c: Course) -> None:
    """Feedback and check, with rework now and then, until the check is passed."""
    for turn in range(3):
        c.wait(4, 26 if c.chance(0.96) else 60)
        if turn < 2 and c.chance(0.03):
            c.say("rework", phrases.REWORKS)
            handling(c)
            continue
        c.act("feed_back")
        c.work(CHECK, c.rng.uniform(0.06, 0.8) if c.chance(0.95) else c.rng.uniform(1.1, 1.6))
        if turn < 2 and c.chance(0.05):
            c.act("check_fail", filled(c.rng.choice(phrases.FAILED_CHECKS), c.rng))
            handling(c)
            continue
        c.say("check_pass", phrases.CHECKED)
        return
