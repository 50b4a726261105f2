"""Checking a file of assets: every row is read, located and compared with the register before one is written."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from chengyun.city.assets import values
from chengyun.city.assets.columns import NEEDED, READERS, UNIT_COLUMNS, label_of, read_header
from chengyun.city.assets.drafts import LABELS, Draft, layout
from chengyun.city.assets.models import Asset
from chengyun.city.assets.sheets import Row, Sheet
from chengyun.city.assets.specs import AssetType, Layout
from chengyun.city.assets.values import Unreadable
from chengyun.city.people.models import Unit
from chengyun.city.places.queries import locate_many
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.scope import Scope
from chengyun.kernel.specs import Field
from chengyun.science.cells import Ints, cells
from chengyun.science.coordinates import NAMES, Floats, to_wgs84

AT_ONCE = 5000
OWN = READERS.keys() | UNIT_COLUMNS


class Fault(NamedTuple):
    """What is wrong with one cell or row of the file."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"「{self.column}」" if self.column else ""
        return f"第 {self.row} 行{where}：{self.message}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A row that may be written; ``code`` is "" where one has to be issued."""

    row: int
    kind: AssetType
    draft: Draft
    lon: float
    lat: float
    cell: int
    area: str
    grid: str


@dataclass(kw_only=True)
class Batch:
    """Some rows of the file: those that may be written, and what is wrong with the others."""

    rows: int
    good: list[Checked]
    faults: list[Fault]


@dataclass(frozen=True, kw_only=True)
class Units:
    """Units in use by code and by name; a name that two share is not taken."""

    by_word: dict[str, int]
    doubled: frozenset[str]

    @classmethod
    def current(cls) -> Units:
        words: dict[str, set[int]] = {}
        for pk, *names in Unit.objects.filter(valid_to=None).values_list(
            "pk", "code", "name", "short_name"
        ):
            for name in filter(None, names):
                words.setdefault(name, set()).add(pk)
        single = {word: next(iter(pks)) for word, pks in words.items() if len(pks) == 1}
        return cls(by_word=single, doubled=frozenset(words.keys() - single.keys()))

    def find(self, word: str) -> int:
        if word in self.doubled:
            raise Unreadable(f"有不止一个单位叫「{word[:40]}」，请填单位代码")
        if word not in self.by_word:
            raise Unreadable(f"没有「{word[:40]}」这个单位")
        return self.by_word[word]


@dataclass(kw_only=True)
class Checker:
    """Reads a sheet in batches. ``highest`` collects the greatest serial number given under each prefix."""

    sheet: Sheet
    reach: Scope | None
    simulated: bool
    form: Layout = field(default_factory=layout)
    units: Units = field(default_factory=Units.current)
    seen: dict[str, int] = field(default_factory=dict)
    highest: Counter[str] = field(default_factory=Counter)
    columns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = read_header(self.sheet.header)
        kinds = registry.all_of(AssetType)
        self.kinds = {
            word: k for k in kinds for word in (k.key, k.label, k.code, k.code.lstrip("0"))
        }
        self.specs = {k.key: {f.label: f for f in k.fields} for k in kinds}

    def batches(self) -> Iterator[Batch]:
        """Every row of the file, in order. Raises Invalid when the file itself cannot be read on."""
        rows = self.sheet.rows()
        try:
            while some := list(islice(rows, AT_ONCE)):
                yield self._batch(some)
        except csv.Error as error:
            raise Invalid("表格在某一行断开了：有一个双引号没有成对。") from error

    def _batch(self, rows: list[Row]) -> Batch:
        faults: list[Fault] = []
        read = [pair for row in rows if (pair := self._read(row, faults))]
        placed = _place(read, faults)
        taken = _taken(checked.draft.code for checked in placed)
        good = [c for c in placed if self._fits(c, taken, faults)]
        return Batch(rows=len(rows), good=good, faults=sorted(faults, key=lambda f: f.row))

    def _read(self, row: Row, faults: list[Fault]) -> tuple[int, AssetType, Draft] | None:
        number, cells = row
        given = dict(zip(self.columns, cells, strict=False))
        word = values.text_of(given.get("type"))
        kind = self.kinds.get(word)
        if kind is None:
            says = f"没有「{word[:40]}」这种部件" if word else "要填写"
            faults.append(Fault(number, LABELS["type"], says))
            return None
        before = len(faults)
        columns = {key: self._cell(number, key, given[key], faults) for key in given if key in OWN}
        attributes = self._attributes(number, kind, given, faults)
        for key in NEEDED[1:]:
            if columns.get(key) is None and not any(
                f.column == LABELS[key] for f in faults[before:]
            ):
                faults.append(Fault(number, LABELS[key], "要填写"))
        if len(faults) > before:
            return None
        kept = {key: value for key, value in columns.items() if value is not None}
        draft = Draft(type=kind.key, attributes=attributes, simulated=self.simulated, **kept)
        return number, kind, draft

    def _cell(self, number: int, key: str, raw: object, faults: list[Fault]) -> Any:
        text = values.text_of(raw)
        if not text:
            return None
        try:
            if key in UNIT_COLUMNS:
                return self.units.find(text)
            return READERS[key](key, raw, text)
        except Unreadable as error:
            faults.append(Fault(number, label_of(key), str(error)))
            return None

    def _attributes(
        self, number: int, kind: AssetType, given: dict[str, object], faults: list[Fault]
    ) -> dict[str, Any]:
        specs = self.specs[kind.key]
        kept: dict[str, Any] = {}
        for label in given.keys() - OWN - {"type", ""}:
            spec = specs.get(label)
            if spec is None:
                if values.text_of(given[label]):
                    faults.append(Fault(number, label, f"{kind.label}没有这一项"))
                continue
            self._attribute(number, spec, given[label], kept, faults)
        for label, spec in specs.items():
            if spec.required and label not in given:
                faults.append(Fault(number, label, "要填写"))
        return kept

    def _attribute(
        self, number: int, spec: Field, raw: object, kept: dict[str, Any], faults: list[Fault]
    ) -> None:
        try:
            value = values.read(spec, raw)
        except Unreadable as error:
            faults.append(Fault(number, spec.label, str(error)))
            return
        if value is not None:
            kept[spec.key] = value

    def _fits(self, row: Checked, taken: frozenset[str], faults: list[Fault]) -> bool:
        """Whether the row may be written by this person under this code."""
        unit = row.draft.keeper_id
        if self.reach is not None and not self.reach.covers(area=row.area, unit=unit):
            faults.append(Fault(row.row, "", "这里不在你的管辖范围内"))
            return False
        if not row.draft.code:
            return True
        if fault := self._code_fault(row, taken):
            faults.append(Fault(row.row, LABELS["code"], fault))
            return False
        self.seen[row.draft.code] = row.row
        prefix, serial = row.draft.code[: self.form.prefix], row.draft.code[self.form.prefix :]
        self.highest[prefix] = max(self.highest[prefix], int(serial))
        return True

    def _code_fault(self, row: Checked, taken: frozenset[str]) -> str:
        code = row.draft.code
        if fault := self.form.fault(code, row.kind):
            return fault
        prefix = self.form.prefix_of(row.area, row.kind)
        if not code.startswith(prefix):
            region = self.form.region
            return f"区划是 {code[:region]}，这个位置在 {prefix[:region]}"
        if code in self.seen:
            return f"和第 {self.seen[code]} 行重复：{code}"
        return f"部件库里已经有 {code}" if code in taken else ""


def _place(read: list[tuple[int, AssetType, Draft]], faults: list[Fault]) -> list[Checked]:
    """Where each row stands, all in one question."""
    if not read:
        return []
    lon, lat, cell = _positions([draft for _, _, draft in read])
    places = locate_many(lon, lat)
    placed = []
    for n, (number, kind, draft) in enumerate(read):
        if places.areas[n] < 0:
            where = f"（{draft.lon:.6f}，{draft.lat:.6f}）不在城市范围内"
            faults.append(Fault(number, "经度、纬度", where))
            continue
        grid = int(places.grids[n])
        placed.append(
            Checked(
                row=number,
                kind=kind,
                draft=draft,
                lon=float(lon[n]),
                lat=float(lat[n]),
                cell=int(cell[n]),
                area=places.area_codes[places.areas[n]],
                grid=places.grid_codes[grid] if grid >= 0 else "",
            )
        )
    return placed


def _positions(drafts: list[Draft]) -> tuple[Floats, Floats, Ints]:
    """Longitudes and latitudes in WGS 84, and cells."""
    lon = np.array([d.lon for d in drafts])
    lat = np.array([d.lat for d in drafts])
    systems = np.array([d.crs for d in drafts])
    for system in NAMES[2:]:
        those = systems == system
        if those.any():
            lon[those], lat[those] = to_wgs84(lon[those], lat[those], system)
    return lon, lat, cells(lon, lat)


def _taken(codes: Iterable[str]) -> frozenset[str]:
    """Which of these codes the register has; 500 at a time, for the limit of variables in a statement."""
    asked = [code for code in codes if code]
    found: set[str] = set()
    for start in range(0, len(asked), 500):
        some = asked[start : start + 500]
        found.update(Asset.everything.filter(code__in=some).values_list("code", flat=True))
    return frozenset(found)
