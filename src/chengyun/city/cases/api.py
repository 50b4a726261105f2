"""The doors of cases for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints

from chengyun.city.cases import answers, queries
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.reporter import erase_reporter
from chengyun.kernel import files, paging
from chengyun.kernel.api import Moment, caller, idempotent, problems
from chengyun.kernel.errors import Invalid
from chengyun.kernel.models import File as StoredFile
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["案件"])

Code = Annotated[str, StringConstraints(max_length=40), Storable]
Line = Annotated[str, StringConstraints(max_length=120), Storable]
Long = Annotated[str, StringConstraints(max_length=4000), Storable]
PhotoId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Report(Schema):
    """A new case."""

    source: Code
    description: Long
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    crs: Crs = "wgs84"
    type: Code = "standard"
    class_code: Code = Field("", alias="class")
    address: Line = ""
    asset: Code = ""
    reporter_name: Line = ""
    reporter_phone: Code = ""
    photos: list[PhotoId] = Field([], max_length=9)


class Acting(Schema):
    """A verb's facts; which are needed says the case's ``verbs``. ``version`` is what the caller saw."""

    version: int | None = Field(None, ge=0, le=2**31 - 1)
    reason: Long = ""
    note: Long = ""
    result: Long = ""
    photos: list[PhotoId] = Field([], max_length=9)
    unit: Code = ""
    inspector: Line = ""
    class_code: Code = Field("", alias="class")
    condition: int | None = Field(None, ge=1, le=2**63 - 1)
    verdict: Code = ""
    due: Code = ""


class Verb(Schema):
    verb: str
    label: str
    needs: list[str]
    asks: list[str]


class CaseLine(Schema):
    code: str
    type: str
    source: str
    state: str
    state_label: str
    stage: int
    version: int
    class_code: str | None = Field(None, alias="class")
    class_name: str | None
    description: str
    address: str
    lon: float
    lat: float
    area: str
    grid: str
    unit: str | None
    unit_name: str | None
    reported_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    light: str
    late: bool
    returns: int
    reworks: int


class CaseWhole(CaseLine):
    asset: str
    verbs: list[Verb]


class CaseList(Schema):
    items: list[CaseLine]
    next: str
    total: int
    exact: bool


class Wanted(Schema):
    """The filters of the list."""

    state: list[Code] = Field([], max_length=20)
    class_code: Code = Field("", alias="class")
    area: Code = ""
    unit: Code = ""
    source: Code = ""
    type: Code = ""
    since: Moment | None = None
    until: Moment | None = None
    q: Line = ""
    late: bool = False
    soon: bool = False
    order: Code = "-reported_at"
    after: Annotated[str, StringConstraints(max_length=400)] = ""
    limit: int = Field(50, ge=1, le=paging.MOST)
    exact: bool = False


ORDERS = {
    "-reported_at": ("-reported_at", "-id"),
    "reported_at": ("reported_at", "id"),
    "due_at": ("due_at", "id"),
}


@router.post("/cases", response={201: CaseWhole, **problems(409)}, by_alias=True)
@idempotent
def report(request: HttpRequest, body: Report) -> tuple[int, Any]:
    """上报案件。"""
    user = caller(request)
    require(user, "case.report")
    lon, lat = point_to_wgs84(body.lon, body.lat, body.crs)
    new = NewCase(
        type=body.type,
        source=body.source,
        class_code=body.class_code,
        description=body.description,
        lon=lon,
        lat=lat,
        address=body.address,
        asset=body.asset,
        reporter_name=body.reporter_name,
        reporter_phone=body.reporter_phone,
        photos=_photos(body.photos, user.pk),
    )
    case = open_case(new, by=user)
    return 201, answers.whole(case, user)


@router.get("/cases", response={200: CaseList, **problems()}, by_alias=True)
def cases(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """案件列表。"""
    user = caller(request)
    require(user, "case.view")
    if wanted.order not in ORDERS:
        raise Invalid(f"order 只能是：{'、'.join(ORDERS)}。")
    rows = queries.narrowed(
        queries.cases_for(user),
        states=wanted.state,
        case_class=wanted.class_code,
        area=wanted.area,
        unit=queries.unit_id(wanted.unit) if wanted.unit else None,
        source=wanted.source,
        case_type=wanted.type,
        since=wanted.since,
        until=wanted.until,
        words=wanted.q,
        late=wanted.late,
        soon=wanted.soon,
    )
    total, exact = paging.count(rows, exact=wanted.exact)
    order, whole = ORDERS[wanted.order], queries.in_full()
    found = paging.keyset(rows, order, after=wanted.after, limit=wanted.limit, whole=whole)
    items = [answers.summary(case) for case in found.items]
    return {"items": items, "next": found.next, "total": total, "exact": exact}


@router.get("/cases/{code}", response={200: CaseWhole, **problems(404)}, by_alias=True)
def case(request: HttpRequest, code: Code) -> Any:
    """一件案件：现在的状态，以及调用者现在可以做什么。"""
    user = caller(request)
    require(user, "case.view")
    return answers.whole(queries.case_for(user, code), user)


@router.delete(
    "/cases/{code}/reporter", response={200: CaseWhole, **problems(404, 409)}, by_alias=True
)
def reporter(request: HttpRequest, code: Code, words: bool = False) -> Any:
    """应上报人申请，删除其姓名和电话；words 为真时连同原话。"""
    user = caller(request)
    require(user, "case.view")
    found = erase_reporter(queries.case_for(user, code), words=words, by=user)
    return answers.whole(found, user)


@router.post("/cases/{code}/{verb}", response={200: CaseWhole, **problems(404, 409)}, by_alias=True)
@idempotent
def take_step(request: HttpRequest, code: Code, verb: Code, body: Acting) -> tuple[int, Any]:
    """对案件做一个动作。"""
    user = caller(request)
    require(user, "case.view")
    found = queries.case_for(user, code)
    facts = body.model_dump(by_alias=True, exclude={"version"})
    act(found, verb, facts, by=user, version=body.version)
    return 200, answers.whole(found, user)


class Photo(Schema):
    id: int
    width: int | None
    height: int | None


@router.post("/photos", response={201: Photo, **problems(413, 415)})
def photo(request: HttpRequest, file: File[UploadedFile]) -> Status[Any]:
    """上传一张照片，得到的 id 供上报和动作使用。"""
    user = caller(request)
    return Status(201, files.store_photo(file.read(), file.name or "照片", by=user))


class Condition(Schema):
    id: int
    text: str
    limit_value: float
    limit_unit: str
    closing: str


class CatalogueClass(Schema):
    code: str
    kind: str
    major: str
    name: str
    conditions: list[Condition]


@router.get("/classes/{code}", response={200: CatalogueClass, **problems(404)})
def case_class(request: HttpRequest, code: Code, area: Code = "") -> Any:
    """一个小类和它在某区域的立案条件。"""
    found = queries.class_named(code, area)
    return {
        "code": found.code,
        "kind": found.kind,
        "major": found.major,
        "name": found.name,
        "conditions": queries.conditions_of(found, area),
    }


@router.get("/classes", response={200: list[CatalogueClass], **problems()})
def case_classes(request: HttpRequest, area: Code = "") -> Any:
    """现行目录的全部小类（不带立案条件）。"""
    return [
        {"code": c.code, "kind": c.kind, "major": c.major, "name": c.name, "conditions": []}
        for c in queries.classes_for(area)
    ]


def _photos(ids: list[int], owner: int) -> list[StoredFile]:
    found = {f.pk: f for f in files.files_of(owner, ids)} if ids else {}
    missing = [pk for pk in ids if pk not in found]
    if missing:
        raise Invalid("有照片没有传上来，请重新上传。")
    return [found[pk] for pk in ids]
