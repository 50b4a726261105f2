"""吹哨报到 for programs: blow, list, read, receive, arrive, make a case of it, close."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from chengyun.city.cases import queries
from chengyun.city.cases import whistles as reads
from chengyun.city.cases.models import Arrival, Whistle
from chengyun.city.cases.schemas import Code, Line, Long, PhotoId
from chengyun.city.cases.services import whistles as service
from chengyun.city.people.models import User
from chengyun.kernel import files
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.errors import Invalid
from chengyun.kernel.permissions import require
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["吹哨报到"])
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]


class CallIn(Schema):
    unit: Code
    due_at: Moment


class Blown(Schema):
    matter: Long
    address: Line
    lon: Lon
    lat: Lat
    crs: Crs = "wgs84"
    calls: list[CallIn] = Field([], max_length=service.MOST_UNITS)


class Answering(Schema):
    unit: Code


class Arriving(Answering):
    words: Long = ""
    lon: Lon | None = None
    lat: Lat | None = None
    photos: list[PhotoId] = Field([], max_length=9)


class Closing(Schema):
    outcome: Long


class Making(Schema):
    class_code: Code = Field("", alias="class")


class ArrivalOut(Schema):
    unit: str
    unit_name: str
    state: str
    state_label: str
    due_at: datetime
    received_at: datetime | None
    arrived_at: datetime | None
    late: bool
    words: str
    lon: float | None
    lat: float | None


class WhistleOut(Schema):
    """A call; ``case`` is the code of the case that was made of it, or ""."""

    code: str
    area: str
    matter: str
    address: str
    lon: float
    lat: float
    caller: str
    at: datetime
    state: str
    state_label: str
    outcome: str
    closed_at: datetime | None
    case: str
    arrivals: list[ArrivalOut]


class WhistleList(Schema):
    items: list[WhistleOut]
    next: str


class Wanted(Part):
    state: Code = ""


SAME = ("code", "area", "matter", "address", "lon", "lat", "at", "state", "outcome", "closed_at")
OF_ARRIVAL = ("state", "due_at", "received_at", "arrived_at", "late", "words", "lon", "lat")


def shown(whistle: Whistle) -> dict[str, Any]:
    """A call as every answer gives it."""
    return {
        **{name: getattr(whistle, name) for name in SAME},
        "state_label": whistle.get_state_display(),
        "caller": str(whistle.unit or whistle.by or "系统"),
        "case": whistle.case.code if whistle.case else "",
        "arrivals": [_arrival(each) for each in whistle.arrivals.all()],
    }


def _arrival(each: Arrival) -> dict[str, Any]:
    return {
        "unit": each.unit.code,
        "unit_name": str(each.unit),
        "state_label": each.get_state_display(),
        **{name: getattr(each, name) for name in OF_ARRIVAL},
    }


@router.get("/whistles", response={200: WhistleList, **problems()})
def whistles(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """吹哨列表：自己区域的、自己单位吹的、叫自己单位的。"""
    user = caller(request)
    require(user, "case.view")
    rows = reads.with_callers(reads.whistles_for(user))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    return part_of(rows, ("-at", "-id"), wanted, shown)


@router.post("/whistles", response={201: WhistleOut, **problems()})
@idempotent
def blow(request: HttpRequest, body: Blown) -> tuple[int, Any]:
    """吹哨：叫几个单位到一个地点，各有各的报到时间。"""
    user = caller(request)
    require(user, "case.view")
    lon, lat = point_to_wgs84(body.lon, body.lat, body.crs)
    spot = service.Spot(matter=body.matter, address=body.address, lon=lon, lat=lat)
    calls = [
        service.Call(unit=queries.unit_named(call.unit), due_at=call.due_at) for call in body.calls
    ]
    return 201, _again(user, service.blow(spot, calls, by=user).code)


@router.get("/whistles/{code}", response={200: WhistleOut, **problems(404)})
def whistle(request: HttpRequest, code: Code) -> Any:
    """一次吹哨和各单位报到的情况。"""
    user = caller(request)
    require(user, "case.view")
    return shown(reads.whistle_for(user, code))


@router.post("/whistles/{code}/receive", response={200: WhistleOut, **problems(404, 409)})
@idempotent
def receive(request: HttpRequest, code: Code, body: Answering) -> tuple[int, Any]:
    """单位答复已收到。"""
    user, found = _found(request, code)
    service.receive(reads.arrival_of(found, body.unit), by=user)
    return 200, _again(user, code)


@router.post("/whistles/{code}/arrive", response={200: WhistleOut, **problems(404, 409)})
@idempotent
@transaction.atomic
def arrive(request: HttpRequest, code: Code, body: Arriving) -> tuple[int, Any]:
    """单位到场报到，可带位置和照片。"""
    user, found = _found(request, code)
    point = None if body.lon is None or body.lat is None else (body.lon, body.lat)
    photos = files.files_of(user.pk, body.photos)
    if len(photos) != len({*body.photos}):
        raise Invalid("有照片没有传上来，请重新上传。")
    arrival = reads.arrival_of(found, body.unit)
    service.arrive(arrival, words=body.words, point=point, photos=photos, by=user)
    return 200, _again(user, code)


@router.post("/whistles/{code}/case", response={200: WhistleOut, **problems(404, 409)})
@idempotent
def make_case(request: HttpRequest, code: Code, body: Making) -> tuple[int, Any]:
    """现场解决不了的，转成案件。"""
    user, found = _found(request, code)
    service.make_case(found, body.class_code, by=user)
    return 200, _again(user, code)


@router.post("/whistles/{code}/close", response={200: WhistleOut, **problems(404, 409)})
@idempotent
def close(request: HttpRequest, code: Code, body: Closing) -> tuple[int, Any]:
    """办结，写明共同处置的结果；还没有报到的单位记为未到。"""
    user, found = _found(request, code)
    service.close(found, body.outcome, by=user)
    return 200, _again(user, code)


def _found(request: HttpRequest, code: str) -> tuple[User, Whistle]:
    user = caller(request)
    require(user, "case.view")
    return user, reads.whistle_for(user, code)


def _again(user: User, code: str) -> dict[str, Any]:
    return shown(reads.whistle_for(user, code))
