"""社区服务站 for programs: stations, their officers, their visits and what was found on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from chengyun.city.cases.answers import summary
from chengyun.city.cases.communities import FIGURES, found_on, with_figures
from chengyun.city.cases.schemas import CaseLine, Code, Line, Long, PhotoId
from chengyun.city.cases.services.visit_findings import Problem, report_found
from chengyun.city.people import stations as reads
from chengyun.city.people.models import Officer, Station, StationVisit, User
from chengyun.city.people.services import stations as service
from chengyun.kernel import files, paging
from chengyun.kernel.api import caller, idempotent, problems
from chengyun.kernel.errors import wrong
from chengyun.kernel.models import File
from chengyun.kernel.permissions import require
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["社区服务站"])
Pk = Annotated[int, Path(ge=1, le=2**63 - 1)]
Mark = Annotated[str, Query(max_length=paging.LONGEST_MARK)]
Many = Annotated[int, Query(ge=1, le=paging.MOST)]


class StationPlan(Schema):
    """``weekdays`` are digits, 1 is Monday; ``hours`` read 09:00-11:00; ``phone`` is the office's."""

    name: Line
    address: Line
    phone: Code
    weekdays: Code
    hours: Code


class NewStation(StationPlan):
    area: Code


class Assigned(Schema):
    username: Line
    lead: bool = False


class Visited(Schema):
    on: date
    seen: Long
    photos: list[PhotoId] = Field([], max_length=9)


class Found(Schema):
    description: Long
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    crs: Crs = "wgs84"
    address: Line = ""
    class_code: Code = Field("", alias="class")
    photos: list[PhotoId] = Field([], max_length=9)


class OfficerOut(Schema):
    id: int
    username: str
    name: str
    lead: bool
    valid_from: date
    valid_to: date | None


class FiguresOut(Schema):
    """Cases in hand, late, closed in thirty days; promises that wait, and those past their day."""

    live: int
    late: int
    closed: int
    promised: int
    overdue: int


class StationOut(StationPlan):
    area: str
    last_visit_on: date | None
    valid_from: date
    valid_to: date | None
    officers: list[OfficerOut]
    figures: FiguresOut


class VisitOut(Schema):
    id: int
    area: str
    on: date
    seen: str
    by: str
    at: datetime


class VisitWhole(VisitOut):
    cases: list[CaseLine]


class StationList(Schema):
    items: list[StationOut]
    next: str


class VisitList(Schema):
    items: list[VisitOut]
    next: str


OF_STATION = (
    "area", "name", "address", "phone", "weekdays", "hours", "last_visit_on", "valid_from", "valid_to",
)  # fmt: skip


@router.get("/stations", response={200: StationList, **problems()})
def stations(request: HttpRequest, after: Mark = "", limit: Many = 50) -> Any:
    """自己范围内的社区服务站。"""
    user = _reader(request)
    rows = with_figures(reads.stations_for(user), user).prefetch_related("officers__user")
    found = paging.keyset(rows, ("area", "id"), after=after, limit=limit)
    return {"items": [_shown(row) for row in found.items], "next": found.next}


@router.post("/stations", response={201: StationOut, **problems(409)})
@idempotent
def open_station(request: HttpRequest, body: NewStation) -> tuple[int, Any]:
    """登记一个社区的服务站。"""
    user = _reader(request)
    return 201, _whole(user, service.open_station(body.area, _plan(body), by=user))


@router.get("/stations/{area}", response={200: StationOut, **problems(404)})
def station(request: HttpRequest, area: Code) -> Any:
    """一个社区的服务站、队员和数字。"""
    user = _reader(request)
    return _whole(user, reads.station_for(user, area))


@router.post("/stations/{area}/change", response={200: StationOut, **problems(404, 409)})
@idempotent
def change_station(request: HttpRequest, area: Code, body: StationPlan) -> tuple[int, Any]:
    """修改站名、地址、电话、走访日。"""
    user = _reader(request)
    row = reads.station_for(user, area)
    service.change_station(row, _plan(body), by=user)
    return 200, _whole(user, row)


@router.post("/stations/{area}/close", response={200: StationOut, **problems(404, 409)})
@idempotent
def close_station(request: HttpRequest, area: Code) -> tuple[int, Any]:
    """撤销服务站；记录都留着。"""
    user = _reader(request)
    row = reads.station_for(user, area)
    service.close_station(row, by=user)
    return 200, _whole(user, row)


@router.post("/stations/{area}/officers", response={201: StationOut, **problems(404, 409)})
@idempotent
def assign_officer(request: HttpRequest, area: Code, body: Assigned) -> tuple[int, Any]:
    """派一位队员驻社区。"""
    user = _reader(request)
    row = reads.station_for(user, area)
    require(user, reads.CHANGE, area=row.area)
    person = reads.assignable(area).filter(username=body.username).first()
    if person is None:
        raise wrong("username", f"「{body.username}」不能派驻这个社区，请从本区有岗位的人里选。")
    service.assign_officer(row, person, lead=body.lead, by=user)
    return 201, _whole(user, row)


@router.post("/stations/{area}/officers/{pk}/end", response={200: StationOut, **problems(404, 409)})
@idempotent
def release_officer(request: HttpRequest, area: Code, pk: Pk) -> tuple[int, Any]:
    """一位队员不再驻这个社区。"""
    user = _reader(request)
    row = reads.station_for(user, area)
    service.release_officer(reads.officer_of(row, pk), by=user)
    return 200, _whole(user, row)


@router.get("/stations/{area}/visits", response={200: VisitList, **problems(404)})
def visits(request: HttpRequest, area: Code, after: Mark = "", limit: Many = 50) -> Any:
    """一个社区的走访，新的在前。"""
    rows = reads.visits_of(reads.station_for(_reader(request), area)).select_related("station")
    found = paging.keyset(rows, ("-on", "-id"), after=after, limit=limit)
    return {"items": [_visit(row) for row in found.items], "next": found.next}


@router.post(
    "/stations/{area}/visits", response={201: VisitWhole, **problems(404, 409)}, by_alias=True
)
@idempotent
def record_visit(request: HttpRequest, area: Code, body: Visited) -> tuple[int, Any]:
    """记一次走访。"""
    user = _reader(request)
    row = reads.station_for(user, area)
    visit = service.record_visit(row, body.on, body.seen, _photos(user, body.photos), by=user)
    return 201, _visit_whole(visit)


@router.get("/visits/{pk}", response={200: VisitWhole, **problems(404)}, by_alias=True)
def visit(request: HttpRequest, pk: Pk) -> Any:
    """一次走访和发现的案件。"""
    return _visit_whole(reads.visit_for(_reader(request), pk))


@router.post("/visits/{pk}/cases", response={201: VisitWhole, **problems(404)}, by_alias=True)
@idempotent
def report(request: HttpRequest, pk: Pk, body: Found) -> tuple[int, Any]:
    """走访发现的问题，报成案件。"""
    user = _reader(request)
    row = reads.visit_for(user, pk)
    lon, lat = point_to_wgs84(body.lon, body.lat, body.crs)
    new = Problem(
        description=body.description,
        lon=lon,
        lat=lat,
        address=body.address,
        class_code=body.class_code,
        photos=_photos(user, body.photos),
    )
    report_found(row, new, by=user)
    return 201, _visit_whole(row)


def _reader(request: HttpRequest) -> User:
    user: User = caller(request)
    require(user, "case.view")
    return user


def _plan(body: StationPlan) -> service.Plan:
    return service.Plan(**{name: getattr(body, name) for name in StationPlan.model_fields})


def _photos(user: User, ids: list[int]) -> list[File]:
    photos = files.files_of(user.pk, ids)
    if len(photos) != len({*ids}):
        raise wrong("photos", "有照片没有传上来，请重新上传。")
    return photos


def _whole(user: User, row: Station) -> dict[str, Any]:
    """A station as it stands now, one that was just closed too."""
    rows = with_figures(Station.objects.filter(pk=row.pk), user)
    return _shown(rows.prefetch_related("officers__user").get())


def _shown(row: Station) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in OF_STATION}
    officers = [_officer(each) for each in row.officers.all()]
    figures = {name: getattr(row, name) for name in FIGURES}
    return {**same, "officers": officers, "figures": figures}


def _officer(row: Officer) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in ("lead", "valid_from", "valid_to")}
    return {"id": row.pk, "username": row.user.username, "name": row.user.name, **same}


def _visit(row: StationVisit) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in ("on", "seen", "at")}
    return {"id": row.pk, "area": row.station.area, "by": str(row.by or "系统"), **same}


def _visit_whole(row: StationVisit) -> dict[str, Any]:
    return _visit(row) | {"cases": [summary(case) for case in found_on(row)]}
