"""静默 for programs: list, read, begin, end before its time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.cases.schemas import Code
from chengyun.city.sensing import queries
from chengyun.city.sensing import silences as reads
from chengyun.city.sensing.models import Silence
from chengyun.city.sensing.services import silences as service
from chengyun.kernel import clock
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable

router = Router(tags=["静默"])
Key = Annotated[str, Path(max_length=40)]
Reason = Annotated[str, StringConstraints(max_length=service.LONGEST_REASON), Storable]


class SilenceOut(Schema):
    """A silence of one device, or of all of a kind in an area; ``ended_at`` is when it was over."""

    code: str
    area: str
    device: str
    kind: str
    begins_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    reason: str


class SilenceList(Schema):
    items: list[SilenceOut]
    next: str


class SilencesWanted(Part):
    lasting: bool = False


class NewSilenceIn(Schema):
    """``device``, or ``kind`` and ``area``; without ``begins_at`` it begins now."""

    device: Code = ""
    kind: Code = ""
    area: Code = ""
    begins_at: Moment | None = None
    ends_at: Moment
    reason: Reason


class EndIn(Schema):
    """Why it is ended."""

    reason: Reason


def shown(row: Silence) -> dict[str, Any]:
    """A silence as every answer gives it."""
    same = ("code", "area", "kind", "begins_at", "ends_at", "ended_at", "reason")
    return {
        **{name: getattr(row, name) for name in same},
        "device": row.device.code if row.device else "",
    }


@router.get("/silences", response={200: SilenceList, **problems()})
def silences(request: HttpRequest, wanted: Query[SilencesWanted]) -> Any:
    """自己范围内的静默，新的在前。"""
    user = caller(request)
    require(user, "monitoring.view")
    rows = reads.silences_for(user).select_related("device")
    if wanted.lasting:
        rows = rows.filter(pk__in=reads.lasting(clock.now()))
    return part_of(rows, ("-made_at", "-id"), wanted, shown)


@router.get("/silences/{code}", response={200: SilenceOut, **problems(404)})
def silence(request: HttpRequest, code: Key) -> Any:
    """一次静默。"""
    user = caller(request)
    require(user, "monitoring.view")
    return shown(reads.silence_for(user, code))


@router.post("/silences", response={201: SilenceOut, **problems(404)})
@idempotent
def add(request: HttpRequest, body: NewSilenceIn) -> tuple[int, Any]:
    """设置静默：一台设备，或一个区域里一种设备的全部。"""
    user = caller(request)
    require(user, reads.SILENCE)
    device = queries.device_for(user, body.device) if body.device else None
    given = body.dict(include={"kind", "area", "begins_at", "ends_at", "reason"})
    return 201, shown(service.silence(service.NewSilence(device=device, **given), by=user))


@router.post("/silences/{code}/end", response={200: SilenceOut, **problems(404, 409)})
@idempotent
def end(request: HttpRequest, code: Key, body: EndIn) -> tuple[int, Any]:
    """提前结束：还没有人确认的报警马上告知。"""
    user = caller(request)
    require(user, reads.SILENCE)
    row = reads.silence_for(user, code)
    service.end_silence(row, body.reason, by=user)
    return 200, shown(row)
