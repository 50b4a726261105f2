"""移送: cases shared with police, education, market supervision; both sides read the same case."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import handovers as reads
from chengyun.city.cases import queries as register
from chengyun.city.cases.models import Case, HandOver
from chengyun.city.cases.services import handovers as service
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import lists, panels
from chengyun.systems.coordination.handover_view import badge_of, facts_of, light_of

UNIT = Field(key="unit", label="移送给", kind="unit", required=True)
KIND = Field(
    key="kind", label="作为什么", kind="choice", required=True, choices=tuple(HandOver.Kind.choices)
)
EVIDENCE = Field(
    key="evidence",
    label="随附的材料",
    kind="units",
    hint="案件线索要样样齐全，案件里要有照片；请求协助可以不附。",
)
OUTCOME = Field(
    key="outcome",
    label="线索处理结果",
    kind="choice",
    choices=tuple(HandOver.Outcome.choices),
    hint="反馈办理结果时选。",
)
REASON = Field(key="reason", label="为什么移送", kind="long", required=True, max_length=500)
DO = Field(key="do", label="怎样办", kind="unit", required=True)
WORDS = Field(key="words", label="说明", kind="long", max_length=1000)


def _rows(user: Any, values: Values) -> QuerySet[HandOver]:
    rows = reads.handovers_for(user)
    if "state" in values:
        rows = rows.filter(state=values["state"])
    if "unit" in values:
        rows = rows.filter(unit__code=values["unit"])
    if "kind" in values:
        rows = rows.filter(kind=values["kind"])
    if "late" in values:
        rows = rows.filter(state__in=HandOver.OPEN, due_at__lt=clock.now())
    return rows


HANDOVERS = Listing(
    key="coordination:handovers",
    label="移送",
    may="case.view",
    columns=(
        Column(key="light", label="时限", kind="light", value=light_of, sort="due_at"),
        Column(key="code", label="案号", kind="code", value=lambda row: row.case.code),
        Column(
            key="problem", label="问题", kind="strong", value=lambda row: lists.problem(row.case)
        ),
        Column(key="unit", label="移送给", kind="short", value=lambda row: str(row.unit)),
        Column(key="kind", label="作为", kind="short", value=lambda row: row.get_kind_display()),
        Column(key="state", label="状态", kind="badge", value=badge_of),
        Column(key="reason", label="事由", value=lambda row: row.reason),
        Column(key="sent", label="移送", kind="time", value=lambda row: row.sent_at),
    ),
    filters=(
        Filter(key="state", label="状态", choices=lambda user: list(HandOver.State.choices)),
        Filter(
            key="unit",
            label="移送给",
            choices=lambda user: [(unit.code, str(unit)) for unit in reads.bodies()],
        ),
        Filter(key="kind", label="作为", choices=lambda user: list(HandOver.Kind.choices)),
        Filter(key="late", label="只看超时", kind="check"),
    ),
    rows=_rows,
    more=reads.with_cases,
    links=Links(
        url=lambda row: reverse("coordination:handover", args=(row.pk,)),
        key=lambda row: row.case.code,
    ),
    empty="没有符合条件的移送。",
    way="去掉全部条件",
)
registry.add(HANDOVERS)


@door(may="case.view")
def handovers(request: HttpRequest) -> HttpResponse:
    """All 移送 of this person's cases or body, newest first."""
    none = ("还没有移送给联动部门的案件。", reverse("coordination:cases"), "看全部案件")
    return page(request, **listed(request, HANDOVERS, none=none))


@door(may="handover.send")
def handover_add(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a case over to another body."""
    user = person_of(request)
    case = register.case_for(user, code)
    choices = {"unit": [(unit.code, str(unit)) for unit in reads.bodies()]}
    evidence = [(name, name) for name in reads.evidence_asked(case.area)]
    form = form_of(
        (UNIT, KIND, REASON, EVIDENCE),
        request.POST or None,
        initial={"kind": HandOver.Kind.HELP},
        choices={**choices, "evidence": evidence},
    )
    context: dict[str, Any] = {
        "case": case,
        "stage": lists.stage(case),
        "facts": panels.facts_of(case, user, panels.lines_of(case)),
        "bodies": choices["unit"],
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    unit = next(unit for unit in reads.bodies() if unit.code == form.cleaned_data["unit"])
    try:
        given = {key: form.cleaned_data[key] for key in ("reason", "kind", "evidence")}
        row = service.hand_over(case, unit, service.Handing(**given), by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    due = told(row.due_at, now=clock.now())
    return back(request, lists.LINKS.url(case), f"已移送给{unit}，{due} 前接收。")


@door(may="case.view")
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """One 移送: what was asked, how far it is, and what this person may do."""
    user = person_of(request)
    row = reads.handover_for(user, pk)
    ways = _ways(user, row)
    lead = row.kind == HandOver.Kind.LEAD and any(key == "answer" for key, _ in ways)
    fields = (DO, OUTCOME, WORDS) if lead else (DO, WORDS)
    form = form_of(fields, request.POST or None, choices={"do": ways}) if ways else None
    lines = panels.lines_of(row.case)
    context: dict[str, Any] = {
        "row": row,
        "case": row.case,
        "badge": badge_of(row),
        "light": light_of(row),
        "facts": facts_of(row),
        "about": panels.facts_of(row.case, user, lines),
        "events": panels.events_of(lines),
    }
    if request.method != "POST" or form is None:
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        _take(row, form.cleaned_data, user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    sentence = f"{row.case.short_code} 移送{row.unit}：{row.get_state_display()}。"
    there = reverse("coordination:handover", args=(pk,))
    return back(request, there if row.state != "returned" else "coordination:handovers", sentence)


def _ways(user: User, row: HandOver) -> list[tuple[str, str]]:
    """What may be done now, by whoever looks."""
    ways = []
    if user.scope("handover.take").covers(unit=row.unit_id):
        if row.state == HandOver.State.SENT:
            ways += [("receive", "接收"), ("return", "退回（写明原因）")]
        elif row.state == HandOver.State.RECEIVED:
            ways += [("answer", "反馈办理结果"), ("return", "退回（写明原因）")]
    case: Case = row.case
    if row.open and user.scope("handover.send").covers(area=case.area, unit=case.unit_id):
        ways.append(("withdraw", "撤回（写明原因）"))
    return ways


def _take(row: HandOver, given: dict[str, Any], user: User) -> None:
    words = given["words"]
    if given["do"] == "receive":
        service.receive(row, by=user)
    elif given["do"] == "answer":
        service.feed_back(row, words, by=user, outcome=given.get("outcome", ""))
    elif given["do"] == "return":
        service.give_back(row, words, by=user)
    else:
        service.withdraw(row, words, by=user)
