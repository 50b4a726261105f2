"""Tables that other systems wrote, as columns: CSV, plain or packed, and Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from chengyun.lake.tables import connected

CSV = (".csv", ".csv.gz")
SUFFIXES = (*CSV, ".parquet")
MOMENT = pa.timestamp("us", tz="UTC")
OFFSET = "%z"
DAY = pa.scalar(timedelta(days=1), pa.duration("us"))
NOTHING = "里一行也没有"
MOST = 20
"""Lines that do not fit which are named one by one."""


class Unreadable(ValueError):
    """The file is not what it should be; the message is a sentence in Chinese."""


@dataclass(frozen=True)
class Sheet:
    """The columns that were asked for, and the number people give each row: the head of a CSV is the first."""

    columns: dict[str, pa.Array]
    numbers: NDArray[np.int64]


def read(path: Path, names: Sequence[str], encoding: str = "utf8") -> Sheet:
    """Read columns of a file; all others are left where they are.  Raises `Unreadable`."""
    if not path.is_file():
        raise Unreadable(f"没有文件 {path.name}。")
    if not path.name.lower().endswith(SUFFIXES):
        raise Unreadable(f"文件 {path.name} 不是 CSV（.csv、.csv.gz）或 Parquet（.parquet）。")
    reads = _read_csv if path.name.lower().endswith(CSV) else _read_parquet
    try:
        sheet = reads(path, names, encoding)
    except (pa.ArrowException, UnicodeDecodeError, OSError, EOFError) as error:
        raise Unreadable(f"文件 {path.name} {_reason(error, encoding)}。") from error
    if not len(sheet.numbers):
        raise Unreadable(f"文件 {path.name} {NOTHING}。")
    return sheet


def _reason(error: Exception, encoding: str) -> str:
    if isinstance(error, UnicodeDecodeError) or "invalid UTF8" in str(error):
        return f"里的文字不是 {encoding} 编码"
    return NOTHING if "Empty CSV" in str(error) else "已损坏，或不是它的后缀所说的格式"


def texts(column: pa.Array) -> pa.Array:
    """A column as words without space around them; nothing is ""."""
    if pa.types.is_floating(column.type) and pc.all(pc.equal(pc.floor(column), column)).as_py():
        column = column.cast(pa.int64(), safe=False)
    return pc.utf8_trim_whitespace(column.cast(pa.string()).fill_null(""))


def is_moments(column: pa.Array) -> bool:
    """It holds days or moments, not words."""
    return bool(pa.types.is_timestamp(column.type) or pa.types.is_date(column.type))


def local(words: pa.Array, formats: Sequence[str]) -> pa.Array:
    """Words as what a clock shows, null where they cannot be read in any of the formats.

    Formats that tell the distance from UTC (all or none of them) give moments.

    Raises
    ------
    Unreadable
        One of the formats is none.
    """
    engine = connected()
    try:
        engine.con.register("given", pa.table({"word": words}))
        listed = ", ".join("'" + each.replace("'", "''") + "'" for each in formats)
        query = f"SELECT try_strptime(word, [{listed}]) AS moment FROM given"  # noqa: S608
        found = pa.table(engine.con.sql(query).to_arrow_table())["moment"].combine_chunks()
    except duckdb.InvalidInputException as error:
        raise Unreadable(f"时间格式看不懂：{'、'.join(formats)}。") from error
    finally:
        engine.disconnect()
    return found.cast(MOMENT if OFFSET in formats[0] else pa.timestamp("us"))


def moments(shown: pa.Array, zone: ZoneInfo, *, second: bool = False) -> pa.Array:
    """What clocks of a zone showed, as moments; a column of moments stays as it is.

    Of the hour that comes twice in autumn it is the first, or the ``second``; what the clock left out in spring is its
    first moment after.  So a later time on the clock is never an earlier moment.
    """
    if pa.types.is_timestamp(shown.type) and shown.type.tz:
        return shown.cast(MOMENT, safe=False)
    plain = shown.cast(pa.timestamp("us"), safe=False)
    which = "latest" if second else "earliest"
    known = pc.assume_timezone(plain, str(zone), ambiguous=which, nonexistent="latest")
    return known.cast(MOMENT)


def last_of_day(shown: pa.Array) -> pa.Array:
    """What is told as a day only, as the last moment of it; all else as it is."""
    if pa.types.is_date(shown.type):
        shown = shown.cast(pa.timestamp("us"))
    midnight = pc.floor_temporal(shown, unit="day")
    last = pc.subtract(pc.add(midnight, DAY), pa.scalar(1, pa.duration("us")))
    return pc.if_else(pc.equal(shown, midnight), last.cast(shown.type), shown)


def shown_in(column: pa.Array, row: int) -> str:
    """What stands in a row, as people read it."""
    said: str = texts(column.slice(row, 1))[0].as_py()
    return said.partition(".")[0] if is_moments(column) else said


def _read_csv(path: Path, names: Sequence[str], encoding: str) -> Sheet:
    odd: list[csv.InvalidRow] = []

    def note(row: csv.InvalidRow) -> str:
        odd.append(row)
        return "skip"

    options = {
        "read_options": csv.ReadOptions(use_threads=False, encoding=encoding),
        "parse_options": csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
        ),
    }
    with csv.open_csv(path, **options) as opened:
        _must_have(opened.schema.names, names)
    odd.clear()
    wanted = dict.fromkeys(names, pa.string())
    kinds = csv.ConvertOptions(column_types=wanted, include_columns=list(wanted))
    table = csv.read_csv(path, convert_options=kinds, **options)
    blank = {row.number for row in odd if not row.text.strip()}
    _must_fit([row for row in odd if row.number not in blank])
    everything = np.arange(2, len(table) + len(blank) + 2)
    return _filled(table, np.setdiff1d(everything, sorted(blank)))


def _read_parquet(path: Path, names: Sequence[str], _: str) -> Sheet:
    with parquet.ParquetFile(path) as file:
        _must_have(file.schema_arrow.names, names)
        table = file.read(columns=list(dict.fromkeys(names)))
    return _filled(table, np.arange(1, len(table) + 1))


def _filled(table: pa.Table, numbers: NDArray[np.int64]) -> Sheet:
    """Without the rows in which nothing stands."""
    columns = {name: _plain(name, table[name]) for name in table.column_names}
    empty = np.ones(len(table), bool)
    for column in columns.values():
        nothing = column.is_null() if is_moments(column) else pc.equal(texts(column), "")
        empty &= nothing.to_numpy(zero_copy_only=False)
    if not empty.any():
        return Sheet(columns, numbers)
    kept = pa.array(~empty)
    return Sheet({name: each.filter(kept) for name, each in columns.items()}, numbers[~empty])


def _plain(name: str, column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    whole = whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole
    if pa.types.is_nested(whole.type) or pa.types.is_binary(whole.type):
        raise Unreadable(f"「{name}」这一列里不是文字、数字或时间。")
    return whole


def _must_have(known: Sequence[str], names: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise Unreadable(f"文件里没有「{name}」这一列，有：{'、'.join(known)}。")
        if list(known).count(name) > 1:
            raise Unreadable(f"文件里有几列都叫「{name}」，分不清用哪一列。")


def _must_fit(rows: Sequence[csv.InvalidRow]) -> None:
    if rows:
        named = [
            f"第 {row.number} 行：有 {row.actual_columns} 格，应有 {row.expected_columns} 格。"
            for row in rows[:MOST]
        ]
        raise Unreadable(more(named, len(rows)))


def more(named: Sequence[str], count: int) -> str:
    """The sentences on rows, and how many rows more there are."""
    rest = count - len(named)
    return "\n".join([*named, f"还有 {rest:,} 行。"] if rest else named)
