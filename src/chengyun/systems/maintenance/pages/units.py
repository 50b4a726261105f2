"""机构: the tree, one unit, and what may be done with it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import person_of, unit_for, units_for
from chengyun.city.people.services.units import add_unit, change_unit, end_unit
from chengyun.kernel import registry
from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.systems.maintenance.queries import area_name, areas_for

COLUMNS = (
    Column(
        key="name",
        label="机构",
        value=lambda unit: ("　" * (unit.path.count("/") - 1) + unit.name, unit.short_name),
        kind="strong",
    ),
    Column(key="code", label="代码", value=lambda unit: unit.code),
    Column(key="kind", label="类别", value=lambda unit: unit.get_kind_display()),
    Column(key="area", label="区域", value=lambda unit: area_name(unit.area)),
    Column(key="people", label="在用账号", value=lambda unit: unit.people, kind="number"),
    Column(
        key="state",
        label="状态",
        value=lambda unit: {"words": "已撤销", "tone": "line"} if unit.valid_to else None,
        kind="badge",
    ),
)
FILTERS = (
    Filter(key="q", label="名称或代码", kind="text"),
    Filter(key="kind", label="类别", choices=lambda user: list(Unit.Kind.choices)),
    Filter(key="area", label="区域", choices=lambda user: areas_for(user, "people.view")),
    Filter(key="ended", label="包括已撤销", kind="check"),
)
CODE = Field(
    key="code",
    label="代码",
    required=True,
    max_length=20,
    hint="2 到 20 位数字、字母或短横，定了不能改",
)
FIELDS = (
    Field(key="name", label="名称", required=True, max_length=80),
    Field(key="short_name", label="简称", max_length=20, hint="列表和按钮里用"),
    Field(
        key="kind",
        label="类别",
        kind="choice",
        required=True,
        choices=tuple((str(k), str(v)) for k, v in Unit.Kind.choices),
    ),
    Field(key="parent", label="上级机构", kind="unit"),
    Field(key="area", label="所属区域", kind="unit", required=True),
    Field(key="duties", label="职责", kind="long", max_length=2000),
)


UNITS = Listing(
    key="maintenance:units",
    label="机构",
    may="people.view",
    columns=COLUMNS,
    filters=FILTERS,
    rows=lambda user, values: _narrowed(units_for(user), values),
    more=lambda rows: rows.annotate(people=Count("users", filter=Q(users__is_active=True))),
    order=("path",),
    links=Links(url=lambda unit: reverse("maintenance:unit", args=[unit.code])),
    empty="没有符合条件的机构。",
    way="看全部机构",
)
registry.add(UNITS)


@door(may="people.view")
def units(request: HttpRequest) -> HttpResponse:
    """The tree as a list in its own order."""
    may_change = person_of(request).may("people.unit.change")
    return page(request, may_change=may_change, **listed(request, UNITS))


@door(may="people.view")
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: facts and form, units below it, people in it."""
    user = person_of(request)
    found = unit_for(user, code)
    if request.method == "POST":
        form = _form(request, user, found)
        change_unit(found, _cleaned(form, user, found), by=user)
        return back(request, reverse("maintenance:unit", args=[code]), f"{found.name}已保存。")
    may_change = not found.valid_to and user.may("people.unit.change")
    return page(
        request,
        unit=found,
        area=area_name(found.area),
        form=_form(request, user, found) if may_change else None,
        below=units_for(user).filter(parent=found, valid_to=None),
        people=found.users.filter(is_active=True),
        confirm=_ending(found) if may_change else None,
    )


@door(may="people.unit.change")
def unit_add(request: HttpRequest) -> HttpResponse:
    """A new unit, perhaps under a given one."""
    user = person_of(request)
    form = _form(request, user, None)
    if request.method == "POST":
        values = _cleaned(form, user, None)
        made = add_unit(**values, by=user)
        return back(request, reverse("maintenance:unit", args=[made.code]), f"已新增{made.name}。")
    return page(request, form=form)


@require_POST
@door(may="people.unit.change")
def unit_end(request: HttpRequest, code: str) -> HttpResponse:
    """A unit ends today."""
    user = person_of(request)
    ended = end_unit(unit_for(user, code), by=user)
    return back(request, "maintenance:units", f"{ended.name}已撤销。")


def _narrowed(rows: QuerySet[Unit], values: Values) -> QuerySet[Unit]:
    if "ended" not in values:
        rows = rows.filter(valid_to=None)
    if kind := values.get("kind"):
        rows = rows.filter(kind=kind)
    if area := values.get("area"):
        rows = rows.filter(inside("area", area))
    if words := values.get("q"):
        rows = rows.filter(
            Q(name__icontains=words) | Q(short_name__icontains=words) | Q(code__istartswith=words)
        )
    return rows


def _form(request: HttpRequest, user: User, unit: Unit | None) -> Form:
    fields = FIELDS if unit else (CODE, *FIELDS)
    parents = _parents(user, unit)
    choices = {
        "parent": [(u.code, u.name) for u in parents],
        "area": areas_for(user, "people.unit.change", streets=True),
    }
    if request.method == "POST":
        return form_of(fields, request.POST, choices=choices)
    return form_of(fields, initial=_initial(request, unit), choices=choices)


def _initial(request: HttpRequest, unit: Unit | None) -> dict[str, Any]:
    if unit is None:
        return {"parent": request.GET.get("parent", "")}
    values = {field.key: getattr(unit, field.key) for field in FIELDS}
    return values | {"parent": unit.parent.code if unit.parent else ""}


def _parents(user: User, unit: Unit | None) -> list[Unit]:
    """Units that may be above: those in scope and in use, and the one that is now."""
    found = units_for(user).filter(valid_to=None).exclude(kind=Unit.Kind.COMMUNITY)
    if unit is None:
        return list(found)
    kept = list(found.exclude(path__startswith=unit.path))
    if unit.parent and unit.parent not in kept:
        kept.insert(0, unit.parent)
    return kept


def _cleaned(form: Form, user: User, unit: Unit | None) -> dict[str, Any]:
    if not form.is_valid():
        raise faults_of(form)
    values: dict[str, Any] = dict(form.cleaned_data)
    code = values["parent"]
    above = {u.code: u for u in _parents(user, unit)}
    return values | {"parent": above[code] if code else None}


def _ending(unit: Unit) -> dict[str, str]:
    return {
        "id": "end",
        "question": f"撤销{unit.name}？",
        "consequence": "撤销后不能再派给它，以前的记录都留着。下级机构、账号、岗位要先移走。",
        "action": reverse("maintenance:unit_end", args=[unit.code]),
        "reason": "",
        "reason_label": "",
        "yes": "撤销",
        "no": "不撤销",
    }
