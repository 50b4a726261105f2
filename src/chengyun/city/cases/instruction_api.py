"""签批 for programs: the orders of a day, the instruction on one, what the team reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from chengyun.city.cases import callers
from chengyun.city.cases import instructions as reads
from chengyun.city.cases.models import Inquiry, Instruction
from chengyun.city.cases.schemas import Code, Long
from chengyun.city.cases.services import instructions as service
from chengyun.city.people.models import User
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.errors import Missing
from chengyun.kernel.permissions import require

router = Router(tags=["签批"])


class InstructionOut(Schema):
    """An order and the instruction on it; ``state`` is "" while there is none."""

    code: str
    number: str
    came_at: datetime
    unit: str
    words: str
    by: str
    at: datetime | None
    state: str
    state_label: str
    taken_at: datetime | None
    result: str
    done_at: datetime | None


class InstructionList(Schema):
    items: list[InstructionOut]
    next: str


class Wanted(Part):
    """``day``: only what came on it; ``state``: ``waiting`` for an instruction, or one of its states."""

    day: date | None = None
    state: Code = ""


class Written(Schema):
    words: Long


class Reported(Schema):
    words: Long
    done: bool = False


def shown(inquiry: Inquiry) -> dict[str, Any]:
    """An order as every answer gives it."""
    row, case = reads.instruction_of(inquiry), inquiry.case
    return {
        "code": case.code,
        "number": inquiry.number,
        "came_at": inquiry.came_at,
        "unit": case.unit.code if case.unit else "",
        "words": row.words if row else "",
        "by": str(row.by or "系统") if row else "",
        "state": row.state if row else "",
        "state_label": row.get_state_display() if row else "没有签批",
        "result": row.result if row else "",
        **{name: getattr(row, name, None) for name in ("at", "taken_at", "done_at")},
    }


@router.get("/instructions", response={200: InstructionList, **problems()})
def instructions(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """每天要签批的来件：等签批的和签批过的，新来的在前。"""
    user = caller(request)
    require(user, "case.view")
    rows = reads.orders_for(user).select_related(*reads.RELATED)
    if wanted.day:
        since, until = reads.bounds(wanted.day)
        rows = rows.filter(came_at__gte=since, came_at__lt=until)
    if wanted.state == "waiting":
        rows = rows.filter(reads.WAITING)
    elif wanted.state:
        rows = rows.filter(instruction__state=wanted.state)
    return part_of(rows, ("-came_at", "-id"), wanted, shown)


@router.post("/inquiries/{code}/instruction", response={201: InstructionOut, **problems(404, 409)})
@idempotent
def give(request: HttpRequest, code: Code, body: Written) -> tuple[int, Any]:
    """签批一件来件，每件一次；告诉责任单位的专班。"""
    user, found = _found(request, code)
    service.give(found, body.words, by=user)
    return 201, _again(user, code)


@router.post(
    "/inquiries/{code}/instruction/take", response={200: InstructionOut, **problems(404, 409)}
)
@idempotent
def take(request: HttpRequest, code: Code) -> tuple[int, Any]:
    """专班签收。"""
    user, found = _found(request, code)
    service.take_up(_on(found), by=user)
    return 200, _again(user, code)


@router.post(
    "/inquiries/{code}/instruction/report", response={200: InstructionOut, **problems(404, 409)}
)
@idempotent
def report(request: HttpRequest, code: Code, body: Reported) -> tuple[int, Any]:
    """专班报告进展；done 为真时报告已经落实。"""
    user, found = _found(request, code)
    service.report(_on(found), body.words, done=body.done, by=user)
    return 200, _again(user, code)


def _found(request: HttpRequest, code: str) -> tuple[User, Inquiry]:
    user = caller(request)
    require(user, "case.view")
    return user, callers.inquiry_for(user, code)


def _on(inquiry: Inquiry) -> Instruction:
    row = reads.instruction_of(inquiry)
    if row is None:
        raise Missing(f"{inquiry.case.code} 还没有签批。")
    return row


def _again(user: User, code: str) -> dict[str, Any]:
    return shown(callers.inquiry_for(user, code))
