"""飞行任务 for programs: plan, begin, finish, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router, Schema

from chengyun.city.cases import flights as reads
from chengyun.city.cases.models import Flight
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services import flights as service
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require

router = Router(tags=["飞行任务"])


class FlightOut(Schema):
    """A flight; ``words`` is what its pilot said about it, or why it was cancelled."""

    code: str
    purpose: str
    area: str
    begins_at: datetime
    ends_at: datetime
    pilot: str
    pilot_name: str
    state: str
    state_label: str
    began_at: datetime | None
    ended_at: datetime | None
    words: str


class FlightList(Schema):
    items: list[FlightOut]
    next: str


class NewFlightIn(Schema):
    """``pilot`` is a user name."""

    purpose: Line
    area: Code
    begins_at: Moment
    ends_at: Moment
    pilot: Line


class Said(Schema):
    """What there is to say about the flight, or why it is cancelled."""

    words: Long = ""


class Wanted(Part):
    state: Code = ""


def shown(row: Flight) -> dict[str, Any]:
    """A flight as every answer gives it."""
    same = (
        "code", "purpose", "area", "begins_at", "ends_at", "state", "began_at", "ended_at", "words",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in same},
        "pilot": row.pilot.username,
        "pilot_name": row.pilot.name,
        "state_label": row.get_state_display(),
    }


@router.get("/flights", response={200: FlightList, **problems()})
def flights(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """自己范围内的和自己飞的任务，新的在前。"""
    user = caller(request)
    require(user, "discovery.view")
    rows = reads.flights_for(user)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    return part_of(reads.with_pilots(rows), ("-id",), wanted, shown)


@router.post("/flights", response={201: FlightOut, **problems()})
@idempotent
def plan(request: HttpRequest, body: NewFlightIn) -> tuple[int, Any]:
    """安排一次飞行。"""
    user = caller(request)
    require(user, "flight.plan")
    new = service.NewFlight(
        purpose=body.purpose,
        area=body.area,
        begins_at=body.begins_at,
        ends_at=body.ends_at,
        pilot=reads.pilot_named(body.pilot),
    )
    return 201, shown(service.plan_flight(new, by=user))


@router.get("/flights/{code}", response={200: FlightOut, **problems(404)})
def flight(request: HttpRequest, code: Code) -> Any:
    """一次飞行；它发现的线索在 /discoveries?flight=。"""
    user = caller(request)
    require(user, "discovery.view")
    return shown(reads.flight_for(user, code))


@router.post("/flights/{code}/{do}", response={200: FlightOut, **problems(404, 409)})
@idempotent
@transaction.atomic
def go(
    request: HttpRequest, code: Code, do: Literal["begin", "finish", "cancel"], body: Said
) -> tuple[int, Any]:
    """开始、完成或取消。"""
    user = caller(request)
    require(user, "discovery.view")
    row = reads.flight_for(user, code)
    if do == "begin":
        service.begin_flight(row, by=user)
    elif do == "finish":
        service.finish_flight(row, body.words, by=user)
    else:
        service.cancel_flight(row, body.words, by=user)
    return 200, shown(row)
