"""Places over the API: where a point lies, and which regions there are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from chengyun.city.places import gazetteer, queries
from chengyun.city.places.specs import Level
from chengyun.kernel import paging
from chengyun.kernel.api import problems
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import installation
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["places 区划网格"])

Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False, description="经度")]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False, description="纬度")]


class RegionName(Schema):
    code: str
    name: str


class Located(Schema):
    """Where a point lies; ``lon`` and ``lat`` are WGS 84."""

    lon: float
    lat: float
    area: str
    regions: list[RegionName]
    grid: str
    responsibility: str
    address: str


class RegionOut(Schema):
    code: str
    name: str
    level: str
    parent: str
    simulated: bool
    box: list[float] | None


class RegionList(Schema):
    items: list[RegionOut]
    next: str
    total: int


@router.get("/locate", response={200: Located, **problems(404)}, summary="一个位置属于哪里")
def locate(request: HttpRequest, lon: Lon, lat: Lat, crs: Crs = "wgs84") -> Any:
    """Regions, unit grid and responsibility grid of a point given in any of the known systems."""
    x, y = point_to_wgs84(lon, lat, crs)
    place = queries.locate(x, y)
    if place is None:
        city = installation()
        name = city.name if city else "本市"
        raise Missing(f"这个位置不在{name}范围内，请核对经纬度和坐标系（{crs}）。")
    return Located(
        lon=x,
        lat=y,
        area=place.area,
        regions=[RegionName(code=code, name=name) for code, name in place.regions],
        grid=place.grid,
        responsibility=place.responsibility,
        address=queries.address_of(x, y),
    )


class SpotOut(Schema):
    """A place words may mean; a ``rough`` one stands for something larger."""

    words: str
    kind: str
    more: str
    lon: float
    lat: float
    rough: bool


@router.get("/find", response={200: list[SpotOut], **problems()}, summary="一个地址可能在哪里")
def find(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=120)],
    within: Annotated[str, Query(max_length=12, pattern=r"^[0-9]*$")] = "",
) -> Any:
    """Crossings, roads and regions by their words, WGS 84; at most eight, the likeliest first."""
    return [SpotOut(**asdict(one)) for one in gazetteer.spots(q, within=within)]


@router.get("/regions", response={200: RegionList, **problems()}, summary="行政区划")
def regions(
    request: HttpRequest,
    within: Annotated[str, Query(max_length=12, pattern=r"^[0-9]*$")] = "",
    level: Level | None = None,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=paging.MOST)] = 100,
) -> Any:
    """Current regions by code, those inside ``within`` and of one level if asked for."""
    rows = queries.regions(within=within, level=level)
    found = paging.keyset(rows, ("code",), after=after, limit=limit)
    return RegionList(
        items=[_region(row) for row in found.items], next=found.next, total=paging.count(rows)[0]
    )


def _region(row: Any) -> RegionOut:
    drawn = row.west is not None
    return RegionOut(
        code=row.code,
        name=row.name,
        level=row.level,
        parent=row.parent,
        simulated=row.simulated,
        box=[row.west, row.south, row.east, row.north] if drawn else None,
    )
