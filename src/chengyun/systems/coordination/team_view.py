"""What the pages show of 工作专班: the list, the forms made of a template, the facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse

from chengyun.city.cases import teams as reads
from chengyun.city.cases.models import Team, TeamPost
from chengyun.city.cases.services.teams import NewPost, Who
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import role_labels
from chengyun.kernel import registry
from chengyun.kernel.forms import form_of
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import day

ROWS = 8
"""How many posts the form of a template has; more than that come in by the API."""


def badge_of(row: Team) -> dict[str, str]:
    return {"words": "已撤销", "tone": "line"} if row.valid_to else {"words": "在用", "tone": "eco"}


def _rows(user: Any, values: Values) -> QuerySet[Team]:
    rows = reads.teams_for(user)
    return rows if "ended" in values else rows.filter(valid_to=None)


def _whole(rows: QuerySet[Team]) -> QuerySet[Team]:
    standing = Q(members__valid_to=None, members__isnull=False)
    return rows.select_related("template").annotate(
        size=Count("members", filter=standing, distinct=True),
        had=Count("cases", distinct=True),
        live=Count("cases", filter=Q(cases__case__open=True), distinct=True),
    )


TEAMS = Listing(
    key="coordination:teams",
    label="工作专班",
    may="case.view",
    columns=(
        Column(
            key="place",
            label="哪里",
            kind="strong",
            value=lambda row: (row.place, row.get_place_type_display()),
        ),
        Column(key="template", label="模板", value=lambda row: row.template.name),
        Column(key="size", label="成员", kind="number", value=lambda row: row.size),
        Column(key="live", label="在办", kind="number", value=lambda row: row.live),
        Column(key="had", label="交来过", kind="number", value=lambda row: row.had),
        Column(key="since", label="从", kind="short", value=lambda row: day(row.valid_from)),
        Column(key="state", label="状态", kind="badge", value=badge_of),
    ),
    filters=(Filter(key="ended", label="撤销的也列", kind="check"),),
    rows=_rows,
    more=_whole,
    order=("-valid_from", "-id"),
    links=Links(
        url=lambda row: reverse("coordination:team", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有这样的工作专班。",
    way="去掉全部条件",
)
registry.add(TEAMS)


def define_form(request: HttpRequest, areas: list[tuple[str, str]]) -> Form:
    """A template: where, what it is called, and a row for each of its posts."""
    fields = [
        Field(key="area", label="用在哪里", kind="unit", required=True),
        Field(key="name", label="名称", required=True, max_length=40, hint="例如：“1+1+N”专班。"),
        Field(key="words", label="说明", kind="long", max_length=500),
    ]
    for n in range(1, ROWS + 1):
        fields += [
            Field(key=f"name{n}", label=f"岗位 {n} 的名称", max_length=20, required=n == 1),
            Field(
                key=f"filling{n}",
                label=f"岗位 {n} 由谁担任",
                kind="choice",
                choices=tuple(TeamPost.Filling.choices),
                required=n == 1,
            ),
            Field(key=f"role{n}", label=f"岗位 {n} 的角色", kind="unit"),
        ]
    roles = list(role_labels().items())
    choices = {"area": areas} | {f"role{n}": roles for n in range(1, ROWS + 1)}
    initial = {"area": areas[0][0] if areas else ""}
    return form_of(fields, request.POST or None, initial=initial, choices=choices)


def rows_of(form: Form) -> list[tuple[str, list[Any]]]:
    """The posts of that form as the rows of a table."""
    heads = ["牵头", *(f"岗位 {n}" for n in range(2, ROWS + 1))]
    return [
        (head, [form[f"{key}{n}"] for key in ("name", "filling", "role")])
        for n, head in enumerate(heads, start=1)
    ]


def posts_of(given: Mapping[str, Any]) -> list[NewPost]:
    """What a valid form says; rows without a name are none."""
    return [
        NewPost(name=given[f"name{n}"], filling=given[f"filling{n}"], role=given[f"role{n}"])
        for n in range(1, ROWS + 1)
        if given[f"name{n}"].strip()
    ]


def fill_form(request: HttpRequest, team: Team, found: reads.Filled) -> tuple[Form, dict[str, Who]]:
    """A field for each post with whoever is in it, and everybody who may be by the key of the form."""
    units = {f"u{unit.pk}": unit for unit in reads.units_to_fill(team.area)}
    known: dict[str, Who] = {**units}
    fields, choices, initial = [], {}, {}
    for post in team.template.posts.all():
        key = f"post_{post.pk}"
        people = {} if post.of_units else _people(post, team)
        known |= people
        choices[key] = [(k, _named(who)) for k, who in (units if post.of_units else people).items()]
        now = [_key(row.unit or row.user) for row in found.members if row.post_id == post.pk]
        one = post.filling in TeamPost.ONE
        initial[key] = (now[0] if now else "") if one else now
        label = f"{post.name}（牵头）" if post.leads else post.name
        fields.append(
            Field(key=key, label=label, kind="unit" if one else "units", required=post.leads)
        )
    sent = request.POST if request.POST.get("do") == "fill" else None
    return form_of(fields, sent, initial=initial, choices=choices), known


def who_of(given: Mapping[str, Any], known: Mapping[str, Who]) -> dict[int, list[Who]]:
    """What a valid form says, by the key of the post."""
    found: dict[int, list[Who]] = {}
    for key, value in given.items():
        keys = [value] if isinstance(value, str) else value
        found[int(key.removeprefix("post_"))] = [known[each] for each in keys if each]
    return found


def _people(post: TeamPost, team: Team) -> dict[str, User]:
    return {f"p{user.pk}": user for user in reads.people_to_fill(post, team.area)}


def _key(who: Who | None) -> str:
    return f"u{who.pk}" if isinstance(who, Unit) else f"p{who.pk if who else 0}"


def _named(who: Who) -> str:
    if isinstance(who, Unit):
        return str(who)
    return f"{who}　{who.unit}" if who.unit_id else str(who)
