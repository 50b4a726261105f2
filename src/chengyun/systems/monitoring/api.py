"""The doors of the maps of the wall."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema

from chengyun.city.sensing import queries
from chengyun.kernel.api import caller, problems
from chengyun.kernel.errors import Missing
from chengyun.kernel.permissions import require
from chengyun.systems.monitoring import map_view, tracks

router = Router(tags=["运行监测"])
Code = Annotated[str, Path(max_length=40)]
Mark = Annotated[str, Query(max_length=map_view.LONGEST_MARK)]


class DevicesOnMap(Schema):
    """GeoJSON points; ``unplaced`` devices have no place, ``mark`` is asked with as ``seen`` the next time."""

    type: str
    features: list[dict[str, Any]]
    unplaced: int
    mark: str


@router.get(
    "/devices.geojson",
    response={200: DevicesOnMap, 204: None, **problems()},
    url_name="devices_on_map",
)
def devices_on_map(request: HttpRequest, seen: Mark = "") -> Any:
    """自己范围内在用设备的位置和现在的状态；和 seen 那一次一样就不再给（204）。"""
    user = caller(request)
    require(user, "monitoring.view")
    drawn = map_view.devices_on_map(user)
    if seen == drawn.mark:
        return HttpResponse(status=204)
    return HttpResponse(drawn.text, content_type="application/json; charset=utf-8")


class TrackOnMap(Schema):
    """GeoJSON: the way as lines, where it began and where the vehicle is now."""

    type: str
    features: list[dict[str, Any]]


@router.get(
    "/devices/{code}/track.geojson",
    response={200: TrackOnMap, **problems(404)},
    url_name="device_track",
)
def device_track(
    request: HttpRequest,
    code: Code,
    hours: Annotated[int, Query(ge=1, le=tracks.MOST)] = tracks.FEW,
    day: Annotated[date | None, Query(ge=tracks.FIRST_DAY, le=tracks.LAST_DAY)] = None,
) -> Any:
    """一辆车最近几小时或者某一天的轨迹；线画得稀，存的位置不动。"""
    user = caller(request)
    require(user, "monitoring.view")
    device = queries.device_for(user, code)
    if device.declared is None or not queries.moves(device.declared):
        raise Missing(f"设备「{code}」不报位置，没有轨迹。")
    track = tracks.track_of(device, queries.series_of(device), tracks.span_of(hours, day))
    return {"type": "FeatureCollection", "features": track.features}
