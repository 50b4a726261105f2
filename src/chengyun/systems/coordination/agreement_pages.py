"""共建协议: the register, one agreement with its tasks and joint reviews, and the forms for it."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import agreements as reads
from chengyun.city.cases.meetings import units_with
from chengyun.city.cases.models import Agreement
from chengyun.city.cases.services import agreements as service
from chengyun.city.cases.services.meetings import Called
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.places.queries import label_of
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed, Refusal
from chengyun.kernel.forms import faulty, form_of, retold, version_of
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.kernel.ui.words import day
from chengyun.systems.coordination import agreement_view as view
from chengyun.systems.coordination import meeting_view, panels

TERMS = (
    Field(key="title", label="名称", required=True, max_length=80),
    Field(
        key="partners",
        label="和哪里共建",
        required=True,
        max_length=200,
        hint="协议上的各方，例如：起步区管委会、天桥区。",
    ),
    Field(key="about", label="约定了什么", kind="long", required=True, max_length=1000),
    Field(key="signed_on", label="签订日期", kind="date", required=True),
    Field(key="ends_on", label="到期日", kind="date", hint="没有期限的不填。"),
    Field(key="unit", label="我方牵头单位", kind="unit", required=True),
    Field(
        key="units",
        label="平台上的对方单位",
        kind="units",
        hint="选上的看得到这份协议，可以领任务；不在平台上的只写在上面。",
    ),
    Field(
        key="review_months",
        label="几个月会商一次",
        kind="int",
        unit="个月",
        minimum=1,
        maximum=service.MONTHS_AT_MOST,
        hint="没有约定的不填。",
    ),
    Field(key="review_on", label="下次会商不晚于", kind="date", hint="不填就按间隔算。"),
)
AREA = Field(key="area", label="哪个区域的", kind="unit", required=True)
TASK = (
    Field(key="what", label="做什么", kind="long", required=True, max_length=300),
    Field(key="unit", label="单位", kind="unit", required=True),
    Field(key="due", label="哪天前完成", kind="date", required=True),
)
REVIEW = (
    Field(key="topic", label="议题", required=True, max_length=120),
    Field(key="held_at", label="时间", kind="datetime", required=True),
    Field(key="venue", label="地点", required=True, max_length=120),
    Field(key="units", label="请哪些单位", kind="units", hint="请到的单位马上收到消息。"),
)
END = (Field(key="words", label="为什么终止", kind="long", required=True, max_length=1000),)


@door(may="case.view")
def agreements(request: HttpRequest) -> HttpResponse:
    """All agreements this person has to do with, newest first."""
    may_change = person_of(request).may(reads.AGREE)
    way = reverse("coordination:agreement_add") if may_change else ""
    none = ("还没有共建协议。", way, "登记共建协议" if way else "")
    return page(request, may_change=may_change, **listed(request, view.AGREEMENTS, none=none))


@door(may=reads.AGREE)
def agreement_add(request: HttpRequest) -> HttpResponse:
    """Enter an agreement of one's area."""
    user = person_of(request)
    homes = reads.homes_of(user)
    if not homes:
        raise NotAllowed("你的岗位不管区域，不能登记共建协议，请找管理员。")
    areas = [(area, label_of(area)) for area in homes]
    form = _terms_form(request, homes[0], fields=(AREA, *TERMS), areas=areas)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    given = form.cleaned_data
    try:
        made = service.register(_terms(given), given["area"], by=user)
    except Invalid as refusal:
        return retold(request, form, refusal)
    there = reverse("coordination:agreement", args=(made.code,))
    return back(request, there, f"已登记「{made.title}」，接着写任务。")


@door(may=reads.AGREE)
def agreement_change(request: HttpRequest, code: str) -> HttpResponse:
    """Other terms."""
    user = person_of(request)
    found = reads.agreement_for(user, code)
    if not reads.looks_after(user, found):
        raise NotAllowed("这份协议不是你的区域的，请交给那里办理。")
    form = _terms_form(request, found.area, found)
    context: dict[str, Any] = {"agreement": found, "version": found.version}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    version = version_of(request)
    try:
        service.change(
            found,
            _terms(form.cleaned_data),
            by=user,
            version=found.version if version is None else version,
        )
    except (Invalid, Conflict) as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:agreement", args=(code,))
    return back(request, there, f"已保存「{found.title}」。")


def _terms_form(
    request: HttpRequest,
    area: str,
    row: Agreement | None = None,
    *,
    fields: tuple[Field, ...] = TERMS,
    areas: list[tuple[str, str]] | None = None,
) -> Form:
    initial: dict[str, Any] = {"area": area}
    if row:
        plain = ("title", "partners", "about", "signed_on", "ends_on", "review_months")
        initial |= {key: getattr(row, key) for key in plain}
        initial |= {"review_on": row.review_day, "unit": row.unit.code}
        initial["units"] = [unit.code for unit in row.units.all()]
    choices = {
        "area": areas or [],
        "unit": [(unit.code, str(unit)) for unit in reads.own_units(area)],
        "units": [(unit.code, str(unit)) for unit in reads.sides(area)],
    }
    return form_of(fields, request.POST or None, initial=initial, choices=choices)


def _terms(given: dict[str, Any]) -> service.Terms:
    codes = [given["unit"], *given["units"]]
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    same = {key: given[key] for key in given if key not in ("area", "unit", "units")}
    return service.Terms(
        unit=units[given["unit"]], units=[units[code] for code in given["units"]], **same
    )


@door(may="case.view")
def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """One agreement: its tasks with their lights, its joint reviews, and what this person may do."""
    user = person_of(request)
    found = reads.agreement_for(user, code)
    mine = found.running and reads.looks_after(user, found)
    units = {unit.code: unit for unit in units_with(found.area, found)} if mine else {}
    forms = _forms(request, units) if mine else {}
    tasks = found.tasks.select_related("unit").order_by("due_at", "id")
    context: dict[str, Any] = {
        "agreement": found,
        "badge": view.badge_of(found),
        "light": view.light_of(found),
        "facts": view.facts_of(found),
        "promises": meeting_view.lit(tasks),
        "reviews": view.reviews_of(found),
        "events": panels.events_of(history_of(found, role_labels())),
        "mine": mine,
        **forms,
    }
    if request.method != "POST":
        return page(request, **context)
    do = request.POST.get("do", "")
    form = forms.get(do)
    if form is None:
        raise Invalid("没有这个动作。")
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        there, sentence = _do(user, found, do, form.cleaned_data, units)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    return back(request, there, sentence)


def _forms(request: HttpRequest, units: dict[str, Unit]) -> dict[str, Form]:
    """The forms of the page, the one that was sent filled."""
    named = [(code, str(unit)) for code, unit in units.items()]
    choices = {"unit": named, "units": named}
    asked = {"task": TASK, "review": REVIEW, "end": END}
    do = request.POST.get("do")
    return {
        key: form_of(fields, request.POST if do == key else None, choices=choices)
        for key, fields in asked.items()
    }


def _do(
    user: User, found: Agreement, do: str, given: dict[str, Any], units: dict[str, Unit]
) -> tuple[str, str]:
    """What the form that was sent asks for: where it leads and the sentence."""
    here = reverse("coordination:agreement", args=(found.code,))
    if do == "task":
        made = service.give_task(found, units[given["unit"]], given["what"], given["due"], by=user)
        return here, f"已记下，{made.unit}在{day(made.last_day, year=False)}前完成。"
    if do == "review":
        asked = [units[code] for code in given["units"]]
        plain = {key: given[key] for key in ("topic", "venue", "held_at")}
        called = Called(kind=service.REVIEW, units=asked, **plain)
        meeting = service.call_review(found, called, by=user)
        return reverse("coordination:meeting", args=(meeting.code,)), "已召集会商。"
    service.end(found, given["words"], by=user, version=found.version)
    return here, f"「{found.title}」已终止。"
