"""The doors of the maps of the wall."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from chengyun.kernel.api import caller, problems
from chengyun.kernel.permissions import require
from chengyun.systems.monitoring import map_view

router = Router(tags=["运行监测"])
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
