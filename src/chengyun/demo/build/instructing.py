"""热线签批 in the demo: a leader writes on the hotline orders of the last days, the units report what they did."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengyun.city.cases.instructions import keeps
from chengyun.city.cases.models import Inquiry, Instruction
from chengyun.city.cases.services.instructions import give, report, take_up
from chengyun.city.people.models import Role, User
from chengyun.demo.build.folk import HOMES, Folk, person
from chengyun.demo.build.play import Act, Played
from chengyun.demo.words.phrases import INSTRUCTED

LAST = timedelta(days=4)
SEEN = timedelta(hours=2)
SOME, FEW = 4, 3
"""Of so many orders one: waits for its instruction, is not done yet."""
DONE = "已办好，现场看过，回复了来件人。"
TEAM, TEAM_NAME = "team", "孟庆丰"


@dataclass(frozen=True, kw_only=True)
class Instructed:
    """An order on which the leader writes; ``number`` of the case decides the words."""

    played: Played
    number: int
    folk: Folk

    def give(self) -> None:
        found = Inquiry.objects.select_related("case__unit").get(case=self.played.case)
        if found.answered_at is None:
            words = INSTRUCTED[self.number % len(INSTRUCTED)]
            give(found, words, by=self.folk.accounts["leader"])

    def take(self) -> None:
        for row, crew in self._waiting():
            take_up(row, by=crew)

    def finish(self) -> None:
        for row, crew in self._waiting():
            report(row, DONE, done=True, by=crew)

    def _waiting(self) -> Iterator[tuple[Instruction, User]]:
        """The instruction while it waits, and whoever works off those of the unit it lies with."""
        rows = Instruction.objects.select_related("inquiry__case__unit")
        for row in rows.filter(inquiry__case=self.played.case, state__in=Instruction.WAITS):
            case = row.inquiry.case
            people = (User.objects.get(username=TEAM), *self.folk.crews.values())
            yield from ((row, one) for one in people if case.unit and keeps(one, case))


def add_team(folk: Folk, rng: random.Random) -> User:
    """Who takes up what the leader writes on the orders of the department."""
    role = Role.objects.get(key=TEAM)
    return person(TEAM, TEAM_NAME, role, folk.units[HOMES["department"]], rng)


def acts_of_instructions(played: Played, number: int, folk: Folk, now: datetime) -> Iterator[Act]:
    """Orders of the last days: most are written on, taken up, and done within a day."""
    planned = played.planned
    at = planned.events[0].at if planned.events else now
    if planned.source != "hotline" or not now - LAST < at < now or number % SOME == 0:
        return
    row = Instructed(played=played, number=number, folk=folk)
    acts = [(at + SEEN, row.give), (at + 2 * SEEN, row.take)]
    acts += [(at + 6 * SEEN, row.finish)] if number % FEW else []
    yield from (act for act in acts if act[0] < now)
