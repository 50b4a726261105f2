"""参数: what the city sets for itself, and what a district sets differently."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid, Missing
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.installation import installation
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.params import own_values, set_param, settings_of, unset_param, value_words
from chengyun.kernel.specs import Field, Param
from chengyun.systems.maintenance.queries import area_name, areas_for

FIRST = ("案件时限", "案件", "综合评价")
"""Groups of the daily work, which are changed most."""
LIMIT_MEANING = (
    "保存后，从此进入这一环节的案件按新时限计时；正在计时的案件不变，已有的超时记录也不变。"
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A parameter as it holds in an area; ``origin`` says whose word that is."""

    param: Param
    words: str
    origin: str
    own: bool
    url: str


@door(may="param.change")
def params(request: HttpRequest) -> HttpResponse:
    """The parameters of one area by group, all or those whose name holds the words looked for."""
    area, areas = _area(request)
    words = request.GET.get("q", "").strip()
    groups: dict[str, list[Line]] = {}
    for line in _lines(area):
        if words in f"{line.param.group} {line.param.label}":
            groups.setdefault(line.param.group, []).append(line)
    return page(
        request,
        area=area,
        areas=[(code, name, _url("params", code)) for code, name in areas],
        words=words,
        whole=_url("params", area),
        groups=sorted(groups.items(), key=lambda group: group[0] not in FIRST),
    )


@door(may="param.change")
def param(request: HttpRequest, key: str) -> HttpResponse:
    """One parameter in one area."""
    area, _ = _area(request)
    found = _param(key, area)
    values = settings_of(area)
    around: dict[str, Any] = {
        "param": found,
        "area": area,
        "name": area_name(area),
        "now": value_words(found, values[key], values),
        "default": value_words(found, found.default, values),
        "meaning": LIMIT_MEANING if found.field.kind == "limit" else "",
        "own": key in own_values(area),
        "unset_url": _url("param_unset", area, key),
    }
    if request.method != "POST":
        return page(request, form=form_of([_field(found)], initial={key: values[key]}), **around)
    form = form_of([_field(found)], request.POST)
    if not form.is_valid():
        return faulty(request, form, **around)
    try:
        set_param(key, area, form.cleaned_data[key], by=person_of(request))
    except Invalid as refusal:
        return retold(request, form, refusal, **around)
    return back(request, _url("params", area), _changed(found, area, around["now"]))


def _changed(found: Param, area: str, before: str) -> str:
    now = settings_of(area)
    words = value_words(found, now[found.key], now)
    return f"{area_name(area)}的「{found.label}」已改为{words}，原来是{before}。"


@require_POST
@door(may="param.change")
def param_unset(request: HttpRequest, key: str) -> HttpResponse:
    """Let what stands above the area hold again."""
    area, _ = _area(request)
    unset_param(key, area, by=person_of(request))
    return back(request, _url("params", area), "已恢复为上一级的值。")


def _lines(area: str) -> list[Line]:
    values, own = settings_of(area), own_values(area)
    city = installation()
    above = own_values(city.area) if city and city.area != area else {}
    whole = bool(city and city.area == area)
    return [
        Line(
            param=param,
            words=value_words(param, values[param.key], values),
            origin=_origin(param.key, own, above, area),
            own=param.key in own,
            url=_url("param", area, param.key),
        )
        for param in registry.all_of(Param)
        if param.by_area or whole
    ]


def _origin(key: str, own: dict[str, Any], above: dict[str, Any], area: str) -> str:
    if key in own:
        return f"{area_name(area)}设置"
    return "沿用全市设置" if key in above else "默认值"


def _param(key: str, area: str) -> Param:
    city = installation()
    found = registry.get(Param, key) if registry.has(Param, key) else None
    if found is None or not (found.by_area or (city and city.area == area)):
        raise Missing(f"这里没有「{key}」这个参数。")
    return found


def _field(param: Param) -> Field:
    """The declared field under the parameter's own key and name."""
    return replace(param.field, key=param.key, label=param.label)


def _area(request: HttpRequest) -> tuple[str, list[tuple[str, str]]]:
    """The area asked for, the widest the person has unless given. Missing outside the scope."""
    user: User = person_of(request)
    areas = areas_for(user, "param.change")
    asked = request.GET.get("area", "") or (areas[0][0] if areas else "")
    if asked not in dict(areas):
        raise Missing("没有这个区域，或者它不在你的管辖范围内。")
    return asked, areas


def _url(name: str, area: str, *args: str) -> str:
    return f"{reverse(f'maintenance:{name}', args=args)}?{urlencode({'area': area})}"
