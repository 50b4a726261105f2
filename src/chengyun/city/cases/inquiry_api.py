"""来件 for programs: who waits for a reply, the reply, the call afterwards, a caller's earlier cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from chengyun.city.cases import answers, callers
from chengyun.city.cases.models import Inquiry
from chengyun.city.cases.schemas import CaseLine, Code, Long
from chengyun.city.cases.services.inquiries import Reply, answer_inquiry, visit_caller
from chengyun.city.cases.services.reporter import note_views
from chengyun.kernel import clock, paging
from chengyun.kernel.api import Part, caller, idempotent, problems
from chengyun.kernel.permissions import require

router = Router(tags=["来件"])


class InquiryOut(Schema):
    """A 来件 and its reply; ``late`` also while it waits past its limit."""

    code: str
    source: str
    number: str
    came_at: datetime
    due_at: datetime
    answered_at: datetime | None
    how: str
    late: bool
    visited_at: datetime | None
    satisfied: str


class InquiryList(Schema):
    items: list[InquiryOut]
    next: str
    total: int
    exact: bool


class Wanted(Part):
    """``waiting``: only what has no reply yet, most urgent first; ``number`` finds one 来件."""

    waiting: bool = False
    number: Code = ""


class ReplyIn(Schema):
    how: Code
    words: Long


class VisitIn(Schema):
    satisfied: Code
    words: Long = ""


class Phone(Schema):
    phone: Code


def shown(row: Inquiry) -> dict[str, Any]:
    """A 来件 as every answer gives it."""
    waits_late = row.answered_at is None and row.due_at < clock.now()
    return {
        "code": row.case.code,
        "source": row.case.source,
        "number": row.number,
        "came_at": row.came_at,
        "due_at": row.due_at,
        "answered_at": row.answered_at,
        "how": row.how,
        "late": row.late or waits_late,
        "visited_at": row.visited_at,
        "satisfied": row.satisfied,
    }


@router.get("/inquiries", response={200: InquiryList, **problems()})
def inquiries(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """来件列表：等回复的和已回复的。"""
    user = caller(request)
    require(user, "case.view")
    rows = callers.inquiries_for(user)
    if wanted.waiting:
        rows = rows.filter(answered_at=None)
    if wanted.number:
        rows = rows.filter(number=wanted.number)
    total, exact = paging.count(rows)
    order = ("due_at", "id") if wanted.waiting else ("-id",)
    found = paging.keyset(
        rows.select_related("case"), order, after=wanted.after, limit=wanted.limit
    )
    items = [shown(row) for row in found.items]
    return {"items": items, "next": found.next, "total": total, "exact": exact}


@router.get("/inquiries/{code}", response={200: InquiryOut, **problems(404)})
def inquiry(request: HttpRequest, code: Code) -> Any:
    """一个来件。"""
    user = caller(request)
    require(user, "case.view")
    return shown(callers.inquiry_for(user, code))


@router.post("/inquiries/{code}/answer", response={200: InquiryOut, **problems(404, 409)})
@idempotent
def answer(request: HttpRequest, code: Code, body: ReplyIn) -> tuple[int, Any]:
    """记下对来件人的回复：回复时限停下，超期的留下记号。"""
    user = caller(request)
    require(user, "case.view")
    found = callers.inquiry_for(user, code)
    return 200, shown(answer_inquiry(found, Reply(how=body.how, words=body.words), by=user))


@router.post("/inquiries/{code}/visit", response={200: InquiryOut, **problems(404, 409)})
@idempotent
def visit(request: HttpRequest, code: Code, body: VisitIn) -> tuple[int, Any]:
    """记下回访和满意度。"""
    user = caller(request)
    require(user, "case.view")
    found = callers.inquiry_for(user, code)
    return 200, shown(visit_caller(found, body.satisfied, body.words, by=user))


@router.post("/callers/earlier", response={200: list[CaseLine], **problems()}, by_alias=True)
def earlier(request: HttpRequest, body: Phone) -> Any:
    """同一号码以前的案件，最近六件；查看会记入操作审计。用 POST，号码不进网址。"""
    user = caller(request)
    require(user, "case.view")
    require(user, "case.reporter.view")
    found = callers.earlier_cases(user, body.phone)
    note_views(found, by=user)
    return [answers.summary(case) for case in found]
