"""共建协议 for programs: register, change, end; give a task; call a joint review."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from chengyun.city.cases import agreements as reads
from chengyun.city.cases.meeting_api import PromiseOut, shown
from chengyun.city.cases.meetings import with_meetings
from chengyun.city.cases.models import Agreement
from chengyun.city.cases.queries import unit_named
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services import agreements as service
from chengyun.city.cases.services.meetings import Called
from chengyun.city.people.models import User
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require

router = Router(tags=["共建协议"])
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
Months = Annotated[int, Field(ge=1, le=service.MONTHS_AT_MOST)]


class TermsIn(Schema):
    """What is agreed. ``unit`` answers for it here, ``units`` are the other sides that work on the platform."""

    title: Line
    partners: Line
    about: Long
    signed_on: date
    ends_on: date | None = None
    unit: Code
    units: list[Code] = Field([], max_length=50)
    review_months: Months | None = None
    review_on: date | None = None


class NewAgreement(TermsIn):
    area: Code


class ChangedAgreement(TermsIn):
    version: Version


class Ending(Schema):
    version: Version
    words: Long


class TaskIn(Schema):
    unit: Code
    what: Long
    due: date


class ReviewIn(Schema):
    """A joint review; ``units`` of either side are asked to come."""

    topic: Line
    venue: Line
    held_at: Moment
    units: list[Code] = Field([], max_length=50)


class AgreementLine(Schema):
    """An agreement; ``review_on`` is the last day on which the next joint review is in time."""

    code: str
    area: str
    title: str
    partners: str
    about: str
    unit: str
    unit_name: str
    signed_on: date
    ends_on: date | None
    review_months: int | None
    review_on: date | None
    state: str
    state_label: str
    words: str
    ended_at: datetime | None
    version: int


class AgreementOut(AgreementLine):
    """With its sides, its tasks, and the codes of its joint reviews, which are meetings."""

    units: list[str]
    tasks: list[PromiseOut]
    reviews: list[str]


class AgreementList(Schema):
    items: list[AgreementLine]
    next: str


class Wanted(Part):
    state: Code = ""


SAME = (
    "code", "area", "title", "partners", "about", "signed_on", "ends_on", "review_months", "state", "words",
    "ended_at", "version",
)  # fmt: skip


@router.get("/agreements", response={200: AgreementList, **problems()})
def agreements(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """共建协议列表，新签的在前。"""
    rows = reads.agreements_for(_reader(request)).select_related("unit")
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    return part_of(rows, ("-signed_on", "-id"), wanted, _line)


@router.post("/agreements", response={201: AgreementOut, **problems()})
@idempotent
def register(request: HttpRequest, body: NewAgreement) -> tuple[int, Any]:
    """登记一份共建协议。"""
    user = _reader(request)
    return 201, _whole(user, service.register(_terms(body), body.area, by=user).code)


@router.get("/agreements/{code}", response={200: AgreementOut, **problems(404)})
def agreement(request: HttpRequest, code: Code) -> Any:
    """一份共建协议、任务和会商。"""
    return _whole(_reader(request), code)


@router.put("/agreements/{code}", response={200: AgreementOut, **problems(404, 409)})
@idempotent
def change(request: HttpRequest, code: Code, body: ChangedAgreement) -> tuple[int, Any]:
    """修改协议。"""
    user, row = _found(request, code)
    service.change(row, _terms(body), by=user, version=body.version)
    return 200, _whole(user, code)


@router.post("/agreements/{code}/end", response={200: AgreementOut, **problems(404, 409)})
@idempotent
def end(request: HttpRequest, code: Code, body: Ending) -> tuple[int, Any]:
    """终止协议，写明原因。"""
    user, row = _found(request, code)
    service.end(row, body.words, by=user, version=body.version)
    return 200, _whole(user, code)


@router.post("/agreements/{code}/tasks", response={201: PromiseOut, **problems(404, 409)})
@idempotent
def give_task(request: HttpRequest, code: Code, body: TaskIn) -> tuple[int, Any]:
    """给一方一项任务：做什么、哪天前完成；以后按承诺事项办。"""
    user, row = _found(request, code)
    made = service.give_task(row, unit_named(body.unit), body.what, body.due, by=user)
    return 201, shown(made)


@router.post("/agreements/{code}/reviews", response={201: AgreementOut, **problems(404, 409)})
@idempotent
def call_review(request: HttpRequest, code: Code, body: ReviewIn) -> tuple[int, Any]:
    """召集一次共建会商；它是一次例会，写了纪要以后定下一次的期限。"""
    user, row = _found(request, code)
    given = body.model_dump(exclude={"units"})
    units = [unit_named(each) for each in dict.fromkeys(body.units)]
    called = Called(kind=service.REVIEW, units=units, **given)
    service.call_review(row, called, by=user)
    return 201, _whole(user, code)


def _reader(request: HttpRequest) -> User:
    user: User = caller(request)
    require(user, "case.view")
    return user


def _found(request: HttpRequest, code: str) -> tuple[User, Agreement]:
    user = _reader(request)
    return user, reads.agreement_for(user, code)


def _terms(body: TermsIn) -> service.Terms:
    given = body.model_dump(exclude={"unit", "units", "area", "version"})
    units = [unit_named(code) for code in dict.fromkeys(body.units)]
    return service.Terms(unit=unit_named(body.unit), units=units, **given)


def _line(row: Agreement) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in SAME},
        "unit": row.unit.code,
        "unit_name": str(row.unit),
        "review_on": row.review_day,
        "state_label": row.get_state_display(),
    }


def _whole(user: User, code: str) -> dict[str, Any]:
    row = reads.agreement_for(user, code)
    return {
        **_line(row),
        "units": [*row.units.order_by("code").values_list("code", flat=True)],
        "tasks": [shown(each) for each in with_meetings(row.tasks.order_by("id"))],
        "reviews": [*row.reviews.order_by("held_at").values_list("code", flat=True)],
    }
