"""The communities of the demo city: their stations, officers and visits, meetings, and what was promised there."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import partial

from django.utils.timezone import get_default_timezone, localdate

from chengyun.city.cases.meetings import venue_of
from chengyun.city.cases.models import Case, Meeting, Promise
from chengyun.city.cases.services import meetings
from chengyun.city.cases.services.visit_findings import Problem, report_found
from chengyun.city.people.chiefs import CHIEF_KINDS
from chengyun.city.people.models import Role, Station, StationVisit, User
from chengyun.city.people.services.bindings import bind
from chengyun.city.people.services.passwords import DEMO_PASSWORD
from chengyun.city.people.services.roles import give_post
from chengyun.city.people.services.stations import (
    Plan,
    assign_officer,
    open_station,
    record_visit,
)
from chengyun.city.people.services.users import add_user
from chengyun.demo.build.folk import CITY, CORE, Folk
from chengyun.demo.build.play import BY_KEY, Act, Played, Stage
from chengyun.demo.scenario.planned import Event, PlannedCase
from chengyun.demo.spots import Spot
from chengyun.demo.words.communities import (
    CHIEFS,
    FOUND,
    LAPSED,
    MEETINGS,
    OFFICERS,
    PHONE,
    SEEN,
    STATIONS,
    STREET,
    PlannedMeeting,
    PlannedPromise,
)
from chengyun.demo.words.people import phone
from chengyun.kernel import clock
from chengyun.kernel.params import set_param
from chengyun.kernel.scope import inside

HOURS = "09:00-11:00"
AT_VISIT, AT_MEETING, AT_DESK = time(10, 40), time(15), time(16, 30)
WEEKS = 4
EVERY = 5
"""Every fifth visit finds something."""
STEPS = (
    ("accept", 9), ("file", 20), ("dispatch", 31), ("sign", 50), ("handle", 290), ("feed_back", 310),
    ("check_pass", 400), ("close", 415),
)  # fmt: skip
"""How the desk and the unit handle it, in minutes after it was found."""


@dataclass(kw_only=True)
class Serving:
    """The stations, who serves there, and what has come of it so far."""

    stage: Stage
    officers: list[User]
    stations: list[Station]
    held: dict[int, Meeting] = field(default_factory=dict)
    promised: dict[str, Promise] = field(default_factory=dict)
    found: dict[tuple[int, int], Played] = field(default_factory=dict)

    @property
    def folk(self) -> Folk:
        return self.stage.folk

    def officer(self, number: int) -> User:
        return self.officers[number % len(self.officers)]

    def visit(self, number: int, turn: int) -> None:
        station, by = self.stations[number], self.officer(number)
        seen = SEEN[(number + turn) % len(SEEN)]
        made = record_visit(station, localdate(clock.now()), seen, by=by)
        if _finds(number, turn):
            self._report(made, number, turn)

    def _report(self, visit: StationVisit, number: int, turn: int) -> None:
        """What was found is planned like any other case, so that the desk handles it the same way."""
        topic, words = FOUND[(number + turn) // EVERY % len(FOUND)]
        spot = _known(visit.station.area, turn)
        planned = PlannedCase(
            topic=topic,
            spot=spot,
            district=CORE,
            source="community",
            text=words,
            reporter_name="",
            reporter_phone="",
            inspector=number,
            asset=-1,
            photo=turn,
            reported_at=visit.at,
            events=(),
        )
        by = self.officer(number)
        photo = self.stage.shelf.lend(BY_KEY[topic].photo, turn, False, by)
        problem = Problem(
            description=words, lon=spot.lon, lat=spot.lat, address=spot.address, photos=[photo]
        )
        case = report_found(visit, problem, by=by)
        self.found[number, turn] = Played(stage=self.stage, planned=planned, case=case)

    def handle(self, number: int, turn: int, verb: str) -> None:
        played = self.found[number, turn]
        topic = BY_KEY[played.planned.topic]
        unit = topic.unit if verb == "dispatch" else ""
        text = topic.done[0] if verb == "handle" else ""
        played.take(Event(at=clock.now(), verb=verb, unit=unit, text=text))

    def call(self, number: int, at: datetime) -> None:
        planned = MEETINGS[number]
        called = meetings.Called(
            kind=planned.kind,
            topic=planned.topic,
            venue=planned.venue,
            held_at=at,
            units=[self.folk.units[key] for key in planned.called],
        )
        place = venue_of(self.stations[planned.station].area)
        by = self.officer(planned.station)
        self.held[number] = meetings.call_meeting(place, called, by=by)

    def write(self, number: int) -> None:
        planned, meeting = MEETINGS[number], self.held[number]
        by = self.officer(planned.station)
        given = meetings.Minutes(
            offices=planned.offices, attendees=planned.attendees, minutes=planned.minutes
        )
        meetings.write_minutes(meeting, given, by=by)
        for each in planned.promises:
            due = localdate(clock.now()) + timedelta(days=each.days)
            unit = self.folk.units[each.unit]
            made = meetings.promise(meeting, unit, each.what, due, by=by)
            self.promised[each.what] = made
            if each.into_case:
                spot = _known(meeting.area, number)
                meetings.make_case(made, spot.lon, spot.lat, spot.address, by=by)

    def keep(self, each: PlannedPromise) -> None:
        meetings.report_done(self._row(each), each.words, by=self.folk.crews[each.unit])

    def answer(self, each: PlannedPromise, by: User) -> None:
        if each.confirmed:
            meetings.confirm(self._row(each), by=by)
        else:
            meetings.send_back(self._row(each), "只补了两处，还有三处没有补。", by=by)

    def _row(self, each: PlannedPromise) -> Promise:
        rows = Promise.objects.select_related("unit", "meeting")
        return rows.get(pk=self.promised[each.what].pk)


def _finds(number: int, turn: int) -> bool:
    return (number + turn) % EVERY == 0


def _known(area: str, number: int) -> Spot:
    """A place in a community, else in its street, that has had a case before."""
    here = Case.objects.filter(area=area).order_by("pk")
    around = Case.objects.filter(inside("area", STREET)).order_by("pk")
    case = here[number : number + 1].first() or around[number]
    return Spot(lon=case.lon, lat=case.lat, road="", address=case.address)


def open_stations(folk: Folk, caller: User, rng: random.Random) -> list[User]:
    """Four stations of one street, two officers, and chiefs of more than one kind on one place."""
    role = Role.objects.get(key="community")
    officers = []
    for username, name in OFFICERS:
        unit = folk.units["enforcement_1"]
        officer = add_user(username, name, unit, DEMO_PASSWORD, by=None, phone=phone(rng))
        give_post(officer, role, unit, area=STREET, by=None)
        officers.append(officer)
    for number, (area, name, address, weekdays) in enumerate(STATIONS):
        plan = Plan(
            name=name, address=address, phone=f"{PHONE}{number}", weekdays=weekdays, hours=HOURS
        )
        station = open_station(area, plan, by=None)
        for officer in officers:
            lead = officer == officers[number % len(officers)]
            assign_officer(station, officer, lead=lead, by=None)
    set_param(CHIEF_KINDS, CITY, CHIEFS, by=None)
    bind("street", "region", STREET, caller, by=None)
    bind("巷长", "region", STATIONS[0][0], folk.crews["enforcement_1"], by=None)
    bind("楼长", "region", STATIONS[0][0], caller, by=None)
    return officers


def acts_of_communities(
    now: datetime, days: int, stage: Stage, officers: list[User]
) -> Iterator[Act]:
    """Visits on the visit days of four weeks, and the meetings with what became of their promises."""
    zone = get_default_timezone()
    areas = [area for area, *_ in STATIONS]
    rows = {row.area: row for row in Station.objects.filter(area__in=areas)}
    serving = Serving(stage=stage, officers=officers, stations=[rows[area] for area in areas])
    today, first = now.astimezone(zone).date(), now - timedelta(days=days - 1)
    acts = [*_visits(today, zone, serving), *_meetings(today, zone, serving, first)]
    yield from (act for act in acts if first < act[0] < now)


def _visits(today: date, zone: tzinfo, serving: Serving) -> Iterator[Act]:
    for number, station in enumerate(serving.stations):
        due = [today - timedelta(days=n) for n in range(WEEKS * 7)]
        due = [day for day in due if str(day.isoweekday()) in station.weekdays]
        lapsed = station.area == LAPSED
        for turn, day in enumerate(due[2:] if lapsed else due):
            at = datetime.combine(day, AT_VISIT, tzinfo=zone) + timedelta(minutes=number)
            yield at, partial(serving.visit, number, turn)
            if _finds(number, turn):
                for verb, minutes in STEPS:
                    yield (
                        at + timedelta(minutes=minutes),
                        partial(serving.handle, number, turn, verb),
                    )


def _meetings(today: date, zone: tzinfo, serving: Serving, first: datetime) -> Iterator[Act]:
    for number, planned in enumerate(MEETINGS):
        day = today - timedelta(days=planned.ago)
        at = datetime.combine(day, AT_MEETING, tzinfo=zone)
        called = at - timedelta(days=min(2, max(planned.ago, 0)) or 4)
        if called <= first:
            continue
        yield called, partial(serving.call, number, at)
        if planned.ago > 0:
            yield at + timedelta(hours=1), partial(serving.write, number)
            yield from _kept(day, zone, serving, planned)


def _kept(day: date, zone: tzinfo, serving: Serving, planned: PlannedMeeting) -> Iterator[Act]:
    by = serving.officer(planned.station)
    for each in planned.promises:
        if each.done:
            at = datetime.combine(day + timedelta(days=each.done), AT_DESK, tzinfo=zone)
            yield at, partial(serving.keep, each)
            if each.done + 1 < planned.ago:
                yield at + timedelta(hours=16), partial(serving.answer, each, by)
