"""围栏和线路 for programs: list, read, make, end before their time, and the way along the roads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import shapely
from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.cases.schemas import Code
from chengyun.city.sensing import fence_shapes, queries
from chengyun.city.sensing import fences as reads
from chengyun.city.sensing.models import Fence
from chengyun.city.sensing.services import fences as service
from chengyun.kernel import clock
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.errors import wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable

router = Router(tags=["围栏和线路"])
Key = Annotated[str, Path(max_length=40)]
Name = Annotated[str, StringConstraints(max_length=service.LONGEST_NAME), Storable]
Reason = Annotated[str, StringConstraints(max_length=service.LONGEST_REASON), Storable]
Hour = Annotated[str, StringConstraints(pattern=r"^(\d\d:\d\d)?$")]
Corners = Annotated[str, Query(max_length=fence_shapes.MOST_STOPS * 60)]


class FenceOut(Schema):
    """A fence or a route; ``shape`` is GeoJSON in WGS 84, ``hour_from`` is empty for the whole day."""

    code: str
    name: str
    duty: str
    devices: list[str]
    shape: dict[str, Any]
    margin: float
    hour_from: str
    hour_to: str
    valid_from: datetime
    valid_to: datetime | None
    ended_at: datetime | None
    reason: str


class FenceList(Schema):
    items: list[FenceOut]
    next: str


class FencesWanted(Part):
    device: Code = ""
    lasting: bool = False


class NewFenceIn(Schema):
    """``shape`` (GeoJSON, WGS 84), or ``place``, the code of a region or grid whose outline it has.

    Without ``valid_from`` it holds from now on, without ``valid_to`` until it is ended.
    """

    name: Name
    duty: Literal["stay", "avoid", "follow"]
    shape: dict[str, Any] = {}
    place: Code = ""
    margin: float = Field(30, ge=0, le=service.MOST_MARGIN, allow_inf_nan=False)
    devices: list[Code] = Field(min_length=1, max_length=service.MOST_DEVICES)
    hour_from: Hour = ""
    hour_to: Hour = ""
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    reason: Reason


class WayOut(Schema):
    """A GeoJSON line."""

    type: str
    coordinates: list[list[float]]


class EndIn(Schema):
    """Why it is ended."""

    reason: Reason


def shown(row: Fence) -> dict[str, Any]:
    """A fence as every answer gives it."""
    same = (
        *("code", "name", "duty", "shape", "margin", "hour_from", "hour_to"),
        *("valid_from", "valid_to", "ended_at", "reason"),
    )
    devices = [device.code for device in row.devices.all()]
    return {**{name: getattr(row, name) for name in same}, "devices": devices}


@router.get("/fences", response={200: FenceList, **problems(404)})
def fences(request: HttpRequest, wanted: Query[FencesWanted]) -> Any:
    """自己范围内的围栏和线路，新的在前；lasting 只要现在有效的，device 只要给这台设备的。"""
    user = caller(request)
    require(user, "monitoring.view")
    rows = reads.fences_for(user).prefetch_related("devices")
    if wanted.device:
        rows = rows.filter(devices__code=wanted.device)
    if wanted.lasting:
        rows = rows.filter(reads.lasting(clock.now()))
    return part_of(rows, ("-made_at", "-id"), wanted, shown)


@router.get("/fences/way", response={200: WayOut, **problems()}, url_name="fence_way")
def way(request: HttpRequest, corners: Corners) -> Any:
    """沿本市道路从一个点走到下一个点的最短路线；corners 写成「经度,纬度;经度,纬度」。"""
    require(caller(request), reads.CHANGE)
    places = fence_shapes.corners_in(corners.replace(";", "\n"))
    return shapely.geometry.mapping(fence_shapes.drawn(Fence.Duty.FOLLOW, places, by_road=True))


@router.get("/fences/{code}", response={200: FenceOut, **problems(404)})
def fence(request: HttpRequest, code: Key) -> Any:
    """一条围栏或线路。"""
    user = caller(request)
    require(user, "monitoring.view")
    return shown(reads.fence_for(user, code))


@router.post("/fences", response={201: FenceOut, **problems(404)})
@idempotent
def fence_draw(request: HttpRequest, body: NewFenceIn) -> tuple[int, Any]:
    """画一条围栏或线路，给一些会动的设备；5 秒内生效。"""
    user = caller(request)
    require(user, reads.CHANGE)
    if bool(body.shape) == bool(body.place):
        raise wrong("shape", "形状（shape）和区域（place）要写一个，也只写一个。")
    of = fence_shapes.outline_called
    new = service.NewFence(
        name=body.name,
        duty=body.duty,
        shape=of(body.place) if body.place else fence_shapes.of_geojson(body.shape),
        margin=body.margin,
        devices=queries.devices_called(user, body.devices),
        hours=(body.hour_from, body.hour_to),
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        reason=body.reason,
    )
    return 201, shown(service.draw_fence(new, by=user))


@router.post("/fences/{code}/end", response={200: FenceOut, **problems(404, 409)})
@idempotent
def fence_end(request: HttpRequest, code: Key, body: EndIn) -> tuple[int, Any]:
    """不再用：5 秒内不再按它报警。"""
    user = caller(request)
    require(user, reads.CHANGE)
    row = reads.fence_for(user, code)
    service.end_fence(row, body.reason, by=user)
    return 200, shown(row)
