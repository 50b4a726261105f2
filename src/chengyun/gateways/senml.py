"""Readings as SenML in JSON: an array of records whose base fields hold for all records that follow.

Source: RFC 8428, 4 (fields), 4.5.3 (time), 5 (JSON). A name, base name and name together, is ``DEVICE:POINT`` or
``DEVICE/POINT``; before it may stand ``urn:dev:mac:`` and the like (RFC 9039). Seconds below 2**28 count from now. A
boolean is told as 1 or 0; text and data are no readings. A value with a unit is brought into that of the point it is
of, where the city knows the point.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from chengyun.gateways.parsing import EARLIEST, LATEST, LONGEST, Row, Unreadable, limited
from chengyun.gateways.units import Unfit, converted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RELATIVE = 2**28
VERSION = 10
NAME = re.compile(r"(?:urn:dev:[a-z]+:)?([^:/]+)[:/]([^:/]+)")
BASE = {"bver", "bn", "bt", "bu", "bv", "bs"}
TEXTS = ("vs", "vd")
MUST_UNDERSTAND = "_"


UnitOf = Callable[[str, str], tuple[str, float] | None]
"""The unit of a point of a device, and how much of it one of what is told by that name is; None where nobody knows."""


def rows(body: bytes, now: datetime, unit_of: UnitOf) -> list[Row]:
    """The readings of a body. Raises Unreadable for the first record that is wrong: then nothing of it is taken."""
    try:
        pack = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("正文不是 JSON。") from error
    if not isinstance(pack, list):
        raise Unreadable("SenML 要写成记录的列表：[{…}, …]。")
    return limited(_readings(pack, now, unit_of))


def _readings(pack: list[Any], now: datetime, unit_of: UnitOf) -> Iterator[Row]:
    base: dict[str, Any] = {}
    for number, record in enumerate(pack, start=1):
        if not isinstance(record, dict):
            raise Unreadable(f"第 {number} 条不是一条记录：要写成 {{…}}。")
        _understood(number, record)
        base.update((key, record[key]) for key in BASE & record.keys())
        if record.keys() - BASE:
            device, point = _name(number, base, record)
            at, value = _moment(number, base, record, now), _value(number, base, record)
            told = record.get("u", base.get("bu", ""))
            if told and (known := unit_of(device, point)):
                value = _in_unit(number, value, told, *known)
            yield device, point, at, value, 0, 0


def _in_unit(number: int, value: float, told: Any, wanted: str, factor: float) -> float:
    """A value in the unit in which it would be told by its name alone."""
    try:
        return converted(value, str(told), wanted) / factor
    except Unfit as unfit:
        sentence = f"{unfit}；不写单位就按测点的单位收。"
        raise Unreadable(f"第 {number} 条记录的{sentence}") from unfit


def _understood(number: int, record: dict[str, Any]) -> None:
    if any(key.endswith(MUST_UNDERSTAND) for key in record):
        raise Unreadable(f"第 {number} 条记录有不能略过、这里又不认识的字段（名字以 _ 结尾）。")
    version = record.get("bver", VERSION)
    if not isinstance(version, int | float) or version > VERSION:
        raise Unreadable(f"第 {number} 条记录的版本（bver）最多 {VERSION}。")


def _name(number: int, base: dict[str, Any], record: dict[str, Any]) -> tuple[str, str]:
    parts = base.get("bn", ""), record.get("n", "")
    if all(isinstance(part, str) for part in parts):
        found = NAME.fullmatch("".join(parts))
        if found and all(len(each) <= LONGEST and each.isprintable() for each in found.groups()):
            return found[1], found[2]
    sentence = f"名字（bn 加 n）要写成「设备编号:测点」，各最多 {LONGEST} 个字符。"
    raise Unreadable(f"第 {number} 条记录的{sentence}")


def _moment(number: int, base: dict[str, Any], record: dict[str, Any], now: datetime) -> datetime:
    seconds = _sum(base.get("bt", 0), record.get("t", 0))
    if seconds is not None:
        try:
            at = (now if seconds < RELATIVE else EPOCH) + timedelta(seconds=seconds)
            if EARLIEST <= at.timestamp() * 1000 < LATEST:
                return at
        except OverflowError:
            pass
    raise Unreadable(f"第 {number} 条记录的时间（bt 加 t）不是 2000 到 2100 年间的时刻。")


def _value(number: int, base: dict[str, Any], record: dict[str, Any]) -> float:
    if any(key in record for key in TEXTS):
        raise Unreadable(f"第 {number} 条记录是文字或数据（vs、vd），读数要是数（v）。")
    if isinstance(record.get("vb"), bool):
        return float(record["vb"])
    value = _sum(base.get("bv", 0), record.get("v"))
    if value is None:
        raise Unreadable(f"第 {number} 条记录的数值（v）要写成一个数，累计（s）不算。")
    return value


def _sum(*numbers: Any) -> float | None:
    """The sum of a base and what is added to it; None where one of the two is no number."""
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in numbers):
        return None
    try:
        total = float(sum(numbers))
    except OverflowError:
        return None
    return total if math.isfinite(total) else None
