"""角色权限: which single permissions each role is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.people.models import Role
from chengyun.city.people.models.users import held_on
from chengyun.city.people.queries import person_of, role_of
from chengyun.city.people.queries import roles as roles_in_use
from chengyun.city.people.services.roles import add_role, change_role
from chengyun.kernel import clock, registry
from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field, Permission

REACH = tuple((str(k), str(v)) for k, v in Role.Reach.choices)
ORDER = ("案件", "综合评价", "数据汇聚", "应用维护", "个人信息")
"""Groups as people think of them, the daily work first; others stand between."""
FIELDS = (
    Field(key="label", label="名称", required=True, max_length=40),
    Field(key="reach", label="数据范围", kind="choice", required=True, choices=REACH),
)
KEY = Field(
    key="key",
    label="代号",
    required=True,
    max_length=40,
    hint="小写字母开头，可用数字和下划线，定了不能改",
)


@dataclass(frozen=True, kw_only=True)
class Group:
    """The permissions of one group, each with a mark per role (or one mark, for one role)."""

    name: str
    rows: list[tuple[Permission, list[bool]]]


@door(may="people.view")
def roles(request: HttpRequest) -> HttpResponse:
    """The matrix of all roles and permissions."""
    found = list(roles_in_use())
    return page(
        request,
        roles=found,
        groups=_groups(found),
        may_change=person_of(request).may("people.role.change"),
    )


@door(may="people.view")
def role(request: HttpRequest, key: str) -> HttpResponse:
    """One role; whoever administers security ticks its permissions."""
    found = role_of(key)
    user = person_of(request)
    if request.method == "POST":
        values = _values(request, FIELDS)
        change_role(found, values | {"permissions": _ticked(request)}, by=user)
        url = reverse("maintenance:role", args=[key])
        return back(request, url, f"角色「{found.label}」已保存，马上生效。")
    return page(
        request,
        role=found,
        groups=_groups([found]),
        form=form_of(FIELDS, initial={"label": found.label, "reach": found.reach}),
        holders=found.posts.filter(held_on(localdate(clock.now())))
        .values("user")
        .distinct()
        .count(),
        may_change=user.may("people.role.change"),
    )


@door(may="people.role.change")
def role_add(request: HttpRequest) -> HttpResponse:
    """A role of the city's own."""
    if request.method != "POST":
        return page(request, form=form_of((KEY, *FIELDS)), groups=_groups([Role()]))
    values = _values(request, (KEY, *FIELDS))
    made = add_role(
        values["key"],
        values["label"],
        _ticked(request),
        reach=values["reach"],
        by=person_of(request),
    )
    url = reverse("maintenance:role", args=[made.key])
    return back(request, url, f"已新增角色「{made.label}」。")


def _values(request: HttpRequest, fields: tuple[Field, ...]) -> dict[str, str]:
    form = form_of(fields, request.POST)
    if not form.is_valid():
        raise faults_of(form)
    return dict(form.cleaned_data)


def _ticked(request: HttpRequest) -> list[str]:
    return sorted(set(request.POST.getlist("permissions")))


def _groups(shown: Iterable[Role]) -> list[Group]:
    held = [set(role.permissions) for role in shown]
    groups: dict[str, list[tuple[Permission, list[bool]]]] = {}
    for permission in registry.all_of(Permission):
        marks = [permission.key in keys for keys in held]
        groups.setdefault(permission.group, []).append((permission, marks))
    found = [Group(name=name, rows=rows) for name, rows in groups.items()]
    return sorted(found, key=lambda group: _rank(group.name))


def _rank(name: str) -> float:
    return ORDER.index(name) if name in ORDER else 1.5
