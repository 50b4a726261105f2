"""包区挂办: who answers for which area, and the problems of one area."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases import entrusted as reads
from chengyun.city.cases import queries as register
from chengyun.city.cases.campaigns import first_moment
from chengyun.city.cases.models import Case
from chengyun.city.people.models import Binding
from chengyun.city.people.queries import person_of
from chengyun.city.places.queries import label_of
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Missing
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import door, page
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.systems.coordination import lists

STANDING = (
    ("open", "在办"),
    ("late", "超时"),
    ("paused", "停表、挂账"),
    ("reported", "近 30 天上报"),
    ("done", "近 30 天上报、已办结"),
)
NONE_BOUND = "还没有包区领导。在应用维护 › 责任区里，把领导定为某个区、街道、社区的「包区领导」。"


def _areas(user: Any, values: Values) -> QuerySet[Binding]:
    rows = reads.bindings_for(user)
    return rows.filter(user=user) if "mine" in values else rows


def _share(row: reads.Entrusted) -> str:
    """How much of what was reported in the last days is done."""
    if not row.reported:
        return "没有上报"
    return f"{row.done / row.reported:.2%}　{row.done:,} / {row.reported:,}"


def _place(row: reads.Entrusted) -> tuple[str, str]:
    return (row.place, "我包的" if row.mine else "")


ENTRUSTED = Listing(
    key="coordination:entrusted",
    label="包区挂办",
    may="case.view",
    columns=(
        Column(key="place", label="区域", kind="strong", value=_place),
        Column(key="leader", label="包区领导", kind="short", value=lambda row: row.leader),
        Column(key="unit", label="单位", kind="short", value=lambda row: row.unit),
        Column(key="open", label="在办", kind="number", value=lambda row: row.open),
        Column(key="late", label="超时", kind="number", value=lambda row: row.late),
        Column(key="paused", label="停表、挂账", kind="number", value=lambda row: row.paused),
        Column(key="share", label="近 30 天办结率", value=_share),
    ),
    filters=(Filter(key="mine", label="只看我包的", kind="check"),),
    rows=_areas,
    lines=reads.figured,
    order=("place_code", "id"),
    links=Links(
        url=lambda row: f"{reverse('coordination:entrusted_area')}?{urlencode({'area': row.area})}",
    ),
    empty="没有包给你的区域。",
    way="看全部包区",
)


def _cases(user: Any, values: Values) -> QuerySet[Case]:
    rows = reads.cases_in(user, values.get("area", ""))
    fitting = {key: values[key] for key in ("unit", "class") if key in values}
    rows = register.narrowed(rows, **lists.conditions(fitting))
    now = clock.now()
    since = first_moment(localdate(now) - timedelta(days=reads.DAYS - 1))
    asked: dict[str, dict[str, Any]] = {
        "open": {"open": True},
        "late": {"open": True, "due_at__lt": now},
        "paused": {"open": True, "paused": True},
        "reported": {"reported_at__gte": since},
        "done": {"reported_at__gte": since, "state__in": reads.DONE},
    }
    return rows.filter(**asked.get(values.get("standing", "open"), {}))


AREA_CASES = Listing(
    key="coordination:entrusted_area",
    label="包区的问题",
    may="case.view",
    columns=lists.CASE_COLUMNS,
    filters=(
        Filter(key="standing", label="哪些", choices=lambda user: list(STANDING)),
        lists.CLASS,
        lists.UNIT,
    ),
    keep=("area",),
    rows=_cases,
    whole=register.in_full,
    order=("due_at", "id"),
    links=Links(url=lists.LINKS.url, key=lists.LINKS.key),
    empty="没有这样的问题。",
    way="看在办的",
)
registry.add(ENTRUSTED, AREA_CASES)


@door(may="case.view")
def entrusted(request: HttpRequest) -> HttpResponse:
    """The areas entrusted to leaders, with how many problems of each are open and how many are done."""
    none = (NONE_BOUND, reverse("coordination:cases"), "看案件")
    return page(request, **listed(request, ENTRUSTED, none=none))


@door(may="case.view")
def entrusted_area(request: HttpRequest) -> HttpResponse:
    """The problems of one area, the most urgent first."""
    area = request.GET.get("area", "")
    if not area:
        return redirect("coordination:entrusted")
    bound = list(reads.bindings_for(person_of(request)).filter(place_code=area))
    if not bound:
        raise Missing("这个区域没有包区领导，或者它不在你的范围内。")
    return page(
        request,
        row=reads.figured(bound)[0],
        place=label_of(area),
        leaders="、".join(str(row.user) for row in bound),
        **listed(request, AREA_CASES),
    )
