"""Verbs on units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.timezone import localdate

from chengyun.city.people.models import Post, Unit, User
from chengyun.city.people.models.users import forget_posts, lasting_on
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person

CODE = re.compile(r"[0-9A-Za-z-]{2,20}")
CHANGEABLE = frozenset({"name", "short_name", "kind", "parent", "area", "duties"})


@transaction.atomic
def add_unit(
    code: str,
    name: str,
    *,
    kind: str,
    area: str,
    by: Person | None,
    parent: Unit | None = None,
    short_name: str = "",
    duties: str = "",
    valid_from: date | None = None,
) -> Unit:
    """Add a unit under a parent, or at the top."""
    require(by, "people.unit.change", area=area)
    unit = Unit(
        code=code,
        name=name.strip(),
        short_name=short_name.strip(),
        kind=kind,
        parent=parent,
        area=area,
        duties=duties,
        valid_from=valid_from or localdate(clock.now()),
        path=_path(parent, code),
    )
    _check(unit)
    if Unit.objects.filter(code=code).exists():
        raise _double(code)
    try:
        with transaction.atomic():
            unit.save(force_insert=True)
    except IntegrityError as error:
        raise _double(code) from error
    facts = {"name": unit.name, "kind": kind, "parent": parent.code if parent else ""}
    record("unit.add", unit, by=by, area=area, facts=facts, new=True)
    forget_posts()
    return unit


@transaction.atomic
def change_unit(unit: Unit, changes: Mapping[str, Any], *, by: Person | None) -> Unit:
    """Change some of ``CHANGEABLE``; units below move along with their parent."""
    require(by, "people.unit.change", area=unit.area)
    made = {k: v for k, v in changes.items() if k in CHANGEABLE and v != getattr(unit, k)}
    if not made:
        return unit
    if "area" in made:
        require(by, "people.unit.change", area=made["area"])
    before = unit.path
    for name, value in made.items():
        setattr(unit, name, value)
    _check(unit)
    if "parent" in made:
        _move(unit, before)
    unit.save(update_fields=[*made, "path"])
    facts = {k: v.code if isinstance(v, Unit) else v for k, v in made.items()}
    record("unit.change", unit, by=by, area=unit.area, facts=facts)
    forget_posts()
    return unit


@transaction.atomic
def end_unit(unit: Unit, *, by: Person | None) -> Unit:
    """A unit ends today; it must be empty first, so that nothing is left without an owner."""
    require(by, "people.unit.change", area=unit.area)
    _must_be_empty(unit)
    today = localdate(clock.now())
    if not Unit.objects.filter(pk=unit.pk, valid_to=None).update(valid_to=today):
        raise Conflict(f"{unit.name}已经撤销了。")
    unit.valid_to = today
    record("unit.end", unit, by=by, area=unit.area, facts={"on": today})
    return unit


def _must_be_empty(unit: Unit) -> None:
    below = Unit.objects.filter(parent=unit, valid_to=None).count()
    people = User.objects.filter(unit=unit, is_active=True).count()
    posts = Post.objects.filter(lasting_on(localdate(clock.now())), unit=unit).count()
    if below or people or posts:
        raise Conflict(
            f"{unit.name}还有 {below} 个下级机构、{people} 个账号、{posts} 个岗位，先移走再撤销。"
        )


def _path(parent: Unit | None, code: str) -> str:
    return f"{parent.path if parent else ''}{code}/"


def _move(unit: Unit, before: str) -> None:
    parent = unit.parent
    if parent and parent.path.startswith(before):
        raise wrong("parent", f"{parent.name}在{unit.name}之下，不能做它的上级。")
    unit.path = _path(parent, unit.code)
    below = Unit.objects.filter(path__startswith=before).exclude(pk=unit.pk)
    below.update(path=Concat(Value(unit.path), Substr("path", len(before) + 1)))


def _check(unit: Unit) -> None:
    if not CODE.fullmatch(unit.code):
        raise wrong("code", "机构代码用 2 到 20 位数字、字母或短横。")
    if not unit.name:
        raise wrong("name", "请填写机构名称。")
    if unit.kind not in Unit.Kind.values:
        raise wrong("kind", f"机构类别没有「{unit.kind}」。")
    if not unit.area.isdigit():
        raise wrong("area", "所属区域应是区划代码。")
    if len(unit.path) > 120:
        raise wrong("parent", "机构层级太深，请挂到更高一级。")


def _double(code: str) -> Conflict:
    message = f"机构代码 {code} 已经用过。"
    return Conflict(message, fields=(FieldError("code", message),))
