"""An asset as somebody wants it registered, and the checks every door shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chengyun.city.assets import values
from chengyun.city.assets.models import State
from chengyun.city.assets.specs import AssetType, Layout
from chengyun.city.assets.values import Unreadable
from chengyun.city.places.queries import Place, locate
from chengyun.kernel import registry, search
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.installation import city_area
from chengyun.kernel.params import settings_of
from chengyun.science.coordinates import Crs, point_to_wgs84

LENGTHS = {"name": 80, "address": 200, "source": 40, "note": 500}
LABELS = {
    "code": "标识码",
    "type": "类型",
    "name": "名称",
    "state": "状态",
    "owner": "权属单位",
    "keeper": "养护单位",
    "supervisor": "主管单位",
    "lon": "经度",
    "lat": "纬度",
    "crs": "坐标系",
    "address": "地址",
    "source": "数据来源",
    "note": "备注",
    "created_on": "初始日期",
    "grid_code": "单元网格",
    "area": "区域",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What is known of an asset before it has a row. Units by id; ``code`` "" has one issued."""

    type: str
    lon: float
    lat: float
    crs: Crs = "wgs84"
    code: str = ""
    name: str = ""
    state: str = State.GOOD
    owner_id: int | None = None
    keeper_id: int | None = None
    supervisor_id: int | None = None
    address: str = ""
    source: str = ""
    note: str = ""
    created_on: date | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False


def type_of(key: str) -> AssetType:
    """A declared type. Raises Invalid."""
    if not registry.has(AssetType, key):
        raise refusal("type", f"没有「{key[:40]}」这种部件")
    return registry.get(AssetType, key)


def layout() -> Layout:
    """The city's layout of asset codes."""
    return Layout.parse(str(settings_of(city_area())["asset.code.layout"]))


def refusal(key: str, message: str, label: str = "") -> Invalid:
    sentence = f"「{label or LABELS[key]}」{message}。"
    return Invalid(sentence, fields=(FieldError(key, sentence),))


def attributes_of(
    kind: AssetType, given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[FieldError]]:
    """The attributes as they are stored, and what is wrong with those given."""
    kept: dict[str, Any] = {}
    faults = [
        FieldError(key, f"{kind.label}没有「{key[:40]}」这一项。")
        for key in given
        if kind.field(key) is None
    ]
    for spec in kind.fields:
        try:
            value = values.read(spec, given.get(spec.key))
        except Unreadable as error:
            faults.append(FieldError(spec.key, f"「{spec.label}」{error}。"))
            continue
        if value is not None:
            kept[spec.key] = value
    return kept, faults


def check_texts(given: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the plain texts among the values given."""
    faults = []
    for key, longest in LENGTHS.items():
        try:
            values.line(given.get(key) or "", longest, broken=key == "note")
        except Unreadable as error:
            faults.append(FieldError(key, f"「{LABELS[key]}」{error}。"))
    return faults


def place_of(lon: float, lat: float, crs: Crs) -> tuple[float, float, Place]:
    """The point in WGS 84 and where it lies. Raises Invalid outside the city."""
    try:
        x, y = point_to_wgs84(lon, lat, crs)
        place = locate(x, y) if abs(x) <= 180 and abs(y) <= 90 else None
    except ValueError as error:
        raise refusal("crs", "只能是 wgs84、cgcs2000、gcj02 或 bd09") from error
    if place is None:
        sentence = f"位置（{lon:.6f}，{lat:.6f}）不在城市范围内，请核对经纬度和坐标系。"
        raise Invalid(sentence, fields=(FieldError("lon", sentence),))
    return x, y, place


def document_of(
    kind: AssetType, code: str, name: str, address: str, attributes: Mapping[str, Any]
) -> str:
    """What a search finds an asset by."""
    texts = [
        str(attributes[f.key]) for f in kind.fields if f.kind == "text" and attributes.get(f.key)
    ]
    return search.document(code, name, kind.label, address, *texts)
