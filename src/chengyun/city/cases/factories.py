"""A city in which cases can be opened: places, people and the catalogue; and reports to open them with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.timezone import localdate

from chengyun.city.cases.meetings import venue_of
from chengyun.city.cases.models import (
    Agreement,
    Camera,
    Case,
    Discovery,
    DispatchEdition,
    Enlistment,
    Flight,
    JointAction,
    Promise,
    ServiceBody,
    ServiceItem,
    Steward,
    Team,
)
from chengyun.city.cases.services import agreements, campaigns, joint, meetings, teams
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.cameras import NewCamera, add_camera
from chengyun.city.cases.services.catalogue import load_catalogue
from chengyun.city.cases.services.discoveries import Box, Sighting, send
from chengyun.city.cases.services.flights import NewFlight, plan_flight
from chengyun.city.cases.services.kinds import store_kinds
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.petitions import Registered
from chengyun.city.cases.services.rules import NewRule, add_rule, begin_draft, put_in_force
from chengyun.city.cases.services.service_items import Body, Wanted, enlist, offer, register_body
from chengyun.city.cases.services.stewards import appoint
from chengyun.city.cases.services.visit_findings import Problem, report_found
from chengyun.city.people.factories import DISTRICT, Cast, make_cast
from chengyun.city.people.models import Station, StationVisit
from chengyun.city.people.services.stations import (
    Plan,
    assign_officer,
    open_station,
    record_visit,
)
from chengyun.city.places.factories import CENTRE, make_city
from chengyun.city.places.queries import locate
from chengyun.kernel import clock
from chengyun.kernel.editions import flow_of
from chengyun.kernel.factories import made_once
from chengyun.kernel.files import store_photo
from chengyun.science.rulebook import Conditions

EDITION = "GB/T 30428.2-2013"
MANHOLE = "P0103"
LON, LAT = CENTRE[0] - 0.001, CENTRE[1] + 0.001


def make_working_city() -> Cast:
    """Two districts with everybody who works there and the national catalogue."""
    cast = make_cast()
    make_city()
    made_once("catalogue", lambda: load_catalogue(EDITION, by=None))
    return cast


def photo_bytes(colour: int = 120) -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), (colour, colour, colour)).save(buffer, "JPEG")
    return buffer.getvalue()


def make_case(cast: Cast, **changes: Any) -> Case:
    """A report by the inspector, at a point of the first district."""
    new = {
        "source": "inspector",
        "description": "雨水井盖不见，井口约 70 厘米",
        "lon": LON,
        "lat": LAT,
        "class_code": MANHOLE,
        **changes,
    }
    return open_case(NewCase(**new), by=cast.inspector)


def make_petition(cast: Cast, **given: Any) -> Case:
    """A petition at the place of ``make_case``; ``given`` is what it has besides."""
    new = NewCase(
        type="petition",
        source="petition",
        description="油烟扰民",
        lon=LON,
        lat=LAT,
        reporter_phone="13863522046",
        petition=Registered(**given),
    )
    return open_case(new, by=cast.petitions)


def make_camera(code: str = "DCF-001", **changes: Any) -> Camera:
    """A camera in the first district, and the kinds that are taken."""
    store_kinds(by=None)
    known = Camera.objects.filter(code=code).first()
    new = {"code": code, "name": "东昌路柳园路口北杆", "lon": LON, "lat": LAT, **changes}
    return known or add_camera(NewCamera(**new), by=None)


def make_discovery(cast: Cast, **changes: Any) -> Discovery:
    """What an algorithm saw in the picture of that camera a minute ago."""
    camera = make_camera()
    seen = {
        "number": f"A-{Discovery.objects.count() + 1}",
        "algorithm": "街面识别 2.1",
        "kind": "vendor",
        "confidence": 0.87,
        "box": Box(left=0.2, top=0.4, width=0.3, height=0.25),
        "taken_at": clock.now() - timedelta(minutes=1),
        "frame": photo_bytes(),
        "camera": camera.code,
        **changes,
    }
    return send(Sighting(**seen), by=cast.sender)[0]


def make_flight(cast: Cast) -> Flight:
    """A flight of the inspector over the first district, tomorrow."""
    begins = clock.now() + timedelta(days=1)
    new = NewFlight(
        purpose="徒骇河岸线垃圾",
        area=DISTRICT,
        begins_at=begins,
        ends_at=begins + timedelta(hours=2),
        pilot=cast.inspector,
    )
    return plan_flight(new, by=cast.supervisor)


def make_station(cast: Cast) -> Station:
    """The station of the community that ``make_case`` reports in, with two officers; there is one."""
    place = locate(LON, LAT)
    assert place is not None
    known = Station.objects.filter(area=place.area, valid_to=None).first()
    if known:
        return known
    plan = Plan(
        name="古城社区城管服务站",
        address="居委会一楼",
        phone="0635-8212345",
        weekdays="1234567",
        hours="09:00-11:00",
    )
    station = open_station(place.area, plan, by=None)
    for person in (cast.community, cast.inspector):
        assign_officer(station, person, lead=person == cast.community, by=None)
    return station


def make_visit(cast: Cast) -> StationVisit:
    """A visit of today that found something."""
    seen = "居民反映早点摊占道"
    visit = record_visit(make_station(cast), localdate(clock.now()), seen, by=cast.community)
    problem = Problem(description="围墙外堆着垃圾", lon=LON, lat=LAT)
    report_found(visit, problem, by=cast.community)
    return visit


def make_promise(cast: Cast, days: int = 3) -> Promise:
    """What the crew promised at a meeting of the community, until so many days from now."""
    called = meetings.Called(
        kind="四方协商",
        topic="早市怎么摆",
        venue="居委会",
        held_at=clock.now() - timedelta(hours=1),
        units=[cast.crew],
    )
    place = venue_of(make_station(cast).area)
    meeting = meetings.call_meeting(place, called, by=cast.community)
    due = localdate(clock.now()) + timedelta(days=days)
    return meetings.promise(meeting, cast.crew, "画好早市的摊位线", due, by=cast.community)


def make_agreement(cast: Cast) -> Agreement:
    """The first district with the other one: the crews of both have a task each, one review is called."""
    now = clock.now()
    today = localdate(now)
    terms = agreements.Terms(
        title="徒骇河两岸共建框架协议",
        partners="茌平区",
        about="沿河垃圾同步清运，线索互通。",
        signed_on=today - timedelta(days=20),
        ends_on=today + timedelta(days=700),
        unit=cast.crew,
        units=[cast.other_crew],
        review_months=3,
    )
    row = agreements.register(terms, DISTRICT, by=cast.supervisor)
    for unit, what in ((cast.crew, "清理西岸垃圾点"), (cast.other_crew, "清理东岸垃圾点")):
        due = today + timedelta(days=10)
        agreements.give_task(row, unit, what, due, by=cast.supervisor)
    called = meetings.Called(
        kind=agreements.REVIEW,
        topic="第一次会商",
        venue="市城管局",
        held_at=now - timedelta(hours=1),
        units=[cast.crew, cast.other_crew],
    )
    agreements.call_review(row, called, by=cast.supervisor)
    return row


def make_joint(cast: Cast) -> JointAction:
    """A joint action in a campaign, at two stops; the crew has entered one thing that is fine and one that is not."""
    now = clock.now()
    today = localdate(now)
    plan = campaigns.Plan(
        name="工地扬尘整治",
        purpose="管住扬尘。",
        starts=today,
        ends=today + timedelta(days=30),
        classes=["E0101"],
        parts=[campaigns.Part(unit=cast.crew)],
    )
    campaign = campaigns.draft_campaign(plan, DISTRICT, by=None)
    campaigns.begin_campaign(campaign, by=None, version=1)
    wanted = joint.Plan(
        name="三位一体查工地",
        begins_at=now,
        ends_at=now + timedelta(hours=3),
        gather="湖南路北口",
        unit=cast.crew,
        units=[],
        campaign=campaign,
    )
    row = joint.plan_action(wanted, DISTRICT, by=cast.supervisor)
    for name in ("湖南路工地", "柳园路工地"):
        joint.add_stop(row, name, LON, LAT, by=cast.supervisor)
    part = row.parts.get()
    joint.write_checklist(part, ["围挡完好", "裸土覆盖", "车辆冲洗"], by=cast.supervisor)
    joint.begin(row, by=cast.supervisor)
    first, (fence, soil, _) = row.stops.all()[0], part.items.all()
    joint.enter(first, fence, "fine", by=cast.department)
    joint.enter(first, soil, "problem", "南侧约 200 平方米没有盖", by=cast.department)
    return row


def make_team(cast: Cast) -> Team:
    """A 1+1+N team of the street ``make_case`` reports in: the crew leads, an inspector and a dispatcher help."""
    place = locate(LON, LAT)
    assert place is not None
    street = place.area[:9]
    known = Team.objects.filter(place_code=street, valid_to=None).first()
    if known:
        return known
    posts = (
        teams.NewPost(name="牵头单位", filling="unit"),
        teams.NewPost(name="路长", filling="person", role="inspector"),
        teams.NewPost(name="参加的人", filling="people"),
    )
    template = teams.define(DISTRICT, "“1+1+N”专班", posts, by=cast.supervisor)
    team = teams.form_team(template, "region", street, by=cast.supervisor)
    lead, chief, others = template.posts.all()
    who: dict[int, list[teams.Who]] = {
        lead.pk: [cast.crew],
        chief.pk: [cast.inspector],
        others.pk: [cast.dispatcher],
    }
    teams.fill(team, who, by=cast.supervisor)
    return team


def make_rules(cast: Cast, *, draft: bool = False) -> DispatchEdition:
    """An edition of the first district with two rules, in force; a draft after it if asked for."""
    edition = begin_draft(DISTRICT, by=None)
    covers = Conditions(classes=("P0102", MANHOLE), working=True)
    for name, conditions in (("工作日的井盖", covers), ("其余", Conditions())):
        add_rule(edition, NewRule(name=name, unit=cast.crew, conditions=conditions), by=None)
    put_in_force(edition, by=None)
    if draft:
        begin_draft(DISTRICT, by=None)
    return edition


def drive(case: Case, cast: Cast, until: str) -> Case:
    """Take a standard case along its straight way, from where it stands until it stands in ``until``."""
    flow = flow_of(case.edition_id)
    for verb, actor, facts in _way(cast):
        if case.state == until:
            return case
        if flow.step(verb, case.state) is None:
            continue
        if "photos" in facts:
            facts = facts | {"photos": [store_photo(photo_bytes(), "照片.jpg", by=actor).pk]}
        if verb == "file" and case.case_class:
            first = case.case_class.conditions.order_by("pk")[0]
            facts = {"class": case.case_class.code, "condition": first.pk}
        act(case, verb, facts, by=actor)
    return case


def _way(cast: Cast) -> list[tuple[str, Any, dict[str, Any]]]:
    return [
        ("accept", cast.operator, {}),
        ("file", cast.supervisor, {"class": MANHOLE, "condition": "first"}),
        ("dispatch", cast.dispatcher, {"unit": cast.crew.code}),
        ("sign", cast.department, {}),
        ("handle", cast.department, {"result": "已换新井盖", "photos": []}),
        ("feed_back", cast.dispatcher, {"inspector": cast.inspector.username}),
        ("check_pass", cast.inspector, {"photos": []}),
        ("close", cast.supervisor, {}),
    ]


def make_enlistment(cast: Cast, person: str = "") -> Enlistment:
    """A body of the first district that reported to its community."""
    known = Enlistment.objects.filter(person=person, valid_to=None).first()
    if known:
        return known
    area = make_station(cast).area
    given = Body(
        name="区供水服务中心党支部", kind="unit", phone="0635-8210001", offers="查漏、修水管"
    )
    there = ServiceBody.objects.first()
    body = there or register_body(DISTRICT, given, by=cast.supervisor)
    return enlist(body, area, person, by=cast.community)


def make_service_item(
    cast: Cast, row: Enlistment | None = None, *, agreed: bool = False
) -> ServiceItem:
    """Something a body is asked to do for the community today."""
    today = localdate(clock.now())
    wanted = Wanted(title="查楼道里的水管", venue="3 号楼", first_day=today, last_day=today)
    return offer(row or make_enlistment(cast), wanted, agreed=agreed, by=cast.community)


def make_steward(cast: Cast) -> Steward:
    """A resident who looks after an alley of the community that ``make_case`` reports in."""
    return appoint(cast.steward, make_station(cast).area, "灯市口胡同", by=cast.community)
