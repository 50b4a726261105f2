"""What is wrong with the rows of a layer, said row by row, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from chengyun.city.places.models import Grid, Region
from chengyun.city.places.outlines import outline_of
from chengyun.city.places.specs import (
    GRADES,
    LEVEL_LABELS,
    LEVELS,
    SHAPE_KINDS,
    GridRow,
    RegionRow,
    RoadRow,
    Row,
    RowFault,
    ShapeRow,
    parent_code,
)
from chengyun.kernel.installation import city_area, installation
from chengyun.kernel.params import settings_of
from chengyun.science.coordinates import Plane
from chengyun.science.coverage import Fault, Tolerance, faults_of

Shapes = NDArray[np.object_]

AREAS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
RING_WORDS = {
    "Ring Self-intersection": "边界线自己碰到自己",
    "Self-intersection": "边界线自相交",
    "Hole lies outside shell": "内环在外环之外",
    "Nested holes": "内环套着内环",
    "Nested shells": "面互相套叠",
    "Interior is disconnected": "内部被隔断",
    "Duplicate Rings": "环重复",
    "Too few points": "边界点太少",
    "Invalid Coordinate": "坐标不是数",
    "Ring is not closed": "边界线没有闭合",
}


@dataclass(frozen=True)
class Sheet:
    """A layer to check: the rows of the file first, then the current rows that stay beside them."""

    rows: Sequence[RegionRow | GridRow]
    codes: list[str]
    shapes: list[BaseGeometry | None]

    @property
    def own(self) -> int:
        return len(self.rows)


def check_regions(rows: Sequence[RegionRow], tolerance: Tolerance | None = None) -> list[RowFault]:
    """Faults of regions: codes, names, and the outlines of each level within the level above."""
    faults = [fault for row in rows for fault in _region_faults(row)]
    sound = [row for row in rows if len(row.code) in LEVELS]
    faults += _doubles([row for row in rows if len(row.code) not in LEVELS])
    for length in LEVELS:
        level = [row for row in sound if len(row.code) == length]
        above = [row for row in sound if len(row.code) < length]
        faults += _layer_faults(level, Region, above, tolerance)
    return _in_order(faults)


def check_grids(rows: Sequence[GridRow], tolerance: Tolerance | None = None) -> list[RowFault]:
    """Faults of unit grids: codes, and the outlines within their communities."""
    digits = int(settings_of(city_area())["places.grid_digits"])
    faults = [fault for row in rows for fault in _grid_faults(row, digits)]
    return _in_order([*faults, *_layer_faults(rows, Grid, (), tolerance)])


def check_roads(rows: Sequence[RoadRow]) -> list[RowFault]:
    """Faults of roads: name, grade and line."""
    return _in_order([fault for row in rows for fault in _road_faults(row)])


def check_shapes(rows: Sequence[ShapeRow]) -> list[RowFault]:
    """Faults of base map shapes: kind and outline."""
    return _in_order([fault for row in rows for fault in _shape_faults(row)])


def _in_order(faults: list[RowFault]) -> list[RowFault]:
    return sorted(faults, key=lambda fault: fault.row)


def _fault(row: Row, kind: str, message: str) -> RowFault:
    return RowFault(row=row.number, code=row.code, kind=kind, message=message)


def _region_faults(row: RegionRow) -> Iterator[RowFault]:
    if not (row.code.isascii() and row.code.isdigit()) or len(row.code) not in LEVELS:
        yield _fault(row, "code", f"编码“{row.code}”应为 6、9 或 12 位数字。")
    elif _foreign(row.code):
        yield _fault(row, "code", f"编码“{row.code}”不属于本市。")
    if not row.name:
        yield _fault(row, "name", "缺少名称。")
    elif len(row.name) > 60:
        yield _fault(row, "name", "名称超过 60 个字。")


def _grid_faults(row: GridRow, digits: int) -> Iterator[RowFault]:
    if not (row.code.isascii() and row.code.isdigit()) or len(row.code) != digits:
        yield _fault(row, "code", f"网格编码“{row.code}”应为 {digits} 位数字。")
    if len(row.responsibility) > 20:
        yield _fault(row, "responsibility", "责任网格编码超过 20 位。")


def _road_faults(row: RoadRow) -> Iterator[RowFault]:
    if not row.name or len(row.name) > 60:
        yield _fault(row, "name", "道路名称为空或超过 60 个字。")
    if row.grade not in GRADES:
        yield _fault(
            row, "grade", f"道路等级“{row.grade}”不认识，可用：{'、'.join(GRADES.values())}。"
        )
    yield from _drawn(row, LINES, "线")


def _shape_faults(row: ShapeRow) -> Iterator[RowFault]:
    if row.kind not in SHAPE_KINDS:
        yield _fault(
            row, "kind", f"类型“{row.kind}”不认识，可用：{'、'.join(SHAPE_KINDS.values())}。"
        )
    if row.kind == "water":
        yield from _drawn(row, (*AREAS, *LINES), "面或线")
    else:
        yield from _drawn(row, AREAS, "面")


def _drawn(row: Row, types: tuple[str, ...], label: str) -> Iterator[RowFault]:
    if row.geometry is None or row.geometry.is_empty:
        yield _fault(row, "empty", "没有图形。")
    elif row.geometry.geom_type not in types:
        yield _fault(row, "type", f"图形应为{label}，实际是 {row.geometry.geom_type}。")


def _foreign(code: str) -> bool:
    city = installation()
    return city is not None and not code.startswith(city.area)


def _doubles(rows: Sequence[RegionRow]) -> Iterator[RowFault]:
    seen: dict[str, int] = {}
    for row in rows:
        if seen.setdefault(row.code, row.number) != row.number:
            yield _fault(row, "duplicate", f"编码与第 {seen[row.code]} 行重复。")


def _layer_faults(
    rows: Sequence[RegionRow | GridRow],
    model: type[Region] | type[Grid],
    above: Sequence[RegionRow],
    tolerance: Tolerance | None,
) -> Iterator[RowFault]:
    """Faults of one layer among itself, beside the current rows that stay, and within its parents."""
    if not rows:
        return
    drawn = any(row.geometry is not None for row in rows)
    sheet = _sheet(rows, model) if drawn else Sheet(rows, [row.code for row in rows], [])
    parent_of = [parent_of_code(code) for code in sheet.codes]
    parents = _parents(parent_of, above)
    for row, parent in zip(rows, parent_of, strict=False):
        if parent and parent not in parents:
            yield _fault(row, "orphan", f"上级“{parent}”不存在，文件里和系统里都没有。")
    if not drawn:
        yield from _doubles([row for row in rows if isinstance(row, RegionRow)])
        return
    plane = _plane(sheet.shapes)
    flat = dict(zip(parents, _flat(list(parents.values()), plane), strict=True))
    found = faults_of(
        _flat(sheet.shapes, plane),
        sheet.codes,
        parents={"": None, **flat, **{code: None for code in parent_of if code not in flat}},
        parent_of=parent_of,
        tolerance=tolerance,
    )
    yield from _said(found, sheet, plane)


def parent_of_code(code: str) -> str:
    """The region a region or unit grid belongs to."""
    return code[:12] if len(code) > 12 else parent_code(code)


def _sheet(rows: Sequence[RegionRow | GridRow], model: type[Region] | type[Grid]) -> Sheet:
    codes = {row.code for row in rows}
    shapes = [row.geometry for row in rows]
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    beside = model._default_manager.filter(
        valid_to=None, west__lte=east, east__gte=west, south__lte=north, north__gte=south
    )
    length = len(rows[0].code)
    stay = [
        (place.code, outline_of(place))
        for place in beside
        if place.code not in codes and len(place.code) == length
    ]
    return Sheet(
        rows,
        [*(row.code for row in rows), *(code for code, _ in stay)],
        [*shapes, *(shape for _, shape in stay)],
    )


def _parents(codes: Sequence[str], above: Sequence[RegionRow]) -> dict[str, BaseGeometry | None]:
    """Outlines of the parents, out of the file first; None for one that has no outline."""
    own = {row.code: row.geometry for row in above}
    asked = sorted(set(codes) - set(own) - {""})
    for start in range(0, len(asked), 500):
        stored = Region.objects.filter(code__in=asked[start : start + 500], valid_to=None)
        own |= {region.code: outline_of(region) for region in stored}
    return {code: own[code] for code in dict.fromkeys(codes) if code in own}


def _plane(shapes: Sequence[BaseGeometry | None]) -> Plane:
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    return Plane(lon=float(west + east) / 2, lat=float(south + north) / 2)


def _flat(shapes: Sequence[BaseGeometry | None], plane: Plane) -> list[BaseGeometry | None]:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    there = ~shapely.is_missing(array)
    array[there] = shapely.transform(
        array[there], lambda xy: np.column_stack(plane.to_plane(xy[:, 0], xy[:, 1]))
    )
    return list(array)


def _said(found: list[Fault], sheet: Sheet, plane: Plane) -> Iterator[RowFault]:
    """Faults of rows of the file in words; what is wrong among rows already stored is not its fault."""
    for fault in found:
        mine, other = fault.row, fault.other
        if mine >= sheet.own:
            if other is None or other >= sheet.own:
                continue
            mine, other = other, mine
        row = sheet.rows[mine]
        lon, lat = (float(v) for v in plane.to_degrees(fault.x, fault.y))
        known = lon == lon
        yield RowFault(
            row=row.number,
            code=row.code,
            kind=fault.kind,
            message=WORDS[fault.kind](fault, sheet, other),
            lon=round(lon, 6) if known else None,
            lat=round(lat, 6) if known else None,
        )


def _who(sheet: Sheet, other: int | None) -> str:
    if other is None:
        return ""
    if other < sheet.own:
        return f"第 {sheet.rows[other].number} 行（{sheet.codes[other]}）"
    return f"已有的 {sheet.codes[other]} "


def _area(size: float) -> str:
    return f"{size:,.0f} 平方米" if size >= 10 else f"{size:.1f} 平方米"


def _ring(detail: str) -> str:
    return next((word for text, word in RING_WORDS.items() if text in detail), detail)


def _parent_label(code: str) -> str:
    return f"{LEVEL_LABELS[LEVELS[len(code)]]} {code}" if len(code) in LEVELS else code


WORDS: dict[str, Callable[[Fault, Sheet, int | None], str]] = {
    "empty": lambda fault, sheet, other: "没有图形。",
    "type": lambda fault, sheet, other: f"图形应为面，实际是 {fault.detail}。",
    "invalid": lambda fault, sheet, other: f"边界不合法：{_ring(fault.detail)}。",
    "duplicate": lambda fault, sheet, other: f"编码与{_who(sheet, other)}重复。",
    "overlap": lambda fault, sheet, other: f"与{_who(sheet, other)}重叠 {_area(fault.size)}。",
    "gap": lambda fault, sheet, other: f"与相邻图形之间有 {_area(fault.size)}的空隙。",
    "outside": lambda fault, sheet, other: (
        f"有 {_area(fault.size)}超出上级{_parent_label(fault.detail)} 的范围。"
    ),
}
