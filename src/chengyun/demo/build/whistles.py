"""The calls of the demo city: one over that became a case, one that waits for a unit, one just blown."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from chengyun.city.assets.models import Asset
from chengyun.city.cases.models import Arrival, Whistle
from chengyun.city.cases.services.whistles import (
    Call,
    Spot,
    arrive,
    blow,
    close,
    make_case,
    receive,
)
from chengyun.city.people.models import Role, User
from chengyun.city.places.queries import address_of
from chengyun.demo.build.folk import Folk, person
from chengyun.demo.build.play import Act
from chengyun.demo.words.whistles import CALLER, PLANNED, STREET, PlannedWhistle
from chengyun.kernel import clock
from chengyun.kernel.scope import inside

BESIDE = 0.0002
"""Degrees between the spot and where a unit says it stands."""


@dataclass(kw_only=True)
class Blown:
    """One call on its way, at a part of the caller's street."""

    planned: PlannedWhistle
    number: int
    folk: Folk
    by: User
    whistle: Whistle | None = None

    def blow(self) -> None:
        part = Asset.objects.filter(inside("area", STREET)).order_by("pk")[self.number]
        address = address_of(part.lon, part.lat)
        spot = Spot(matter=self.planned.matter, address=address, lon=part.lon, lat=part.lat)
        calls = [
            Call(unit=self.folk.units[key], due_at=clock.now() + timedelta(minutes=minutes))
            for key, minutes, _ in self.planned.called
        ]
        self.whistle = blow(spot, calls, by=self.by)

    def receive(self, key: str) -> None:
        receive(self._arrival(key), by=self.folk.crews[key])

    def arrive(self, key: str) -> None:
        point = (self._now.lon + BESIDE, self._now.lat)
        arrive(self._arrival(key), words="已到现场", point=point, by=self.folk.crews[key])

    def close(self) -> None:
        make_case(self._now, self.planned.class_code, by=self.by)
        close(self._now, self.planned.outcome, by=self.by)

    @property
    def _now(self) -> Whistle:
        assert self.whistle is not None
        return self.whistle

    def _arrival(self, key: str) -> Arrival:
        rows = self._now.arrivals.select_related("unit", "whistle")
        return rows.get(unit=self.folk.units[key])


def add_caller(folk: Folk, rng: random.Random) -> User:
    """Somebody of a street office, whose street it is."""
    username, name = CALLER
    role = Role.objects.get(key="department")
    return person(username, name, role, folk.units[STREET], rng)


def acts_of_whistles(now: datetime, folk: Folk, by: User) -> Iterator[Act]:
    """What is done about each in the minutes since it was blown."""
    for number, planned in enumerate(PLANNED):
        blown = Blown(planned=planned, number=number, folk=folk, by=by)
        start = now - timedelta(minutes=planned.ago)
        yield start, blown.blow
        for key, _, deeds in planned.called:
            for deed, after in deeds:
                call = blown.receive if deed == "receive" else blown.arrive
                yield start + timedelta(minutes=after), partial(call, key)
        if planned.over:
            yield start + timedelta(minutes=planned.over), blown.close
