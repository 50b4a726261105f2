"""Verbs on roles and on who holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from chengyun.city.people.models import Post, Role, Unit, User
from chengyun.city.people.models.users import forget_posts, lasting_on
from chengyun.city.people.queries import is_secured, lasting_posts
from chengyun.city.people.roles import DEFAULT_ROLES, SECURES, mingled
from chengyun.city.people.services.users import hold
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid, NotAllowed, wrong
from chengyun.kernel.installation import city_area
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person
from chengyun.kernel.specs import Permission

KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
CHANGEABLE = frozenset({"label", "permissions", "reach", "home"})


@transaction.atomic
def store_roles(*, by: Person | None = None) -> int:
    """Store the default roles that are not there yet; how many were stored. A city's own changes stay."""
    require(by, "people.role.change", area=city_area())
    there = set(Role.objects.values_list("key", flat=True))
    missing = [(n, each) for n, each in enumerate(DEFAULT_ROLES, start=1) if each.key not in there]
    for order, each in missing:
        role = Role(
            key=each.key,
            label=each.label,
            permissions=list(each.permissions),
            reach=each.reach,
            home=each.home,
            order=order,
        )
        _insert(role, by=by)
    return len(missing)


@transaction.atomic
def add_role(
    key: str, label: str, permissions: Iterable[str], *, reach: str, by: Person | None
) -> Role:
    """A role of the city's own, out of declared permissions."""
    require(by, "people.role.change", area=city_area())
    if not KEY.fullmatch(key):
        raise wrong("key", "角色代号用小写字母、数字和下划线，以字母开头。")
    if Role.objects.filter(key=key).exists():
        message = f"角色代号 {key} 已经用过。"
        raise Conflict(message, fields=(FieldError("key", message),))
    order = Role.objects.count() + 1
    role = Role(
        key=key, label=label.strip(), permissions=sorted(permissions), reach=reach, order=order
    )
    _check(role)
    return _insert(role, by=by)


def _insert(role: Role, *, by: Person | None) -> Role:
    role.save(force_insert=True)
    facts = {"key": role.key, "permissions": role.permissions, "reach": role.reach}
    record("role.add", role, by=by, area=city_area(), facts=facts, new=True)
    return role


@transaction.atomic
def change_role(role: Role, changes: Mapping[str, Any], *, by: Person | None) -> Role:
    """Change some of ``CHANGEABLE``; holds at once for everybody in the role."""
    require(by, "people.role.change", area=city_area())
    before = {"permissions": set(role.permissions)}
    made = {k: v for k, v in changes.items() if k in CHANGEABLE and v != getattr(role, k)}
    if not made:
        return role
    for name, value in made.items():
        setattr(role, name, value)
    _check(role)
    role.save(update_fields=list(made))
    after = set(role.permissions)
    facts = {k: v for k, v in made.items() if k != "permissions"} | {
        "granted": sorted(after - before["permissions"]),
        "withdrawn": sorted(before["permissions"] - after),
    }
    record("role.change", role, by=by, area=city_area(), facts=facts)
    forget_posts()
    return role


@transaction.atomic
def give_post(
    user: User,
    role: Role,
    unit: Unit,
    *,
    by: Person | None,
    area: str = "",
    order: int = 0,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Post:
    """Put a user into a role for a unit and an area (the unit's own unless given).

    The post holds from ``valid_from`` (today unless given) until the day before ``valid_to``.
    """
    area = area or unit.area
    for reached in {area, unit.area, user.unit.area if user.unit else area}:
        require(by, _right_to_give(by, role), area=reached)
    if by and by.pk == user.pk:
        raise NotAllowed("不能给自己授予岗位，请别的管理员来办。")
    post = Post(
        user=user,
        role=role,
        unit=unit,
        area=area,
        order=order,
        valid_from=valid_from or localdate(clock.now()),
        valid_to=valid_to,
    )
    _check_post(post)
    post.save(force_insert=True)
    user.__dict__.pop("standing", None)
    user.__dict__.pop("permissions", None)
    forget_posts()
    term = {"valid_from": valid_from, "valid_to": valid_to}
    facts = {"role": role.key, "unit": unit.code, "area": area}
    facts |= {key: str(day) for key, day in term.items() if day}
    record("user.post", user, by=by, area=area, facts=facts)
    return post


def _right_to_give(by: Person | None, role: Role) -> str:
    """Giving posts is a matter of security; before there is anybody for it, the first administrator names him."""
    if by is None or by.may("people.post.give") or SECURES not in role.permissions or is_secured():
        return "people.post.give"
    return "people.unit.change"


@transaction.atomic
def end_post(post: Post, *, by: Person | None) -> Post:
    """The user leaves the role today, or never enters it."""
    require(by, "people.post.give", area=post.area)
    hold(post.user)
    today = localdate(clock.now())
    if not Post.objects.filter(lasting_on(today), pk=post.pk).update(valid_to=today):
        raise Conflict("这个岗位已经免去了。")
    post.valid_to = today
    facts = {"role": post.role.key, "unit": post.unit.code, "area": post.area}
    record("user.post_end", post.user, by=by, area=post.area, facts=facts)
    forget_posts()
    return post


def _check_post(post: Post) -> None:
    user, role, unit = post.user, post.role, post.unit
    if post.valid_to and post.valid_to <= max(post.valid_from, localdate(clock.now())):
        raise wrong("valid_to", "任期到哪一天要在任职那天和今天之后。")
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=True):
        raise Conflict(f"{user.username} 已经停用，不能任职。")
    if role.valid_to or unit.valid_to:
        raise Conflict("这个角色或机构已经撤销，不能任职。")
    others = [other for other in lasting_posts(user) if _meet(other, post)]
    same = (role.pk, unit.pk, post.area)
    if any((p.role_id, p.unit_id, p.area) == same for p in others):
        raise Conflict(f"{user.name}已经是{unit}的{role.label}了。")
    _keep_apart([*role.permissions, *(key for p in others for key in p.role.permissions)])


def _meet(one: Post, other: Post) -> bool:
    """Whether there is a day on which both hold."""
    ends = (one.valid_to or date.max, other.valid_to or date.max)
    return max(one.valid_from, other.valid_from) < min(ends)


def _keep_apart(permissions: Iterable[str]) -> None:
    if len(names := mingled(permissions)) > 1:
        raise Invalid(f"{'和'.join(names)}不能由同一个人担任（三员分立）。")


def _check(role: Role) -> None:
    if not role.label:
        raise wrong("label", "请填写角色名称。")
    if role.reach not in Role.Reach.values:
        raise wrong("reach", f"数据范围没有「{role.reach}」。")
    if unknown := [key for key in role.permissions if not registry.has(Permission, key)]:
        raise wrong("permissions", f"没有「{'、'.join(unknown)}」这样的权限。")
    _keep_apart(role.permissions)
    if role.pk:
        _check_holders(role)


def _check_holders(role: Role) -> None:
    lasting = lasting_on(localdate(clock.now()))
    for post in Post.objects.filter(lasting, role=role).select_related("user"):
        others = Post.objects.filter(lasting, user=post.user_id).exclude(role=role)
        meeting = [other for other in others.select_related("role") if _meet(other, post)]
        _keep_apart([*role.permissions, *(key for o in meeting for key in o.role.permissions)])
