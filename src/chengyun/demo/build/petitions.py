"""The petitions of the demo city: one closed, one of many people under way, one that came again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import localdate

from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.petitions import TYPE, Registered
from chengyun.city.people.models import Role, User
from chengyun.demo.build.folk import Folk, person
from chengyun.demo.build.play import Act
from chengyun.demo.scenario.planned import Scenario
from chengyun.demo.words.petitions import OFFICER, PLANNED, PlannedPetition
from chengyun.kernel import clock

UNIT = "drainage"
GIVEN = timedelta(days=45)


@dataclass(kw_only=True)
class Brought:
    """One planned petition while it is played."""

    planned: PlannedPetition
    point: tuple[float, float]
    by: User
    crew: User
    case: Case | None = None

    def register(self) -> None:
        p = self.planned
        new = NewCase(
            type=TYPE,
            source=TYPE,
            description=p.words,
            lon=self.point[0],
            lat=self.point[1],
            reporter_phone=p.phone,
            petition=Registered(form=p.form, people=p.people),
            simulated=True,
        )
        self.case = open_case(new, by=self.by)

    def admit(self) -> None:
        assert self.crew.unit is not None
        due = localdate(clock.now()) + GIVEN
        facts = {"petition_level": self.planned.level, "plan": self.planned.plan}
        self._act("admit", facts | {"unit": self.crew.unit.code, "due": due.isoformat()}, self.by)

    def settle(self) -> None:
        self._act("settle", {"result": self.planned.result}, self.crew)

    def answer(self) -> None:
        self._act("answer", {"reply": self.planned.reply}, self.by)

    def _act(self, verb: str, facts: dict[str, str], by: User) -> None:
        assert self.case is not None
        self.case = act(Case.objects.get(pk=self.case.pk), verb, facts, by=by)


def add_officer(folk: Folk, rng: random.Random) -> User:
    """Somebody who takes petitions on."""
    role = Role.objects.get(key="petitions")
    return person("petitions", OFFICER, role, folk.units["centre"], rng)


def acts_of_petitions(scenario: Scenario, folk: Folk, days: int) -> Iterator[Act]:
    """Each registered on its day and taken as far as it has come, at the places of some cases."""
    officer, day = User.objects.get(username="petitions"), timedelta(days=1)
    for number, planned in enumerate(each for each in PLANNED if each.days <= days):
        came, spot = scenario.now - planned.days * day, scenario.cases[number].spot
        point = (spot.lon, spot.lat)
        row = Brought(planned=planned, point=point, by=officer, crew=folk.crews[UNIT])
        yield came, row.register
        if planned.level:
            yield came + day, row.admit
        if planned.result:
            yield came + 9 * day, row.settle
            yield came + 11 * day, row.answer
