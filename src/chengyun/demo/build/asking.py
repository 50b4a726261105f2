"""Whom the demo asks beside its own people: reporters who left a telephone, before their report is accepted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengyun.city.cases.services.acting import act
from chengyun.city.people.models import User
from chengyun.demo.build.play import Act, Played
from chengyun.demo.words.phrases import ANSWERS, QUESTIONS

EVERY = 7
"""Of so many reports with a telephone one is not clear enough."""
SOON = timedelta(minutes=2)
BEFORE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question while it is played."""

    played: Played
    number: int
    by: User

    def ask(self) -> None:
        assert self.played.case is not None
        words = {"question": QUESTIONS[self.number % len(QUESTIONS)]}
        act(self.played.case, "ask_reporter", words, by=self.by)

    def answer(self) -> None:
        assert self.played.case is not None
        words = {"answer": ANSWERS[self.number % len(ANSWERS)]}
        act(self.played.case, "take_answer", words, by=self.by)


def acts_of_asking(played: Played, number: int, by: User, now: datetime) -> Iterator[Act]:
    """Most answer before the report is accepted; of those that wait now some have not answered yet."""
    planned, at = played.planned, played.planned.reported_at + SOON
    if not planned.reporter_phone or number % EVERY or at >= now:
        return
    asked = Asked(played=played, number=number, by=by)
    first = planned.events[0] if planned.events else None
    if first is None:
        yield at, asked.ask
    elif first.verb == "accept" and at < first.at - BEFORE and first.at <= now:
        yield at, asked.ask
        yield first.at - BEFORE, asked.answer
