"""工作专班: a template is defined, a team is formed of it for a place, its posts are filled, it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from chengyun.city.cases import teams as reads
from chengyun.city.cases.models import Case, Team, TeamCase, TeamMember, TeamPost, TeamTemplate
from chengyun.city.people.models import Role, Unit, User
from chengyun.city.places.models import Road
from chengyun.city.places.queries import grid_of, label_of, names_of, regions
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

CHANGE = reads.CHANGE
POSTS_AT_MOST = 12
Filling = TeamPost.Filling
Kind = Team.Kind
Who = Unit | User


@dataclass(frozen=True, kw_only=True)
class NewPost:
    """A post: what it is called, one or several, units or people, and of which role."""

    name: str
    filling: str
    role: str = ""


@transaction.atomic
def define(
    area: str, name: str, posts: Sequence[NewPost], words: str = "", *, by: User | None
) -> TeamTemplate:
    """Say which posts teams have; the first leads. One of the same name takes the place of the one before."""
    if not names_of([area]):
        raise wrong("area", f"没有区域「{area}」。")
    require(by, CHANGE, area=area)
    title, said = _said("name", name, 40), _said("words", words, 500, needed=False)
    _check_posts(posts)
    today = localdate(clock.now())
    TeamTemplate.objects.filter(area=area, name=title, valid_to=None).update(valid_to=today)
    row = TeamTemplate(area=area, name=title, words=said, valid_from=today)
    row.save(force_insert=True)
    TeamPost.objects.bulk_create(
        TeamPost(
            template=row, order=order, name=post.name.strip(), filling=post.filling, role=post.role
        )
        for order, post in enumerate(posts, start=1)
    )
    facts = {"name": title, "posts": [[post.name, post.filling, post.role] for post in posts]}
    record("team.define", row, by=by, area=area, facts=facts, new=True)
    return row


@transaction.atomic
def form_team(
    template: TeamTemplate, kind: str, place: str, *, by: User | None, area: str = ""
) -> Team:
    """A team for a place: the code or name of a region, the code of a grid, or the name of a road in ``area``."""
    found = _place(template, kind, place.strip(), area or template.area)
    require(by, CHANGE, area=found["area"])
    if template.valid_to is not None:
        raise Conflict(f"模板「{template.name}」已经换了新的，请选新的。")
    today = localdate(clock.now())
    year, city = today.year, installation()
    row = Team(
        code=f"ZB{year}-{take(f'team:{year}'):03d}",
        template=template,
        place_type=kind,
        valid_from=today,
        simulated=bool(city and city.demo),
        **found,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{row.place}已经有工作专班了，请先撤销那一个。") from error
    facts = {"place": row.place, "name": template.name}
    record("team.form", row, by=by, area=row.area, facts=facts, new=True)
    reads.forget_teams()
    return row


@transaction.atomic
def fill(team: Team, who: Mapping[int, Sequence[Who]], *, by: User | None) -> None:
    """Who is in which post from today on, by the key of the post; whoever is not named leaves."""
    require(by, CHANGE, area=team.area)
    if team.valid_to is not None:
        raise Conflict("这个工作专班已经撤销。")
    Team.objects.select_for_update().get(pk=team.pk)
    posts = list(team.template.posts.all())
    for post in posts:
        _check_filling(post, who.get(post.pk, ()), team.area)
    today = localdate(clock.now())
    wanted = [(post, each) for post in posts for each in dict.fromkeys(who.get(post.pk, ()))]
    there = {_key(row.post_id, row.unit or row.user): row for row in _current(team)}
    keep = {_key(post.pk, each) for post, each in wanted}
    gone = [row.pk for key, row in there.items() if key not in keep]
    TeamMember.objects.filter(pk__in=gone).update(valid_to=today)
    TeamMember.objects.bulk_create(
        _member(team, post, each, today)
        for post, each in wanted
        if _key(post.pk, each) not in there
    )
    facts = {"posts": {post.name: [_code(e) for e in who.get(post.pk, ())] for post in posts}}
    record("team.fill", team, by=by, area=team.area, facts=facts)
    reads.forget_teams()


@transaction.atomic
def end_team(team: Team, *, by: User | None) -> None:
    """It stands no longer; its members and the cases it had stay on record."""
    require(by, CHANGE, area=team.area)
    today = localdate(clock.now())
    if not Team.objects.filter(pk=team.pk, valid_to=None).update(valid_to=today):
        raise Conflict("这个工作专班已经撤销。")
    team.valid_to = today
    TeamMember.objects.filter(team=team, valid_to=None).update(valid_to=today)
    record("team.end", team, by=by, area=team.area)
    reads.forget_teams()


def note_case(pk: int) -> None:
    """A case was given to a unit: the team of its place has it from now on, once."""
    case = Case.objects.get(pk=pk)
    found = reads.team_of(case)
    if found:
        TeamCase.objects.get_or_create(team=found.team, case=case, defaults={"at": clock.now()})


def _place(template: TeamTemplate, kind: str, text: str, area: str) -> dict[str, Any]:
    """Area, code and label of the place a team is formed for."""
    if not area.startswith(template.area):
        raise wrong("area", f"模板「{template.name}」只用在{label_of(template.area)}。")
    if not text:
        raise wrong("place", "请写是哪里。")
    if kind == Kind.GRID:
        grid = grid_of(text)
        if grid is None or not grid.community.startswith(area):
            raise wrong("place", f"这里没有单元网格「{text}」。")
        return {"area": grid.community, "place_code": grid.code, "place": grid.name or grid.code}
    if kind == Kind.ROAD:
        if not Road.objects.filter(name=text, valid_to=None).exists():
            raise wrong("place", f"没有道路「{text}」。")
        return {"area": area, "place_code": text, "place": text}
    if kind != Kind.REGION:
        raise wrong("kind", "专班是为道路、单元网格，或者区、街道、社区建的。")
    return _region(text, area)


def _region(text: str, area: str) -> dict[str, Any]:
    rows = regions(within=area)
    found = list(rows.filter(code=text) or rows.filter(name=text)[:2])
    if len(found) != 1:
        why = "有几个叫" if found else "没有叫"
        raise wrong("place", f"这里{why}「{text}」的区、街道、社区，请写代码。")
    code = found[0].code
    return {"area": code, "place_code": code, "place": label_of(code)}


def _check_posts(posts: Sequence[NewPost]) -> None:
    if not 1 <= len(posts) <= POSTS_AT_MOST:
        raise wrong("posts", f"一个专班有 1 到 {POSTS_AT_MOST} 个岗位。")
    names = [post.name.strip() for post in posts]
    roles = set(Role.objects.filter(valid_to=None).values_list("key", flat=True))
    if len({*names}) < len(names):
        raise wrong("posts", "岗位的名称不能重复。")
    for post in posts:
        _said("posts", post.name, 20)
        if post.filling not in Filling.values:
            raise wrong("posts", f"「{post.name}」由一个或多个单位、一个或多个人担任，请选一种。")
        if post.role and (post.filling in TeamPost.BY_UNITS or post.role not in roles):
            raise wrong("posts", f"「{post.name}」的角色不对：只有由人担任的岗位可以限定角色。")
    if posts[0].filling not in TeamPost.ONE:
        raise wrong("posts", f"第一个岗位「{names[0]}」是牵头，只能是一个单位或者一个人。")


def _check_filling(post: TeamPost, who: Sequence[Who], area: str) -> None:
    field = f"post_{post.pk}"
    if post.leads and not who:
        raise wrong(field, f"「{post.name}」牵头，不能空着。")
    if post.filling in TeamPost.ONE and len(who) > 1:
        raise wrong(field, f"「{post.name}」只能有一个。")
    keys = {each.pk for each in who}
    if post.of_units:
        fitting = reads.units_to_fill(area).filter(pk__in=keys).values_list("pk", flat=True)
        allowed = {*fitting} if all(isinstance(each, Unit) for each in who) else set()
    else:
        allowed = {each.pk for each in reads.people_to_fill(post, area)}
    for each in who:
        if each.pk not in allowed or isinstance(each, Unit) != post.of_units:
            raise wrong(field, f"{each}不能担任「{post.name}」，请从列表中选。")


def _current(team: Team) -> list[TeamMember]:
    rows = TeamMember.objects.filter(team=team, valid_to=None)
    return list(rows.select_related("unit", "user"))


def _key(post: int, who: Who | None) -> tuple[int, bool, int]:
    assert who is not None
    return post, isinstance(who, Unit), who.pk


def _code(who: Who) -> str:
    return who.code if isinstance(who, Unit) else who.username


def _member(team: Team, post: TeamPost, who: Who, today: Any) -> TeamMember:
    unit = who if isinstance(who, Unit) else None
    user = who if isinstance(who, User) else None
    return TeamMember(team=team, post=post, unit=unit, user=user, valid_from=today)


def _said(field: str, text: str, most: int, *, needed: bool = True) -> str:
    text = text.strip()
    if needed and not text:
        raise wrong(field, "请写名称。")
    if len(text) > most:
        raise wrong(field, f"最多 {most} 字，现在有 {len(text)} 字。")
    return text
