"""A hotline's export file: its columns, and every row read, placed and compared before one is written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from chengyun.city.assets import values
from chengyun.city.assets.sheets import Row, Sheet
from chengyun.city.assets.values import Unreadable
from chengyun.city.cases import queries
from chengyun.city.cases.models import Inquiry
from chengyun.city.places import gazetteer
from chengyun.city.places.queries import locate
from chengyun.kernel import clock
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.scope import Scope
from chengyun.kernel.texts import is_phone

ROWS_AT_MOST = 5000
LABELS = {
    "number": "来件编号",
    "description": "反映内容",
    "address": "地点",
    "came_at": "来件时间",
    "reporter_name": "来件人",
    "reporter_phone": "来电号码",
    "class_code": "类别",
    "lon": "经度",
    "lat": "纬度",
}
NEEDED = ("number", "description", "address")
LENGTHS = {"number": 40, "description": 4000, "address": 120, "reporter_name": 40}
# Column names as hotlines export them; which are really used differs by city, so people can choose others.
ALIASES = {
    "number": ("来件编号", "工单编号", "工单号", "受理编号", "流水号", "编号"),
    "description": ("反映内容", "诉求内容", "问题描述", "工单内容", "内容", "描述"),
    "address": ("地点", "事发地址", "诉求地址", "发生地点", "地址", "位置"),
    "came_at": ("来件时间", "来电时间", "受理时间", "登记时间", "诉求时间", "时间"),
    "reporter_name": ("来件人", "诉求人", "来电人", "市民姓名", "姓名"),
    "reporter_phone": ("来电号码", "联系电话", "联系方式", "电话", "手机号"),
    "class_code": ("类别", "小类", "诉求类别", "问题类别", "类别代码"),
    "lon": ("经度", "lon", "lng", "X"),
    "lat": ("纬度", "lat", "Y"),
}
CHINESE_TIME = re.compile(r"[年月/.]")


class Fault(NamedTuple):
    """What is wrong with one cell or row of the file."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Read:
    """A row that may become a case."""

    row: int
    given: Mapping[str, Any]


@dataclass(kw_only=True)
class Checked:
    """What a file holds: rows that may be written, how many are there already, what is wrong with the others."""

    good: list[Read] = field(default_factory=list)
    known: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def bad(self) -> int:
        return len({fault.row for fault in self.faults})


def guessed(header: list[str]) -> dict[str, str]:
    """Which column most likely holds what, each column once."""
    found: dict[str, str] = {}
    for key, names in ALIASES.items():
        for name in names:
            column = next((c for c in header if c.strip(" *＊") == name), None)
            if column and column not in found.values():
                found[key] = column
                break
    return found


def checked_columns(header: list[str], columns: Mapping[str, str]) -> dict[str, str]:
    """The columns somebody chose. Raises Invalid when one is missing, unknown or chosen twice."""
    chosen = {key: columns[key] for key in LABELS if columns.get(key)}
    faults = [FieldError(k, f"请选哪一列是{LABELS[k]}。") for k in NEEDED if k not in chosen]
    for key, column in chosen.items():
        if column not in header:
            faults.append(FieldError(key, f"表里没有「{column[:40]}」这一列。"))
        if list(chosen.values()).count(column) > 1:
            faults.append(FieldError(key, f"「{column[:40]}」选了两次。"))
    if ("lon" in chosen) != ("lat" in chosen):
        faults.append(FieldError("lon", "经度和纬度要一起选。"))
    if faults:
        raise Invalid(faults[0].message, fields=tuple(faults))
    return chosen


def check(sheet: Sheet, columns: Mapping[str, str], *, book: str, reach: Scope | None) -> Checked:
    """Every row of a file. Raises Invalid when the file itself cannot be read on."""
    if sheet.total > ROWS_AT_MOST:
        raise Invalid(f"一次最多导入 {ROWS_AT_MOST:,} 行，请分成几个文件。")
    places = {key: sheet.header.index(column) for key, column in columns.items()}
    reader = _Reader(places=places, reach=reach)
    found = Checked()
    taken: dict[str, int] = {}
    for number, cells in _rows(sheet):
        _one(reader, number, cells, taken, found)
    known = _known(book, [read.given["number"] for read in found.good])
    found.known = sum(read.given["number"] in known for read in found.good)
    found.good = [read for read in found.good if read.given["number"] not in known]
    return found


def _one(reader: _Reader, number: int, cells: Any, taken: dict[str, int], found: Checked) -> None:
    given, faults = reader.read(number, cells)
    code = given.get("number", "")
    if code in taken:
        faults.append(Fault(number, LABELS["number"], f"和第 {taken[code]} 行重复：{code}"))
    if faults:
        found.faults.extend(faults)
        return
    taken[code] = number
    found.good.append(Read(row=number, given=given))


def _rows(sheet: Sheet) -> Iterator[Row]:
    try:
        yield from sheet.rows()
    except csv.Error as error:
        raise Invalid("表格在某一行断开了：有一个双引号没有成对。") from error


def _known(book: str, numbers: list[str]) -> set[str]:
    """Which of these numbers were taken before; 500 at a time, for the limit of variables in a statement."""
    found: set[str] = set()
    for start in range(0, len(numbers), 500):
        rows = Inquiry.objects.filter(book=book, number__in=numbers[start : start + 500])
        found.update(rows.values_list("number", flat=True))
    return found


@dataclass(frozen=True, kw_only=True)
class _Reader:
    places: Mapping[str, int]
    reach: Scope | None

    def read(self, number: int, cells: Any) -> tuple[dict[str, Any], list[Fault]]:
        """One row as arguments of a report, and what is wrong with it."""
        faults: list[Fault] = []
        given: dict[str, Any] = {}
        for key, place in self.places.items():
            raw = cells[place] if place < len(cells) else None
            try:
                value = READERS.get(key, _text)(key, raw)
            except Unreadable as error:
                faults.append(Fault(number, LABELS[key], str(error)))
                continue
            if value is not None:
                given[key] = value
        for key in NEEDED:
            if not given.get(key) and not any(f.column == LABELS[key] for f in faults):
                faults.append(Fault(number, LABELS[key], "要填写"))
        if not faults:
            faults += self._place(number, given)
        return given, faults

    def _place(self, number: int, given: dict[str, Any]) -> list[Fault]:
        """The point of the row, from its own columns or out of its address; and its class there."""
        if given.get("lon") is None or given.get("lat") is None:
            spots = gazetteer.spots(given["address"])
            if not spots:
                return [
                    Fault(number, LABELS["address"], "本市没有找到这个地址，请补上经纬度或改写")
                ]
            given["lon"], given["lat"] = spots[0].lon, spots[0].lat
        place = locate(given["lon"], given["lat"])
        if place is None:
            return [Fault(number, LABELS["lon"], "不在本市范围内")]
        if self.reach is not None and not self.reach.covers(area=place.area):
            return [Fault(number, "", "这里不在你的管辖范围内")]
        return self._class(number, given, place.area)

    def _class(self, number: int, given: dict[str, Any], area: str) -> list[Fault]:
        word = given.get("class_code")
        if not word:
            return []
        found = next((c for c in queries.classes_for(area) if word in (c.code, c.name)), None)
        if found is None:
            return [Fault(number, LABELS["class_code"], f"目录里没有「{word[:40]}」")]
        given["class_code"] = found.code
        return []


def _text(key: str, raw: object) -> str | None:
    text = values.line(values.text_of(raw), LENGTHS.get(key, 60), broken=key == "description")
    return text or None


def _number(key: str, raw: object) -> str | None:
    if isinstance(raw, float) and abs(raw) >= 1e15:
        raise Unreadable("是数字格式，Excel 已丢掉后面几位；请把这一列设为文本再填")
    return _text(key, raw)


def _phone(key: str, raw: object) -> str | None:
    text = _text(key, raw)
    if text and not is_phone(text):
        raise Unreadable("号码不对：手机 11 位，座机 7 或 8 位")
    return text


def _degrees(key: str, raw: object) -> float | None:
    text = values.text_of(raw)
    if not text:
        return None
    try:
        found = float(text)
    except ValueError as error:
        raise Unreadable("应当是小数，例如 115.985432") from error
    if not abs(found) <= (180 if key == "lon" else 90):
        raise Unreadable("超出了经纬度的范围")
    return found


def _moment(key: str, raw: object) -> datetime | None:
    found = raw if isinstance(raw, datetime) else _parsed(values.text_of(raw))
    if found is None:
        return None
    if timezone.is_naive(found):
        found = timezone.make_aware(found)
    if found > clock.now():
        raise Unreadable("在将来，请核对")
    if found.year < 2000:
        raise Unreadable("太早了，请核对")
    return found


def _parsed(text: str) -> datetime | None:
    if not text:
        return None
    plain = CHINESE_TIME.sub("-", text.replace("日", " ").replace("时", ":").replace("分", ""))
    try:
        found = parse_datetime(" ".join(plain.split()))
    except ValueError:
        found = None
    if found is None:
        raise Unreadable("应写成 2026-01-31 14:30")
    return found


READERS: Mapping[str, Any] = {
    "number": _number,
    "reporter_phone": _phone,
    "lon": _degrees,
    "lat": _degrees,
    "came_at": _moment,
}
