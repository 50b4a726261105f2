r"""Readings as lines of InfluxDB: ``measurement,device=JS-001 depth=12.5,alarm=t 1784659260000000000``.

Source: docs.influxdata.com, "Line protocol" of v1 and v2, and ``/write``. The tag ``device`` is the code of the device;
a field is a point, one named ``value`` has the name of its measurement. Numbers, whole numbers (``i``, ``u``) and
booleans are readings, text is none. ``\`` stands before a comma, a space or an equals sign of a name. Without a time
a line is told of now.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from chengyun.gateways.parsing import EARLIEST, LATEST, LONGEST, Row, Unreadable, limited

NANOSECONDS = {"ns": 1, "n": 1, "us": 1000, "u": 1000, "ms": 1_000_000, "s": 1_000_000_000}
"""What one unit of a time is, by the precision that is asked for (``n`` and ``u`` as v1 has them)."""
DEVICE, VALUE = "device", "value"
TRUE, FALSE = {"t", "T", "true", "True", "TRUE"}, {"f", "F", "false", "False", "FALSE"}
NUMBER = re.compile(r"[+-]?(?:\d+[iu]|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII)
TIME = re.compile(r"-?\d{1,25}", re.ASCII)
SPACE, COMMA, EQUALS = (re.compile(rf"(?<!\\){each}") for each in (" +", ",", "="))
ESCAPED = re.compile(r"\\([,= ])")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rows(body: bytes, precision: str, now: datetime) -> list[Row]:
    """The readings of a body. Raises Unreadable for the first line that is wrong: then nothing of it is taken."""
    if precision not in NANOSECONDS:
        raise Unreadable("时间的单位（precision）要写 ns、us、ms 或 s。")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("正文不是 UTF-8 编码。") from error
    found = limited(_readings(text, NANOSECONDS[precision], now))
    if not found:
        raise Unreadable("没有读数：每行写「测量,device=设备编号 测点=数值 时间」。")
    return found


def _readings(text: str, unit: int, now: datetime) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        told = line.strip()
        if told and not told.startswith("#"):
            yield from _line(number, told, unit, now)


def _line(number: int, line: str, unit: int, now: datetime) -> Iterator[Row]:
    head, *rest = SPACE.split(line, maxsplit=2)
    if not rest:
        raise Unreadable(f"第 {number} 行要写成「测量,device=设备编号 测点=数值 时间」。")
    measurement, *tags = COMMA.split(head)
    device = dict(_pair(number, tag) for tag in tags).get(DEVICE, "")
    values = [_pair(number, field) for field in COMMA.split(rest[0])]
    told = [(point, _value(number, point, value)) for point, value in values]
    at, serial = _moment(number, rest[1], unit) if len(rest) > 1 else (now, 0)
    for point, value in told:
        name = _plain(measurement) if point == VALUE else point
        yield (
            _name(number, device, "标签 device "),
            _name(number, name, "测点"),
            at,
            value,
            serial,
            0,
        )


def _pair(number: int, text: str) -> tuple[str, str]:
    parts = EQUALS.split(text, maxsplit=1)
    if len(parts) < 2:
        raise Unreadable(f"第 {number} 行的「{text[:20]}」要写成「名=值」。")
    return _plain(parts[0]), _plain(parts[1])


def _plain(text: str) -> str:
    return ESCAPED.sub(r"\1", text)


def _name(number: int, name: str, label: str) -> str:
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        raise Unreadable(f"第 {number} 行的{label}要写，最多 {LONGEST} 个字符。")
    return name


def _value(number: int, point: str, text: str) -> float:
    if text in TRUE or text in FALSE:
        return float(text in TRUE)
    if text.startswith('"'):
        raise Unreadable(f"第 {number} 行的字段「{point[:20]}」是文字，读数要是数。")
    value = float(text.rstrip("iu")) if NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise Unreadable(f"第 {number} 行的字段「{point[:20]}」不是一个数。")
    return value


def _moment(number: int, text: str, unit: int) -> tuple[datetime, int]:
    """The moment, and the nanoseconds left over: two readings of one microsecond differ by them."""
    if TIME.fullmatch(text):
        microseconds, rest = divmod(int(text) * unit, 1000)
        if EARLIEST * 1000 <= microseconds < LATEST * 1000:
            return EPOCH + timedelta(microseconds=microseconds), rest
    raise Unreadable(
        f"第 {number} 行的时间要写成 1970 年以来的整数，单位是 precision 写的，在 2000 到 2100 年间。"
    )
