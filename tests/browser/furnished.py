"""A city in which each kind of thing exists, for the tour past every page."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.timezone import localdate

from chengyun.city.assets.factories import HOME, make_asset, row
from chengyun.city.assets.services.imports import import_assets
from chengyun.city.cases.factories import (
    EDITION,
    LAT,
    LON,
    MANHOLE,
    drive,
    make_agreement,
    make_case,
    make_discovery,
    make_enlistment,
    make_flight,
    make_joint,
    make_petition,
    make_promise,
    make_rules,
    make_service_item,
    make_station,
    make_steward,
    make_team,
    make_visit,
    photo_bytes,
)
from chengyun.city.cases.invitations import address_of
from chengyun.city.cases.models import (
    Campaign,
    Case,
    Discovery,
    DispatchRule,
    Flight,
    Missed,
    ServiceItem,
    Whistle,
)
from chengyun.city.cases.queries import class_named
from chengyun.city.cases.services import intake_runs
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.campaigns import (
    Part,
    Plan,
    begin_campaign,
    close_campaign,
    count_amount,
    draft_campaign,
    put_case,
)
from chengyun.city.cases.services.catalogue import load_catalogue
from chengyun.city.cases.services.discoveries import confirm
from chengyun.city.cases.services.handovers import Handing, hand_over
from chengyun.city.cases.services.instructions import give
from chengyun.city.cases.services.meetings import Minutes, report_done, write_minutes
from chengyun.city.cases.services.missed import look_for_missed
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.partners import add_partner
from chengyun.city.cases.services.service_items import Outcome, report
from chengyun.city.cases.services.whistles import Call, Spot, arrive, blow, close, receive
from chengyun.city.cases.services.wording import add_answer, add_question
from chengyun.city.indicators.services import tell_lake
from chengyun.city.inspections.factories import found
from chengyun.city.people.chiefs import CHIEF_KINDS
from chengyun.city.people.factories import CITY, DISTRICT, Cast, make_cast
from chengyun.city.people.services import duty
from chengyun.city.people.services.bindings import bind
from chengyun.city.people.services.must_visits import add_must_visit
from chengyun.city.people.services.patrols import measure_all
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.units import add_unit
from chengyun.city.people.services.walks import begin_walk
from chengyun.city.places.factories import make_city
from chengyun.city.places.queries import locate
from chengyun.kernel import audit, clock, drafts, outbox
from chengyun.kernel.files import store_photo
from chengyun.kernel.listexports import ask, listing_named
from chengyun.kernel.models import Audit, Delivery, Dispatch, Message
from chengyun.kernel.notify.services import add_endpoint
from chengyun.kernel.params import set_param
from chengyun.kernel.savedfilters import save_filter
from chengyun.science.periods import parse
from chengyun.science.weeks import week_of
from chengyun.systems.evaluation.factories import make_scores
from chengyun.systems.evaluation.services.appeals import appeal
from chengyun.systems.evaluation.services.bulletins import approve_bulletin, draft_bulletin
from chengyun.systems.evaluation.services.giving import enter, exclude
from chengyun.systems.evaluation.services.sheets import compute
from tests.browser.furnished_devices import commanded, odd_speaker, watched

PHONE = "13863522046"
AWAY = LON + 0.0007
"""Sixty metres from where the inspector reports."""


@dataclass(frozen=True, kw_only=True)
class City:
    """The demo city and what stands in it."""

    cast: Cast
    asset: str
    binding: int
    bulletin: str
    finding: str
    scores: tuple[str, int, int]
    cases: dict[str, Case]
    run: int
    intake: int
    handover: int
    outside: str
    discovery: Discovery
    flight: Flight
    patrol: tuple[int, int, int, int]
    campaign: str
    whistle: str
    gathered: tuple[int, str, str, ServiceItem]
    watched: tuple[str, str, str, str, str, str, str, str]
    command: str
    dialect: int
    token: int
    audit_row: int
    edition: int
    rule: int
    told: int
    endpoint: int


def furnish() -> City:
    """Everybody, everything, and something of each kind."""
    cast = make_cast(demo=True)
    make_city()
    load_catalogue(EDITION, by=None)
    cases = reported(cast)
    finding = found(cast)
    bulletin = approved(cast)
    drafts.begin("case", CITY, by=cast.admin)
    keep_lists(cast)
    told, endpoint = tell(cast)
    into_the_lake()
    return City(
        cast=cast,
        asset=make_asset(keeper_id=cast.crew.pk).code,
        binding=bind("grid", "grid", HOME, cast.inspector, by=cast.admin).pk,
        bulletin=bulletin,
        finding=finding.code,
        scores=scored(cast),
        cases=cases,
        intake=brought_in(cast),
        handover=handed_over(cases["handling"], cast),
        outside=invited(cases["invited"], cast),
        discovery=seen(cast),
        flight=make_flight(cast),
        patrol=patrolled(cast),
        campaign=campaigned(cast).code,
        whistle=whistled(cast).code,
        gathered=gathered(cast),
        watched=watched(cast),
        command=commanded(cast),
        dialect=odd_speaker(),
        run=import_assets([row(), row("没有这一类")], by=cast.admin).pk,
        token=issue_token(cast.admin, "大屏", timedelta(days=1), by=cast.admin)[1].pk,
        audit_row=Audit.objects.latest("pk").pk,
        edition=make_rules(cast, draft=True).pk,
        rule=DispatchRule.objects.latest("pk").pk,
        told=told,
        endpoint=endpoint,
    )


def reported(cast: Cast) -> dict[str, Case]:
    """Cases of several states, by what the tour calls them."""
    cases = {state: drive(make_case(cast), cast, state) for state in ("accepted", "closed")}
    photos = [store_photo(photo_bytes(), "现场.jpg", by=cast.inspector)]
    cases["filed"] = drive(make_case(cast, photos=photos), cast, "filed")
    cases["handling"] = drive(make_case(cast), cast, "handling")
    cases["reported"] = make_case(cast, photos=photos)
    cases["invited"] = drive(make_case(cast), cast, "handling")
    cases["called"] = make_case(cast, source="hotline", number="RX-1", reporter_phone=PHONE)
    cases["instructed"] = instructed(cast)
    cases["petition"] = make_petition(cast, people=12, parties="代表王某某", again=True)
    return cases | asked_for(cast)


def approved(cast: Cast) -> str:
    """The bulletin of last week, which waits to be issued."""
    bulletin = draft_bulletin(week_of(localdate(clock.now())).back(1).key, by=cast.evaluator)
    approve_bulletin(bulletin, by=cast.evaluator)
    return bulletin.code


def into_the_lake() -> None:
    """What was done so far, as facts of this city alone."""
    audit.seal_new()
    shutil.rmtree(settings.FACTS, ignore_errors=True)
    tell_lake()


def scored(cast: Cast) -> tuple[str, int, int]:
    """This month, its scores as they might be published, with an appeal, then those after a veto; and a draft."""
    sheet = make_scores(cast)
    scheme, period = sheet.scheme, parse(sheet.period)
    appeal(sheet, DISTRICT, "rework_rate", "有一次返工不该算", by=cast.supervisor)
    enter(scheme, period, DISTRICT, "veto:亡人事故", None, "本月的事故", by=cast.evaluator)
    exclude(scheme, period, "", "postpone_rate", "平台停机", by=cast.evaluator)
    return sheet.period, sheet.pk, compute(scheme, period, by=cast.evaluator, reason="再算").pk


def keep_lists(cast: Cast) -> None:
    """A filter that is kept, and a list that is being written out."""
    listing = listing_named("coordination:cases")
    save_filter(listing, "待受理", {"state": "reported"}, shared=True, by=cast.operator)
    ask(listing, {}, words=["区域：东昌府区"], order=listing.order, by=cast.operator)


def brought_in(cast: Cast) -> int:
    """A hotline that is known here, and its file with a row that is wrong."""
    add_partner("hotline", "市 12345 热线平台", "hotline", shared=True, by=cast.admin)
    rows = "工单编号,诉求内容,事发地址\nRX-2,井盖没了,湖南路\nRX-3,,没有这条街\n"
    run = intake_runs.upload(rows.encode(), "热线.csv", "hotline", by=cast.operator)
    intake_runs.choose(run, run.columns, by=cast.operator)
    intake_runs.check(run)
    return run.pk


def seen(cast: Cast) -> Discovery:
    """What a camera saw and somebody confirmed; another waits."""
    found = make_discovery(cast)
    confirm(found, by=cast.operator)
    make_discovery(cast)
    return found


def handed_over(case: Case, cast: Cast) -> int:
    """A case the police share."""
    police = add_unit("371502-GA", "东昌府公安分局", kind="partner", area=DISTRICT, by=None)
    return hand_over(case, police, Handing(reason="有人阻拦施工"), by=cast.dispatcher).pk


def invited(case: Case, cast: Cast) -> str:
    """The address of somebody outside who handles a case."""
    words = {"outsider": "华兴物业前台", "task": "请把井盖配齐。"}
    act(case, "invite", words, by=cast.department)
    return address_of(case.invitations.get())


def patrolled(cast: Cast) -> tuple[int, int, int, int]:
    """An inspector on duty who passed what a citizen reported, a point to come by, and a leader's walk."""
    now = clock.now()
    with clock.at(now - timedelta(hours=2)):
        place = locate(AWAY, LAT)
        assert place is not None
        bind("inspector", "responsibility", place.responsibility, cast.inspector, by=None)
        point = add_must_visit("学校门口", AWAY, LAT, radius=30, times=1, by=None)
        stretch = duty.go_on_duty(by=cast.inspector)
    with clock.at(now - timedelta(hours=1)):
        at = [now - timedelta(minutes=minutes) for minutes in (100, 98, 96)]
        duty.add_points([duty.Point(at=each, lon=AWAY, lat=LAT) for each in at], by=cast.inspector)
    new = NewCase(source="public", description="井盖没了", lon=AWAY, lat=LAT, class_code=MANHOLE)
    open_case(new, by=cast.operator)
    walk = begin_walk(by=cast.leader)
    open_case(replace(new, source="leader"), by=cast.leader)
    measure_all()
    look_for_missed()
    return stretch.pk, point.pk, Missed.objects.latest("pk").pk, walk.pk


def campaigned(cast: Cast) -> Campaign:
    """A campaign that runs and counts something of its own, and one that is over."""
    today = localdate(clock.now())
    plan = Plan(
        name="井盖专项整治",
        purpose="集中解决井盖缺失。",
        starts=today - timedelta(days=7),
        ends=today + timedelta(days=7),
        measure="更换井盖",
        measure_unit="个",
        parts=[Part(unit=cast.crew, cases=2, share=95, amount=10)],
    )
    over, running = (draft_campaign(plan, DISTRICT, by=cast.supervisor) for _ in range(2))
    for one in (over, running):
        begin_campaign(one, by=cast.supervisor, version=1)
    case = Case.objects.latest("pk")
    put_case(running, case, "不属整治范围", counts=False, by=cast.supervisor)
    count_amount(running, cast.crew, today, 4, by=cast.department)
    close_campaign(over, "完成。", by=cast.supervisor, version=2)
    return running


def instructed(cast: Cast) -> Case:
    """A hotline order of the crew a leader has written on, and one sentence for the next."""
    add_answer("请当天到现场核实。", verb="instruct", class_code="", by=None)
    case = drive(make_case(cast, source="hotline"), cast, "handling")
    give(case.inquiry, "请主要负责人牵头办理。", by=cast.leader)
    return case


def whistled(cast: Cast) -> Whistle:
    """One call that is over, and one a unit has answered."""
    spot = Spot(matter="路面塌陷", address="湖南路与花园路口", lon=LON, lat=LAT)
    due = clock.now() + timedelta(minutes=30)
    over, fresh = (blow(spot, [Call(unit=cast.crew, due_at=due)], by=cast.supervisor) for _ in "12")
    receive(fresh.arrivals.get(), by=cast.department)
    photo = store_photo(photo_bytes(), "到场.jpg", by=cast.department)
    arrive(over.arrivals.get(), point=(LON, LAT), photos=[photo], by=cast.department)
    close(over, "已围挡", by=cast.supervisor)
    return fresh


def gathered(cast: Cast) -> tuple[int, str, str, ServiceItem]:
    """A visit, a promise that waits for its unit, one that waits for a yes, and chiefs of more than one kind."""
    set_param(CHIEF_KINDS, CITY, "巷长、楼长", by=cast.admin)
    area = make_station(cast).area
    bind("area_leader", "region", DISTRICT, cast.leader, by=cast.admin)
    bind("巷长", "region", area, cast.department, by=cast.admin)
    bind("street", "region", area[:9], cast.inspector, by=cast.admin)
    waiting, done = make_promise(cast), make_promise(cast)
    minutes = Minutes(offices="居委会主任", attendees="邵桂芳", minutes="早市只在线内摆。")
    assert done.meeting is not None
    write_minutes(done.meeting, minutes, by=cast.community)
    report_done(done, "画了 26 个", by=cast.department)
    make_agreement(cast)
    make_team(cast)
    make_joint(cast)
    return make_visit(cast).pk, waiting.code, done.code, served(cast)


def served(cast: Cast) -> ServiceItem:
    """A service that waits for a resident's yes, with a photo; another that nobody has taken up."""
    make_steward(cast)
    make_service_item(cast, make_enlistment(cast, "江素云"))
    item = make_service_item(cast, agreed=True)
    photo = store_photo(photo_bytes(), "水管.jpg", by=cast.community)
    done = Outcome(people=3, hours=Decimal("1.5"), result="换了两处水管", photos=[photo])
    report(item, done, by=cast.community)
    return item


def tell(cast: Cast) -> tuple[int, int]:
    """What happened is told, one event and one message could not be, and another system listens."""
    outbox.deliver_all()
    told = Message.objects.filter(kind="case.dispatched").latest("pk")
    ways = Dispatch.objects.filter(message=told, channel="email")
    ways.update(state=Dispatch.DEAD, error="邮件服务器答复 550：no such box")
    Delivery.objects.filter(pk=Delivery.objects.latest("pk").pk).update(
        state=Delivery.DEAD, error="没有这件案件"
    )
    hook = add_endpoint("12345 热线", "https://1.1.1.1/", CITY, [told.kind], by=cast.admin)
    return told.pk, hook.pk


def asked_for(cast: Cast) -> dict[str, Case]:
    """What waits for somebody's word, what is put aside, and what the city has put into words."""
    cases = {}
    cases["asked"] = drive(make_case(cast), cast, "handling")
    act(cases["asked"], "supervise", {"watch_level": "listed", "reason": "快"}, by=cast.leader)
    act(cases["asked"], "ask_extension", {"reason": "等配件"}, by=cast.department)
    cases["aside"] = drive(make_case(cast), cast, "handling")
    later = (localdate(clock.now()) + timedelta(days=30)).isoformat()
    act(cases["aside"], "suspend", {"reason": "冬季", "until": later}, by=cast.dispatcher)
    cover = class_named(MANHOLE, "")
    add_question(cover, key="open", label="井口敞着吗", kind="bool", by=None)
    add_answer("与已受理案件重复", verb="", class_code="", by=None)
    return cases
