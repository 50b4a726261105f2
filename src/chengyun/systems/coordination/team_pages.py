"""工作专班: the templates a city defines, the teams of its places, who is in them and what went to them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import teams as reads
from chengyun.city.cases.models import Team
from chengyun.city.cases.services import teams as service
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.places.queries import label_of
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed, Refusal
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.kernel.ui.words import day
from chengyun.systems.coordination import lists, panels
from chengyun.systems.coordination import team_view as view

SHOWN = 8
FORM = (
    Field(key="template", label="模板", kind="unit", required=True),
    Field(
        key="kind",
        label="为什么地方",
        kind="choice",
        required=True,
        choices=tuple(Team.Kind.choices),
    ),
    Field(
        key="place",
        label="哪里",
        required=True,
        max_length=60,
        hint="道路写名称；区、街道、社区写名称或代码；单元网格写代码。",
    ),
    Field(key="area", label="在哪个区域", kind="unit", required=True),
)


@door(may="case.view")
def teams(request: HttpRequest) -> HttpResponse:
    """The teams this person has to do with."""
    may_change = person_of(request).may(reads.CHANGE)
    way = reverse("coordination:team_add") if may_change else ""
    none = ("还没有工作专班。", way, "组建工作专班" if way else "")
    return page(request, may_change=may_change, **listed(request, view.TEAMS, none=none))


def _areas(user: User) -> list[tuple[str, str]]:
    areas = sorted(user.scope(reads.CHANGE).areas)
    if not areas:
        raise NotAllowed("你的岗位不管区域，不能维护工作专班，请找管理员。")
    return [(area, label_of(area)) for area in areas]


@door(may=reads.CHANGE)
def team_templates(request: HttpRequest) -> HttpResponse:
    """The templates in use, and the form for another."""
    user = person_of(request)
    form = view.define_form(request, _areas(user))
    roles = role_labels()
    templates = [
        {
            "row": row,
            "area": label_of(row.area),
            "posts": [(post, roles.get(post.role, post.role)) for post in row.posts.all()],
        }
        for row in reads.templates_for(user).prefetch_related("posts")
    ]
    context: dict[str, Any] = {"templates": templates, "rows": view.rows_of(form)}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    given = form.cleaned_data
    try:
        made = service.define(
            given["area"], given["name"], view.posts_of(given), given["words"], by=user
        )
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, request.path, f"已定下模板「{made.name}」。")


@door(may=reads.CHANGE)
def team_add(request: HttpRequest) -> HttpResponse:
    """Form a team for a place; its posts are filled afterwards."""
    user = person_of(request)
    areas = _areas(user)
    templates = {str(row.pk): row for row in reads.templates_for(user)}
    choices = {
        "template": [(key, f"{row.name}　{label_of(row.area)}") for key, row in templates.items()],
        "area": areas,
    }
    form = form_of(FORM, request.POST or None, initial={"area": areas[0][0]}, choices=choices)
    if request.method != "POST":
        return page(request, form=form, templates=templates)
    if not form.is_valid():
        return faulty(request, form, templates=templates)
    given = form.cleaned_data
    try:
        made = service.form_team(
            templates[given["template"]],
            given["kind"],
            given["place"],
            area=given["area"],
            by=user,
        )
    except (Invalid, Conflict) as refusal:
        return retold(request, form, refusal, templates=templates)
    there = reverse("coordination:team", args=(made.code,))
    return back(request, there, f"已组建{made}，接着定成员。")


@door(may="case.view")
def team(request: HttpRequest, code: str) -> HttpResponse:
    """One team: its posts, its cases, and for whoever may, the form to fill it."""
    user = person_of(request)
    row = reads.team_for(user, code)
    found = reads.filled(row)
    mine = row.valid_to is None and user.scope(reads.CHANGE).covers(area=row.area)
    form, known = view.fill_form(request, row, found) if mine else (None, {})
    cases = reads.cases_of(user, row)
    context: dict[str, Any] = {
        "team": row,
        "badge": view.badge_of(row),
        "found": found,
        "facts": _facts(row, found),
        "cases": [(case, lists.stage(case), lists.light(case)) for case in _newest(cases)],
        "total": cases.count(),
        "events": panels.events_of(history_of(row, role_labels())),
        "filling": form,
    }
    if request.method != "POST":
        return page(request, **context)
    if form is None:
        raise Invalid("没有这个动作。")
    if request.POST.get("do") == "end":
        service.end_team(row, by=user)
        return back(request, request.path, f"{row}已撤销。")
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        service.fill(row, view.who_of(form.cleaned_data, known), by=user)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    return back(request, request.path, "成员已定下，都收到了消息。")


def _newest(cases: Any) -> Any:
    return cases.select_related("case_class", "unit").order_by("-open", "-id")[:SHOWN]


def _facts(row: Team, found: reads.Filled) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        ("哪里", f"{row.place}　{row.get_place_type_display()}"),
        ("模板", row.template.name),
        ("牵头单位", str(found.lead or "还没有定")),
        ("从", day(row.valid_from)),
    ]
    return [*facts, ("到", day(row.valid_to))] if row.valid_to else facts
