"""预警 for programs: list, read, issue, acknowledge, lift."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.cases.schemas import Code
from chengyun.city.sensing import alerts as reads
from chengyun.city.sensing import queries
from chengyun.city.sensing.models import Alert
from chengyun.city.sensing.services import alerts as service
from chengyun.city.sensing.specs import Rank
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable

router = Router(tags=["预警"])
Key = Annotated[str, Path(max_length=40)]
Words = Annotated[str, StringConstraints(max_length=service.LONGEST), Storable]


class AlertUnitOut(Schema):
    unit: str
    unit_name: str
    acknowledged_at: datetime | None
    late: bool


class AlertOut(Schema):
    """A 预警; each unit has to acknowledge until ``due_at``; ``words`` is why it was lifted."""

    code: str
    alarm: str
    area: str
    level: str
    text: str
    issued_at: datetime
    due_at: datetime
    lifted_at: datetime | None
    words: str
    units: list[AlertUnitOut]


class AlertList(Schema):
    items: list[AlertOut]
    next: str


class AlertsWanted(Part):
    alarm: Code = ""
    standing: bool = False
    overdue: bool = False


class NewAlertIn(Schema):
    """Who must act because of an alarm; ``level`` is the alarm's and ``minutes`` those of the level unless given."""

    alarm: Code
    level: Rank | None = None
    text: Words
    units: list[Code] = Field([], max_length=service.MOST_UNITS)
    minutes: int | None = Field(None, ge=1, le=service.MOST_MINUTES)


class LiftIn(Schema):
    reason: Words


def shown(row: Alert) -> dict[str, Any]:
    """A 预警 as every answer gives it."""
    same = ("code", "area", "text", "issued_at", "due_at", "lifted_at", "words")
    return {
        **{name: getattr(row, name) for name in same},
        "alarm": row.alarm.code,
        "level": row.rank,
        "units": [
            {
                "unit": each.unit.code,
                "unit_name": str(each.unit),
                "acknowledged_at": each.acknowledged_at,
                "late": each.late,
            }
            for each in row.units.all()
        ],
    }


@router.get("/alerts", response={200: AlertList, **problems()})
def alerts(request: HttpRequest, wanted: Query[AlertsWanted]) -> Any:
    """预警列表：自己范围内的，和发给自己单位的，新的在前。"""
    user = caller(request)
    require(user, reads.VIEW)
    rows = reads.alerts_for(user)
    if wanted.alarm:
        rows = rows.filter(alarm__code=wanted.alarm)
    if wanted.standing:
        rows = rows.filter(lifted_at=None)
    if wanted.overdue:
        rows = reads.overdue(rows)
    return part_of(reads.with_units(rows), ("-issued_at", "-id"), wanted, shown)


@router.get("/alerts/{code}", response={200: AlertOut, **problems(404)})
def alert(request: HttpRequest, code: Key) -> Any:
    """一条预警和各单位确认的情况。"""
    user = caller(request)
    require(user, reads.VIEW)
    return shown(reads.alert_for(user, code))


@router.post("/alerts", response={201: AlertOut, **problems(404, 409)})
@idempotent
def issue(request: HttpRequest, body: NewAlertIn) -> tuple[int, Any]:
    """为一条已确认的报警发布预警。"""
    user = caller(request)
    require(user, reads.ISSUE)
    alarm = queries.alarm_for(user, body.alarm)
    level = body.level or alarm.rank
    new = service.NewAlert(
        level=level,
        text=body.text,
        units=[queries.unit_called(code, "units") for code in body.units],
        minutes=body.minutes or reads.minutes_of(alarm.area, level),
    )
    return 201, shown(reads.alert_for(user, service.issue(alarm, new, by=user).code))


@router.post("/alerts/{code}/acknowledge", response={200: AlertOut, **problems(404, 409)})
@idempotent
def acknowledge(request: HttpRequest, code: Key) -> tuple[int, Any]:
    """确认收到：替自己负责的、还没有确认的单位。"""
    user = caller(request)
    require(user, reads.ACKNOWLEDGE)
    service.acknowledge(reads.alert_for(user, code), by=user)
    return 200, shown(reads.alert_for(user, code))


@router.post("/alerts/{code}/lift", response={200: AlertOut, **problems(404, 409)})
@idempotent
def lift(request: HttpRequest, code: Key, body: LiftIn) -> tuple[int, Any]:
    """解除预警，写明原因。"""
    user = caller(request)
    require(user, reads.ISSUE)
    row = reads.alert_for(user, code)
    service.lift(row, body.reason, by=user)
    return 200, shown(row)
