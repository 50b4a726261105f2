"""The cooperation agreement of the demo city: its tasks, one kept and one late, and its first joint review."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils.timezone import localdate

from chengyun.city.cases.models import Agreement, Promise
from chengyun.city.cases.services import agreements as service
from chengyun.city.cases.services import meetings
from chengyun.city.people.models import User
from chengyun.demo.build.folk import CITY, Folk
from chengyun.demo.build.play import Act
from chengyun.demo.words.agreements import (
    ABOUT,
    AGREED,
    MINUTES,
    MONTHS,
    OFFICES,
    OWN,
    PARTNERS,
    SIDES,
    TASKS,
    TITLE,
    TOPIC,
    VENUE,
)
from chengyun.kernel import clock

FOR = timedelta(days=2 * 365)
SIGNED, DONE, CALLED, HELD = 8, 5, 4, 2
"""Days before now."""


@dataclass(kw_only=True)
class Agreed:
    """The agreement on its way."""

    folk: Folk

    @property
    def by(self) -> User:
        return self.folk.accounts["leader"]

    @property
    def row(self) -> Agreement:
        return Agreement.objects.select_related("unit").get()

    def register(self) -> None:
        today = localdate(clock.now())
        units = self.folk.units
        terms = service.Terms(
            title=TITLE,
            partners=PARTNERS,
            about=ABOUT,
            signed_on=today,
            ends_on=today + FOR,
            unit=units[OWN],
            units=[units[key] for key in SIDES],
            review_months=MONTHS,
        )
        row = service.register(terms, CITY, by=self.by)
        for key, what, days, _ in TASKS:
            due = today + timedelta(days=days)
            service.give_task(row, units[key], what, due, by=self.by)

    def do(self) -> None:
        for key, what, _, words in TASKS:
            if words:
                task = Promise.objects.select_related("unit").get(what=what)
                meetings.report_done(task, words, by=self.folk.crews[key])
                meetings.confirm(task, by=self.by)

    def call(self) -> None:
        keys = (*SIDES, *(key for key, *_ in TASKS))
        called = meetings.Called(
            kind=service.REVIEW,
            topic=TOPIC,
            venue=VENUE,
            held_at=clock.now() + timedelta(days=CALLED - HELD),
            units=[self.folk.units[key] for key in dict.fromkeys(keys)],
        )
        service.call_review(self.row, called, by=self.by)

    def write(self) -> None:
        meeting = self.row.reviews.select_related("agreement").get()
        given = meetings.Minutes(offices=OFFICES, attendees="", minutes=MINUTES)
        meetings.write_minutes(meeting, given, by=self.by)
        key, what, days = AGREED
        due = localdate(clock.now()) + timedelta(days=days)
        meetings.promise(meeting, self.folk.units[key], what, due, by=self.by)


def acts_of_agreements(now: datetime, days: int, folk: Folk) -> Iterator[Act]:
    """What is done about it, where the days that are played reach back so far."""
    if days <= SIGNED:
        return
    agreed = Agreed(folk=folk)
    steps: tuple[tuple[int, Callable[[], None]], ...] = (
        (SIGNED, agreed.register),
        (DONE, agreed.do),
        (CALLED, agreed.call),
        (HELD, agreed.write),
    )
    for ago, step in steps:
        yield now - timedelta(days=ago) + timedelta(hours=1), partial(step)
