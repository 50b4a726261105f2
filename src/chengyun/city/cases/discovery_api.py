"""The door of algorithms, and 发现线索 for programs: send, list, confirm, reject, and how often they were right."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints

from chengyun.city.cases import discoveries as reads
from chengyun.city.cases import queries
from chengyun.city.cases.models import Discovery
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services import discoveries as service
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["发现线索"])
Fraction = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(max_length=60), Storable]


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


class Wanted(Part):
    state: Code = ""
    kind: Code = ""
    camera: Code = ""
    flight: Code = ""


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
    return part_of(reads.in_full(rows), ("-id",), wanted, shown)


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


class JudgedOut(Schema):
    """How often people confirmed something; ``low`` and ``high`` (percent, 95 %) are null while nothing was judged."""

    name: str
    detail: str
    confirmed: int
    false: int
    known: int
    foreign: int
    unclear: int
    waiting: int
    low: float | None
    high: float | None


class PrecisionOut(Schema):
    """What was received in a time, by algorithm and kind, and by camera."""

    by_algorithm: list[JudgedOut]
    by_source: list[JudgedOut]


class Span(Schema):
    since: Moment
    until: Moment


@router.get("/discovery-precision", response={200: PrecisionOut, **problems()})
def discovery_precision(request: HttpRequest, span: Query[Span]) -> Any:
    """一段时间里收到的线索，人确认了多少：没有审核过的不给区间。"""
    user = caller(request)
    require(user, "discovery.view")
    rows = reads.tallies(user, span.since, span.until)
    return {
        "by_algorithm": [_judged(row) for row in reads.judged(rows, reads.by_algorithm)],
        "by_source": [_judged(row) for row in reads.judged(rows, reads.by_source)],
    }


def _judged(row: reads.Judged) -> dict[str, Any]:
    low, high = row.interval or (None, None)
    names = ("name", "detail", "confirmed", "waiting")
    return {
        **{name: getattr(row, name) for name in names},
        **row.reasons,
        "low": low,
        "high": high,
    }
