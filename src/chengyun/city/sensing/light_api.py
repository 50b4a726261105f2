"""Lamps for programs: 开关灯计划, the rates of the nights, and which part a device sits on."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.timezone import get_current_timezone
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.assets.queries import asset_for
from chengyun.city.cases.schemas import Code
from chengyun.city.sensing import lighting, queries
from chengyun.city.sensing import switching as reads
from chengyun.city.sensing.models import Device, SwitchingPlan
from chengyun.city.sensing.services import switching as service
from chengyun.kernel import clock
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable
from chengyun.science.switching import night_of

router = Router(tags=["照明"])
Key = Annotated[str, Path(max_length=40)]
Clock = Annotated[str, StringConstraints(max_length=5), Storable]
Reason = Annotated[str, StringConstraints(max_length=service.LONGEST_REASON), Storable]
MOST_NIGHTS = 400


class PlanOut(Schema):
    """When the lamps of an area, or those a device feeds, burn; ``on`` and ``off`` are tonight's."""

    code: str
    area: str
    device: str
    on_minutes: int
    off_minutes: int
    half: str
    half_from: str
    half_to: str
    weekdays: str
    first_day: date | None
    last_day: date | None
    reason: str
    ended_at: datetime | None
    on: datetime | None
    off: datetime | None


class PlanList(Schema):
    items: list[PlanOut]
    next: str


class PlansWanted(Part):
    standing: bool = False


class NewPlanIn(Schema):
    """``device``, or ``area``; minutes after sunset and after sunrise, negative before; ``weekdays``: 1 is Monday."""

    device: Code = ""
    area: Code = ""
    on_minutes: int = Field(ge=-service.MOST_MINUTES, le=service.MOST_MINUTES)
    off_minutes: int = Field(ge=-service.MOST_MINUTES, le=service.MOST_MINUTES)
    half: Code = ""
    half_from: Clock = ""
    half_to: Clock = ""
    weekdays: Annotated[str, StringConstraints(max_length=7), Storable] = reads.EVERY_DAY
    first_day: date | None = None
    last_day: date | None = None
    reason: Reason


class RateOut(Schema):
    """``part`` of ``whole``; where the whole is 0, nothing was heard."""

    part: int
    whole: int


class NightOut(Schema):
    night: date
    area: str
    kind: str
    lit: RateOut
    intact: RateOut


class NightList(Schema):
    items: list[NightOut]


class NightsWanted(Schema):
    days: int = Field(14, ge=1, le=MOST_NIGHTS)


class BindIn(Schema):
    """Codes of a part and of the device that feeds this one; empty for none."""

    asset: Code = ""
    feeder: Code = ""


class BoundOut(BindIn):
    code: str


class EndIn(Schema):
    """Why it is ended."""

    reason: Reason


def shown(row: SwitchingPlan) -> dict[str, Any]:
    """A plan as every answer gives it."""
    same = (
        *("code", "area", "on_minutes", "off_minutes", "half", "half_from", "half_to"),
        *("weekdays", "first_day", "last_day", "reason", "ended_at"),
    )
    night = reads.night_for(row, _tonight())
    return {
        **{name: getattr(row, name) for name in same},
        "device": row.device.code if row.device else "",
        "on": night.on if night else None,
        "off": night.off if night else None,
    }


def _tonight() -> date:
    return night_of(clock.now(), get_current_timezone())


@router.get("/switching-plans", response={200: PlanList, **problems(404)})
def plans(request: HttpRequest, wanted: Query[PlansWanted]) -> Any:
    """管到自己范围的开关灯计划，新的在前，带今晚的开关时间。"""
    user = caller(request)
    require(user, "monitoring.view")
    rows = reads.plans_for(user)
    if wanted.standing:
        rows = rows.filter(ended_at=None)
    return part_of(rows, ("-made_at", "-id"), wanted, shown)


@router.post("/switching-plans", response={201: PlanOut, **problems(404)})
@idempotent
def plan_add(request: HttpRequest, body: NewPlanIn) -> tuple[int, Any]:
    """设置开关灯计划。"""
    user = caller(request)
    require(user, reads.CHANGE)
    device = queries.device_for(user, body.device) if body.device else None
    new = service.NewPlan(**body.dict(exclude={"device"}), device=device)
    return 201, shown(service.set_plan(new, by=user))


@router.post("/switching-plans/{code}/end", response={200: PlanOut, **problems(404, 409)})
@idempotent
def plan_end(request: HttpRequest, code: Key, body: EndIn) -> tuple[int, Any]:
    """不再用。"""
    user = caller(request)
    require(user, reads.CHANGE)
    row = reads.plan_of_code(user, code)
    service.end_plan(row, body.reason, by=user)
    return 200, shown(row)


@router.get("/lamp-nights", response={200: NightList, **problems()})
def lamp_nights(request: HttpRequest, wanted: Query[NightsWanted]) -> Any:
    """每夜、每区、每种设备的亮灯率和完好率，分子分母分开。"""
    user = caller(request)
    require(user, "monitoring.view")
    found = lighting.nights_of(user, _tonight() - timedelta(days=wanted.days))
    return {
        "items": [
            {
                **{name: getattr(line, name) for name in ("night", "area", "kind")},
                "lit": vars(line.lit),
                "intact": vars(line.intact),
            }
            for line in found
        ]
    }


@router.post("/devices/{code}/bind", response={200: BoundOut, **problems(404)})
@idempotent
def bind(request: HttpRequest, code: Key, body: BindIn) -> tuple[int, Any]:
    """挂接：设备装在哪个部件上，由哪台设备供电。"""
    user = caller(request)
    require(user, "device.change")
    device = queries.device_for(user, code)
    part = asset_for(user, body.asset) if body.asset else None
    feeder = queries.device_for(user, body.feeder) if body.feeder else None
    service.bind_part(device, part, feeder, by=user)
    return 200, _bound(device)


def _bound(device: Device) -> dict[str, str]:
    return {
        "code": device.code,
        "asset": device.asset.code if device.asset else "",
        "feeder": device.feeder.code if device.feeder else "",
    }
