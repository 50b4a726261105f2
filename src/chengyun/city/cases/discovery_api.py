"""The door of algorithms, and 发现线索 for programs: send, list, confirm, reject; cameras and kinds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Form, Path, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints

from chengyun.city.cases import discoveries as reads
from chengyun.city.cases import queries
from chengyun.city.cases.models import Camera, Discovery, DiscoveryKind
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services import cameras as register
from chengyun.city.cases.services import discoveries as service
from chengyun.kernel import paging
from chengyun.kernel.api import Moment, caller, idempotent, problems
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["发现线索"])
Fraction = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(max_length=60), Storable]
CameraCode = Annotated[str, Path(max_length=40)]


class Sent(Schema):
    """What was seen. ``x``, ``y``, ``w``, ``h``: the box in fractions of the picture, from its upper left corner.

    ``number`` is the sender's own and is taken once: again it gets the first answer. Without ``lon`` and ``lat`` the
    ``place`` is looked up, and without that the camera says where.
    """

    number: Code
    algorithm: Name
    kind: Code
    confidence: Fraction
    x: Fraction
    y: Fraction
    w: Fraction
    h: Fraction
    taken_at: Moment
    camera: Code = ""
    flight: Code = ""
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    crs: Crs = "wgs84"
    place: Line = ""


class DiscoveryOut(Schema):
    """A discovery; ``case`` is what it became, or the case that already stood for the same thing."""

    code: str
    number: str
    camera: str | None
    flight: str | None
    algorithm: str
    kind: str
    kind_label: str
    confidence: float
    x: float
    y: float
    w: float
    h: float
    taken_at: datetime
    received_at: datetime
    lon: float
    lat: float
    place: str
    state: str
    state_label: str
    reason: str
    reason_label: str
    note: str
    judged_at: datetime | None
    case: str | None


class DiscoveryList(Schema):
    items: list[DiscoveryOut]
    next: str


class Wanted(Schema):
    state: Code = ""
    kind: Code = ""
    camera: Code = ""
    flight: Code = ""
    after: Annotated[str, StringConstraints(max_length=400)] = ""
    limit: int = 50


def shown(row: Discovery) -> dict[str, Any]:
    """A discovery as every answer gives it."""
    same = (
        "code", "number", "algorithm", "confidence", "taken_at", "received_at", "lon", "lat",
        "state", "reason", "note", "judged_at",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in same},
        "camera": row.camera.code if row.camera else None,
        "flight": row.flight.code if row.flight else None,
        "kind": row.kind.key,
        "kind_label": row.kind.label,
        "x": row.left,
        "y": row.top,
        "w": row.width,
        "h": row.height,
        "place": row.address,
        "state_label": row.get_state_display(),
        "reason_label": row.get_reason_display(),
        "case": row.case.code if row.case else None,
    }


@router.post(
    "/discoveries", response={200: DiscoveryOut, 201: DiscoveryOut, **problems(409, 413, 415)}
)
def send(request: HttpRequest, frame: File[UploadedFile], seen: Form[Sent]) -> Any:
    """算法报送一条线索（multipart，frame 是画面）：编号已收过的，得到第一次的答复（200）。"""
    user = caller(request)
    require(user, "discovery.send")
    row, known = service.send(_sighting(seen, frame), by=user)
    return Status(200 if known else 201, shown(row))


def _sighting(seen: Sent, frame: UploadedFile) -> service.Sighting:
    lon, lat = seen.lon, seen.lat
    if lon is not None and lat is not None:
        lon, lat = point_to_wgs84(lon, lat, seen.crs)
    return service.Sighting(
        number=seen.number,
        algorithm=seen.algorithm,
        kind=seen.kind,
        confidence=seen.confidence,
        box=service.Box(left=seen.x, top=seen.y, width=seen.w, height=seen.h),
        taken_at=seen.taken_at,
        frame=frame.read(),
        camera=seen.camera.strip(),
        flight=seen.flight.strip(),
        lon=lon,
        lat=lat,
        address=seen.place,
    )


@router.get("/discoveries", response={200: DiscoveryList, **problems()})
def discoveries(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """自己范围内的发现线索，新的在前。"""
    user = caller(request)
    require(user, "discovery.view")
    asked = {
        "state": wanted.state,
        "kind__key": wanted.kind,
        "camera__code": wanted.camera,
        "flight__code": wanted.flight,
    }
    rows = reads.discoveries_for(user).filter(**{k: v for k, v in asked.items() if v})
    limit = max(1, min(wanted.limit, paging.MOST))
    found = paging.keyset(reads.in_full(rows), ("-id",), after=wanted.after, limit=limit)
    return {"items": [shown(row) for row in found.items], "next": found.next}


@router.get("/discoveries/{code}", response={200: DiscoveryOut, **problems(404)})
def discovery(request: HttpRequest, code: Code) -> Any:
    """一条线索。"""
    user = caller(request)
    require(user, "discovery.view")
    return shown(reads.discovery_for(user, code))


@router.post("/discoveries/{code}/confirm", response={200: DiscoveryOut, **problems(404, 409)})
@idempotent
def confirm(request: HttpRequest, code: Code) -> tuple[int, Any]:
    """人工确认：成为一件案件，画面是它的照片。"""
    user = caller(request)
    require(user, "discovery.view")
    row = reads.discovery_for(user, code)
    service.confirm(row, by=user)
    return 200, shown(row)


class Rejection(Schema):
    """Why: ``false``, ``known``, ``foreign`` or ``unclear``; ``case`` is the one that stands for a known problem."""

    reason: Code
    note: Long = ""
    case: Code = ""


@router.post("/discoveries/{code}/reject", response={200: DiscoveryOut, **problems(404, 409)})
@idempotent
def reject(request: HttpRequest, code: Code, body: Rejection) -> tuple[int, Any]:
    """人工驳回，写明原因。"""
    user = caller(request)
    require(user, "discovery.view")
    row = reads.discovery_for(user, code)
    known = queries.case_for(user, body.case) if body.case else None
    service.reject(row, body.reason, note=body.note, known=known, by=user)
    return 200, shown(row)


class CameraOut(Schema):
    code: str
    name: str
    place: str
    lon: float
    lat: float
    owner: str
    state: str
    state_label: str


class CameraList(Schema):
    items: list[CameraOut]
    next: str


class CameraWanted(Schema):
    state: Code = ""
    after: Annotated[str, StringConstraints(max_length=400)] = ""
    limit: int = 50


class CameraIn(Schema):
    """A camera as it is to be; ``state`` is ``working`` or ``broken``."""

    name: Name
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    crs: Crs = "wgs84"
    place: Line = ""
    owner: Name = ""
    state: Code = "working"


class NewCameraIn(CameraIn):
    code: Code


def camera_shown(row: Camera) -> dict[str, Any]:
    """A camera as every answer gives it."""
    same = ("code", "name", "lon", "lat", "owner", "state")
    return {
        **{name: getattr(row, name) for name in same},
        "place": row.address,
        "state_label": row.get_state_display(),
    }


def _camera(code: str, body: CameraIn) -> register.NewCamera:
    lon, lat = point_to_wgs84(body.lon, body.lat, body.crs)
    return register.NewCamera(
        code=code, name=body.name, lon=lon, lat=lat, address=body.place, owner=body.owner
    )


@router.get("/cameras", response={200: CameraList, **problems()})
def cameras(request: HttpRequest, wanted: Query[CameraWanted]) -> Any:
    """自己范围内的摄像头。"""
    user = caller(request)
    require(user, "discovery.view")
    rows = reads.cameras_for(user)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    limit = max(1, min(wanted.limit, paging.MOST))
    found = paging.keyset(rows, ("-id",), after=wanted.after, limit=limit)
    return {"items": [camera_shown(row) for row in found.items], "next": found.next}


@router.post("/cameras", response={201: CameraOut, **problems()})
@idempotent
def camera_add(request: HttpRequest, body: NewCameraIn) -> tuple[int, Any]:
    """登记摄像头。"""
    user = caller(request)
    require(user, "discovery.arrange")
    return 201, camera_shown(register.add_camera(_camera(body.code, body), by=user))


@router.put("/cameras/{code}", response={200: CameraOut, **problems(404, 409)})
@idempotent
def camera_change(request: HttpRequest, code: CameraCode, body: CameraIn) -> tuple[int, Any]:
    """修改摄像头，或记下故障、修好。"""
    user = caller(request)
    require(user, "discovery.arrange")
    row = reads.camera_for(user, code)
    register.change_camera(row, _camera(row.code, body), body.state, by=user)
    return 200, camera_shown(row)


@router.post("/cameras/{code}/end", response={200: CameraOut, **problems(404, 409)})
@idempotent
def camera_end(request: HttpRequest, code: CameraCode) -> tuple[int, Any]:
    """停用摄像头。"""
    user = caller(request)
    require(user, "discovery.arrange")
    row = reads.camera_for(user, code)
    register.end_camera(row, by=user)
    return 200, camera_shown(row)


class KindOut(Schema):
    """A kind that is taken, and the class of the cases made of it; "" leaves the class to the desk."""

    key: str
    label: str
    class_code: str = Field(alias="class")


def kind_shown(row: DiscoveryKind) -> dict[str, str]:
    return {"key": row.key, "label": row.label, "class": row.class_code}


@router.get("/discovery-kinds", response={200: list[KindOut], **problems()}, by_alias=True)
def discovery_kinds(request: HttpRequest) -> Any:
    """接收哪些种类：报送和查看的人都可以问。"""
    user = caller(request)
    if not user.may("discovery.send"):
        require(user, "discovery.view")
    return [kind_shown(row) for row in reads.kinds()]
