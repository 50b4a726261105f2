"""Cameras and 发现种类 for programs."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.cases import discoveries as reads
from chengyun.city.cases.models import Camera, DiscoveryKind
from chengyun.city.cases.schemas import Code, Line
from chengyun.city.cases.services import cameras as register
from chengyun.city.cases.services import kinds as service
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["发现线索"])
Name = Annotated[str, StringConstraints(max_length=60), Storable]
Key = Annotated[str, Path(max_length=40)]


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


class CameraWanted(Part):
    state: Code = ""


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
    return part_of(rows, ("-id",), wanted, camera_shown)


@router.post("/cameras", response={201: CameraOut, **problems()})
@idempotent
def camera_add(request: HttpRequest, body: NewCameraIn) -> tuple[int, Any]:
    """登记摄像头。"""
    user = caller(request)
    require(user, "discovery.arrange")
    return 201, camera_shown(register.add_camera(_camera(body.code, body), by=user))


@router.put("/cameras/{code}", response={200: CameraOut, **problems(404, 409)})
@idempotent
def camera_change(request: HttpRequest, code: Key, body: CameraIn) -> tuple[int, Any]:
    """修改摄像头，或记下故障、修好。"""
    user = caller(request)
    require(user, "discovery.arrange")
    row = reads.camera_for(user, code)
    register.change_camera(row, _camera(row.code, body), body.state, by=user)
    return 200, camera_shown(row)


@router.post("/cameras/{code}/end", response={200: CameraOut, **problems(404, 409)})
@idempotent
def camera_end(request: HttpRequest, code: Key) -> tuple[int, Any]:
    """停用摄像头。"""
    user = caller(request)
    require(user, "discovery.arrange")
    row = reads.camera_for(user, code)
    register.end_camera(row, by=user)
    return 200, camera_shown(row)


class KindIn(Schema):
    """A kind's name, and the class of the cases made of it; "" leaves the class to the desk."""

    label: Name
    class_code: Code = Field("", alias="class")


class NewKindIn(KindIn):
    key: Code


class KindOut(Schema):
    """A kind, and the class of the cases made of it."""

    key: str
    label: str
    class_code: str = Field(alias="class")
    taken: bool


def kind_shown(row: DiscoveryKind) -> dict[str, Any]:
    """A kind as every answer gives it."""
    taken = row.ended_at is None
    return {"key": row.key, "label": row.label, "class": row.class_code, "taken": taken}


@router.get("/discovery-kinds", response={200: list[KindOut], **problems()}, by_alias=True)
def discovery_kinds(request: HttpRequest) -> Any:
    """现在接收哪些种类；没有密级，登录的都可以问。"""
    caller(request)
    return [kind_shown(row) for row in reads.kinds()]


@router.post("/discovery-kinds", response={201: KindOut, **problems()}, by_alias=True)
@idempotent
def kind_add(request: HttpRequest, body: NewKindIn) -> tuple[int, Any]:
    """新增接收的种类。"""
    row = service.add_kind(body.key, body.label, body.class_code, by=caller(request))
    return 201, kind_shown(row)


@router.put("/discovery-kinds/{key}", response={200: KindOut, **problems(404, 409)}, by_alias=True)
@idempotent
def kind_change(request: HttpRequest, key: Key, body: KindIn) -> tuple[int, Any]:
    """改名称，或改成案归哪一类。"""
    user = caller(request)
    require(user, "catalogue.change")
    row = reads.kind_named(key)
    service.change_kind(row, body.label, body.class_code, by=user)
    return 200, kind_shown(row)


@router.post(
    "/discovery-kinds/{key}/end", response={200: KindOut, **problems(404, 409)}, by_alias=True
)
@idempotent
def kind_end(request: HttpRequest, key: Key) -> tuple[int, Any]:
    """不再接收这个种类。"""
    user = caller(request)
    require(user, "catalogue.change")
    row = reads.kind_named(key)
    service.end_kind(row, by=user)
    return 200, kind_shown(row)
