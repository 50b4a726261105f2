"""Imports of places: all or nothing, the old rows end, the new ones begin."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils import timezone

from chengyun.city.places import checks, memory, tiles
from chengyun.city.places.models import (
    BaseShape,
    Grid,
    LayerImport,
    Region,
    ResponsibilityGrid,
    Road,
)
from chengyun.city.places.outlines import columns_of, outline_of
from chengyun.city.places.plans import MODELS, Plan, plan_of
from chengyun.city.places.specs import (
    LEVELS,
    GridRow,
    LayerKind,
    RegionRow,
    Report,
    RoadRow,
    Row,
    RowFault,
    ShapeRow,
    parent_code,
    shared_region,
)
from chengyun.kernel import clock
from chengyun.kernel.actions import record, record_many
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.installation import city_area
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person
from chengyun.science.coordinates import Crs, Plane

TOLD = 50  # faults carried by a refusal; the report has all
BATCH = 900


class ImportRefused(Invalid):
    """A layer with faults; nothing was written. ``report`` names every one."""

    def __init__(self, report: Report) -> None:
        first = "；".join(str(fault).rstrip("。") for fault in report.faults[:3])
        super().__init__(
            f"{report}例如：{first}。",
            fields=tuple(FieldError(f"第 {f.row} 行", f.message) for f in report.faults[:TOLD]),
        )
        self.report = report


def check_import(
    path: Path,
    kind: LayerKind,
    *,
    crs: Crs = "wgs84",
    layer: str = "",
    accept: Collection[str] = (),
    replace: bool = False,
) -> Report:
    """What importing a file would do, without doing it. ``accept`` names kinds of fault to let pass."""
    rows = _read(path, kind, crs=crs, layer=layer)
    return _examine(kind, rows, path.name, accept, replace)[0]


def _read(path: Path, kind: LayerKind, *, crs: Crs, layer: str) -> list[Row]:
    from chengyun.city.places import reading  # PROJ takes 10 MB, which only an import needs

    return reading.read(path, kind, crs=crs, layer=layer)


def import_file(
    path: Path,
    kind: LayerKind,
    *,
    by: Person | None,
    crs: Crs = "wgs84",
    layer: str = "",
    accept: Collection[str] = (),
    replace: bool = False,
) -> Report:
    """Import a file, or refuse it whole with ``ImportRefused``. ``replace`` ends what the file does not name."""
    rows = _read(path, kind, crs=crs, layer=layer)
    return _import(kind, rows, by=by, source=path.name, accept=accept, replace=replace)


def import_regions(
    rows: Iterable[RegionRow],
    *,
    by: Person | None,
    simulated: bool = False,
    source: str = "",
    accept: Collection[str] = (),
) -> Report:
    """Import regions of any levels; the upper ones are in the rows or stored already."""
    return _import("regions", list(rows), by=by, source=source, accept=accept, simulated=simulated)


def import_grids(
    rows: Iterable[GridRow],
    *,
    by: Person | None,
    simulated: bool = False,
    source: str = "",
    accept: Collection[str] = (),
) -> Report:
    """Import unit grids; responsibility grids they name are made."""
    return _import("grids", list(rows), by=by, source=source, accept=accept, simulated=simulated)


def import_roads(
    rows: Iterable[RoadRow], *, by: Person | None, simulated: bool = False, source: str = ""
) -> Report:
    """Import roads; all stored stretches of the names that occur are replaced."""
    return _import("roads", list(rows), by=by, source=source, simulated=simulated)


def import_shapes(
    rows: Iterable[ShapeRow], *, by: Person | None, simulated: bool = False, source: str = ""
) -> Report:
    """Import areas of the base map; all stored areas of the kinds that occur are replaced."""
    return _import("shapes", list(rows), by=by, source=source, simulated=simulated)


def group_grids(code: str, name: str, grids: Collection[str], *, by: Person | None) -> Report:
    """Put unit grids into a responsibility grid, a new one or one there is."""
    stored = list(Grid.objects.filter(code__in=grids, valid_to=None))
    if missing := sorted(set(grids) - {grid.code for grid in stored}):
        raise Invalid(f"没有这些单元网格：{'、'.join(missing[:5])}。")
    rows = [
        GridRow(
            code=grid.code,
            name=grid.name,
            geometry=outline_of(grid),
            responsibility=code,
            responsibility_name=name,
        )
        for grid in stored
    ]
    simulated = any(grid.simulated for grid in stored)
    return _import("grids", rows, by=by, source="划分责任网格", simulated=simulated)


@transaction.atomic
def _import(
    kind: LayerKind,
    rows: Sequence[Row],
    *,
    by: Person | None,
    source: str,
    accept: Collection[str] = (),
    simulated: bool = False,
    replace: bool = False,
) -> Report:
    area = _area(kind, rows)
    require(by, "places.import", area=area)
    rows = _numbered(rows)
    report, plan = _examine(kind, rows, source, accept, replace)
    if not report.ok:
        raise ImportRefused(report)
    if plan.begin or plan.end:
        _write(kind, plan, report, by=by, area=area, simulated=simulated)
    return report


def _numbered(rows: Sequence[Row]) -> Sequence[Row]:
    """Rows that came without a number, as those of a program do, are numbered from 1."""
    if any(row.number for row in rows):
        return rows
    return [dataclasses.replace(row, number=n) for n, row in enumerate(rows, start=1)]


def _area(kind: LayerKind, rows: Sequence[Row]) -> str:
    """The smallest region that holds all rows; the whole city for roads and the base map."""
    whole = city_area()
    if kind in ("roads", "shapes"):
        return whole
    return shared_region([row.code for row in rows]) or whole


def _examine(
    kind: LayerKind, rows: Sequence[Row], source: str, accept: Collection[str], replace: bool
) -> tuple[Report, Plan]:
    if not rows:
        raise Invalid("文件里一行数据也没有。")
    found = tuple(fault for fault in _faults(kind, rows) if fault.kind not in accept)
    plan = Plan([], [], 0, 0, 0) if found else plan_of(kind, rows, replace)
    report = Report(
        kind=kind,
        source=source[:200],
        rows=len(rows),
        added=plan.added,
        changed=plan.changed,
        unchanged=plan.unchanged,
        faults=found,
    )
    return report, plan


def _faults(kind: LayerKind, rows: Sequence[Any]) -> list[RowFault]:
    if kind == "regions":
        return checks.check_regions(rows)
    if kind == "grids":
        return checks.check_grids(rows)
    return checks.check_roads(rows) if kind == "roads" else checks.check_shapes(rows)


def _write(
    kind: LayerKind, plan: Plan, report: Report, *, by: Person | None, area: str, simulated: bool
) -> None:
    done = LayerImport.objects.create(
        kind=kind,
        source=report.source,
        digest=_digest(plan.begin),
        rows=report.rows,
        added=report.added,
        changed=report.changed,
        ended=len(plan.end),
        simulated=simulated,
        token=secrets.token_hex(16),
        at=clock.now(),
    )
    today = timezone.localdate(clock.now())
    for start in range(0, len(plan.end), BATCH):
        MODELS[kind]._default_manager.filter(pk__in=plan.end[start : start + BATCH]).update(
            valid_to=today, ended_in=done
        )
    _begin(kind, plan.begin, done, today, by=by)
    facts = {"kind": kind, "source": report.source, "rows": report.rows, "sha256": done.digest}
    counts = {"added": report.added, "changed": report.changed, "ended": len(plan.end)}
    record("places.import", done, by=by, area=area, facts=facts | counts, new=True)
    memory.forget()
    transaction.on_commit(_announce)


def _announce() -> None:
    memory.announce()
    tiles.clear()


def _digest(rows: Sequence[Row]) -> str:
    """A fingerprint of what was imported, to compare with the file kept elsewhere."""
    content = hashlib.sha256()
    for row in rows:
        content.update(f"{row.code}\n{row.name}\n".encode())
        content.update(b"" if row.geometry is None else shapely.to_wkb(row.geometry))
    return content.hexdigest()


def _begin(
    kind: LayerKind, rows: Sequence[Any], done: LayerImport, today: date, *, by: Person | None
) -> None:
    life = {"valid_from": today, "made_in": done, "simulated": done.simulated}
    if kind == "regions":
        made = Region.objects.bulk_create([_region(row, life) for row in rows], BATCH)
        record_many("region.add", made, by=by, facts_of=_named, area_of=lambda r: r.code)
    elif kind == "grids":
        groups = _responsibilities(rows, today, by=by)
        sizes = _square_metres(rows)
        Grid.objects.bulk_create(
            [_grid(r, m, groups, life) for r, m in zip(rows, sizes, strict=True)], BATCH
        )
    elif kind == "roads":
        Road.objects.bulk_create([_road(row, life) for row in rows], BATCH)
    else:
        BaseShape.objects.bulk_create([_shape(row, life) for row in rows], BATCH)


def _named(row: Any) -> dict[str, str]:
    return {"name": row.name}


def _region(row: RegionRow, life: dict[str, Any]) -> Region:
    return Region(
        code=row.code,
        name=row.name,
        level=LEVELS[len(row.code)],
        parent=parent_code(row.code),
        **columns_of(row.geometry),
        **life,
    )


def _grid(
    row: GridRow, size: Decimal, groups: dict[str, ResponsibilityGrid], life: dict[str, Any]
) -> Grid:
    return Grid(
        code=row.code,
        name=row.name,
        community=row.code[:12],
        square_metres=size,
        responsibility=groups.get(row.responsibility),
        **columns_of(row.geometry),
        **life,
    )


def _road(row: RoadRow, life: dict[str, Any]) -> Road:
    return Road(code=row.code, name=row.name, grade=row.grade, **columns_of(row.geometry), **life)


def _shape(row: ShapeRow, life: dict[str, Any]) -> BaseShape:
    return BaseShape(
        code=row.code, name=row.name, kind=row.kind, **columns_of(row.geometry), **life
    )


def _square_metres(rows: Sequence[GridRow]) -> list[Decimal]:
    shapes = np.array([row.geometry for row in rows], dtype=object)
    if not len(shapes):
        return []
    west, south, east, north = shapely.total_bounds(shapes)
    plane = Plane(lon=float(west + east) / 2, lat=float(south + north) / 2)
    flat = shapely.transform(shapes, lambda xy: np.column_stack(plane.to_plane(xy[:, 0], xy[:, 1])))
    return [Decimal(f"{size:.1f}") for size in shapely.area(flat).tolist()]


def _responsibilities(
    rows: Sequence[GridRow], today: date, *, by: Person | None
) -> dict[str, ResponsibilityGrid]:
    """The responsibility grids the rows name, made where they are missing."""
    named: dict[str, list[GridRow]] = {}
    for row in rows:
        if row.responsibility:
            named.setdefault(row.responsibility, []).append(row)
    stored = ResponsibilityGrid.objects.filter(valid_to=None)
    found = {group.code: group for group in stored if group.code in named}
    fresh = [
        ResponsibilityGrid(
            code=code,
            name=members[0].responsibility_name or code,
            area=shared_region([row.code for row in members]),
            valid_from=today,
        )
        for code, members in named.items()
        if code not in found
    ]
    made = ResponsibilityGrid.objects.bulk_create(fresh, BATCH)
    record_many("responsibility.add", made, by=by, facts_of=_named, area_of=lambda g: g.area)
    return found | {group.code: group for group in made}
