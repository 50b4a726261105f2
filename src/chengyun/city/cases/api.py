"""The doors of cases for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from chengyun.city.cases import answers, campaigns, queries
from chengyun.city.cases.questions import questions_by_class, questions_of
from chengyun.city.cases.schemas import (
    Acting,
    CaseDetail,
    CaseList,
    CaseWhole,
    Code,
    Report,
    Wanted,
)
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.reporter import erase_reporter
from chengyun.kernel import files, paging
from chengyun.kernel.api import Moment, caller, idempotent, problems
from chengyun.kernel.errors import Invalid
from chengyun.kernel.models import File as StoredFile
from chengyun.kernel.permissions import require
from chengyun.science.coordinates import point_to_wgs84

router = Router(tags=["案件"])

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
        number=body.number,
        photos=_photos(body.photos, user.pk),
        answers=body.answers,
        on_the_spot=body.on_the_spot,
        after=_photos(body.after_photos, user.pk),
        voice=_photos([body.voice], user.pk)[0] if body.voice else None,
        seen_at=body.seen_at,
        accuracy=body.accuracy,
    )
    case = open_case(new, by=user)
    return 201, answers.whole(case, user)


@router.get("/cases", response={200: CaseList, **problems(404)}, by_alias=True)
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
    if wanted.campaign:
        rows = rows.filter(campaigns.counted(campaigns.campaign_for(user, wanted.campaign)))
    if wanted.ended:
        rows = campaigns.ended(rows, wanted.ended)
    total, exact = paging.count(rows, exact=wanted.exact)
    order, whole = ORDERS[wanted.order], queries.in_full()
    found = paging.keyset(rows, order, after=wanted.after, limit=wanted.limit, whole=whole)
    items = [answers.summary(case) for case in found.items]
    return {"items": items, "next": found.next, "total": total, "exact": exact}


@router.get("/cases/{code}", response={200: CaseDetail, **problems(404)}, by_alias=True)
def case(request: HttpRequest, code: Code) -> Any:
    """一件案件：现在的状态、证据，以及调用者现在可以做什么、每一步要填什么。"""
    user = caller(request)
    require(user, "case.view")
    return answers.detail(queries.case_for(user, code), user)


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


class Shot(Schema):
    """When and where a photo was taken, and the SHA-256 of the camera's own file if it was made smaller since."""

    taken_at: Moment | None = None
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    accuracy: float | None = Field(None, ge=0, le=100_000)
    original_sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")


@router.post("/photos", response={201: Photo, **problems(413, 415)})
@idempotent
def photo(
    request: HttpRequest, file: File[UploadedFile], shot: Form[Shot]
) -> tuple[int, dict[str, Any]]:
    """上传一张照片，得到的 id 供上报和动作使用。"""
    taken = files.Taken(
        at=shot.taken_at,
        lon=shot.lon,
        lat=shot.lat,
        accuracy=shot.accuracy,
        original_sha256=shot.original_sha256,
    )
    kept = files.store_photo(file.read(), file.name or "照片", by=caller(request), taken=taken)
    return 201, {"id": kept.pk, "width": kept.width, "height": kept.height}


@router.post("/voices", response={201: Photo, **problems(413, 415)})
@idempotent
def voice(request: HttpRequest, file: File[UploadedFile]) -> tuple[int, dict[str, Any]]:
    """上传一段录音，得到的 id 供上报使用。"""
    kept = files.store_voice(file.read(), file.name or "录音", by=caller(request))
    return 201, {"id": kept.pk, "width": None, "height": None}


class Condition(Schema):
    id: int
    text: str
    limit_value: float
    limit_unit: str
    closing: str


class Question(Schema):
    """A further question of a class; asked only if the one named in ``condition_key`` was answered so."""

    key: str
    label: str
    kind: str
    choices: list[str]
    required: bool
    condition_key: str
    condition_equals: str


class CatalogueClass(Schema):
    code: str
    kind: str
    major: str
    name: str
    initials: str
    conditions: list[Condition]
    questions: list[Question]


@router.get("/classes/{code}", response={200: CatalogueClass, **problems(404)})
def case_class(request: HttpRequest, code: Code, area: Code = "") -> Any:
    """一个小类和它在某区域的立案条件。"""
    found = queries.class_named(code, area)
    return {
        "code": found.code,
        "kind": found.kind,
        "major": found.major,
        "name": found.name,
        "initials": found.initials,
        "conditions": queries.conditions_of(found, area),
        "questions": questions_of(found.code),
    }


@router.get("/classes/{code}/questions", response={200: list[Question], **problems()})
def class_questions(request: HttpRequest, code: Code) -> Any:
    """上报这个小类时要回答的附加问题。"""
    return questions_of(code)


@router.get("/classes", response={200: list[CatalogueClass], **problems()})
def case_classes(request: HttpRequest, area: Code = "") -> Any:
    """现行目录的全部小类和它们的附加问题（不带立案条件）。"""
    names = ("code", "kind", "major", "name", "initials")
    found = queries.classes_for(area)
    asked = questions_by_class([c.code for c in found])
    return [
        {name: getattr(c, name) for name in names} | {"conditions": [], "questions": asked[c.code]}
        for c in found
    ]


def _photos(ids: list[int], owner: int) -> list[StoredFile]:
    found = {f.pk: f for f in files.files_of(owner, ids)} if ids else {}
    missing = [pk for pk in ids if pk not in found]
    if missing:
        raise Invalid("有照片没有传上来，请重新上传。")
    return [found[pk] for pk in ids]
