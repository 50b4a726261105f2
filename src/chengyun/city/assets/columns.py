"""The columns of a file of assets: how they are called, and how a cell of each is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from chengyun.city.assets import values
from chengyun.city.assets.drafts import LABELS, LENGTHS
from chengyun.city.assets.models import State
from chengyun.city.assets.specs import AssetType
from chengyun.city.assets.values import Unreadable
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid
from chengyun.science.coordinates import Crs

NEEDED = ("type", "lon", "lat")
UNIT_COLUMNS = frozenset({"owner_id", "keeper_id", "supervisor_id"})
EXACT_DIGITS = 15  # of a number in a spreadsheet; the rest of a longer one is lost
# Column names of the part standard and of common surveys, beside our own.
ALIASES = {
    "部件标识码": "code",
    "ObjID": "code",
    "部件类型": "type",
    "小类": "type",
    "大小类代码": "type",
    "部件名称": "name",
    "ObjName": "name",
    "ObjState": "state",
    "主管部门": "supervisor",
    "DeptName1": "supervisor",
    "DeptName2": "owner",
    "DeptName3": "keeper",
    "位置描述": "address",
    "DataSource": "source",
    "ORDate": "created_on",
    "Note": "note",
}
READABLE = {label: key for key, label in LABELS.items() if key not in ("grid_code", "area")}
# Columns our own export adds; they follow from the position and are not read.
DERIVED = frozenset({"单元网格", "区域", "变更日期", "注销日期", "模拟"})
SYSTEMS: dict[str, Crs] = {
    "wgs84": "wgs84",
    "cgcs2000": "wgs84",
    "gcj02": "gcj02",
    "bd09": "bd09",
}

Reader = Callable[[str, object, str], object]


def read_header(header: Sequence[str]) -> list[str]:
    """What each column holds: a key of our own, the label of an attribute, or "" for one that is not read."""
    attributes = {f.label for kind in registry.all_of(AssetType) for f in kind.fields}
    columns = [_column(name, attributes) for name in header]
    known = [c for c in columns if c]
    if not set(NEEDED) & set(known):
        raise Invalid("第 1 行应当是列名，至少要有「类型」「经度」「纬度」三列。请先下载导入模板。")
    if None in columns:
        strange = header[columns.index(None)]
        raise Invalid(f"第 1 行的「{strange[:40]}」不是部件的列名，请改名或删掉这一列。")
    missing = [LABELS[key] for key in NEEDED if key not in known]
    if missing:
        raise Invalid(f"第 1 行缺少这些列：{'、'.join(missing)}。")
    doubled = [c for c, times in Counter(known).items() if times > 1]
    if doubled:
        raise Invalid(f"第 1 行有两列都是「{label_of(doubled[0])}」。")
    return [c or "" for c in columns]


def _column(name: str, attributes: set[str]) -> str | None:
    """None for a name nobody knows."""
    bare = name.removesuffix("（选填）").strip(" *＊")
    key = READABLE.get(bare) or ALIASES.get(bare) or ""
    if key in ("owner", "keeper", "supervisor"):
        return f"{key}_id"
    if key or not bare or bare in DERIVED:
        return key
    label = bare if bare in attributes else bare.split("（")[0]
    return label if label in attributes else None


def label_of(column: str) -> str:
    """The name people know a column by."""
    return LABELS.get(column.removesuffix("_id"), column)


def _code(key: str, raw: object, text: str) -> str:
    if isinstance(raw, int | float) and len(text) > EXACT_DIGITS:
        raise Unreadable(
            f"是数字格式，Excel 只保留 {EXACT_DIGITS} 位，后面的已经丢失；请把这一列设为文本再填"
        )
    return values.line(text, 24)


def _text(key: str, raw: object, text: str) -> str:
    return values.line(text, LENGTHS[key], broken=key == "note")


def _state(key: str, raw: object, text: str) -> str:
    for state in State:
        if text in (state.value, state.label):
            return state.value
    raise Unreadable(f"应当是{'、'.join(State.labels)}之一，现在是「{text[:40]}」")


def _degrees(key: str, raw: object, text: str) -> float:
    most = 180 if key == "lon" else 90
    found = values.number(text)
    if abs(found) > most:
        raise Unreadable(f"应当在 -{most} 和 {most} 之间，现在是 {found:g}")
    return found


def _system(key: str, raw: object, text: str) -> Crs:
    found = SYSTEMS.get(text.lower().replace("-", "").replace("_", ""))
    if found is None:
        raise Unreadable("只能是 WGS84、CGCS2000、GCJ02 或 BD09")
    return found


def _day(key: str, raw: object, text: str) -> date:
    return values.day(text)


READERS: dict[str, Reader] = {
    "code": _code,
    **dict.fromkeys(LENGTHS, _text),
    "state": _state,
    "lon": _degrees,
    "lat": _degrees,
    "crs": _system,
    "created_on": _day,
}
