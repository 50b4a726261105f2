"""The bodies that help communities of the demo city, and what they did there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial

from django.utils.timezone import get_default_timezone, localdate

from chengyun.city.cases.models import Enlistment, ServiceItem
from chengyun.city.cases.service_items import BODY, RESIDENT
from chengyun.city.cases.services import service_items as service
from chengyun.city.people.models import User
from chengyun.demo.build.folk import CORE
from chengyun.demo.build.play import Act
from chengyun.demo.words.communities import STATIONS
from chengyun.demo.words.services import BODIES, ENLISTED, ITEMS, PlannedItem
from chengyun.kernel import clock

AT_OFFER, AT_WORK = time(9, 20), time(17)


@dataclass(kw_only=True)
class Serving:
    """Who arranges the services, who reported, and the items so far."""

    by: User
    enlisted: list[Enlistment]
    items: dict[str, ServiceItem] = field(default_factory=dict)

    def offer(self, planned: PlannedItem, days: int) -> None:
        day = localdate(clock.now()) + timedelta(days=days)
        wanted = service.Wanted(
            title=planned.title, venue=planned.venue, first_day=day, last_day=day
        )
        row = self.enlisted[planned.enlisted]
        self.items[planned.title] = service.offer(row, wanted, agreed=False, by=self.by)

    def reply(self, planned: PlannedItem) -> None:
        do, words = ("decline", planned.declined) if planned.declined else ("take", "")
        service.answer(self.items[planned.title], BODY, do, {"words": words})

    def report(self, planned: PlannedItem) -> None:
        outcome = service.Outcome(people=planned.people, hours=planned.hours, result=planned.result)
        service.answer(self.items[planned.title], BODY, "report", {"outcome": outcome})

    def send_back(self, planned: PlannedItem) -> None:
        words = {"words": planned.back}
        service.answer(self.items[planned.title], RESIDENT, "return", words)

    def confirm(self, planned: PlannedItem) -> None:
        item = self.items[planned.title]
        if planned.seen:
            service.confirm(item, planned.answer, by=self.by)
        else:
            service.answer(item, RESIDENT, "confirm", {"words": planned.answer})


def register_bodies(by: User) -> Serving:
    """The bodies, and the communities they reported to."""
    bodies = [
        service.register_body(
            CORE, service.Body(name=name, kind=kind, phone=phone, offers=offers), by=None
        )
        for kind, name, phone, offers in BODIES
    ]
    rows = [
        service.enlist(bodies[body], STATIONS[station][0], person, by=None)
        for body, station, person in ENLISTED
    ]
    return Serving(by=by, enlisted=rows)


def acts_of_services(now: datetime, days: int, serving: Serving) -> Iterator[Act]:
    """What was offered, taken up, done, sent back and confirmed, as far as it has happened."""
    first = now - timedelta(days=days - 1)
    for planned in ITEMS:
        acts = [*_acts(now, serving, planned)]
        if acts[0][0] > first:
            yield from (act for act in acts if act[0] < now)


def _acts(now: datetime, serving: Serving, planned: PlannedItem) -> Iterator[Act]:
    zone = get_default_timezone()
    day = now.astimezone(zone).date() - timedelta(days=planned.ago)
    offered = day - timedelta(days=max(2, 2 - planned.ago))
    done = datetime.combine(day, AT_WORK, tzinfo=zone)
    begun = datetime.combine(offered, AT_OFFER, tzinfo=zone)
    yield begun, partial(serving.offer, planned, (day - offered).days)
    if not planned.open:
        yield begun + timedelta(hours=5), partial(serving.reply, planned)
    if planned.people:
        yield done, partial(serving.report, planned)
    if planned.back:
        yield done + timedelta(hours=2), partial(serving.send_back, planned)
        yield done + timedelta(hours=25), partial(serving.report, planned)
    if planned.answer:
        yield done + timedelta(hours=44), partial(serving.confirm, planned)
