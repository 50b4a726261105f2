"""How many queries each page takes is a file; a page may take more only when somebody changes the file.

``CHENGYUN_COUNT_QUERIES=1`` counts anew and writes the file. Every page is opened by somebody who may, in a small city
in which each kind of thing exists several times, for the second time within seconds: what is kept for some seconds
counts once.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.timezone import localdate

from chengyun.city.assets.factories import make_asset
from chengyun.city.cases.factories import (
    LAT,
    LON,
    MANHOLE,
    drive,
    make_case,
    make_discovery,
    make_flight,
    make_petition,
    make_promise,
    make_rules,
    make_station,
    make_visit,
    make_working_city,
)
from chengyun.city.cases.invitations import token_of
from chengyun.city.cases.models import Case, DispatchRule, Missed
from chengyun.city.cases.services import intake_runs
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.handovers import Handing, hand_over
from chengyun.city.cases.services.missed import look_for_missed
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.partners import add_partner
from chengyun.city.cases.services.whistles import Call, Spot, blow
from chengyun.city.inspections.factories import found as make_finding
from chengyun.city.people.factories import CITY, Cast, make_user
from chengyun.city.people.models import Post, User
from chengyun.city.people.services import duty
from chengyun.city.people.services.bindings import bind
from chengyun.city.people.services.must_visits import add_must_visit
from chengyun.city.people.services.patrols import measure_all
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.units import add_unit
from chengyun.city.people.services.walks import begin_walk
from chengyun.city.places.factories import DISTRICTS
from chengyun.city.places.queries import locate
from chengyun.city.sensing.factories import (
    make_alarm,
    make_alert,
    make_command,
    make_device,
    make_dialect,
    make_fence,
    make_gate,
    make_limits,
    make_plan,
    make_silence,
    make_truck,
    make_warning,
)
from chengyun.city.sensing.services.switching import note
from chengyun.kernel import clock, drafts, outbox, recent
from chengyun.kernel.models import Audit, Message
from chengyun.kernel.notify.services import add_endpoint
from chengyun.science.periods import month_of
from chengyun.science.weeks import week_of
from chengyun.systems.evaluation.factories import make_scores
from chengyun.systems.evaluation.services.bulletins import draft_bulletin
from tests.counted import campaigned, cooperating
from tests.served import served

FILE = Path(__file__).with_name("query_counts.json")
AT_MOST = 12
SEVERAL = 4
CAMPAIGN_PAGES = ("", "_change", "_goals", "_records", "_close")
OPENED_WITH = {
    "coordination:joint_case": "campaign.change",
    "coordination:take": "case.accept",
    "coordination:duty": "duty.view",
    "coordination:walk": "walk.record",
    "coordination:walks": "walk.record",
}
"""Permissions of whoever opens a page, where the door's own is not enough."""
RECORDED = {"coordination:dossier": 5, "coordination:dossier_word": 5}
"""Pages whose reading is itself recorded: the statements of that transaction."""
TRIED = f"&point_lon={LON}&point_lat={LAT}"
MONTH = f"?period={month_of(localdate(clock.now())).key}"
QUERY = {
    "coordination:entrusted_area": "?area=371502",
    "coordination:rules_try": f"?area=371502{TRIED}",
    "evaluation:scheme_compare": MONTH,
    "evaluation:score_given": MONTH,
    "evaluation:score_appeal": "?group=371502",
}
"""What stands behind a URL that says little without it."""

pytestmark = pytest.mark.django_db


def doors(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "api":
                yield from doors(entry, entry.namespace or namespace)
        elif namespace and hasattr(entry.callback, "may"):
            yield f"{namespace}:{entry.name}", entry


def fill(cast: Cast) -> dict[str, dict[str, Any]]:
    """Several of everything; what stands in the URLs of each namespace."""
    cases = [make_case(cast) for _ in range(SEVERAL)]
    drive(cases[0], cast, "closed")
    called = [make_case(cast, source="hotline") for _ in range(SEVERAL)]
    assets = [make_asset() for _ in range(SEVERAL)]
    for _ in range(SEVERAL):
        finding = make_finding(cast)
        token = issue_token(cast.admin, "账号", timedelta(days=1), by=cast.admin)[1]
    edition = make_rules(cast, draft=True)
    person = {"username": cast.inspector.username, "pk": token.pk}
    drafts.begin("case", CITY, by=cast.admin)
    outbox.deliver_due()
    told = Message.objects.latest("pk")
    hook = add_endpoint("热线", "https://1.1.1.1/", CITY, [told.kind], by=cast.admin)
    bulletin = draft_bulletin(week_of(localdate(clock.now())).key, by=cast.evaluator)
    return {
        "coordination": {"code": cases[1].code, "verb": "accept"},
        **with_others(cast, cases[2]),
        **with_discoveries(cast),
        **with_devices(cast),
        "coordination:inquiry": {"code": called[0].code},
        "data": {"code": assets[0].code},
        "evaluation": {"code": bulletin.code, "verb": "approve"},
        "evaluation:finding": {"code": finding.code},
        **scored(cast),
        "maintenance": {"code": cast.crew.code, "key": "inspector", **person},
        "maintenance:case_class": {"code": MANHOLE},
        "maintenance:condition_add": {"code": MANHOLE},
        "maintenance:param": {"key": "case.limit.accept"},
        "maintenance:post_end": {"pk": Post.objects.get(user=cast.inspector).pk},
        "maintenance:audit_row": {"pk": Audit.objects.latest("pk").pk},
        "maintenance:message": {"pk": told.pk},
        "maintenance:endpoint": {"pk": hook.pk},
        "data:place": {"code": next(iter(DISTRICTS))},
        "lists": {"key": "coordination:cases"},
        "maintenance:workflow_draft": {"key": "case"},
        "maintenance:workflow_step": {"key": "case", "number": 0},
        "coordination:rule": {"pk": DispatchRule.objects.latest("pk").pk},
        "coordination:rules_edition": {"pk": edition.pk},
    }


def with_others(cast: Cast, case: Case) -> dict[str, dict[str, Any]]:
    """A hotline's file, a hotline at the API, and a case the police share."""
    for area in DISTRICTS:
        make_petition(cast)
        bind("area_leader", "region", area, cast.leader, by=None)
    table = "工单编号,诉求内容,事发地址\nA1,积水,湖南路\n".encode()
    run = intake_runs.upload(table, "热线.csv", "hotline", by=cast.operator)
    police = add_unit("371502-GA", "公安分局", kind="partner", area="371502", by=None)
    add_partner("hotline", "市热线", "hotline", shared=True, by=cast.admin)
    given = Handing(reason="阻拦施工")
    running, over = campaigned(cast)
    spot = Spot(matter="路面塌陷", address="湖南路", lon=LON, lat=LAT)
    due = clock.now() + timedelta(minutes=30)
    whistles = [blow(spot, [Call(unit=cast.crew, due_at=due)], by=None) for _ in range(SEVERAL)]
    return {
        **patrolled(cast),
        **gathered(cast) | cooperating(cast) | served(cast, SEVERAL),
        **{f"coordination:campaign{page}": {"code": running} for page in CAMPAIGN_PAGES},
        "coordination:whistle": {"code": whistles[0].code},
        "coordination:campaign_report": {"code": over},
        "coordination:campaign_report_word": {"code": over},
        "coordination:handover": {"pk": hand_over(case, police, given, by=cast.dispatcher).pk},
        "coordination:intake_run": {"pk": run.pk},
        "coordination:outside": {"token": invited(cast)},
        "maintenance:partner": {"key": "hotline"},
    }


def invited(cast: Cast) -> str:
    """The key of somebody outside who handles a case."""
    case = drive(make_case(cast), cast, "handling")
    act(case, "invite", {"outsider": "物业", "task": "请修好"}, by=cast.department)
    return token_of(case.invitations.get())


def with_discoveries(cast: Cast) -> dict[str, dict[str, Any]]:
    """What a camera saw, alike to a case nearby, and a flight."""
    make_case(cast, class_code="E0406")
    seen = [make_discovery(cast) for _ in range(SEVERAL)]
    return {
        "coordination:discovery": {"code": seen[0].code},
        "coordination:camera": {"code": "DCF-001"},
        "coordination:flight": {"code": make_flight(cast).code},
        "maintenance:discovery_kind": {"key": "cover"},
    }


def with_plans() -> dict[str, dict[str, Any]]:
    """Several lamps and their plans."""
    plans = [make_plan() for _ in range(SEVERAL)]
    lamps = [make_device(f"DD-{n}", kind="lamp") for n in range(SEVERAL)]
    note(localdate(clock.now()), lamps, ought=True, burns=True)
    return {
        "monitoring:light_plan": {"code": plans[0].code},
        "monitoring:light_plan_end": {"code": plans[0].code},
    }


def with_devices(cast: Cast) -> dict[str, dict[str, Any]]:
    """Several devices under water."""
    alarms = [make_alarm(make_device(f"JS-{n:03}", unit=cast.crew)) for n in range(SEVERAL)]
    alerts = [make_alert(alarm, cast.crew) for alarm in alarms]
    own = [make_limits(alarm.series.device) for alarm in alarms]
    silences = [make_silence(alarm.series.device) for alarm in alarms[1:]]
    warnings = [make_warning(kind=kind) for kind in ("rainstorm", "gale", "thunder")]
    gates = [make_gate(f"ZM-{n:03}") for n in range(SEVERAL)]
    dialects = [make_dialect(gate.code) for gate in gates]
    commands = [make_command(gate, by=cast.supervisor) for gate in gates[1:]]
    fence = make_fence(*(make_truck(f"1390000000{n}") for n in range(SEVERAL)))
    return with_plans() | {
        "monitoring:dialect": {"pk": dialects[0].pk},
        "monitoring:device_bind": {"code": "JS-001"},
        "monitoring:device_mend": {"code": "JS-001"},
        "monitoring:weather_warning": {"code": warnings[0].code},
        "monitoring:weather_change": {"code": warnings[0].code},
        "monitoring:weather_lift": {"code": warnings[0].code},
        "monitoring:command": {"code": commands[0].code},
        "monitoring:command_act": {"code": commands[0].code, "verb": "refuse"},
        "monitoring:command_add": {"code": gates[0].code, "point": "opening"},
        "monitoring:fence": {"code": fence.code},
        "monitoring:fence_end": {"code": fence.code},
        "monitoring:silence_end": {"code": silences[0].code},
        "monitoring:silence": {"code": silences[0].code},
        "monitoring:limit_end": {"code": own[0].code},
        "monitoring:limit": {"code": own[0].code},
        "monitoring:limit_rule": {"key": "ponding_depth"},
        "monitoring:limit_add": {"key": "ponding_depth"},
        "monitoring:limit_trial": {"key": "ponding_depth"},
        "monitoring:alarm": {"code": alarms[0].code},
        "monitoring:alarm_comment": {"code": alarms[0].code},
        "monitoring:alert_add": {"code": alarms[0].code},
        "monitoring:alert": {"code": alerts[0].code},
        "monitoring:alert_lift": {"code": alerts[0].code},
        "monitoring:alarm_act": {"code": alarms[0].code, "verb": "refute"},
        "monitoring:device": {"code": "JS-001"},
        "monitoring:near": {"code": "JS-001"},
        "monitoring:device_edit": {"code": "JS-001"},
    }


def patrolled(cast: Cast) -> dict[str, dict[str, Any]]:
    """Inspectors on duty, what they passed, and a leader's walk."""
    place = locate(LON, LAT)
    assert place is not None
    people = [make_user(f"walker{n}", f"走{n}", "inspector", cast.centre) for n in range(SEVERAL)]
    now = clock.now()
    for person in people:
        with clock.at(now - timedelta(hours=1)):
            held = bind("inspector", "responsibility", place.responsibility, person, by=None)
            point = add_must_visit(person.name, LON, LAT, radius=30, times=1, by=None)
            stretch = duty.go_on_duty(by=person)
            duty.add_points([duty.Point(at=clock.now(), lon=LON, lat=LAT)], by=person)
    new = NewCase(source="public", description="井盖没了", lon=LON, lat=LAT)
    open_case(new, by=cast.operator)
    walk = begin_walk(by=cast.leader)
    for _ in range(SEVERAL):
        open_case(replace(new, source="leader"), by=cast.leader)
    measure_all()
    look_for_missed()
    return {
        "coordination:duty": {"pk": stretch.pk},
        "maintenance:duty": {"pk": held.pk},
        "coordination:point": {"pk": point.pk},
        "coordination:missed_one": {"pk": Missed.objects.latest("pk").pk},
        "coordination:walk": {"pk": walk.pk},
    }


def gathered(cast: Cast) -> dict[str, dict[str, Any]]:
    """A community with visits that found something, meetings and promises."""
    bind("street", "region", make_station(cast).area, cast.inspector, by=None)
    made = [(make_visit(cast), make_promise(cast)) for _ in range(SEVERAL)]
    visit, promise = made[0]
    return {
        **dict.fromkeys(
            [f"coordination:{page}" for page in ("community", "station", "visit_add")],
            {"area": visit.station.area},
        ),
        "coordination:visit": {"pk": visit.pk},
        "coordination:meeting": {"code": promise.origin.code},
        "coordination:promise": {"code": promise.code},
    }


def scored(cast: Cast) -> dict[str, dict[str, Any]]:
    """A scheme with a draft, and scores of this month that were published."""
    sheet = make_scores(cast, SEVERAL)
    words = {"key": sheet.scheme.key, "number": 1, "pk": sheet.pk}
    pages = ("", "_edition", "_draft", "_item_add", "_parts", "_compare")
    return {
        "evaluation:figure": {"key": "inst_rate"},
        **{f"evaluation:scheme{page}": words for page in pages},
        "evaluation:scheme_item": {**words, "number": 0},
        **{f"evaluation:score{p}": words for p in ("", "_given", "_publish", "_word", "_appeal")},
    }


def who_may(cast: Cast, permission: str) -> User:
    """Whoever of the cast holds a permission, those with the widest desks first."""
    people = (
        cast.dispatcher, cast.operator, cast.supervisor, cast.inspector, cast.evaluator,
        cast.department, cast.duty, cast.admin, cast.security, cast.auditor, cast.leader,
    )  # fmt: skip
    return next(person for person in people if not permission or person.may(permission))


def count(user: User, url: str) -> int | None:
    """Queries of a page that opens; None for a door that is only posted to or leads elsewhere."""
    client = Client()
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    return len(queries) if answer.status_code == 200 else None


def counts(cast: Cast) -> dict[str, int]:
    known, found = fill(cast), {}
    for name, entry in doors(get_resolver()):
        words = {**known.get(name.split(":")[0], {}), **known.get(name, {})}
        wanted = entry.pattern.regex.groupindex
        if set(wanted) <= set(words):
            url = reverse(name, kwargs={key: words[key] for key in wanted}) + QUERY.get(name, "")
            user = who_may(cast, OPENED_WITH.get(name, getattr(entry.callback, "may", "")))
            found[name] = count(user, url)
    return {name: number for name, number in sorted(found.items()) if number is not None}


def test_each_page_takes_the_queries_its_file_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "time", SimpleNamespace(monotonic=lambda: 0.0))
    now = counts(make_working_city())
    if os.environ.get("CHENGYUN_COUNT_QUERIES"):
        FILE.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
    assert now == json.loads(FILE.read_text(encoding="utf-8"))


def test_no_page_takes_too_many() -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    allowed = {name: AT_MOST + RECORDED.get(name, 0) for name in kept}
    assert {name: number for name, number in kept.items() if number > allowed[name]} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/desk/", "/cases/"])
def test_the_desk_and_the_list_take_no_more_for_any_role(url: str) -> None:
    cast = make_working_city()
    drive(make_case(cast), cast, "dispatched")
    people = [person for person in vars(cast).values() if isinstance(person, User)]
    taken = {person.username: count(person, url) or 0 for person in people}
    assert {name: n for name, n in taken.items() if n > AT_MOST} == {}
