"""流程: the tables of verbs in force, and an area's own draft of one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime, make_aware
from django.views.decorators.http import require_POST

from chengyun.city.people.queries import person_of
from chengyun.kernel import clock, drafts, editions, registry
from chengyun.kernel.errors import Conflict, Missing
from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.models import WorkflowDraft, WorkflowEdition
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field, Permission, Step, Workflow
from chengyun.kernel.ui.words import told
from chengyun.systems.maintenance import flow_view
from chengyun.systems.maintenance.queries import area_name, areas_for

ASKED = (("no", "不问"), ("asks", "可填"), ("needs", "必填"))
KEEP = "keep"
ENACT = (
    Field(
        key="start",
        label="从什么时候起",
        kind="datetime",
        required=True,
        hint="这以后开的案件按新流程走，以前开的不变。",
    ),
    Field(key="note", label="为什么改", required=True, max_length=200),
)


@door(may="catalogue.view")
def workflows(request: HttpRequest) -> HttpResponse:
    """Every workflow in force in an area: its table of verbs, as the server checks it."""
    area, areas = _area(request)
    flows = [_shown(flow.key, area) for flow in registry.all_of(Workflow)]
    may_change = person_of(request).may("workflow.change")
    return page(request, flows=flows, area=area, areas=_links(areas), may_change=may_change)


def _shown(key: str, area: str) -> dict[str, Any]:
    edition = editions.current(key, area)
    flow = editions.flow_of(edition.pk)
    return {
        "label": flow.label,
        "stages": flow.stages,
        "edition": _edition_words(edition),
        "draft_url": _url("workflow_draft", key, area),
        "steps": flow_view.table_of(flow, [(step, True) for step in flow.steps]),
    }


def _edition_words(edition: WorkflowEdition) -> str:
    where = area_name(edition.area) if edition.area else "出厂"
    return f"{where}第 {edition.number} 版"


@door(may="workflow.change")
def workflow_draft(request: HttpRequest, key: str) -> HttpResponse:
    """An area's draft of a workflow: its steps, its faults, what it changes and what the past says to it."""
    area, areas = _area(request)
    now = _in_force(key, area)
    draft = drafts.draft_of(key, area)
    return page(
        request,
        flow=now,
        area=area,
        name=area_name(area),
        areas=_links(areas),
        editions=_history(key, area),
        draft=draft,
        begin_url=_url("workflow_begin", key, area),
        **(_draft(draft, now, area, tried="try" in request.GET) if draft else {}),
    )


def _draft(draft: WorkflowDraft, now: Workflow, area: str, *, tried: bool) -> dict[str, Any]:
    flow, key = drafts.flow_in(draft), draft.workflow
    lines = flow_view.table_of(flow, drafts.all_steps(draft))
    urls = [_url("workflow_step", key, area, number) for number in range(len(lines))]
    return {
        "steps": list(zip(lines, urls, strict=True)),
        "faults": drafts.faults_of(draft),
        "changes": flow_view.changes_of(now, flow),
        "try_url": f"{_url('workflow_draft', key, area)}&try=1#trial",
        "tried": _tried(flow, now, area) if tried else None,
        "form": form_of(ENACT, initial={"start": localtime(clock.now())}),
        "enact_url": _url("workflow_enact", key, area),
        "confirm": _discarding(draft, area),
    }


def _tried(flow: Workflow, now: Workflow, area: str) -> dict[str, Any]:
    found = flow_view.trial_of(flow, now, area)
    return {"summary": flow_view.summary(found["trial"]), "lines": found["lines"]}


def _history(key: str, area: str) -> list[dict[str, Any]]:
    rows = WorkflowEdition.objects.filter(workflow=key, area__in=("", area)).defer("body")
    now = clock.now()
    return [
        {
            "words": _edition_words(row),
            "from": told(row.effective_from, now=now) if row.number > 1 or row.area else "",
            "coming": bool(row.effective_from and row.effective_from > now),
            "note": row.note,
        }
        for row in rows.order_by("-effective_from", "-number")[:10]
        if row.effective_from
    ]


@require_POST
@door(may="workflow.change")
def workflow_begin(request: HttpRequest, key: str) -> HttpResponse:
    """Begin a draft from what is in force."""
    area, _ = _area(request)
    drafts.begin(key, area, by=person_of(request))
    message = f"已照{area_name(area)}现在的流程起草，改好启用以前什么都不变。"
    return back(request, _url("workflow_draft", key, area), message)


@door(may="workflow.change")
def workflow_step(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One step of a draft: on or off, its name, who may, what it asks, what it does to the clock."""
    area, _ = _area(request)
    draft = drafts.draft_in(key, area)
    step, on = _step(draft, number)
    flow = drafts.flow_in(draft)
    form = _form(request, flow, step, on)
    here = _url("workflow_draft", key, area)
    if request.method == "POST":
        if not form.is_valid():
            raise faults_of(form)
        _must_be_seen(request, draft)
        drafts.change_step(draft, number, _values(form.cleaned_data), by=person_of(request))
        return back(request, here, f"草稿里的「{form.cleaned_data['label']}」已保存。")
    words = flow_view.Words(flow)
    way = [(flow_view.ATTRIBUTES[k], words.of(k, getattr(step, k))) for k in ("source", "target")]
    return page(
        request,
        flow=flow,
        step=step,
        form=form,
        facts=[*way, ("其他", "；".join(flow_view.marks_of(flow, step)) or "—")],
        back=here,
        version=draft.version,
    )


@require_POST
@door(may="workflow.change")
def workflow_enact(request: HttpRequest, key: str) -> HttpResponse:
    """Put the draft in force from a moment."""
    area, _ = _area(request)
    draft = drafts.draft_in(key, area)
    form = form_of(ENACT, request.POST)
    if not form.is_valid():
        raise faults_of(form)
    _must_be_seen(request, draft)
    given = form.cleaned_data
    edition = drafts.enact(
        draft, given["note"], by=person_of(request), start=_moment(given["start"])
    )
    when = told(edition.effective_from, now=clock.now()) if edition.effective_from else ""
    words = f"{_edition_words(edition)}从{when}起用，以前开的案件不变。"
    return back(request, _url("workflow_draft", key, area), words)


@require_POST
@door(may="workflow.change")
def workflow_discard(request: HttpRequest, key: str) -> HttpResponse:
    """Give the draft up."""
    area, _ = _area(request)
    drafts.discard(drafts.draft_in(key, area), by=person_of(request))
    return back(request, _url("workflow_draft", key, area), "草稿已放弃，现在的流程没有变。")


def _step(draft: WorkflowDraft, number: int) -> tuple[Step, bool]:
    steps = drafts.all_steps(draft)
    if number >= len(steps):
        raise Missing("草稿里没有这一步。")
    return steps[number]


def _must_be_seen(request: HttpRequest, draft: WorkflowDraft) -> None:
    """Whoever writes has seen the draft as it is."""
    if request.POST.get("version", "") != str(draft.version):
        raise Conflict("这份草稿刚被别人改过，请看新的内容再改。", version=draft.version)


def _form(request: HttpRequest, flow: Workflow, step: Step, on: bool) -> Form:
    declared = _fields(flow)
    if request.method == "POST":
        return form_of(declared, request.POST)
    asked = {f"fact_{fact.key}": _how(step, fact.key) for fact in flow.facts}
    values = {"on": on, "label": step.label, "may": step.may or KEEP, "clock": step.clock or KEEP}
    return form_of(declared, initial=values | asked)


def _fields(flow: Workflow) -> list[Field]:
    permissions = tuple((p.key, f"{p.group} · {p.label}") for p in registry.all_of(Permission))
    permissions = ((KEEP, flow_view.SYSTEM), *permissions)
    clocks = ["", "stop", "pause", "resume", "extend", *flow.clocks]
    choices = tuple((key or KEEP, flow_view.clock_words(key)) for key in clocks)
    return [
        Field(key="on", label="启用这一步", kind="bool"),
        Field(key="label", label="名称", required=True, max_length=20, hint="按钮和经过里的字"),
        Field(
            key="may", label="谁可以办（权限）", kind="choice", required=True, choices=permissions
        ),
        Field(key="clock", label="时限", kind="choice", required=True, choices=choices),
        *(
            Field(
                key=f"fact_{fact.key}",
                label=fact.label,
                kind="choice",
                required=True,
                choices=ASKED,
            )
            for fact in flow.facts
        ),
    ]


def _how(step: Step, fact: str) -> str:
    return "needs" if fact in step.needs else "asks" if fact in step.asks else "no"


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """The form as attributes of a step; facts keep the order of the workflow."""
    asked = {key.removeprefix("fact_"): how for key, how in given.items() if key[:5] == "fact_"}
    lists = {k: tuple(fact for fact, how in asked.items() if how == k) for k in ("needs", "asks")}
    kept = {k: "" if given[k] == KEEP else given[k] for k in ("may", "clock")}
    return {k: given[k] for k in ("on", "label")} | kept | lists


def _moment(value: datetime) -> datetime:
    return value if value.tzinfo else make_aware(value)


def _in_force(key: str, area: str) -> Workflow:
    if not registry.has(Workflow, key):
        raise Missing(f"没有「{key}」这个流程。")
    return editions.flow_of(editions.current(key, area).pk)


def _area(request: HttpRequest) -> tuple[str, list[tuple[str, str]]]:
    """The area asked for, the widest of the person's unless given; Missing outside the scope."""
    user = person_of(request)
    permission = "workflow.change" if user.may("workflow.change") else "catalogue.view"
    areas = areas_for(user, permission)
    asked = request.GET.get("area", "") or (areas[0][0] if areas else "")
    if areas and asked not in dict(areas):
        raise Missing("没有这个区域，或者它不在你的管辖范围内。")
    return asked, areas


def _links(areas: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [(code, name, f"?{urlencode({'area': code})}") for code, name in areas]


def _url(name: str, key: str, area: str, *more: Any) -> str:
    url = reverse(f"maintenance:{name}", args=(key, *more))
    return f"{url}?{urlencode({'area': area})}"


def _discarding(draft: WorkflowDraft, area: str) -> dict[str, Any]:
    return {
        "id": "discard",
        "question": f"放弃「{draft.body['label']}」的草稿？",
        "consequence": "草稿里改的都不要了，现在的流程不变。",
        "action": _url("workflow_discard", draft.workflow, area),
        "reason": "",
        "reason_label": "",
        "yes": "放弃草稿",
        "no": "不放弃",
    }
