"""派遣规则: what holds, the draft, and how it comes into force."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from chengyun.city.cases import rulebook, simulation
from chengyun.city.cases.models import DispatchEdition
from chengyun.city.cases.services import rules as verbs
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, Missing
from chengyun.kernel.forms import faults_of, faulty, form_of, retold, version_of
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import rule_views as views
from chengyun.systems.coordination.rule_forms import GROUPS, new_rule, rule_form

CHANGE = "dispatch.rule.change"
FORCE = (
    Field(key="at", label="启用时刻", kind="datetime", hint="不填就是马上启用。"),
    Field(key="note", label="改了什么", max_length=200),
)


@door(may=views.VIEW)
def rules(request: HttpRequest) -> HttpResponse:
    """The rules that hold in an area, and the editions there were."""
    user = person_of(request)
    area, areas = views.area_asked(user, request.GET.get("area", ""))
    return page(
        request,
        area=area,
        name=views.area_name(area),
        areas=views.links_of(areas, "rules"),
        sets=views.in_force(area),
        editions=list(rulebook.editions_of(area)[:20]),
        now=clock.now(),
        draft=rulebook.draft_of(area),
        may_change=user.scope(CHANGE).covers(area=area),
    )


@door(may=views.VIEW)
def rules_edition(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition as it is or was."""
    found = rulebook.edition_for(person_of(request), pk)
    return page(
        request,
        edition=found,
        name=views.area_name(found.area),
        lines=views.lines_of(rulebook.rules_of(found)),
    )


@require_POST
@door(may=CHANGE)
def rules_begin(request: HttpRequest) -> HttpResponse:
    """Begin a draft from what holds."""
    user = person_of(request)
    area, _ = views.area_asked(user, request.GET.get("area", ""))
    draft = verbs.begin_draft(area, by=user)
    message = f"已起草{views.area_name(area)}的{draft}，启用前都不生效。"
    return back(request, views.url("rules_draft", area), message)


@door(may=CHANGE)
def rules_draft(request: HttpRequest) -> HttpResponse:
    """The draft: its rules in their order, and how to put it in force."""
    draft, area = _found(request)
    if draft is None:
        return redirect(views.url("rules", area))
    tried = simulation.simulate(person_of(request), draft)
    return page(
        request,
        draft=draft,
        area=draft.area,
        name=views.area_name(draft.area),
        lines=views.lines_of(rulebook.rules_of(draft), tried.taken),
        form=form_of(FORCE),
        conflicts=simulation.conflicts(draft),
        tried=tried,
        verdicts=[(label, tried.count(key), key) for key, label in simulation.VERDICTS.items()],
    )


@door(may=CHANGE)
def rule_add(request: HttpRequest) -> HttpResponse:
    """Write a new rule at the end of the draft."""
    draft, area = _found(request)
    if draft is None:
        return redirect(views.url("rules", area))
    form = rule_form(draft.area, request.POST or None)
    context = _form_context(draft, form)
    if request.method != "POST":
        return page(request, **context)
    if not form.is_valid():
        return faulty(request, **context)
    try:
        row = verbs.add_rule(
            draft, new_rule(form, draft.area), by=person_of(request), version=version_of(request)
        )
    except Invalid as refusal:
        return retold(request, refusal=refusal, **context)
    return back(
        request, views.url("rules_draft", draft.area), f"已加上第 {row.order} 条「{row}」。"
    )


@door(may=CHANGE)
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one rule of the draft."""
    draft = _draft(request)
    row = rulebook.rule_in(draft, pk)
    form = rule_form(draft.area, request.POST or None, row)
    context = {**_form_context(draft, form), "row": row}
    if request.method != "POST":
        return page(request, **context)
    if not form.is_valid():
        return faulty(request, **context)
    try:
        verbs.change_rule(
            row, new_rule(form, draft.area), by=person_of(request), version=version_of(request)
        )
    except Invalid as refusal:
        return retold(request, refusal=refusal, **context)
    return back(
        request, views.url("rules_draft", draft.area), f"第 {row.order} 条「{row}」已保存。"
    )


@require_POST
@door(may=CHANGE)
def rule_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a rule at another place."""
    draft = _draft(request)
    row = rulebook.rule_in(draft, pk)
    place = request.POST.get("place", "")
    if not (place.isdecimal() and len(place) < 5):
        raise Invalid("没有这个位置。")
    verbs.move_rule(row, int(place), by=person_of(request), version=version_of(request))
    return back(
        request, views.url("rules_draft", draft.area), f"「{row}」移到了第 {row.order} 条。"
    )


@require_POST
@door(may=CHANGE)
def rule_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a rule out of the draft."""
    draft = _draft(request)
    row = rulebook.rule_in(draft, pk)
    name = row.name
    verbs.drop_rule(row, by=person_of(request), version=version_of(request))
    return back(request, views.url("rules_draft", draft.area), f"草稿里去掉了「{name}」。")


@require_POST
@door(may=CHANGE)
def rules_drop(request: HttpRequest) -> HttpResponse:
    """Give the draft up."""
    draft = _draft(request)
    area, label = draft.area, str(draft)
    verbs.drop_draft(draft, by=person_of(request), version=version_of(request))
    return back(request, views.url("rules", area), f"{label}的草稿已放弃，现行规则没有变。")


@require_POST
@door(may=CHANGE)
def rules_force(request: HttpRequest) -> HttpResponse:
    """Put the draft in force."""
    draft = _draft(request)
    form = form_of(FORCE, request.POST)
    if not form.is_valid():
        raise faults_of(form)
    given = form.cleaned_data
    verbs.put_in_force(
        draft,
        at=given["at"],
        note=given["note"],
        by=person_of(request),
        version=version_of(request),
    )
    when = told(given["at"], now=clock.now()) if given["at"] else "现在"
    message = f"{views.area_name(draft.area)}的{draft}从{when}起启用。"
    return back(request, views.url("rules", draft.area), message)


def _found(request: HttpRequest) -> tuple[DispatchEdition | None, str]:
    """The draft asked for, if it is still there, and its area."""
    user = person_of(request)
    area, _ = views.area_asked(user, request.GET.get("area", ""))
    return views.draft_for(user, area), area


def _draft(request: HttpRequest) -> DispatchEdition:
    draft, area = _found(request)
    if draft is None:
        raise Missing(f"{views.area_name(area)}现在没有派遣规则草稿，可能刚启用或被放弃。")
    return draft


def _form_context(draft: DispatchEdition, form: Any) -> dict[str, Any]:
    return {
        "form": form,
        "draft": draft,
        "groups": [form[key] for key in GROUPS],
        "plain": [field for field in form.visible_fields() if field.name not in GROUPS],
        "name": views.area_name(draft.area),
        "cancel": views.url("rules_draft", draft.area),
    }
