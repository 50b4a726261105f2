"""The register over the API: list, one asset, its registration and changes, and what the map draws."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.assets import answers, queries
from chengyun.city.assets.drafts import Draft
from chengyun.city.assets.services import register
from chengyun.kernel import paging
from chengyun.kernel.api import Part, caller, idempotent, problems
from chengyun.kernel.errors import Invalid
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable
from chengyun.science.cells import Box
from chengyun.science.coordinates import Crs

router = Router(tags=["部件"])

FEATURES_AT_MOST = 4000


Word = Annotated[str, StringConstraints(max_length=40), Storable]
Line = Annotated[str, StringConstraints(max_length=200), Storable]
Long = Annotated[str, StringConstraints(max_length=500), Storable]
Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2100, 12, 31))]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Attributes = Annotated[dict[Word, bool | Whole | Number | Long | None], Field(max_length=60)]
StateKey = Literal["good", "broken", "lost", "scrapped", "removed"]


class NewAsset(Schema):
    """An asset to register. ``type`` is a key or a class code; units by code; without ``code`` one is issued."""

    type: Word
    lon: Lon
    lat: Lat
    crs: Crs = "wgs84"
    code: Word = ""
    name: Word = ""
    state: StateKey = "good"
    owner: Word = ""
    keeper: Word = ""
    supervisor: Word = ""
    address: Line = ""
    source: Word = ""
    note: Long = ""
    created_on: Day | None = None
    attributes: Attributes = {}


class Change(Schema):
    """What is to change; ``version`` is what the caller saw. ``state`` may come with a ``note`` that says why."""

    version: Version | None = None
    name: Word | None = None
    state: StateKey | None = None
    owner: Word | None = None
    keeper: Word | None = None
    supervisor: Word | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    address: Line | None = None
    source: Word | None = None
    note: Long | None = None
    attributes: Attributes | None = None


class UnitName(Schema):
    code: str
    name: str


class AssetLine(Schema):
    code: str
    type: str
    type_label: str
    class_code: str = Field(alias="class")
    name: str
    state: str
    state_label: str
    lon: float
    lat: float
    area: str
    grid: str
    address: str
    owner: UnitName | None
    keeper: UnitName | None
    supervisor: UnitName | None
    changed_on: date
    valid_to: date | None
    simulated: bool
    version: int


class AssetWhole(AssetLine):
    attributes: dict[str, Any]
    source: str
    note: str
    created_on: date


class AssetList(Schema):
    items: list[AssetLine]
    next: str
    total: int
    exact: bool


class Wanted(Schema):
    """What the list and the map are narrowed to."""

    type: Word = ""
    state: StateKey | Literal[""] = ""
    owner: Word = ""
    keeper: Word = ""
    area: Word = ""
    grid: Word = ""
    q: Line = ""
    gone: bool = False


class WantedPage(Wanted, Part):
    exact: bool = False


class WantedBox(Wanted):
    bbox: Annotated[str, StringConstraints(max_length=120)] = ""


class PointShape(Schema):
    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class Feature(Schema):
    type: Literal["Feature"] = "Feature"
    geometry: PointShape
    properties: dict[str, Any]


class Features(Schema):
    """GeoJSON; beyond 4,000 assets their clusters, and ``note`` says so."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]
    total: int
    clustered: bool
    note: str


@router.get("/assets", response={200: AssetList, **problems()}, by_alias=True)
def assets(request: HttpRequest, wanted: Query[WantedPage]) -> Any:
    """部件列表，按标识码。"""
    user = caller(request)
    require(user, "asset.view")
    rows = queries.narrowed(queries.assets_for(user), _filters(wanted))
    total, exact = paging.count(rows, exact=wanted.exact)
    related = rows.select_related("owner", "keeper", "supervisor")
    found = paging.keyset(related, ("code",), after=wanted.after, limit=wanted.limit)
    items = [answers.line(asset) for asset in found.items]
    return {"items": items, "next": found.next, "total": total, "exact": exact}


@router.post("/assets", response={201: AssetWhole, **problems(409)}, by_alias=True)
@idempotent
def add_asset(request: HttpRequest, body: NewAsset) -> tuple[int, Any]:
    """登记部件。"""
    user = caller(request)
    require(user, "asset.change")
    given = body.model_dump(exclude={"type", "owner", "keeper", "supervisor"})
    draft = Draft(type=answers.type_key(body.type), **given | _units(body))
    asset = register.add_asset(draft, by=user)
    return 201, AssetWhole.model_validate(answers.whole(asset))


@router.get("/assets.geojson", response={200: Features, **problems()})
def assets_geojson(request: HttpRequest, wanted: Query[WantedBox]) -> Any:
    """地图用的部件：bbox 为「西,南,东,北」；超过 4000 个时按位置合并。"""
    user = caller(request)
    require(user, "asset.view")
    rows = queries.narrowed(queries.assets_for(user), _filters(wanted))
    return answers.features(rows, _box(wanted.bbox), FEATURES_AT_MOST)


@router.get("/assets/{code}", response={200: AssetWhole, **problems(404)}, by_alias=True)
def asset(request: HttpRequest, code: Word) -> Any:
    """一个部件。"""
    user = caller(request)
    require(user, "asset.view")
    return answers.whole(queries.asset_for(user, code))


@router.patch("/assets/{code}", response={200: AssetWhole, **problems(404, 409)}, by_alias=True)
@idempotent
@transaction.atomic
def change_asset(request: HttpRequest, code: Word, body: Change) -> tuple[int, Any]:
    """修改部件：给出的项改成给出的值。"""
    user = caller(request)
    require(user, "asset.view")
    found = queries.asset_for(user, code)
    given = body.model_dump(
        exclude_none=True, exclude={"version", "state", "owner", "keeper", "supervisor"}
    )
    if body.attributes is not None:
        given["attributes"] = found.attributes | body.attributes
    changes = given | {k: v for k, v in _units(body).items() if getattr(body, k[:-3]) is not None}
    before = found.version
    register.change_asset(found, changes, by=user, version=body.version)
    if body.state:
        seen = body.version if found.version == before else None
        register.set_state(found, body.state, by=user, version=seen)
    return 200, AssetWhole.model_validate(answers.whole(queries.asset_for(user, code)))


def _units(body: NewAsset | Change) -> dict[str, Any]:
    names = ("owner", "keeper", "supervisor")
    return {f"{name}_id": queries.unit_id(getattr(body, name) or "") for name in names}


def _filters(wanted: Wanted) -> queries.Filters:
    given = wanted.model_dump(exclude={"after", "limit", "exact", "bbox", "owner", "keeper"})
    owner, keeper = queries.unit_id(wanted.owner), queries.unit_id(wanted.keeper)
    return queries.Filters(**given, owner=owner, keeper=keeper)


def _box(text: str) -> Box | None:
    if not text:
        return None
    try:
        box = Box(*(float(part) for part in text.split(",")))
    except (ValueError, TypeError) as error:
        raise Invalid("bbox 写作「西,南,东,北」，都是经纬度。") from error
    if not (-180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        raise Invalid("bbox 写作「西,南,东,北」：西不大于东，南不大于北。")
    return box
