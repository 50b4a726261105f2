"""Pages of the coordination system: the desk, the list, one case, its steps, the map."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import answers
from chengyun.city.cases import queries as register
from chengyun.city.cases.evidence import evidence_of
from chengyun.city.cases.models import Case
from chengyun.city.cases.proposals import Proposal
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.petitions import Registered
from chengyun.city.cases.specs import CaseType
from chengyun.city.cases.teams import team_of
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock, registry
from chengyun.kernel.editions import flow_of
from chengyun.kernel.errors import Conflict, Invalid, Missing, TooLarge, WrongMedia
from chengyun.kernel.files import store_photo
from chengyun.kernel.forms import faulty, retold, version_of
from chengyun.kernel.history import Line
from chengyun.kernel.installation import installation
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page, safe_next
from chengyun.kernel.specs import Step
from chengyun.kernel.ui.words import told
from chengyun.kernel.workflow import obstacle
from chengyun.systems.coordination import (
    alike,
    handover_view,
    inquiry_view,
    invitation_view,
    lists,
    matters,
    panels,
    petition_view,
    queries,
)
from chengyun.systems.coordination.bulk import steps_of
from chengyun.systems.coordination.forms import facts_of, new_case_form, step_form
from chengyun.systems.coordination.lists import CASES, DESK, LINKS
from chengyun.systems.coordination.questions import answers_in, question_form, unasked

BACKWARD = ("return", "ask_return", "send_back", "hand_back")
PICK = {"pick_lon": "id_point_lon", "pick_lat": "id_point_lat", "zoom": 15}


@door(may="case.view")
def desk(request: HttpRequest) -> HttpResponse:
    """The queue of one post: what waits for this person, late first."""
    user = person_of(request)
    pile = queries.pile_named(user, request.GET.get("queue", ""))
    if pile is None:
        return back(request, "coordination:cases")
    none = (f"现在没有{pile.label}的案件。", reverse("coordination:cases"), "看全部案件")
    steps = steps_of(user, pile)
    columns = lists.columns_for(user, DESK.columns, pile)
    shown = listed(request, DESK, none=none, pickable=bool(steps), columns=columns)
    tabs, queue = _tabs(request, pile.key), f"coordination.{pile.key}"
    return page(request, pile=pile, queue=queue, tabs=tabs, steps=steps, **shown)


def _tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    user = person_of(request)
    return [
        {
            "label": pile.label,
            "url": f"{reverse('coordination:desk')}?queue={pile.key}",
            "current": pile.key == current,
            "total": queries.size_of(user, pile)[0],
            "late": queries.size_of(user, pile)[1],
        }
        for pile in queries.piles_of(user)
    ]


@door(may="case.view")
def cases(request: HttpRequest) -> HttpResponse:
    """All cases of this person's part of the city, newest first."""
    pressing = request.GET.get("late") or request.GET.get("soon")
    order = ("due_at", "id") if pressing else CASES.order
    columns = lists.columns_for(request.user, CASES.columns)
    return page(request, **listed(request, CASES, columns=columns, order=order))


@door(may="case.view")
def case(request: HttpRequest, code: str) -> HttpResponse:
    """One case: its stages, what may be done now, evidence, history, place and clocks."""
    user = person_of(request)
    found = register.case_for(user, code)
    lines = panels.lines_of(found)
    rows, sound = panels.proof_of(lines)
    steps = _doors_to(user, found)
    evidence = evidence_of(found, [line.row for line in lines])
    clocks = panels.clocks_of(found)
    return page(
        request,
        case=found,
        light=lists.light(found),
        due=panels.due_of(clocks),
        stage=lists.stage(found),
        source=lists.source(found),
        stages=panels.stages_of(found, lines),
        voided=found.state in ("voided", "refused", "declined"),
        hands=panels.hands_of(found),
        badges=lists.badges_of(found),
        notices=matters.notices_of(found),
        shares=register.helpers_of(found),
        links=matters.links_of(user, found),
        **_parted(steps),
        photos=panels.photos_of(found, evidence),
        voices=[one for one in evidence if not one.is_photo],
        events=panels.events_of(lines),
        rows=rows,
        sound=sound,
        facts=panels.facts_of(found, user, lines),
        clocks=clocks,
        **inquiry_view.beside(found),
        **petition_view.beside(user, found, lines),
        **handover_view.beside(user, found, lines),
        **invitation_view.beside(request, user, found, lines),
        **alike.beside(user, found, steps),
        team=team_of(found),
        map=_map_of(found),
    )


def _doors_to(user: Any, found: Case) -> list[tuple[Step, str]]:
    """What this person may do now, and where."""
    return [
        (step, reverse("coordination:take", args=(found.code, step.verb)))
        for step in answers.steps_open_to(user, found)
    ]


def _parted(doors: list[tuple[Step, str]]) -> dict[str, Any]:
    """The doors to the steps, those seldom taken apart; which of them go backward."""
    return {
        "steps": [(step, url) for step, url in doors if not step.aside],
        "more": [(step, url) for step, url in doors if step.aside],
        "backward": BACKWARD,
    }


def _map_of(found: Case) -> dict[str, Any]:
    return {
        "lon": found.lon,
        "lat": found.lat,
        "zoom": 16,
        "grid": found.grid,
        "rows": [("地点", found.address), ("坐标", f"{found.lon:.6f}, {found.lat:.6f}")],
        "note": invented(),
    }


@door(may="case.view")
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """The short form of a case beside the list."""
    user = person_of(request)
    found = register.case_for(user, code)
    lines = panels.lines_of(found)
    steps = _doors_to(user, found)
    proposal = queries.proposal_for(found) if found.state == "filed" else None
    return page(
        request,
        case=found,
        light=lists.light(found),
        stage=lists.stage(found),
        photos=_photos(found, lines)[:2],
        facts=panels.facts_of(found, user, lines)[2:],
        badges=lists.badges_of(found),
        notices=matters.notices_of(found),
        proposal=proposal,
        at_once=_at_once(steps) if proposal else "",
        **alike.beside(user, found, steps, at_most=2),
        **_parted(steps),
        map=_map_of(found),
    )


def _at_once(steps: list[tuple[Step, str]]) -> str:
    """Where the proposed unit alone is enough to take the expected step."""
    return next((url for step, url in steps if step.primary and step.needs == ("unit",)), "")


@door(may="case.view")
def take(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """One step of a case: its form, and the step itself."""
    user = person_of(request)
    found = register.case_for(user, code)
    step = _step(user, found, verb)
    if step is None:
        return _overtaken(request, found, verb)
    form = step_form(request, found, step)
    context: dict[str, Any] = {
        "case": found,
        "step": step,
        "version": found.version,
        "proposal": _proposal(step, found),
        **_evidence(user, found),
        "notices": matters.notices_of(found) if step.where else [],
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        with transaction.atomic():
            act(found, verb, facts_of(form, user), by=user, version=version_of(request))
    except (Invalid, TooLarge, WrongMedia) as refusal:
        return retold(request, form, refusal, **context)
    there = safe_next(request, request.POST.get("next", ""), _after(user, found))
    return back(request, there, _sentence(step, found))


def _evidence(user: Any, found: Case) -> dict[str, Any]:
    """What a person looks at while they decide."""
    lines = panels.lines_of(found)
    photos = _photos(found, lines)
    return {
        "light": lists.light(found),
        "stage": lists.stage(found),
        "badges": lists.badges_of(found),
        "last": lines[-1],
        "photos": photos,
        "events": panels.events_of(lines),
        "facts": panels.facts_of(found, user, lines)[1:],
        "map": _map_of(found),
        **alike.before_filing(user, found, _doors_to(user, found), photos),
    }


def _photos(found: Case, lines: list[Line]) -> list[dict[str, Any]]:
    evidence = evidence_of(found, [line.row for line in lines])
    return [photo for photo in panels.photos_of(found, evidence) if "url" in photo]


def _step(user: Any, found: Case, verb: str) -> Step | None:
    return next((s for s, _ in _doors_to(user, found) if s.verb == verb), None)


def _overtaken(request: HttpRequest, found: Case, verb: str) -> HttpResponse:
    """The step is not open any more, or not to this person: say what is in its way, or who acted last."""
    last = next(line for line in reversed(panels.lines_of(found)) if "to" in line.facts)
    steps = {step.verb: step.label for step in reversed(flow_of(found.edition_id).steps)}
    if verb not in steps:
        raise Missing("没有这一步。")
    when = told(last.at, now=clock.now())
    state = lists.stage(found)["label"]
    message = (
        obstacle(found, verb)
        or f"没能{steps[verb]}：{last.who} {when} 已{last.label}，现在是「{state}」。"
    )
    if request.method == "POST":
        raise Conflict(message, version=found.version)
    return back(request, LINKS.url(found), message)


def _proposal(step: Step, found: Case) -> Proposal | None:
    return queries.proposal_for(found) if "unit" in step.needs else None


def _after(user: Any, found: Case) -> str:
    """Back to the case if it may still be seen, else to the queue."""
    return LINKS.url(found) if register.case_seen(user, found) else reverse("coordination:desk")


def _sentence(step: Step, found: Case) -> str:
    """What was done and what comes now."""
    state = lists.stage(found)["label"]
    if step.verb == "dispatch" and found.unit:
        return f"已派给{found.unit}，{told(found.due_at, now=clock.now())} 前处置。"
    if found.assignee:
        return f"{found.short_code} 已{step.label}，交给监督员{found.assignee}。"
    if not found.open:
        return f"{found.short_code} {step.label}，已经办结。"
    return f"{found.short_code} 已{step.label}，现在是「{state}」，由{panels.hands_of(found)}办理。"


@door(may="case.report")
def new(request: HttpRequest) -> HttpResponse:
    """A new case of a type, with a place picked on the map."""
    user = person_of(request)
    kind = _kind(request, user)
    form = new_case_form(request, user, kind)
    context: dict[str, Any] = {
        "map": PICK | {"note": invented()},
        "kind": kind,
        "kinds": _kinds(kind, user),
        "questions": question_form(request) if kind.classified else None,
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if kind.classified and unasked(request):
        form.add_error(None, "这个类别还有几个问题，请在下面回答后再上报。")
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        with transaction.atomic():
            report = _report(form.cleaned_data, kind, user)
            made = open_case(replace(report, answers=answers_in(request)), by=user)
    except (Invalid, TooLarge, WrongMedia) as refusal:
        return retold(request, form, refusal, **context)
    there = LINKS.url(made) if register.case_seen(user, made) else reverse("coordination:new")
    return back(request, there, f"已上报，案号 {made.code}。")


def _known(user: Any) -> list[CaseType]:
    """The types of case this person opens."""
    return [kind for kind in registry.all_of(CaseType) if user.may(kind.may)]


def _kind(request: HttpRequest, user: Any) -> CaseType:
    asked, known = request.GET.get("type", ""), _known(user)
    return next((kind for kind in known if kind.key == asked), known[0])


def _kinds(current: CaseType, user: Any) -> list[tuple[str, str, bool]]:
    return [(kind.label, f"?type={kind.key}", kind == current) for kind in _known(user)]


def _report(data: dict[str, Any], kind: CaseType, user: Any) -> NewCase:
    lon, lat = data["point"]
    return NewCase(
        type=kind.key,
        source=data.get("source") or kind.source,
        petition=_petition(data),
        class_code=data.get("class", ""),
        description=data["description"],
        lon=lon,
        lat=lat,
        address=data["address"],
        reporter_name=data.get("reporter_name", ""),
        reporter_phone=data.get("reporter_phone", ""),
        unit=register.unit_named(data["unit"]) if data.get("unit") else None,
        due=data.get("due"),
        photos=[store_photo(p.read(), p.name, by=user) for p in data["photos"]],
        on_the_spot=data.get("on_the_spot", False),
        after=[store_photo(p.read(), p.name, by=user) for p in data.get("after", [])],
    )


def _petition(data: dict[str, Any]) -> Registered:
    names = ("form", "people", "parties", "again")
    return Registered(**{name: data[name] for name in names if name in data})


@door(may="case.view")
def on_map(request: HttpRequest) -> HttpResponse:
    """Open cases on the map."""
    user = person_of(request)
    rows = (
        register.cases_for(user).filter(open=True).select_related("case_class").order_by("due_at")
    )
    listed = [(c.short_code, f"{c.title}，{c.address}") for c in rows[:50]]
    shown = {
        "src": reverse("api:cases_on_map"),
        "home": True,
        "rows": listed,
        "legend": [("case", "按期"), ("near", "将超时"), ("late", "超时")],
        "note": invented(),
    }
    return page(request, map=shown)


def invented() -> str:
    """What a demo's maps must say."""
    city = installation()
    return "街区和边界由程序生成，不是官方界线。" if city and city.demo else ""
