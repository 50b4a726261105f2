"""Codes of places, and the rows a layer of places is imported from; no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os.path import commonprefix
from typing import Literal

from shapely.geometry.base import BaseGeometry

Level = Literal["city", "district", "street", "community"]
LayerKind = Literal["regions", "grids", "roads", "shapes"]

# Length of a stored code (trailing zeros cut) to level; GB/T 2260, GB/T 10114 and the statistical division codes.
LEVELS: dict[int, Level] = {4: "city", 6: "district", 9: "street", 12: "community"}
LEVEL_LABELS: dict[Level, str] = {
    "city": "市",
    "district": "区县",
    "street": "街道",
    "community": "社区",
}
LAYER_LABELS: dict[LayerKind, str] = {
    "regions": "行政区划",
    "grids": "单元网格",
    "roads": "道路",
    "shapes": "底图",
}
GRADES: dict[str, str] = {
    "express": "快速路",
    "trunk": "主干路",
    "secondary": "次干路",
    "branch": "支路",
    "lane": "街巷",
}
SHAPE_KINDS: dict[str, str] = {
    "water": "水面",
    "green": "绿地",
    "block": "街区",
    "oldtown": "古城",
    "building": "建筑",
}


def trimmed(code: str) -> str:
    """A region code as it is stored: 371502000000 is 371502, 371500 is 3715; other text is left alone."""
    if not (code.isascii() and code.isdigit()) or len(code) not in (4, 6, 9, 12):
        return code
    for length, zeros in ((12, "000"), (9, "000"), (6, "00")):
        if len(code) == length and code.endswith(zeros):
            code = code[: -len(zeros)]
    return code


def parent_code(code: str) -> str:
    """The code one level up; "" above the city."""
    shorter = [length for length in LEVELS if length < len(code)]
    return code[: max(shorter)] if shorter else ""


def chain(code: str) -> list[str]:
    """The regions a region or grid code lies in, from the city down, a region itself included."""
    return [code[:length] for length in LEVELS if length <= len(code)]


def shared_region(codes: Sequence[str]) -> str:
    """The smallest region that holds all these regions and grids; "" when there is none."""
    shared = commonprefix(list(codes))
    return next((shared[:n] for n in sorted(LEVELS, reverse=True) if len(shared) >= n), "")


@dataclass(frozen=True, kw_only=True)
class RegionRow:
    """A region to import. ``number`` is the row of the file, from 1."""

    code: str
    name: str
    geometry: BaseGeometry | None = None
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class GridRow:
    """A unit grid to import; its code begins with that of its community."""

    code: str
    geometry: BaseGeometry | None
    name: str = ""
    responsibility: str = ""
    responsibility_name: str = ""
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class RoadRow:
    """A road, or a stretch of one, to import."""

    name: str
    geometry: BaseGeometry | None
    grade: str = "branch"
    code: str = ""
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class ShapeRow:
    """An area of the base map to import."""

    kind: str
    geometry: BaseGeometry | None
    name: str = ""
    code: str = ""
    number: int = 0


Row = RegionRow | GridRow | RoadRow | ShapeRow


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """What is wrong with one row, in a sentence; ``lon`` and ``lat`` say where to look."""

    row: int
    code: str
    kind: str
    message: str
    lon: float | None = None
    lat: float | None = None

    def __str__(self) -> str:
        return f"第 {self.row} 行{f'（{self.code}）' if self.code else ''}：{self.message}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an import would do, or why it would not."""

    kind: LayerKind
    source: str
    rows: int
    added: int
    changed: int
    unchanged: int
    faults: tuple[RowFault, ...]

    @property
    def ok(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        if self.ok:
            return (
                f"{LAYER_LABELS[self.kind]} {self.rows} 行：新增 {self.added}，"
                f"更新 {self.changed}，不变 {self.unchanged}。"
            )
        return f"{LAYER_LABELS[self.kind]} {self.rows} 行中有 {len(self.faults)} 处问题，未写入任何数据。"
