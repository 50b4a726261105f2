"""The doors of the maps of the wall."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema

from chengyun.city.sensing import fences, queries
from chengyun.city.sensing.fences import fences_over
from chengyun.kernel.api import caller, problems
from chengyun.kernel.errors import Missing
from chengyun.kernel.permissions import require
from chengyun.systems.monitoring import fence_view, map_view, tracks

router = Router(tags=["运行监测"])
Code = Annotated[str, Path(max_length=40)]
Mark = Annotated[str, Query(max_length=map_view.LONGEST_MARK)]


class DevicesOnMap(Schema):
    """GeoJSON points; ``unplaced`` devices have no place, ``mark`` is asked with as ``seen`` the next time.

    ``since``: the mark since which all that changed is told, ``gone`` the codes of devices that are no more on the map;
    empty when everything is told.
    """

    type: str
    features: list[dict[str, Any]]
    unplaced: int
    mark: str
    since: str
    gone: list[str]


@router.get(
    "/devices.geojson",
    response={200: DevicesOnMap, 204: None, **problems()},
    url_name="devices_on_map",
)
def devices_on_map(request: HttpRequest, seen: Mark = "") -> Any:
    """自己范围内在用设备的位置和现在的状态；给了 seen，只给从那一次以来变了的，没有变就不给（204）。"""
    user = caller(request)
    require(user, "monitoring.view")
    drawn = map_view.devices_on_map(user)
    if seen == drawn.mark:
        return HttpResponse(status=204)
    return HttpResponse(drawn.since(seen), content_type="application/json; charset=utf-8")


class TrackOnMap(Schema):
    """GeoJSON: fences (``fence``), the way as lines, where it began and where the vehicle is now."""

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
    return _collection(fence_view.features_of(fence_view.over_now(device)) + track.features)


@router.get(
    "/alarms/{code}/track.geojson",
    response={200: TrackOnMap, **problems(404)},
    url_name="alarm_track",
)
def alarm_track(request: HttpRequest, code: Code) -> Any:
    """一条报警前后车辆的轨迹，连同那时给它的围栏和线路。"""
    user = caller(request)
    require(user, "monitoring.view")
    alarm = queries.alarm_for(user, code)
    if not tracks.moves_about(alarm):
        raise Missing(f"报警「{code}」的设备不报位置，没有轨迹。")
    track = tracks.track_of_alarm(alarm, queries.series_of(alarm.series.device))
    given = fences_over(alarm.series.device, alarm.began_at)
    return _collection(fence_view.features_of(given) + track.features)


class FenceOnMap(Schema):
    """GeoJSON: where one may be, or must not be (``forbidden``), the middle of a route, and the devices now."""

    type: str
    features: list[dict[str, Any]]


@router.get(
    "/fences/{code}/shape.geojson",
    response={200: FenceOnMap, **problems(404)},
    url_name="fence_on_map",
)
def fence_on_map(request: HttpRequest, code: Code) -> Any:
    """一条围栏或线路在地图上的样子，和自己范围内归它管的设备现在的位置。"""
    user = caller(request)
    require(user, "monitoring.view")
    row = fences.fence_for(user, code)
    mine = queries.devices_for(user).filter(fences=row)
    return _collection([*fence_view.features_of([row]), *fence_view.devices_on(mine)])


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
