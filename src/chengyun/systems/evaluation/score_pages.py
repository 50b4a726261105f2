"""考核成绩: a period's scores, their publication, what people give, and appeals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from chengyun.city.people.queries import person_of
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, Missing
from chengyun.kernel.forms import faults_of, faulty, form_of, retold
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.science.periods import month_of
from chengyun.science.schemes import from_body, plain
from chengyun.science.scoring import Scheme
from chengyun.systems.evaluation import scheme_words as words
from chengyun.systems.evaluation import score_views as views
from chengyun.systems.evaluation import scores
from chengyun.systems.evaluation.models import (
    AssessmentScheme,
    ScoreAppeal,
    ScoreEntry,
    ScoreExclusion,
    ScoreSheet,
)
from chengyun.systems.evaluation.printing import MEDIA_TYPE
from chengyun.systems.evaluation.score_word import score_file
from chengyun.systems.evaluation.scores import APPEAL, APPROVE, CHANGE, VIEW, rules_of
from chengyun.systems.evaluation.services import appeals, giving, sheets

Data = Mapping[str, Any] | None
REASON = Field(key="reason", label="理由", kind="long", required=True, max_length=500)
ENTER = (
    Field(key="group", label="对象", kind="unit", required=True),
    Field(key="item", label="哪一项", kind="unit", required=True),
    Field(key="score", label="得分", kind="decimal", unit="分", hint="否决项不填。"),
    REASON,
)
EXCLUDE = (
    Field(key="group", label="对象", kind="unit", hint="不选就是全部对象。"),
    Field(
        key="item",
        label="考核项",
        kind="unit",
        hint="不选就是全部考核项，这个对象这一期不参加排名。",
    ),
    REASON,
)
APPEALED = (Field(key="item", label="对哪一项", kind="unit", required=True), REASON)
SCORE = (Field(key="score", label="更正后的得分", kind="decimal", required=True, minimum=0),)
COMPUTE = (
    Field(key="period", label="统计期", required=True, max_length=24, hint="例如 2026-10、2026-Q3"),
    Field(key="reason", label="为什么重新计算", max_length=200),
)


@require_POST
@door(may=CHANGE)
def score_compute(request: HttpRequest, key: str) -> HttpResponse:
    """Compute a period as the facts are now."""
    user, found = person_of(request), scores.scheme_for(person_of(request), key)
    form = form_of(COMPUTE, request.POST)
    if not form.is_valid():
        raise faults_of(form)
    given = form.cleaned_data
    period = scores.period_of(given["period"])
    sheet = sheets.compute(found, period, reason=given["reason"], by=user)
    return back(
        request, url_of(sheet), f"{period.label}算好了，是第 {sheet.number} 次，还没有发布。"
    )


@door(may=VIEW)
def score(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One sheet: rank, grade, points, and how each number came about."""
    user = person_of(request)
    sheet = scores.sheet_for(user, key, pk)
    found, rules = sheet.scheme, from_body(sheet.content["scheme"])
    may_change = user.scope(CHANGE).covers(area=found.area)
    before = sheet.corrects
    return page(
        request,
        scheme=found,
        sheet=sheet,
        period=views.period_of(sheet),
        lines=views.lines_of(sheet, user),
        items=words.items_of(rules),
        grades=words.grades_of(rules),
        classes=words.classes_of(rules, {r["group"]: r["name"] for r in sheet.content["groups"]}),
        vetoes=words.vetoes_of(rules),
        spoken=views.spoken(sheet),
        seal=views.seal_of(sheet),
        versions=list(scores.sheets_for(user, found).filter(period=sheet.period).defer("content")),
        bar=sheets.barred(sheet) if may_change and not sheet.published_at else "",
        publishes=may_change and not sheet.published_at,
        confirm=_question(sheet),
        may_change=may_change,
        changed=words.compared(before.content, sheet.content) if before else [],
        appeals=_appeals(sheet),
        answers=user.scope(APPROVE).covers(area=found.area),
        newer=appeals.latest_of(sheet).pk != sheet.pk if sheet.published_at else False,
    )


def _question(sheet: ScoreSheet) -> dict[str, Any]:
    return {
        "id": "publish",
        "question": f"发布{views.period_of(sheet).label}的成绩？",
        "consequence": "发布后得到编号，被考核的区域和单位都能看到；不能撤回，也不能再改，只能再算一次另外发布。",
        "action": reverse("evaluation:score_publish", args=[sheet.scheme.key, sheet.pk]),
        "yes": "发布",
        "no": "不发布",
        "back": url_of(sheet),
    }


def _appeals(sheet: ScoreSheet) -> list[dict[str, Any]]:
    names = {row["group"]: row["name"] for row in sheet.content["groups"]}
    labels = {each["key"]: each["label"] for each in sheet.content["scheme"]["items"]}
    states = {
        ScoreAppeal.WAITING: ("待答复", "amber"),
        ScoreAppeal.GRANTED: ("成立", "eco"),
        ScoreAppeal.REFUSED: ("不成立", "red"),
    }
    rows = sheet.appeals.select_related("made_by", "decided_by", "led_to")
    return [
        {
            "row": row,
            "name": names.get(row.group, row.group),
            "item": labels.get(row.item, row.item),
            "badge": dict(zip(("words", "tone"), states[row.state], strict=True)),
            "open": row.state == ScoreAppeal.WAITING,
        }
        for row in rows
    ]


@door(may=CHANGE)
def score_publish(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Publish a sheet, after a question."""
    user = person_of(request)
    sheet = scores.sheet_for(user, key, pk)
    if request.method != "POST":
        return page(request, sheet=sheet, scheme=sheet.scheme, confirm=_question(sheet))
    sheets.publish(sheet, by=user)
    return back(request, url_of(sheet), f"已发布，编号 {sheet.mark}。")


@door(may=VIEW)
def score_word(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """The sheet as a Word file."""
    user = person_of(request)
    sheet = scores.sheet_for(user, key, pk)
    name, content = score_file(sheet, views.lines_of(sheet, user))
    file = HttpResponse(content, content_type=MEDIA_TYPE)
    file["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return file


@door(may=VIEW)
def score_given(request: HttpRequest, key: str) -> HttpResponse:
    """What people give in a period: scores, vetoes and what does not count."""
    user, found = person_of(request), scores.scheme_for(person_of(request), key)
    asked = request.GET.get("period") or month_of(localdate(clock.now())).back(1).key
    period = scores.period_of(asked)
    rules, names = rules_of(scores.edition_of(found, period)), scores.groups_now(found)
    labels = {i.key: i.label for i in rules.items} | {v.key: v.label for v in rules.vetoes}
    return page(
        request,
        scheme=found,
        period=period,
        before=period.back(1).key,
        after=period.back(-1).key if period.end < localdate(clock.now()) else "",
        entries=[_entry(each, names, labels) for each in _entries(found, period.key)],
        outs=[_out(each, names, labels) for each in _outs(found, period.key)],
        enter=_enter_form(rules, names) if _gives(rules) else None,
        exclude=_exclude_form(rules, names),
        may_change=user.scope(CHANGE).covers(area=found.area),
        may_approve=user.scope(APPROVE).covers(area=found.area),
        me=user.pk,
    )


def _gives(rules: Scheme) -> bool:
    """Whether there is anything a person could give."""
    items = any(each.method == "manual" or each.missing == "await" for each in rules.items)
    return items or bool(rules.vetoes)


def _entries(scheme: AssessmentScheme, period: str) -> list[ScoreEntry]:
    rows = scheme.entries.filter(period=period).select_related("entered_by", "decided_by")
    return list(rows.order_by("-id"))


def _outs(scheme: AssessmentScheme, period: str) -> list[ScoreExclusion]:
    rows = scheme.exclusions.filter(period=period, ended_at=None).select_related("made_by")
    return list(rows)


def _entry(row: ScoreEntry, names: dict[str, str], labels: dict[str, str]) -> dict[str, Any]:
    state, tone = views.STATES[row.state]
    return {
        "row": row,
        "name": names.get(row.group, row.group),
        "item": labels.get(row.item, row.item),
        "kind": views.KINDS[row.kind],
        "badge": {"words": state, "tone": tone},
        "waits": row.state == ScoreEntry.WAITING,
    }


def _out(row: ScoreExclusion, names: dict[str, str], labels: dict[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "name": names.get(row.group, row.group) if row.group else "全部对象",
        "item": labels.get(row.item, row.item) if row.item else "全部考核项",
    }


def _enter_form(rules: Scheme, names: dict[str, str], data: Data = None) -> forms.Form:
    by_hand = [
        (each.key, f"{each.label}（满分 {plain(each.full)}）")
        for each in rules.items
        if each.method == "manual" or each.missing == "await"
    ]
    vetoes = [(each.key, f"否决：{each.label}") for each in rules.vetoes]
    choices = {"group": list(names.items()), "item": [*by_hand, *vetoes]}
    return _apart(form_of(ENTER, data, choices=choices), "enter")


def _exclude_form(rules: Scheme, names: dict[str, str], data: Data = None) -> forms.Form:
    choices = {"group": list(names.items()), "item": [(i.key, i.label) for i in rules.items]}
    return _apart(form_of(EXCLUDE, data, choices=choices), "exclude")


def _apart(form: forms.Form, name: str) -> forms.Form:
    """Two forms of one page have fields of the same name."""
    form.auto_id = f"id_{name}_%s"
    return form


@require_POST
@door(may=CHANGE)
def score_enter(request: HttpRequest, key: str) -> HttpResponse:
    """Enter a score or a veto, for another person to approve."""
    user, found = person_of(request), scores.scheme_for(person_of(request), key)
    period = scores.period_of(request.GET.get("period", ""))
    rules = rules_of(scores.edition_of(found, period))
    form = _enter_form(rules, scores.groups_now(found), request.POST)
    if not form.is_valid():
        raise faults_of(form)
    given = form.cleaned_data
    giving.enter(
        found, period, given["group"], given["item"], given["score"], given["reason"], by=user
    )
    return back(request, _given(found, period.key), "已录入，等另一个人审核。")


@require_POST
@door(may=APPROVE)
def score_decide(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Approve or refuse an entry."""
    found = scores.scheme_for(person_of(request), key)
    entry = found.entries.filter(pk=pk).first()
    if entry is None:
        raise Missing("没有这个评分。")
    approve = request.POST.get("decision") == "approve"
    giving.decide(entry, approve, request.POST.get("answer", ""), by=person_of(request))
    message = "已通过，下次计算时计入。" if approve else "已退回。"
    return back(request, _given(found, entry.period), message)


@require_POST
@door(may=CHANGE)
def score_exclude(request: HttpRequest, key: str) -> HttpResponse:
    """Leave a group or an item out of a period."""
    user, found = person_of(request), scores.scheme_for(person_of(request), key)
    period = scores.period_of(request.GET.get("period", ""))
    rules = rules_of(scores.edition_of(found, period))
    form = _exclude_form(rules, scores.groups_now(found), request.POST)
    if not form.is_valid():
        raise faults_of(form)
    given = form.cleaned_data
    giving.exclude(found, period, given["group"], given["item"], given["reason"], by=user)
    return back(request, _given(found, period.key), "这一期不计入，理由印在成绩后面。")


@require_POST
@door(may=CHANGE)
def score_readmit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Let it count again."""
    found = scores.scheme_for(person_of(request), key)
    out = found.exclusions.filter(pk=pk).first()
    if out is None:
        raise Missing("没有这一条不计入。")
    giving.readmit(out, by=person_of(request))
    return back(request, _given(found, out.period), "已恢复计入，下次计算时算上。")


@door(may=APPEAL)
def score_appeal(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Appeal against an item of a published sheet."""
    user = person_of(request)
    sheet = scores.sheet_for(user, key, pk)
    group = request.GET.get("group", "")
    names = {row["group"]: row["name"] for row in sheet.content["groups"]}
    if group not in names or not scores.may_appeal(user, sheet.scheme, group):
        raise Missing("只能替本区域、本单位申诉。")
    items = [(each["key"], each["label"]) for each in sheet.content["scheme"]["items"]]
    form = form_of(APPEALED, request.POST or None, choices={"item": items})
    context: dict[str, Any] = {
        "form": form,
        "sheet": sheet,
        "scheme": sheet.scheme,
        "period": views.period_of(sheet),
        "name": names[group],
        "cancel": url_of(sheet),
    }
    if request.method != "POST":
        return page(request, **context)
    if not form.is_valid():
        return faulty(request, **context)
    given = form.cleaned_data
    try:
        appeals.appeal(sheet, group, given["item"], given["reason"], by=user)
    except Invalid as refusal:
        return retold(request, refusal=refusal, **context)
    return back(request, url_of(sheet), "已申诉，等考评机构答复。")


@require_POST
@door(may=APPROVE)
def score_answer(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Grant or refuse an appeal."""
    user = person_of(request)
    found = scores.scheme_for(user, key)
    row = ScoreAppeal.objects.filter(sheet__scheme=found, pk=pk).select_related("sheet").first()
    if row is None:
        raise Missing("没有这个申诉。")
    answer = request.POST.get("answer", "")
    if request.POST.get("decision") == "grant":
        form = form_of(SCORE, request.POST)
        if not form.is_valid():
            raise faults_of(form)
        score: Decimal = form.cleaned_data["score"]
        sheet = appeals.grant_appeal(row, score, answer, by=user)
        return back(request, url_of(sheet), f"申诉成立，更正后的成绩已发布，编号 {sheet.mark}。")
    appeals.refuse_appeal(row, answer, by=user)
    return back(request, url_of(row.sheet), "已答复：申诉不成立，成绩不变。")


def url_of(sheet: ScoreSheet) -> str:
    return reverse("evaluation:score", args=[sheet.scheme.key, sheet.pk])


def _given(scheme: AssessmentScheme, period: str) -> str:
    return f"{reverse('evaluation:score_given', args=[scheme.key])}?period={period}"
