"""专项行动: the list, the plan with its goals, how far it has come, what is counted by hand, and the closing report."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from chengyun.city.cases import campaigns as reads
from chengyun.city.cases import queries as register
from chengyun.city.cases.campaign_figures import figures_of
from chengyun.city.cases.models import Campaign
from chengyun.city.cases.services import campaigns as service
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.kernel.errors import Conflict, Invalid, Missing, NotAllowed, Refusal
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.systems.coordination import campaign_forms as forms
from chengyun.systems.coordination import campaign_view as view
from chengyun.systems.coordination.campaign_report import report_of
from chengyun.systems.coordination.campaign_word import word_file
from chengyun.systems.coordination.dossier_word import MEDIA_TYPE

CHANGE = service.CHANGE


@door(may="case.view")
def campaigns(request: HttpRequest) -> HttpResponse:
    """All campaigns this person has to do with, newest first."""
    none = ("还没有专项行动。", "", "")
    may = person_of(request).may(CHANGE)
    return page(request, may_change=may, **listed(request, view.CAMPAIGNS, none=none))


@door(may="case.view")
def campaign(request: HttpRequest, code: str) -> HttpResponse:
    """How far it has come: by unit against its goal, by state, by day; every figure leads to its cases."""
    user = person_of(request)
    found = reads.campaign_for(user, code)
    cases = reads.cases_of(user, found)
    figures = figures_of(found, cases, reads.parts_shown(user, found))
    return page(
        request,
        campaign=found,
        badge=view.badge_of(found),
        may_change=_may_change(user, found),
        facts=view.facts_of(found),
        figures=view.figures_shown(found, figures),
        lines=view.lines_of(found, figures),
        states=view.states_shown(found, figures.states),
        days=view.days_shown(found, figures.days),
        most=max((max(pair) for pair in figures.days.values()), default=1),
        photos=view.pairs_of(cases),
        whose=view.scope_words(user),
        cases_url=view.cases_url(found),
        amounts_url=view.amounts_url(found),
    )


def _may_change(user: User, found: Campaign) -> bool:
    return found.open and user.scope(CHANGE).covers(area=found.area)


@door(may=CHANGE)
def campaign_add(request: HttpRequest) -> HttpResponse:
    """Begin to plan one."""
    user = person_of(request)
    area = _home(user)
    form = forms.plan_form(request, area)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    try:
        made = service.draft_campaign(forms.plan_of(form.cleaned_data, area), area, by=user)
    except Invalid as refusal:
        return retold(request, form, refusal)
    there = reverse("coordination:campaign_goals", args=(made.code,))
    return back(request, there, f"已草拟「{made.name}」，接着分单位定目标。")


@door(may=CHANGE)
def campaign_change(request: HttpRequest, code: str) -> HttpResponse:
    """Plan it otherwise."""
    user, found = _mine(request, code)
    form = forms.plan_form(request, found.area, found)
    context: dict[str, Any] = {"campaign": found, "version": _seen(request, found)}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    plan = forms.plan_of(form.cleaned_data, found.area, found)
    return _changed(request, form, found, plan, context)


@door(may=CHANGE)
def campaign_goals(request: HttpRequest, code: str) -> HttpResponse:
    """What each unit is to reach."""
    user, found = _mine(request, code)
    parts = reads.parts_of(found)
    form = forms.goals_form(request, found, parts)
    heads, rows = forms.goal_rows(found, form, parts)
    context: dict[str, Any] = {
        "campaign": found,
        "version": _seen(request, found),
        "heads": heads,
        "rows": rows,
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    plan = forms.with_goals(found, parts, form.cleaned_data)
    return _changed(request, form, found, plan, context)


def _changed(
    request: HttpRequest,
    form: Form,
    found: Campaign,
    plan: service.Plan,
    context: dict[str, Any],
) -> HttpResponse:
    try:
        service.change_campaign(found, plan, by=person_of(request), version=context["version"])
    except (Invalid, Conflict) as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:campaign", args=(found.code,))
    return back(request, there, f"已保存「{found.name}」的方案。")


@require_POST
@door(may=CHANGE)
def campaign_begin(request: HttpRequest, code: str) -> HttpResponse:
    """From now on everybody it concerns sees it."""
    user, found = _mine(request, code)
    service.begin_campaign(found, by=user, version=_seen(request, found))
    there = reverse("coordination:campaign", args=(code,))
    return back(request, there, f"「{found.name}」已开始，参加单位都看得到了。")


@door(may=CHANGE)
def campaign_close(request: HttpRequest, code: str) -> HttpResponse:
    """End it with its report."""
    user, found = _mine(request, code)
    form = form_of(forms.SUMMARY, request.POST or None)
    figures = figures_of(found, reads.all_cases_of(found), reads.parts_of(found))
    context: dict[str, Any] = {
        "campaign": found,
        "version": _seen(request, found),
        "figures": view.figures_shown(found, figures),
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        service.close_campaign(
            found, form.cleaned_data["summary"], by=user, version=context["version"]
        )
    except (Invalid, Conflict) as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:campaign_report", args=(code,))
    return back(request, there, f"「{found.name}」已结束，数字以这一刻为准。")


@door(may="case.view")
def campaign_records(request: HttpRequest, code: str) -> HttpResponse:
    """What was put in, taken out and counted by hand, with the history; and the forms for it."""
    user = person_of(request)
    found = reads.campaign_for(user, code)
    case_form = forms.case_form(request, user, found)
    amount_form = forms.amount_form(request, user, found)
    context: dict[str, Any] = {
        "campaign": found,
        "badge": view.badge_of(found),
        "by_hand": reads.by_hand(user, found),
        "amounts": reads.amounts_of(found) if found.measure else [],
        "events": view.events_of(found),
        "most": reads.LISTED,
        "case_form": case_form,
        "amount_form": amount_form,
    }
    form = amount_form if request.POST.get("do") == "amount" else case_form
    if request.method != "POST" or form is None:
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        sentence = _write_down(user, found, form.cleaned_data)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    return back(request, reverse("coordination:campaign_records", args=(code,)), sentence)


def _write_down(user: User, found: Campaign, given: dict[str, Any]) -> str:
    """A case or an amount: which one, the form that was sent says."""
    if "case" in given:
        case = register.case_for(user, given["case"].strip())
        counts = given["counts"] == "1"
        service.put_case(found, case, given["reason"], counts=counts, by=user)
        return f"{case.short_code} 已{'计入' if counts else '改为不计'}。"
    unit = register.unit_named(given["unit"])
    row = service.count_amount(found, unit, given["day"], given["amount"], given["words"], by=user)
    return f"已记下{unit} {row.amount:,} {found.measure_unit}。"


@door(may="case.view")
def campaign_report(request: HttpRequest, code: str) -> HttpResponse:
    """The closing report, with the figures of the moment it was closed."""
    user = person_of(request)
    return page(request, report=report_of(user, _closed(user, code)))


@door(may="case.view")
def campaign_report_word(request: HttpRequest, code: str) -> HttpResponse:
    """The same report as a Word file."""
    user = person_of(request)
    report = report_of(user, _closed(user, code))
    answer = HttpResponse(word_file(report), content_type=MEDIA_TYPE)
    name = content_disposition_header(True, f"{report.title}.docx")
    answer["Content-Disposition"] = name or "attachment"
    return answer


def _closed(user: User, code: str) -> Campaign:
    found = reads.campaign_for(user, code)
    if found.open:
        raise Missing(f"「{found.name}」还没有结束，没有总结。")
    return found


def _home(user: User) -> str:
    """The area whose campaigns this person organises."""
    areas = user.scope(CHANGE).areas
    if not areas:
        raise NotAllowed("你的岗位不管区域，不能草拟专项行动，请找管理员。")
    return min(areas, key=len)


def _mine(request: HttpRequest, code: str) -> tuple[User, Campaign]:
    """A campaign this person organises."""
    user = person_of(request)
    found = reads.campaign_for(user, code)
    service.must_organise(found, by=user)
    return user, found


def _seen(request: HttpRequest, found: Campaign) -> int:
    """The version the form was made from."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else found.version
