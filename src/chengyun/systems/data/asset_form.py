"""The form of an asset: its own fields, and the attributes its type declares."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.forms import Form

from chengyun.city.assets import queries
from chengyun.city.assets.models import Asset, State
from chengyun.city.assets.specs import AssetType
from chengyun.city.people.models import User
from chengyun.kernel.forms import form_of
from chengyun.kernel.specs import Field
from chengyun.systems.data.lists import unit_options

UNITS = ("owner", "keeper", "supervisor")
PREFIX = "a_"
HEAD = (
    Field(
        key="point", label="位置", kind="point", required=True, hint="在地图上点一下，或填经纬度"
    ),
    Field(key="address", label="地址", max_length=200),
    Field(key="name", label="名称", max_length=80, hint="空着就用类型名"),
)
NEW = (
    Field(
        key="state",
        label="状态",
        kind="choice",
        choices=tuple((s.value, str(s.label)) for s in State),
        required=True,
    ),
    Field(key="code", label="标识码", max_length=24, hint="空着由系统编号"),
    Field(key="created_on", label="初始日期", kind="date", hint="空着为今天"),
)
TAIL = (
    Field(key="owner", label="权属单位", kind="unit"),
    Field(key="keeper", label="养护单位", kind="unit"),
    Field(key="supervisor", label="主管单位", kind="unit"),
    Field(key="source", label="数据来源", max_length=40, hint="如 普查、实测"),
    Field(key="note", label="备注", kind="long", max_length=500),
)


def new_form(kind: AssetType, user: User, data: Mapping[str, Any] | None) -> Form:
    fields = (*HEAD, *NEW, *_attributes(kind), *TAIL)
    return form_of(fields, data, initial={"state": State.GOOD}, choices=_choices(user, None))


def change_form(asset: Asset, kind: AssetType, user: User, data: Mapping[str, Any] | None) -> Form:
    fields = (*HEAD, *_attributes(kind), *TAIL)
    return form_of(fields, data, initial=_initial(asset), choices=_choices(user, asset))


def given(form: Form) -> dict[str, Any]:
    """What was filled in, by the names the verbs use; the form is valid."""
    found = dict(form.cleaned_data)
    lon, lat = found.pop("point")
    attributes = {k[len(PREFIX) :]: found.pop(k) for k in list(found) if k.startswith(PREFIX)}
    units = {f"{name}_id": queries.unit_id(found.pop(name)) for name in UNITS}
    return {**found, **units, "lon": lon, "lat": lat, "attributes": attributes}


def _attributes(kind: AssetType) -> list[Field]:
    return [dataclasses.replace(_asked(f), key=PREFIX + f.key) for f in kind.fields]


def _asked(field: Field) -> Field:
    """Yes and no are chosen, so that unknown stays unknown."""
    if field.kind != "bool":
        return field
    return dataclasses.replace(field, kind="choice", choices=(("1", "是"), ("0", "否")))


def _choices(user: User, asset: Asset | None) -> dict[str, list[tuple[str, str]]]:
    options = unit_options(user)
    known = {code for code, _ in options}
    kept = [getattr(asset, name) for name in UNITS] if asset else []
    extra = {unit.code: unit.name for unit in kept if unit and unit.code not in known}
    return dict.fromkeys(UNITS, [*extra.items(), *options])


def _initial(asset: Asset) -> dict[str, Any]:
    units = {name: getattr(asset, name) for name in UNITS}
    attributes = {
        PREFIX + key: {True: "1", False: "0"}.get(value, value)
        if isinstance(value, bool)
        else value
        for key, value in asset.attributes.items()
    }
    plain = {name: getattr(asset, name) for name in ("name", "address", "source", "note")}
    codes = {name: unit.code if unit else "" for name, unit in units.items()}
    point = (round(asset.lon, 7), round(asset.lat, 7))
    return {**plain, **codes, **attributes, "point": point}
