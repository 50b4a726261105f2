"""Files of weather warnings: a table (CSV, Excel) or a list (JSON), every row checked before one is taken."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from chengyun.city.assets import values
from chengyun.city.assets.sheets import Sheet, open_sheet, sheet_of
from chengyun.city.assets.values import Unreadable
from chengyun.city.people.models import User
from chengyun.city.places.queries import regions
from chengyun.city.sensing.services.weather import NewWarning, faults_of, take
from chengyun.city.sensing.specs import RANK_LABELS, WEATHER
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, Refusal, TooLarge
from chengyun.kernel.installation import installation

ROWS_AT_MOST = 500
LOST_FROM = 1e15
"""From here on a spreadsheet keeps no whole number."""
FILE_AT_MOST = 5 * 1024 * 1024
COLUMNS = {
    "number": "编号",
    "kind": "种类",
    "rank": "级别",
    "areas": "区域",
    "text": "内容",
    "source": "发布单位",
    "issued_at": "发布时间",
    "valid_from": "开始时间",
    "valid_to": "结束时间",
}
NEEDED = ("kind", "rank", "areas", "text", "source", "issued_at")
MOMENTS = ("issued_at", "valid_from", "valid_to")
STAND_IN: dict[str, Any] = dict.fromkeys(COLUMNS, "") | dict.fromkeys(MOMENTS)
"""What a row is looked at with in place of a cell that cannot be read, so that its other cells are looked at too."""
BETWEEN = re.compile(r"[、,，;；\s]+")
KINDS = {label: key for key, label in WEATHER.items()}
RANKS = {label: key for key, label in RANK_LABELS.items()} | {
    label[0]: key for key, label in RANK_LABELS.items()
}


class Fault(NamedTuple):
    """What is wrong with one cell, or with a whole row."""

    row: int
    column: str
    message: str


@dataclass(kw_only=True)
class Report:
    """What became of a file: nothing was taken when there are ``faults``."""

    total: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    faults: list[Fault] = field(default_factory=list)


def bring_in(data: bytes, name: str, *, by: User | None) -> Report:
    """Take every warning of a file, or none of them."""
    if len(data) > FILE_AT_MOST:
        raise TooLarge("文件最大 5 MB。")
    sheet = _sheet(data, name)
    rows, report = [], Report()
    for number, cells in _rows(sheet):
        report.total += 1
        new, faults = _read(number, cells)
        report.faults.extend(faults)
        if new is not None:
            rows.append((number, new))
    report.faults.extend(_doubled(rows))
    if not report.total:
        raise Invalid(f"「{name}」里没有预警。")
    if not report.faults:
        _take(rows, report, by)
    return report


def _doubled(rows: Sequence[tuple[int, NewWarning]]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for number, new in rows:
        first = seen.setdefault(new.number or f"row {number}", number)
        if first != number:
            yield Fault(number, COLUMNS["number"], f"和第 {first} 行重复：{new.number}")


def _take(rows: Sequence[tuple[int, NewWarning]], report: Report, by: User | None) -> None:
    """All in one transaction; what rows meet there is told of each, and undoes the others too."""
    done = {"added": 0, "changed": 0, "same": 0}
    with transaction.atomic():
        for number, new in rows:
            try:
                with transaction.atomic():
                    done[take(new, by=by).what] += 1
            except Refusal as refusal:
                report.faults.append(Fault(number, "", refusal.message))
        if report.faults:
            transaction.set_rollback(True)
            return
    report.added, report.changed, report.same = done["added"], done["changed"], done["same"]


def _sheet(data: bytes, name: str) -> Sheet:
    if Path(name).suffix.lower() == ".json":
        return sheet_of(_objects(data, name))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_bytes(data)
        found = open_sheet(path, name)
        if found.total > ROWS_AT_MOST:
            raise TooLarge(f"一次最多 {ROWS_AT_MOST} 行，请分成几个文件。")
        rows = _listed(found, name)
    return Sheet(header=found.header, total=len(rows), rows=lambda: iter(rows))


def _listed(sheet: Sheet, name: str) -> list[tuple[int, Sequence[object]]]:
    try:
        return list(sheet.rows())
    except csv.Error as error:
        raise Invalid(f"「{name}」在某一行断开了：有一个双引号没有成对。") from error


def _objects(data: bytes, name: str) -> list[dict[str, object]]:
    """A JSON list of objects whose names are those of the interface or of the columns."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"「{name}」不是能读的 JSON：{error}") from error
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Invalid(f"「{name}」要是一列预警：[{{…}}, {{…}}]。")
    if len(found) > ROWS_AT_MOST:
        raise TooLarge(f"一次最多 {ROWS_AT_MOST} 条，请分成几个文件。")
    return [{COLUMNS.get(key, key): _cell(value) for key, value in each.items()} for each in found]


def _cell(value: object) -> object:
    return "、".join(map(str, value)) if isinstance(value, list) else value


def _rows(sheet: Sheet) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Each row by the keys of its columns. Raises Invalid when a column is missing or unknown."""
    keys = {label: key for key, label in COLUMNS.items()}
    lacking = [COLUMNS[key] for key in NEEDED if COLUMNS[key] not in sheet.header]
    unknown = [
        f"「{column[:40]}」不是气象预警的列名" for column in sheet.header if column not in keys
    ]
    doubled = [f"两列都是「{label}」" for label in keys if list(sheet.header).count(label) > 1]
    missing = [f"缺少这些列：{'、'.join(lacking)}"] if sheet.total and lacking else []
    if wrong := [*missing, *unknown, *doubled]:
        raise Invalid("；".join(wrong) + "。")
    for number, cells in sheet.rows():
        yield number, {keys[c]: v for c, v in zip(sheet.header, cells, strict=False)}


def _read(number: int, cells: Mapping[str, object]) -> tuple[NewWarning | None, list[Fault]]:
    """One row as a warning, or what is wrong with it."""
    faults, given, bad = [], STAND_IN | {"issued_at": clock.now()}, set[str]()
    for key, label in COLUMNS.items():
        try:
            given[key] = _value(key, cells.get(key))
        except Unreadable as error:
            faults.append(Fault(number, label, f"{error}。"))
            bad.add(key)
    if bad & set(MOMENTS):
        bad |= set(MOMENTS)
    new = NewWarning(**given)
    faults += [
        Fault(number, COLUMNS[each.field], each.message)
        for each in faults_of(new)
        if each.field not in bad
    ]
    return (None, faults) if faults else (new, [])


def _value(key: str, raw: object) -> Any:
    if key in MOMENTS:
        return _moment(raw, needed=key in NEEDED)
    if key == "number" and isinstance(raw, float) and abs(raw) >= LOST_FROM:
        raise Unreadable("是数字格式，Excel 已丢掉后面几位；请把这一列设为文本再填")
    text = values.line(values.text_of(raw), 2000, broken=key == "text")
    if key in NEEDED and not text:
        raise Unreadable("要填写")
    if key == "kind":
        return KINDS.get(text.removesuffix("预警"), text)
    if key == "rank":
        return RANKS.get(text, text)
    return _areas(text) if key == "areas" else text


def _areas(text: str) -> list[str]:
    """The regions of a cell, by code or by name."""
    city = installation()
    known = {name: code for code, name in regions().values_list("code", "name")}
    whole = {"全市": city.area} if city else {}
    return [(known | whole).get(each, each) for each in BETWEEN.split(text) if each]


def _moment(raw: object, *, needed: bool) -> datetime | None:
    found = raw if isinstance(raw, datetime) else _parsed(str(raw or "").strip())
    if found is None:
        if needed or str(raw or "").strip():
            raise Unreadable(f"应当是时间，如 2026-07-12 14:30，现在是「{str(raw or '')[:40]}」")
        return None
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _parsed(text: str) -> datetime | None:
    try:
        return parse_datetime(text.replace("/", "-"))
    except ValueError:
        return None
