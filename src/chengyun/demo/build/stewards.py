"""The alley steward of the demo city: what she reported, and the points it brought."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from chengyun.city.assets.models import Asset
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.stewards import appoint, reward
from chengyun.city.people.models import Role, User
from chengyun.demo.build.communities import STEPS
from chengyun.demo.build.folk import CORE, Folk, person
from chengyun.demo.build.play import BY_KEY, Act, Played, Stage
from chengyun.demo.scenario.planned import Event, PlannedCase
from chengyun.demo.spots import Spot
from chengyun.demo.words.stewards import ALLEY, COMMUNITY, DECLINED, NAME, REPORTS
from chengyun.kernel import clock

KEY = "steward"


@dataclass(kw_only=True)
class Alley:
    """The steward, and what she has reported so far."""

    stage: Stage
    steward: User
    played: dict[int, Played] = field(default_factory=dict)

    def report(self, number: int) -> None:
        _, topic, words, _ = REPORTS[number]
        known = Asset.objects.filter(area=COMMUNITY).order_by("pk")[number]
        spot = Spot(lon=known.lon, lat=known.lat, road="", address=known.address)
        planned = PlannedCase(
            topic=topic,
            spot=spot,
            district=CORE,
            source=KEY,
            text=words,
            reporter_name="",
            reporter_phone="",
            inspector=number,
            asset=-1,
            photo=number,
            reported_at=clock.now(),
            events=(),
        )
        photo = self.stage.shelf.lend(BY_KEY[topic].photo, number, False, self.steward)
        new = NewCase(
            source=KEY,
            description=words,
            lon=spot.lon,
            lat=spot.lat,
            address=spot.address,
            photos=[photo],
            simulated=True,
        )
        case = open_case(new, by=self.steward)
        self.played[number] = Played(stage=self.stage, planned=planned, case=case)

    def take(self, number: int, verb: str) -> None:
        """A step of the desk or the unit; the points of older reports are told here, as the worker would have."""
        played = self.played[number]
        topic = BY_KEY[played.planned.topic]
        unit = topic.unit if verb == "dispatch" else ""
        text = topic.done[0] if verb == "handle" else ""
        played.take(Event(at=clock.now(), verb=verb, unit=unit, text=text))
        if verb == "file" and played.case:
            reward(played.case, clock.now())

    def decline(self, number: int) -> None:
        case, by = self.played[number].case, self.stage.folk.accounts["supervisor"]
        if case:
            act(case, "decline", {"reason": DECLINED}, by=by)


def add_steward(folk: Folk, rng: random.Random) -> User:
    """A resident who looks after an alley."""
    role = Role.objects.get(key=KEY)
    user = person(KEY, NAME, role, folk.units[COMMUNITY], rng)
    appoint(user, COMMUNITY, ALLEY, by=None)
    return user


def acts_of_steward(now: datetime, days: int, stage: Stage, steward: User) -> Iterator[Act]:
    """What she reported of late: most of it is filed."""
    alley, first = Alley(stage=stage, steward=steward), now - timedelta(days=days - 1)
    for number, (ago, _, _, filed) in enumerate(REPORTS):
        at = now - timedelta(days=ago, hours=number)
        if at <= first:
            continue
        yield at, partial(alley.report, number)
        for verb, minutes in STEPS if filed else STEPS[:1]:
            yield at + timedelta(minutes=minutes), partial(alley.take, number, verb)
        if not filed:
            yield at + timedelta(minutes=30), partial(alley.decline, number)
