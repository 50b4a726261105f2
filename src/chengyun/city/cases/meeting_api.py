"""例会 and 承诺事项 for programs: call, write the minutes, promise, report done, confirm, send back, withdraw."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from chengyun.city.cases import meetings as reads
from chengyun.city.cases.models import Meeting, Promise
from chengyun.city.cases.queries import unit_named
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services import meetings as service
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["例会和承诺"])


class MeetingIn(Schema):
    """A meeting for an area, or for a ``road`` that has a chief; ``units`` are asked to come."""

    kind: Code
    area: Code = ""
    road: Code = ""
    topic: Line
    venue: Line
    held_at: Moment
    units: list[Code] = Field([], max_length=50)


class MinutesIn(Schema):
    """``offices`` say who came by office, ``attendees`` by name: names are personal and kept apart."""

    offices: Long = ""
    attendees: Long = ""
    minutes: Long


class PromiseIn(Schema):
    unit: Code
    what: Long
    due: date


class Words(Schema):
    words: Long


class Spot(Schema):
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    crs: Crs = "wgs84"
    address: Line = ""


class PromiseOut(Schema):
    """What was promised at a ``meeting``, by an ``agreement``, or both; ``case`` was made of it; "" is none."""

    code: str
    meeting: str
    agreement: str
    area: str
    unit: str
    unit_name: str
    what: str
    made_at: datetime
    due_at: datetime
    state: str
    state_label: str
    words: str
    done_at: datetime | None
    ended_at: datetime | None
    returns: int
    late: bool
    case: str


class MeetingOut(Schema):
    """A meeting; ``agreement`` is the code of the one it reviews, or ""."""

    code: str
    agreement: str
    kind: str
    area: str
    road: str
    place: str
    topic: str
    venue: str
    held_at: datetime
    caller: str
    offices: str
    minutes: str
    minuted_at: datetime | None


class MeetingWhole(MeetingOut):
    units: list[str]
    promises: list[PromiseOut]


class MeetingList(Schema):
    items: list[MeetingOut]
    next: str


class PromiseList(Schema):
    items: list[PromiseOut]
    next: str


class WantedPromises(Part):
    state: Code = ""
    late: bool = False


OF_MEETING = (
    "code", "kind", "area", "road", "place", "topic", "venue", "held_at", "offices", "minutes", "minuted_at",
)  # fmt: skip
OF_PROMISE = (
    "code", "area", "what", "made_at", "due_at", "state", "words", "done_at", "ended_at", "returns", "late",
)  # fmt: skip


@router.get("/meetings", response={200: MeetingList, **problems()})
def meetings(request: HttpRequest, wanted: Query[Part]) -> Any:
    """例会列表，新的在前。"""
    rows = reads.meetings_for(_reader(request)).select_related("unit", "by", "agreement")
    return part_of(rows, ("-held_at", "-id"), wanted, _meeting)


@router.post("/meetings", response={201: MeetingWhole, **problems()})
@idempotent
def call_meeting(request: HttpRequest, body: MeetingIn) -> tuple[int, Any]:
    """召集一次例会，请单位参加。"""
    user = _reader(request)
    called = service.Called(
        kind=body.kind,
        topic=body.topic,
        venue=body.venue,
        held_at=body.held_at,
        units=[unit_named(code) for code in dict.fromkeys(body.units)],
    )
    place = reads.venue_of(body.area, body.road)
    return 201, _whole(user, service.call_meeting(place, called, by=user).code)


@router.get("/meetings/{code}", response={200: MeetingWhole, **problems(404)})
def meeting(request: HttpRequest, code: Code) -> Any:
    """一次例会、纪要和承诺。"""
    return _whole(_reader(request), code)


@router.post("/meetings/{code}/minutes", response={200: MeetingWhole, **problems(404, 409)})
@idempotent
def write_minutes(request: HttpRequest, code: Code, body: MinutesIn) -> tuple[int, Any]:
    """写纪要，一次。"""
    user = _reader(request)
    given = service.Minutes(**body.model_dump())
    service.write_minutes(reads.meeting_for(user, code), given, by=user)
    return 200, _whole(user, code)


@router.post("/meetings/{code}/promises", response={201: PromiseOut, **problems(404, 409)})
@idempotent
def promise(request: HttpRequest, code: Code, body: PromiseIn) -> tuple[int, Any]:
    """记一项承诺：哪个单位、做什么、哪天前完成。"""
    user = _reader(request)
    found = reads.meeting_for(user, code)
    row = service.promise(found, unit_named(body.unit), body.what, body.due, by=user)
    return 201, shown(row)


@router.get("/promises", response={200: PromiseList, **problems()})
def promises(request: HttpRequest, wanted: Query[WantedPromises]) -> Any:
    """承诺列表，先到期的在前；late 只要超期还没有报完成的。"""
    rows = reads.with_meetings(reads.promises_for(_reader(request)))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.late:
        rows = rows.filter(state=Promise.State.OPEN, due_at__lt=clock.now())
    return part_of(rows, ("due_at", "id"), wanted, shown)


@router.get("/promises/{code}", response={200: PromiseOut, **problems(404)})
def promise_one(request: HttpRequest, code: Code) -> Any:
    """一项承诺。"""
    return shown(reads.promise_for(_reader(request), code))


@router.post("/promises/{code}/done", response={200: PromiseOut, **problems(404, 409)})
@idempotent
def report_done(request: HttpRequest, code: Code, body: Words) -> tuple[int, Any]:
    """单位报告完成。"""
    user, row = _found(request, code)
    service.report_done(row, body.words, by=user)
    return 200, shown(row)


@router.post("/promises/{code}/confirm", response={200: PromiseOut, **problems(404, 409)})
@idempotent
def confirm(request: HttpRequest, code: Code) -> tuple[int, Any]:
    """召集人确认兑现。"""
    user, row = _found(request, code)
    service.confirm(row, by=user)
    return 200, shown(row)


@router.post("/promises/{code}/return", response={200: PromiseOut, **problems(404, 409)})
@idempotent
def send_back(request: HttpRequest, code: Code, body: Words) -> tuple[int, Any]:
    """召集人退回，写明原因。"""
    user, row = _found(request, code)
    service.send_back(row, body.words, by=user)
    return 200, shown(row)


@router.post("/promises/{code}/withdraw", response={200: PromiseOut, **problems(404, 409)})
@idempotent
def withdraw(request: HttpRequest, code: Code, body: Words) -> tuple[int, Any]:
    """召集人撤销，写明原因。"""
    user, row = _found(request, code)
    service.withdraw(row, body.words, by=user)
    return 200, shown(row)


@router.post("/promises/{code}/case", response={200: PromiseOut, **problems(404, 409)})
@idempotent
def make_case(request: HttpRequest, code: Code, body: Spot) -> tuple[int, Any]:
    """把一项承诺同时转成案件。"""
    user, row = _found(request, code)
    lon, lat = point_to_wgs84(body.lon, body.lat, body.crs)
    service.make_case(row, lon, lat, body.address, by=user)
    return 200, shown(row)


def _reader(request: HttpRequest) -> User:
    user: User = caller(request)
    require(user, "case.view")
    return user


def _found(request: HttpRequest, code: str) -> tuple[User, Promise]:
    user = _reader(request)
    return user, reads.promise_for(user, code)


def _meeting(row: Meeting) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in OF_MEETING}
    agreement = row.agreement.code if row.agreement else ""
    return same | {"caller": str(row.unit or row.by or "系统"), "agreement": agreement}


def _whole(user: User, code: str) -> dict[str, Any]:
    row = reads.meeting_for(user, code)
    units = row.units.order_by("code").values_list("code", flat=True)
    promised = reads.with_meetings(row.promises.order_by("id"))
    return {**_meeting(row), "units": [*units], "promises": [shown(each) for each in promised]}


def shown(row: Promise) -> dict[str, Any]:
    """A promise as every answer gives it."""
    return {
        **{name: getattr(row, name) for name in OF_PROMISE},
        "meeting": row.meeting.code if row.meeting else "",
        "agreement": row.agreement.code if row.agreement else "",
        "unit": row.unit.code,
        "unit_name": str(row.unit),
        "state_label": row.get_state_display(),
        "case": row.case.code if row.case else "",
    }
