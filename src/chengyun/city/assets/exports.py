"""Files that leave the register: lists of assets, and the empty tables it is filled from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

import xlsxwriter
from django.db.models import QuerySet
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from chengyun.city.assets import values
from chengyun.city.assets.answers import label_of
from chengyun.city.assets.drafts import LABELS
from chengyun.city.assets.models import Asset, State
from chengyun.city.assets.specs import AssetType
from chengyun.city.people.models import Unit
from chengyun.kernel import registry
from chengyun.kernel.specs import Field

AT_ONCE = 2000
TEMPLATE_ROWS = 5000
Cell = Callable[[Asset], Any]


def _name(unit: Unit | None) -> str:
    return unit.name if unit else ""


COLUMNS: tuple[tuple[str, Cell], ...] = (
    (LABELS["code"], lambda a: a.code),
    (LABELS["type"], lambda a: label_of(a.type)),
    (LABELS["name"], lambda a: a.name),
    (LABELS["state"], lambda a: State(a.state).label),
    (LABELS["owner"], lambda a: _name(a.owner)),
    (LABELS["keeper"], lambda a: _name(a.keeper)),
    (LABELS["supervisor"], lambda a: _name(a.supervisor)),
    (LABELS["lon"], lambda a: round(a.lon, 7)),
    (LABELS["lat"], lambda a: round(a.lat, 7)),
    (LABELS["address"], lambda a: a.address),
    (LABELS["grid_code"], lambda a: a.grid_code),
    (LABELS["source"], lambda a: a.source),
    (LABELS["created_on"], lambda a: a.created_on.isoformat()),
    ("变更日期", lambda a: a.changed_on.isoformat()),
    ("注销日期", lambda a: a.valid_to.isoformat() if a.valid_to else ""),
    (LABELS["note"], lambda a: a.note),
    ("模拟", lambda a: "是" if a.simulated else ""),
)


def table_of(rows: QuerySet[Asset]) -> tuple[list[str], Iterator[list[Any]]]:
    """Header and rows of a list, the attributes of every type in it included; read in pieces."""
    kinds = [
        registry.get(AssetType, key)
        for key in sorted(set(rows.order_by().values_list("type", flat=True).distinct()))
        if registry.has(AssetType, key)
    ]
    labels = list(dict.fromkeys(f.label for kind in kinds for f in kind.fields))
    specs = {kind.key: {f.label: f for f in kind.fields} for kind in kinds}
    header = [label for label, _ in COLUMNS] + labels
    related = rows.select_related("owner", "keeper", "supervisor").order_by("code")
    return header, (
        [cell(asset) for _, cell in COLUMNS]
        + [_attribute(asset, specs.get(asset.type, {}).get(label)) for label in labels]
        for asset in related.iterator(chunk_size=AT_ONCE)
    )


def _attribute(asset: Asset, spec: Field | None) -> Any:
    if spec is None:
        return ""
    value = asset.attributes.get(spec.key, "")
    return value if spec.kind in ("int", "decimal") else values.shown(spec, value)


HINTS: tuple[tuple[str, bool, str], ...] = (
    ("code", False, "空着由系统编号；填写时须与类型、所在区县相符，设为文本格式"),
    ("type", True, "部件名称或 4 位大小类代码"),
    ("name", False, "空着用类型名"),
    ("state", False, "完好、破损、丢失、废弃、移除；空着为完好"),
    ("owner", False, "单位名称或代码"),
    ("keeper", False, "单位名称或代码"),
    ("supervisor", False, "单位名称或代码"),
    ("lon", True, "小数，如 115.985432"),
    ("lat", True, "小数，如 36.456789"),
    ("crs", False, "WGS84、CGCS2000、GCJ02 或 BD09；空着为 WGS84"),
    ("address", False, "最多 200 字"),
    ("source", False, "如 普查、实测"),
    ("created_on", False, "如 2026-11-21；空着为导入当天"),
    ("note", False, "最多 500 字"),
)


EXAMPLE = {
    "state": "完好",
    "lon": "115.985432",
    "lat": "36.456789",
    "crs": "WGS84",
    "address": "东昌西路 18 号门前",
    "source": "普查",
    "created_on": "2026-11-21",
}


def write_template(target: IO[bytes], kind: AssetType) -> None:
    """An empty table for one type, with what each column takes and a filled-in row on further sheets."""
    lines: list[tuple[str, bool, str, Sequence[str]]] = [
        (LABELS[key], needed, hint, ()) for key, needed, hint in HINTS
    ]
    lines += [(f.label, f.required, _hint(f), _words(f)) for f in kind.fields]
    with xlsxwriter.Workbook(target) as book:
        sheet, help_sheet = book.add_worksheet("部件"), book.add_worksheet("填写说明")
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        for column, (label, needed, hint, words) in enumerate(lines):
            sheet.set_column(column, column, max(12, 2 * len(label) + 4), text)
            sheet.write_string(0, column, f"{label}*" if needed else label, bold)
            if words:
                allowed = {"validate": "list", "source": list(words)}
                sheet.data_validation(1, column, TEMPLATE_ROWS, column, allowed)
            help_sheet.write_row(column + 1, 0, (label, "必填" if needed else "选填", hint))
        _write_example(book.add_worksheet("示例"), kind, [label for label, *_ in lines], bold)
        sheet.freeze_panes(1, 0)
        help_sheet.write_row(0, 0, ("列", "要求", f"说明（{kind.label}，{kind.code}）"), bold)
        help_sheet.set_column(2, 2, 80)


def example_of(kind: AssetType) -> dict[str, str]:
    """One part of a type as it is filled in, by the names of the columns."""
    row = {LABELS[key]: value for key, value in EXAMPLE.items()}
    fields = {field.label: _sample(field) for field in kind.fields}
    return row | {LABELS["type"]: kind.label} | {k: v for k, v in fields.items() if v}


def _write_example(sheet: Worksheet, kind: AssetType, labels: Sequence[str], bold: Format) -> None:
    """On a sheet of its own, so that nobody imports it by accident."""
    example = example_of(kind)
    for column, label in enumerate(labels):
        sheet.set_column(column, column, max(12, 2 * len(label) + 4))
        sheet.write_string(0, column, label, bold)
        sheet.write_string(1, column, example.get(label, ""))


def _sample(field: Field) -> str:
    """Something that fits a field; what need not be filled in and is free text stays empty."""
    if words := _words(field):
        return words[0]
    if field.kind in ("int", "decimal"):
        return f"{max(field.minimum or 0, min(field.maximum or 1, 1)):g}"
    if field.kind == "date":
        return EXAMPLE["created_on"]
    return "A-0001" if field.required else ""


def _hint(field: Field) -> str:
    parts = [field.hint, f"单位：{field.unit}" if field.unit else "", "、".join(_words(field))]
    return "；".join(part for part in parts if part) or "文字"


def _words(field: Field) -> Sequence[str]:
    if field.kind == "bool":
        return ("是", "否")
    return tuple(label for _, label in field.choices)
