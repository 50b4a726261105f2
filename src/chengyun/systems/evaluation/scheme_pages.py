"""考核方案: the schemes of an area, their editions, the draft, and what it would change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from chengyun.city.indicators.specs import Group
from chengyun.city.inspections.services import office_of
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid, Missing, wrong
from chengyun.kernel.forms import faults_of, faulty, form_of, retold, version_of
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.science.periods import Period, month_of
from chengyun.science.scoring import Scheme
from chengyun.systems.evaluation import scheme_words as words
from chengyun.systems.evaluation import scores
from chengyun.systems.evaluation.models import AssessmentScheme, SchemeEdition
from chengyun.systems.evaluation.patterns import pattern, patterns
from chengyun.systems.evaluation.scheme_forms import (
    item_form,
    new_item,
    parts_form,
    with_parts,
)
from chengyun.systems.evaluation.scores import CHANGE, VIEW, rules_of
from chengyun.systems.evaluation.services import schemes as verbs

NEW = (
    Field(key="name", label="名称", required=True, max_length=60),
    Field(
        key="key",
        label="代号",
        required=True,
        max_length=40,
        hint="小写字母、数字和短横，用在网址和命令里，例如 month。以后不能改。",
    ),
    Field(key="group", label="考核谁", kind="unit", required=True),
    Field(
        key="pattern",
        label="从哪个开始",
        kind="unit",
        required=True,
        hint="以后都可以在草稿里改。",
    ),
)
FORCE = (
    Field(
        key="start",
        label="从哪天起",
        kind="date",
        required=True,
        hint="从这一天起开始的统计期按这一版算；已经发布的成绩不变。",
    ),
    Field(key="note", label="为什么改", required=True, max_length=200),
)


@door(may=VIEW)
def schemes(request: HttpRequest) -> HttpResponse:
    """The schemes that concern a person."""
    user = person_of(request)
    found = list(scores.schemes_for(user))
    held, drafts = scores.editions_now(found)
    sheets = scores.newest_sheets(found)
    lines = [
        {
            "scheme": each,
            "by": registry.get(Group, each.by).label,
            "edition": held.get(each.pk),
            "draft": each.pk in drafts,
            "sheet": sheets.get(each.pk),
        }
        for each in found
    ]
    return page(request, lines=lines, may_change=user.may(CHANGE))


@door(may=CHANGE)
def scheme_new(request: HttpRequest) -> HttpResponse:
    """Begin a scheme from a published one or an empty one."""
    user = person_of(request)
    choices = {
        "group": [(key, registry.get(Group, key).label) for key in scores.KINDS],
        "pattern": [(each.key, each.label) for each in patterns()],
    }
    form = form_of(NEW, request.POST or None, choices=choices)
    context: dict[str, Any] = {
        "form": form,
        "patterns": patterns(),
        "cancel": reverse("evaluation:schemes"),
    }
    if request.method != "POST":
        return page(request, **context)
    if not form.is_valid():
        return faulty(request, **context)
    given = form.cleaned_data
    chosen = pattern(given["pattern"])
    assert chosen is not None
    try:
        made = verbs.begin_scheme(
            given["key"], given["name"], chosen, area=office_of(user), group=given["group"], by=user
        )
    except Invalid as refusal:
        return retold(request, refusal=refusal, **context)
    return back(request, _url("scheme_draft", made), f"已新建「{made}」，启用前都不生效。")


@door(may=VIEW)
def scheme(request: HttpRequest, key: str) -> HttpResponse:
    """One scheme: what is in force, its editions, and its scores by period."""
    user, today = person_of(request), localdate(clock.now())
    found = scores.scheme_for(user, key)
    held = scores.in_force(found, today)
    may_change = user.scope(CHANGE).covers(area=found.area)
    return page(
        request,
        scheme=found,
        by=registry.get(Group, found.by).label,
        edition=held,
        **(_shown(found, rules_of(held)) if held else {}),
        editions=found.editions.exclude(in_force_from=None),
        draft=scores.draft_of(found) if may_change else None,
        sheets=scores.sheets_for(user, found).select_related("edition").defer("content")[:24],
        usual=_usual().key,
        today=today,
        may_change=may_change,
    )


@door(may=VIEW)
def scheme_edition(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One edition as it is or was."""
    found = scores.scheme_for(person_of(request), key)
    edition = found.editions.filter(number=number).exclude(in_force_from=None).first()
    if edition is None:
        raise Missing("没有这一版，或者它还没有启用。")
    return page(request, scheme=found, edition=edition, **_shown(found, rules_of(edition)))


@require_POST
@door(may=CHANGE)
def scheme_begin(request: HttpRequest, key: str) -> HttpResponse:
    """Begin a draft from the newest edition."""
    found = scores.scheme_for(person_of(request), key)
    draft = verbs.begin_draft(found, by=person_of(request))
    return back(request, _url("scheme_draft", found), f"已起草{draft}，启用前都不生效。")


@door(may=CHANGE)
def scheme_draft(request: HttpRequest, key: str) -> HttpResponse:
    """The draft: its items, what is wrong with it, what it changes, and how to put it in force."""
    draft = _draft_or_none(request, key)
    if draft is None:
        return redirect(reverse("evaluation:scheme", args=[key]))
    found, rules = draft.scheme, rules_of(draft)
    held = scores.in_force(found, localdate(clock.now()))
    return page(
        request,
        scheme=found,
        draft=draft,
        **_shown(found, rules),
        faults=verbs.faults_of(draft),
        held=held,
        changes=list(words.changes_of(rules_of(held), rules)) if held else [],
        form=form_of(FORCE),
        usual=_usual().key,
    )


@door(may=CHANGE)
def scheme_item_add(request: HttpRequest, key: str) -> HttpResponse:
    """Add an item to the draft."""
    return _item(request, _draft(request, key), None)


@door(may=CHANGE)
def scheme_item(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Change an item of the draft."""
    draft = _draft(request, key)
    if number >= len(rules_of(draft).items):
        raise Missing("草稿里没有这一项，可能刚被别人去掉了。")
    return _item(request, draft, number)


def _item(request: HttpRequest, draft: SchemeEdition, number: int | None) -> HttpResponse:
    rules = rules_of(draft)
    old = None if number is None else rules.items[number]
    choices = scores.indicators_for(draft.scheme)
    form = item_form(rules, choices, request.POST or None, old)
    context = _form_context(draft, form) | {"item": old}
    if request.method != "POST":
        return page(request, **context)
    if not form.is_valid():
        return faulty(request, **context)
    try:
        item = new_item(form, rules, old)
        if any(each.key == item.key and each is not old for each in rules.items):
            raise wrong("indicator", f"「{item.label}」的指标已经在方案里了。")
        items = (*rules.items, item)
        if old is not None:
            items = tuple(item if each is old else each for each in rules.items)
        what = f"{'加上' if old is None else '改'}「{item.label}」"
        _rewrite(request, draft, replace(rules, items=items), what)
    except Invalid as refusal:
        return retold(request, refusal=refusal, **context)
    return back(request, _url("scheme_draft", draft.scheme), f"「{item.label}」已保存。")


@require_POST
@door(may=CHANGE)
def scheme_item_drop(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Take an item out of the draft."""
    draft = _draft(request, key)
    rules = rules_of(draft)
    if number >= len(rules.items):
        raise Missing("草稿里没有这一项，可能刚被别人去掉了。")
    gone = rules.items[number]
    items = tuple(each for each in rules.items if each is not gone)
    _rewrite(request, draft, replace(rules, items=items), f"去掉「{gone.label}」")
    return back(request, _url("scheme_draft", draft.scheme), f"草稿里去掉了「{gone.label}」。")


@door(may=CHANGE)
def scheme_parts(request: HttpRequest, key: str) -> HttpResponse:
    """Change grades, classes and vetoes of the draft."""
    draft = _draft(request, key)
    rules, names = rules_of(draft), scores.groups_now(draft.scheme)
    form = parts_form(rules, names, request.POST or None)
    context = _form_context(draft, form)
    if request.method != "POST":
        return page(request, **context)
    if not form.is_valid():
        return faulty(request, **context)
    try:
        _rewrite(request, draft, with_parts(form, rules, names), "改等级、分类和否决项")
    except Invalid as refusal:
        return retold(request, refusal=refusal, **context)
    return back(request, _url("scheme_draft", draft.scheme), "等级、分类和否决项已保存。")


@require_POST
@door(may=CHANGE)
def scheme_drop(request: HttpRequest, key: str) -> HttpResponse:
    """Give the draft up."""
    draft = _draft(request, key)
    label, found = str(draft), draft.scheme
    verbs.drop_draft(draft, by=person_of(request), version=version_of(request))
    return back(request, _url("scheme", found), f"{label}的草稿已放弃，现行的没有变。")


@require_POST
@door(may=CHANGE)
def scheme_force(request: HttpRequest, key: str) -> HttpResponse:
    """Put the draft in force from a day."""
    draft = _draft(request, key)
    form = form_of(FORCE, request.POST)
    if not form.is_valid():
        raise faults_of(form)
    start, note = form.cleaned_data["start"], form.cleaned_data["note"]
    verbs.put_in_force(draft, start, note, by=person_of(request), version=version_of(request))
    return back(request, _url("scheme", draft.scheme), f"{draft}从 {start} 起启用。")


@door(may=CHANGE)
def scheme_compare(request: HttpRequest, key: str) -> HttpResponse:
    """The draft beside what is in force, on the same facts of a period."""
    draft = _draft(request, key)
    period = scores.period_of(request.GET.get("period") or _usual().key)
    held = scores.edition_of(draft.scheme, period)
    told = scores.counted(draft.scheme, period, fresh=False)
    found = [scores.content_of(rules_of(each), told) for each in (held, draft)]
    old, new = (scores.without_awaited(each) for each in found)
    return page(
        request,
        scheme=draft.scheme,
        draft=draft,
        held=held,
        period=period,
        before=period.back(1).key,
        after=period.back(-1).key if period.end < localdate(clock.now()) else "",
        lines=words.compared(old, new),
        left=words.labels_of(found),
        faults=verbs.faults_of(draft),
        changes=list(words.changes_of(rules_of(held), rules_of(draft))),
    )


def _rewrite(request: HttpRequest, draft: SchemeEdition, rules: Scheme, what: str) -> None:
    verbs.change_draft(draft, rules, what, by=person_of(request), version=version_of(request))


def _draft_or_none(request: HttpRequest, key: str) -> SchemeEdition | None:
    user = person_of(request)
    found = scores.scheme_for(user, key)
    if not user.scope(CHANGE).covers(area=found.area):
        raise Missing("没有这个考核方案，或者它不归你编制。")
    return scores.draft_of(found)


def _draft(request: HttpRequest, key: str) -> SchemeEdition:
    draft = _draft_or_none(request, key)
    if draft is None:
        raise Missing("这个方案现在没有草稿，可能刚启用或被放弃。")
    return draft


def _shown(scheme: AssessmentScheme, rules: Scheme) -> dict[str, Any]:
    """The parts of a scheme as its tables draw them."""
    return {
        "items": words.items_of(rules),
        "grades": words.grades_of(rules),
        "classes": words.classes_of(rules, scores.groups_now(scheme) if rules.classes else {}),
        "vetoes": words.vetoes_of(rules),
    }


def _form_context(draft: SchemeEdition, form: forms.Form) -> dict[str, Any]:
    return {
        "form": form,
        "draft": draft,
        "scheme": draft.scheme,
        "cancel": _url("scheme_draft", draft.scheme),
    }


def _usual() -> Period:
    """The month that is over."""
    return month_of(localdate(clock.now())).back(1)


def _url(name: str, scheme: AssessmentScheme) -> str:
    return reverse(f"evaluation:{name}", args=[scheme.key])
