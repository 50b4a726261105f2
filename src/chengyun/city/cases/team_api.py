"""工作专班 for programs: define a template, form a team, fill its posts, end it; which team a place has."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from chengyun.city.cases import teams as reads
from chengyun.city.cases.models import Team, TeamTemplate
from chengyun.city.cases.queries import unit_named
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services import teams as service
from chengyun.city.people.models import User
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.errors import wrong
from chengyun.kernel.permissions import require

router = Router(tags=["工作专班"])


class PostIn(Schema):
    """A post; ``filling`` is unit, units, person or people, ``role`` the role such a person has."""

    name: Line
    filling: Code
    role: Code = ""


class TemplateIn(Schema):
    """The posts of a team; the first leads it."""

    area: Code
    name: Line
    words: Long = ""
    posts: list[PostIn] = Field(min_length=1, max_length=service.POSTS_AT_MOST)


class TeamIn(Schema):
    """A team for a ``region`` (code or name), a ``grid`` (code) or a ``road`` (name, in ``area``)."""

    template: int = Field(ge=1, le=2**31 - 1)
    kind: Code
    place: Line
    area: Code = ""


class FilledPost(Schema):
    """Who is in a post: codes of units, or names of accounts."""

    post: Line
    who: list[Code] = Field([], max_length=50)


class Filling(Schema):
    posts: list[FilledPost] = Field(max_length=service.POSTS_AT_MOST)


class TemplateOut(Schema):
    pk: int
    area: str
    name: str
    words: str
    posts: list[PostIn]


class TeamLine(Schema):
    code: str
    name: str
    template: int
    area: str
    kind: str
    place: str
    valid_from: date
    valid_to: date | None


class TeamOut(TeamLine):
    """A team with its posts; ``lead`` is the code of the unit that leads, or "" while nobody does."""

    lead: str
    posts: list[FilledPost]


class TeamList(Schema):
    items: list[TeamLine]
    next: str


SAME = ("code", "area", "place", "valid_from", "valid_to")


@router.get("/team-templates", response={200: list[TemplateOut], **problems()})
def templates(request: HttpRequest) -> Any:
    """现用的专班模板。"""
    rows = reads.templates_for(_reader(request)).prefetch_related("posts")
    return [_template(row) for row in rows]


@router.post("/team-templates", response={201: TemplateOut, **problems()})
@idempotent
def define(request: HttpRequest, body: TemplateIn) -> tuple[int, Any]:
    """定一个专班模板：有哪些岗位；同名的旧模板不再用来建新专班。"""
    user = _reader(request)
    posts = [service.NewPost(**post.model_dump()) for post in body.posts]
    return 201, _template(service.define(body.area, body.name, posts, body.words, by=user))


@router.get("/teams", response={200: TeamList, **problems()})
def teams(request: HttpRequest, wanted: Query[Part]) -> Any:
    """工作专班列表，新建的在前。"""
    rows = reads.teams_for(_reader(request)).select_related("template")
    return part_of(rows, ("-valid_from", "-id"), wanted, _line)


@router.post("/teams", response={201: TeamOut, **problems(404, 409)})
@idempotent
def form_team(request: HttpRequest, body: TeamIn) -> tuple[int, Any]:
    """为一条路、一个网格，或者区、街道、社区建一个专班。"""
    user = _reader(request)
    template = reads.template_for(user, body.template)
    made = service.form_team(template, body.kind, body.place, area=body.area, by=user)
    return 201, _whole(made)


@router.get("/teams/{code}", response={200: TeamOut, **problems(404)})
def team(request: HttpRequest, code: Code) -> Any:
    """一个专班和它的成员。"""
    return _whole(reads.team_for(_reader(request), code))


@router.put("/teams/{code}/posts", response={200: TeamOut, **problems(404, 409)})
@idempotent
def fill(request: HttpRequest, code: Code, body: Filling) -> tuple[int, Any]:
    """定专班的成员；没有写到的岗位就空着。"""
    user, row = _found(request, code)
    posts = {post.name: post for post in row.template.posts.all()}
    who: dict[int, list[service.Who]] = {}
    for each in body.posts:
        post = posts.get(each.post)
        if post is None:
            raise wrong("posts", f"这个专班没有岗位「{each.post}」。")
        named = unit_named if post.of_units else _person
        who[post.pk] = [named(key) for key in dict.fromkeys(each.who)]
    service.fill(row, who, by=user)
    return 200, _whole(row)


@router.post("/teams/{code}/end", response={200: TeamOut, **problems(404, 409)})
@idempotent
def end(request: HttpRequest, code: Code) -> tuple[int, Any]:
    """撤销专班。"""
    user, row = _found(request, code)
    service.end_team(row, by=user)
    return 200, _whole(row)


def _reader(request: HttpRequest) -> User:
    user: User = caller(request)
    require(user, "case.view")
    return user


def _found(request: HttpRequest, code: str) -> tuple[User, Team]:
    user = _reader(request)
    return user, reads.team_for(user, code)


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise wrong("who", f"没有「{username}」这个账号。")
    return found


def _template(row: TeamTemplate) -> dict[str, Any]:
    posts = [
        {name: getattr(post, name) for name in PostIn.model_fields} for post in row.posts.all()
    ]
    return {"pk": row.pk, "area": row.area, "name": row.name, "words": row.words, "posts": posts}


def _line(row: Team) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in SAME}
    return same | {"name": str(row), "template": row.template_id, "kind": row.place_type}


def _whole(row: Team) -> dict[str, Any]:
    found = reads.filled(row)
    posts: dict[str, list[str]] = {post.name: [] for post in row.template.posts.all()}
    for member in found.members:
        key = member.unit.code if member.unit else member.user.username if member.user else ""
        posts[member.post.name].append(key)
    return {
        **_line(row),
        "lead": found.lead.code if found.lead else "",
        "posts": [{"post": name, "who": who} for name, who in posts.items()],
    }
