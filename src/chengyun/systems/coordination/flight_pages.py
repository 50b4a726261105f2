"""飞行任务: planned over an area, flown by a pilot, with what was found on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import discoveries
from chengyun.city.cases import flights as reads
from chengyun.city.cases.models import Flight
from chengyun.city.cases.services import flights as service
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.city.places.queries import label_of
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links, table
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import lists
from chengyun.systems.coordination.discovery_pages import COLUMNS, DISCOVERIES

TONES = {"planned": "amber", "flying": "accent", "flown": "eco", "cancelled": "line"}
SHOWN = 50
FOUND = ("code", "kind", "state", "case", "taken")
NEW = (
    Field(
        key="purpose", label="看什么", required=True, max_length=120, hint="例如：徒骇河岸线垃圾"
    ),
    Field(key="area", label="区域", kind="unit", required=True),
    Field(key="begins_at", label="计划开始", kind="datetime", required=True),
    Field(key="ends_at", label="计划结束", kind="datetime", required=True),
    Field(key="pilot", label="飞手", kind="person", required=True),
)
DO = Field(key="do", label="怎样记", kind="unit", required=True)
WORDS = Field(key="words", label="说明", kind="long", max_length=500, hint="取消要写原因。")


def badge_of(row: Flight) -> dict[str, str]:
    return {"words": row.get_state_display(), "tone": TONES[row.state]}


def _rows(user: Any, values: Values) -> QuerySet[Flight]:
    rows = reads.flights_for(user)
    return rows.filter(state=values["state"]) if "state" in values else rows


FLIGHTS = Listing(
    key="coordination:flights",
    label="飞行任务",
    may="discovery.view",
    columns=(
        Column(key="code", label="任务号", kind="code", value=lambda row: row.code),
        Column(
            key="purpose",
            label="看什么",
            kind="strong",
            value=lambda row: (row.purpose, label_of(row.area)),
        ),
        Column(key="state", label="状态", kind="badge", value=badge_of),
        Column(key="pilot", label="飞手", kind="short", value=lambda row: row.pilot.name),
        Column(key="begins", label="计划开始", kind="time", value=lambda row: row.begins_at),
    ),
    filters=(Filter(key="state", label="状态", choices=lambda user: list(Flight.State.choices)),),
    rows=_rows,
    more=reads.with_pilots,
    links=Links(
        url=lambda row: reverse("coordination:flight", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有符合条件的飞行任务。",
    way="去掉全部条件",
)
registry.add(FLIGHTS)


@door(may="discovery.view")
def flights(request: HttpRequest) -> HttpResponse:
    """The flights of this person's area, and their own; newest first."""
    may_plan = person_of(request).may("flight.plan")
    none = ("还没有飞行任务。", reverse("coordination:flight_add"), "安排飞行")
    return page(
        request, may_plan=may_plan, **listed(request, FLIGHTS, none=none if may_plan else None)
    )


@door(may="flight.plan")
def flight_add(request: HttpRequest) -> HttpResponse:
    """Plan a flight."""
    user = person_of(request)
    home = user.standing[0].area
    choices = {
        "area": [(home, label_of(home)), *lists.areas(user)],
        "pilot": [(pilot.username, pilot.name) for pilot in reads.pilots()[:200]],
    }
    form = form_of(NEW, request.POST or None, choices=choices)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    given = form.cleaned_data
    try:
        new = service.NewFlight(**given | {"pilot": reads.pilot_named(given["pilot"])})
        flight = service.plan_flight(new, by=user)
    except Invalid as refusal:
        return retold(request, form, refusal)
    there = reverse("coordination:flight", args=(flight.code,))
    return back(request, there, f"已安排飞行 {flight.code}，由{flight.pilot.name}执行。")


@door(may="discovery.view")
def flight(request: HttpRequest, code: str) -> HttpResponse:
    """One flight: its plan, what its pilot may say now, and what was found on it."""
    user = person_of(request)
    row = reads.flight_for(user, code)
    ways = _ways(user, row)
    form = form_of((DO, WORDS), request.POST or None, choices={"do": ways}) if ways else None
    context: dict[str, Any] = {
        "row": row,
        "badge": badge_of(row),
        "facts": _facts(row),
        "table": _found(request, user, row),
    }
    if request.method != "POST" or form is None:
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        _go(row, form.cleaned_data, user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    sentence = f"飞行任务 {row.code}：{row.get_state_display()}。"
    return back(request, reverse("coordination:flight", args=(code,)), sentence)


def _found(request: HttpRequest, user: User, row: Flight) -> Any:
    """What the flight found, the newest first."""
    rows = discoveries.in_full(discoveries.discoveries_for(user).filter(flight=row))
    shown = list(rows.order_by("-id")[:SHOWN])
    empty = "这次飞行还没有报来线索。"
    columns = [column for column in COLUMNS if column.key in FOUND]
    return table(request, columns, shown, links=DISCOVERIES.links, empty=empty)


def _ways(user: User, row: Flight) -> list[tuple[str, str]]:
    """What may be done now, by whoever looks."""
    ways = []
    if reads.may_fly(user, row):
        if row.state == Flight.State.PLANNED:
            ways.append(("begin", "开始飞行"))
        elif row.state == Flight.State.FLYING:
            ways.append(("finish", "飞行完成"))
    plans = user.scope("flight.plan").covers(area=row.area)
    if plans and row.state == Flight.State.PLANNED:
        ways.append(("cancel", "取消（写明原因）"))
    return ways


def _go(row: Flight, given: dict[str, Any], user: User) -> None:
    if given["do"] == "begin":
        service.begin_flight(row, by=user)
    elif given["do"] == "finish":
        service.finish_flight(row, given["words"], by=user)
    else:
        service.cancel_flight(row, given["words"], by=user)


def _facts(row: Flight) -> list[tuple[str, Any]]:
    def span(begin: datetime | None, end: datetime | None) -> str:
        now = clock.now()
        return " — ".join(told(moment, now=now) for moment in (begin, end) if moment)

    return [
        ("区域", label_of(row.area)),
        ("飞手", row.pilot.name),
        ("计划", span(row.begins_at, row.ends_at)),
        *([("实际", span(row.began_at, row.ended_at))] if row.began_at else []),
        *([("说明", row.words)] if row.words else []),
    ]
