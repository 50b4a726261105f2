"""Readings as they come over HTTP: JSON lines, one reading each.

Source of the form: this project's own, see the guide. A line is
``{"device": "JS-001", "point": "depth", "at": "2025-07-22T02:41:00+08:00", "value": 12.5}``; ``at`` is ISO 8601 with
its offset or milliseconds since 1970 (UTC), ``value`` is in the unit of the point; ``serial`` (a whole number) may
tell two readings of one moment apart.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.json import ParseOptions, ReadOptions, read_json

MOMENT = pa.timestamp("us", "UTC")
TOLD = pa.schema(
    [
        ("device", pa.string()),
        ("point", pa.string()),
        ("at", MOMENT),
        ("value", pa.float64()),
        ("serial", pa.int64()),
        ("doubt", pa.int16()),
    ]
)
"""What a sender tells of a reading; ``doubt`` are the quality marks the device gives itself."""
Row = tuple[str, str, datetime, float, int, int]
"""The same, one reading."""
Message = bytes | list[Row]
"""JSON lines, or readings that were told in another way."""
EARLIEST, LATEST = 946_684_800_000, 4_102_444_800_000
"""2000 and 2100, in milliseconds: seconds that are taken for them would lie in 1970."""
LARGEST = 2**53
LONGEST = 40
MOST = 200_000
"""Readings in one message, about as many as its ten megabytes hold as JSON lines."""


class Unreadable(Exception):
    """A line cannot be read; the message is one sentence that names it."""


def json_lines(body: bytes) -> pa.Table:
    """The readings of a body, as ``TOLD``; n rows for n lines that are not empty.

    Raises Unreadable for the first line that is wrong: then nothing of the body is taken.
    """
    if not body.strip():
        raise Unreadable("没有读数：每行写一条 JSON。")
    try:
        return _quickly(body)
    except _Otherwise:
        return _line_by_line(body)


def limited(readings: Iterator[Row]) -> list[Row]:
    """All of them. Raises Unreadable where they are too many for one message."""
    found = list(islice(readings, MOST + 1))
    if len(found) > MOST:
        raise Unreadable(f"一次最多 {MOST} 个读数，请分几次报。")
    return found


def read_all(messages: Sequence[Message]) -> list[pa.Table | Unreadable]:
    """What each message tells (``TOLD``); those of one kind are read at once where all have the plain form."""
    bodies = [each for each in messages if isinstance(each, bytes)]
    rows = [each for each in messages if isinstance(each, list)]
    read = iter(_together(bodies) if len(bodies) > 1 else map(_alone, bodies))
    made = _made(rows)
    return [next(read) if isinstance(each, bytes) else next(made) for each in messages]


def _made(messages: list[list[Row]]) -> Iterator[pa.Table]:
    rows = [row for message in messages for row in message]
    table = pa.table([list(column) for column in zip(*rows, strict=True)] or [[]] * 6, schema=TOLD)
    lengths = [len(message) for message in messages]
    for end, length in zip(accumulate(lengths), lengths, strict=True):
        yield table.slice(end - length, length)


def _together(bodies: list[bytes]) -> Iterator[pa.Table | Unreadable]:
    bodies = [body.strip() for body in bodies]
    lengths = [body.count(b"\n") + 1 for body in bodies]
    try:
        table = _quickly(b"\n".join(bodies))
        whole = table.num_rows == sum(lengths)
    except _Otherwise:
        whole = False
    if not whole:  # an empty line, or one that is wrong
        yield from map(_alone, bodies)
        return
    for end, length in zip(accumulate(lengths), lengths, strict=True):
        yield table.slice(end - length, length)


def _alone(body: bytes) -> pa.Table | Unreadable:
    try:
        return json_lines(body)
    except Unreadable as error:
        return error


class _Doubtful(Exception):
    """Something to be looked at line by line."""


_Otherwise = (pa.ArrowInvalid, pa.ArrowNotImplementedError, _Doubtful)


def _quickly(body: bytes) -> pa.Table:
    """All lines at once, where each has the same plain form."""
    first = _first(body)
    if not isinstance(first, dict):
        raise _Doubtful
    kind = pa.int64() if type(first.get("at")) is int else pa.string()
    form = pa.schema([("device", pa.string()), ("point", pa.string()), ("at", kind)])
    form = form.append(pa.field("value", pa.float64())).append(pa.field("serial", pa.int64()))
    table = read_json(
        pa.BufferReader(body),
        read_options=ReadOptions(use_threads=False, block_size=len(body) + 1),
        parse_options=ParseOptions(explicit_schema=form, unexpected_field_behavior="ignore"),
    )
    needed = ("device", "point", "at", "value")
    if any(table[name].null_count for name in needed):
        raise _Doubtful
    table = table.set_column(2, "at", _moments(table["at"]))
    table = table.set_column(4, "serial", pc.fill_null(table["serial"], 0))
    table = table.append_column("doubt", pa.array(np.zeros(table.num_rows, np.int16)))
    return _plain(table.cast(TOLD))


def _first(body: bytes) -> Any:
    """What the first line says, as far as it can be read."""
    try:
        return json.loads(body.lstrip().split(b"\n", 1)[0])
    except (ValueError, RecursionError) as error:
        raise _Doubtful from error


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_string(column.type):
        return column.cast(MOMENT)
    return pc.multiply_checked(column, 1000).cast(pa.timestamp("us")).cast(MOMENT)


def _plain(table: pa.Table) -> pa.Table:
    """A table (``TOLD``) in which nothing has to be looked at twice."""
    at = table["at"].cast(pa.int64())
    spans = (
        (at, EARLIEST * 1000, LATEST * 1000 - 1),
        (table["serial"], 0, LARGEST - 1),
        (pc.utf8_length(table["device"]), 1, LONGEST),
        (pc.utf8_length(table["point"]), 1, LONGEST),
    )
    if (
        not all(_within(*span) for span in spans)
        or not pc.all(pc.is_finite(table["value"])).as_py()
        or not all(pc.all(pc.utf8_is_printable(table[n])).as_py() for n in ("device", "point"))
    ):
        raise _Doubtful
    return table


def _within(column: pa.ChunkedArray, low: int, high: int) -> bool:
    span = pc.min_max(column).as_py()
    return bool(low <= span["min"] <= span["max"] <= high)


def _line_by_line(body: bytes) -> pa.Table:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("正文不是 UTF-8 编码。") from error
    lines = enumerate(text.split("\n"), start=1)
    rows = [_reading(number, line) for number, line in lines if line.strip()]
    return pa.Table.from_pylist(rows, TOLD)


def _reading(number: int, line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"第 {number} 行不是 JSON。") from error
    if not isinstance(said, dict):
        raise Unreadable(f"第 {number} 行不是一条读数：要写成 {{…}}。")
    return {
        "device": _name(number, said, "device", "设备编号"),
        "point": _name(number, said, "point", "测点"),
        "at": _moment(number, said.get("at")),
        "value": _value(number, said.get("value")),
        "serial": _serial(number, said.get("serial", 0)),
        "doubt": 0,
    }


def _name(number: int, said: dict[str, Any], key: str, label: str) -> str:
    name = said.get(key)
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST or not name.isprintable():
        raise Unreadable(f"第 {number} 行的{label}（{key}）要写，最多 {LONGEST} 个字符。")
    return name


def _moment(number: int, said: Any) -> datetime:
    form = "带时区的 ISO 8601，或 1970 年以来的毫秒数（不是秒），在 2000 到 2100 年间"
    sentence = f"第 {number} 行的时间（at）要写成{form}。"
    try:
        if type(said) is int and EARLIEST <= said < LATEST:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=said)
        moment = datetime.fromisoformat(said)
        if moment.tzinfo is not None and EARLIEST <= moment.timestamp() * 1000 < LATEST:
            return moment
    except (TypeError, ValueError, OverflowError) as error:
        raise Unreadable(sentence) from error
    raise Unreadable(sentence)


def _value(number: int, said: Any) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float) or not is_finite(said):
        raise Unreadable(f"第 {number} 行的数值（value）要写成一个数。")
    return float(said)


def is_finite(number: float) -> bool:
    """Whether a number of JSON, which may be a whole one of any length, is one a reading can have."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _serial(number: int, said: Any) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < LARGEST:
        raise Unreadable(f"第 {number} 行的流水号（serial）要写成 0 以上的整数。")
    return said
