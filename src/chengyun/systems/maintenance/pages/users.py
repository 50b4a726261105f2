"""用户: accounts, their posts, their locks and passwords."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from chengyun.city.people.models import Role, Unit, User
from chengyun.city.people.models.users import held_on
from chengyun.city.people.queries import (
    person_of,
    post_for,
    posts_for,
    role_of,
    roles,
    roles_to_give,
    unit_for,
    units_for,
    user_for,
    users_for,
)
from chengyun.city.people.services.factors import turn_off
from chengyun.city.people.services.roles import end_post, give_post
from chengyun.city.people.services.users import (
    add_user,
    change_user,
    end_user,
    set_password,
    unlock_user,
)
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import FieldError, Refusal
from chengyun.kernel.forms import faults_of, faulty, form_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import masked_phone
from chengyun.systems.maintenance.queries import area_name, areas_for

STATES = [("locked", "锁定"), ("ended", "停用")]


def state_of(user: User) -> dict[str, str] | None:
    """The badge of an account that cannot be used as it is."""
    if not user.is_active:
        return {"words": "停用", "tone": "line"}
    if user.locked_until and user.locked_until > clock.now():
        return {"words": "锁定", "tone": "amber"}
    return {"words": "待换密码", "tone": "line"} if user.temporary_since else None


def _posts_of(user: User) -> str:
    held = [post for post in user.posts.all() if post.held]
    return "、".join(dict.fromkeys(post.role.label for post in held))


COLUMNS = (
    Column(key="name", label="姓名", value=lambda user: (user.name, user.username), kind="strong"),
    Column(key="unit", label="单位", value=lambda user: user.unit),
    Column(key="posts", label="岗位", value=_posts_of),
    Column(key="last", label="最近登录", value=lambda user: user.last_login, kind="time"),
    Column(key="state", label="状态", value=state_of, kind="badge"),
)
FILTERS = (
    Filter(key="q", label="姓名或账号", kind="text"),
    Filter(key="role", label="岗位", choices=lambda user: [(r.key, r.label) for r in roles()]),
    Filter(key="area", label="区域", choices=lambda user: areas_for(user, "people.view")),
    Filter(key="unit", label="机构代码", kind="text"),
    Filter(key="state", label="状态", choices=lambda user: STATES),
)
USERNAME = Field(
    key="username",
    label="账号",
    required=True,
    max_length=60,
    hint="小写字母开头，3 到 60 位，定了不能改",
)
PERSON = (
    Field(key="name", label="姓名", required=True, max_length=40),
    Field(key="unit", label="单位", kind="unit", required=True),
    Field(key="phone", label="电话", max_length=20),
    Field(key="email", label="邮箱", max_length=254),
)
POST = (
    Field(key="role", label="角色", kind="unit", required=True),
    Field(key="unit", label="任职单位", kind="unit", required=True),
    Field(key="area", label="管辖区域", kind="unit", hint="不选就是任职单位所在区域"),
    Field(key="valid_from", label="任职从", kind="date", hint="不填就是今天"),
    Field(key="valid_to", label="任期到", kind="date", hint="这一天起不再任职，不填就一直任职"),
)


USERS = Listing(
    key="maintenance:users",
    label="用户",
    may="people.view",
    columns=COLUMNS,
    filters=FILTERS,
    rows=lambda user, values: _narrowed(users_for(user), values),
    more=lambda rows: rows.prefetch_related("posts__role"),
    order=("username",),
    links=Links(url=lambda each: _url("user", each)),
    empty="没有符合条件的账号。",
    way="看全部账号",
)
registry.add(USERS)


@door(may="people.view")
def users(request: HttpRequest) -> HttpResponse:
    """Accounts by user name."""
    may_change = person_of(request).may("people.user.change")
    return page(request, may_change=may_change, **listed(request, USERS))


@door(may="people.view")
def user(request: HttpRequest, username: str) -> HttpResponse:
    """One account: who it is, its posts, and what may be done with it."""
    by = person_of(request)
    found = user_for(by, username)
    if request.method == "POST":
        change_user(found, _changes(_person_form(request, by, found), by, found), by=by)
        return back(request, _url("user", found), f"{found.name}已保存。")
    may_change = found.is_active and by.may("people.user.change")
    to_give = roles_to_give(by) if found.is_active and by.pk != found.pk else []
    return page(
        request,
        person=found,
        state=state_of(found),
        posts=[(post, area_name(post.area)) for post in posts_for(by).filter(user=found)],
        form=_person_form(request, by, found) if may_change else None,
        post_form=_post_form(request, by, to_give) if to_give else None,
        may_give=bool(to_give),
        may_unlock=by.may("people.post.give"),
        may_end_factor=bool(found.second_factor_since and by.may("people.second_factor.end")),
        confirm=_ending(found) if may_change and by.pk != found.pk else None,
    )


@door(may="people.user.change")
def user_add(request: HttpRequest) -> HttpResponse:
    """A new account; its first password is made here and told once."""
    by = person_of(request)
    form = _person_form(request, by, None)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    first = _password()
    try:
        made = add_user(**_changes(form, by, None), password=first, by=by)
    except Refusal as refusal:
        for fault in refusal.fields or (FieldError("username", refusal.message),):
            form.add_error(fault.field, fault.message)
        return faulty(request, form)
    return _told(request, made, first)


@require_POST
@door(may="people.user.change")
def password_reset(request: HttpRequest, username: str) -> HttpResponse:
    """A new password, made here and told once."""
    by = person_of(request)
    found = user_for(by, username)
    first = _password()
    set_password(found, first, by=by)
    return _told(request, found, first)


@require_POST
@door(may="people.second_factor.end")
def second_factor_end(request: HttpRequest, username: str) -> HttpResponse:
    """Take off the second factor of somebody whose telephone is gone."""
    by = person_of(request)
    found = turn_off(user_for(by, username), by=by)
    return back(request, _url("user", found), f"{found.name}的两步验证已取消，现在只用密码登录。")


@require_POST
@door(may="people.post.give")
def user_unlock(request: HttpRequest, username: str) -> HttpResponse:
    """Let a locked account try again."""
    by = person_of(request)
    found = unlock_user(user_for(by, username), by=by)
    return back(request, _url("user", found), f"{found.name}可以登录了。")


@require_POST
@door(may="people.user.change")
def user_end(request: HttpRequest, username: str) -> HttpResponse:
    """The account closes today."""
    by = person_of(request)
    ended = end_user(user_for(by, username), by=by)
    return back(request, "maintenance:users", f"{ended.name}的账号已停用。")


@require_POST
@door(may="people.user.change")
def post_add(request: HttpRequest, username: str) -> HttpResponse:
    """Give a post."""
    by = person_of(request)
    found = user_for(by, username)
    form = _post_form(request, by, roles_to_give(by))
    if not form.is_valid():
        raise faults_of(form)
    given = form.cleaned_data
    role = role_of(given["role"])
    term = {key: given[key] for key in ("valid_from", "valid_to")}
    made = give_post(found, role, unit_for(by, given["unit"]), area=given["area"], by=by, **term)
    when = "已任" if made.begun else f"{made.valid_from} 起任"
    return back(request, _url("user", found), f"{found.name}{when}{role.label}。")


@require_POST
@door(may="people.post.give")
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a post."""
    by = person_of(request)
    ended = end_post(post_for(by, pk), by=by)
    return back(request, _url("user", ended.user), f"已免去{ended.role.label}。")


def _narrowed(rows: QuerySet[User], values: Values) -> QuerySet[User]:
    if words := values.get("q"):
        rows = rows.filter(Q(name__icontains=words) | Q(username__istartswith=words))
    if area := values.get("area"):
        rows = rows.filter(inside("unit__area", area))
    if code := values.get("unit"):
        rows = rows.filter(unit__code=code)
    if role := values.get("role"):
        today = held_on(localdate(clock.now()), "posts__")
        rows = rows.filter(today, posts__role__key=role).distinct()
    state = values.get("state")
    if state == "locked":
        rows = rows.filter(locked_until__gt=clock.now())
    return rows.filter(is_active=state != "ended")


def _person_form(request: HttpRequest, by: User, found: User | None) -> Form:
    choices = {"unit": _unit_choices(by, found.unit if found else None)}
    fields = _person_fields(by, found)
    if request.method == "POST":
        return form_of(fields, request.POST, choices=choices)
    if found is None:
        return form_of(fields, initial={"unit": request.GET.get("unit", "")}, choices=choices)
    initial = {
        "name": found.name,
        "phone": found.phone if _sees_phone(by, found) else "",
        "email": found.email,
        "unit": found.unit.code if found.unit else "",
    }
    return form_of(fields, initial=initial, choices=choices)


def _sees_phone(by: User, found: User) -> bool:
    scope, unit = by.scope("people.phone.view"), found.unit
    return unit is not None and scope.covers(area=unit.area, unit=unit.pk)


def _person_fields(by: User, found: User | None) -> tuple[Field, ...]:
    """The fields of a person; whoever may not see a telephone number may still replace it."""
    if found is None:
        return (USERNAME, *PERSON)
    if not found.phone or _sees_phone(by, found):
        return PERSON
    hint = f"已登记 {masked_phone(found.phone)}，不改就空着"
    return tuple(replace(f, hint=hint) if f.key == "phone" else f for f in PERSON)


def _post_form(request: HttpRequest, by: User, to_give: list[Role]) -> Form:
    right = "people.post.give" if by.may("people.post.give") else "people.unit.change"
    choices = {
        "role": [(role.key, role.label) for role in to_give],
        "unit": _unit_choices(by, None),
        "area": areas_for(by, right, streets=True),
    }
    return form_of(POST, request.POST if request.method == "POST" else None, choices=choices)


def _unit_choices(by: User, kept: Unit | None) -> list[tuple[str, str]]:
    found = {u.code: u.name for u in units_for(by).filter(valid_to=None)}
    return list(({kept.code: kept.name} | found if kept else found).items())


def _changes(form: Form, by: User, found: User | None) -> dict[str, Any]:
    if not form.is_valid():
        raise faults_of(form)
    values: dict[str, Any] = dict(form.cleaned_data)
    if found and not values["phone"] and not _sees_phone(by, found):
        values["phone"] = found.phone
    same = found and found.unit and found.unit.code == values["unit"]
    return values | {"unit": found.unit if found and same else unit_for(by, values["unit"])}


def _password() -> str:
    """What somebody can read out over the telephone: no letters that look alike."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def _told(request: HttpRequest, found: User, first: str) -> HttpResponse:
    answer = page(request, person=found, first=first)
    answer["Cache-Control"] = "no-store"
    return answer


def _url(name: str, found: User) -> str:
    return reverse(f"maintenance:{name}", args=[found.username])


def _ending(found: User) -> dict[str, str]:
    return {
        "id": "end",
        "question": f"停用{found.name}的账号？",
        "consequence": "停用后不能登录，岗位、责任区和令牌一起终止，以前的记录都留着。",
        "action": _url("user_end", found),
        "reason": "",
        "reason_label": "",
        "yes": "停用",
        "no": "不停用",
    }
