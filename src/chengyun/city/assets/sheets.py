"""Tables of assets that come in: CSV and Excel, read row by row."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from chengyun.kernel.errors import Invalid, TooLarge, WrongMedia
from chengyun.kernel.exports import plain

Row = tuple[int, Sequence[object]]
MEGABYTE = 1024 * 1024
UNPACKED_AT_MOST = 1024 * MEGABYTE
ROWS_AT_MOST = 500_000
CELLS_AT_MOST = 15_000_000
SNIFFED = 64 * 1024
SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
CELL_AT = re.compile(rb"<(?:\w+:)?c [^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
MARK_AT_MOST = 1024  # of a tag that a block cuts in two
TEXT_SUFFIXES = ("", ".csv", ".tsv", ".txt")
MARKS = ",\t;"
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table whose first row names the columns; ``rows`` can be gone through again and again."""

    header: tuple[str, ...]
    total: int
    rows: Callable[[], Iterator[Row]]


def open_sheet(path: Path, name: str) -> Sheet:
    """The first sheet of an Excel file, or a CSV file in UTF-8 or GB 18030. Refuses what is neither."""
    with path.open("rb") as file:
        start = file.read(SNIFFED)
    if not start.strip():
        raise Invalid(f"「{name}」是空文件。")
    if start.startswith(ZIP):
        return _excel(path, name)
    if start.startswith(OLE):
        raise WrongMedia(f"「{name}」是旧版 Excel 表或加了密码，请另存为不加密的 .xlsx 或 CSV。")
    if Path(name).suffix.lower() not in TEXT_SUFFIXES or b"\0" in start:
        raise WrongMedia(f"「{name}」不是能打开的 Excel 或 CSV 表。")
    return _csv(path, name)


def sheet_of(rows: Sequence[Mapping[str, object]]) -> Sheet:
    """Rows that are already in memory, as mappings from column name to value."""
    header = tuple(dict.fromkeys(key for row in rows for key in row))

    def again() -> Iterator[Row]:
        for number, row in enumerate(rows, start=2):
            yield number, [row.get(key) for key in header]

    return Sheet(header=header, total=len(rows), rows=again)


def _excel(path: Path, name: str) -> Sheet:
    _check_extent(path, name)
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (CalamineError, ValueError, OSError, IndexError) as error:
        raise WrongMedia(f"「{name}」不是能打开的 Excel 表，可能已损坏。") from error
    first = sheet.start[0] if sheet.start else 0
    header = next(iter(sheet.iter_rows()), [])

    def again() -> Iterator[Row]:
        rows = sheet.iter_rows()
        next(rows, None)
        for number, row in enumerate(rows, start=first + 2):
            if any(cell != "" for cell in row):
                yield number, row

    return _limited(_texts(header), max(sheet.height - 1, 0), again, name)


def _check_extent(path: Path, name: str) -> None:
    """A sheet is held as a full rectangle: a small file must not unpack, or reach, beyond what this machine holds."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(info.file_size for info in packed.infolist()) > UNPACKED_AT_MOST:
                raise TooLarge(f"「{name}」展开后太大，请分成几个文件。")
            parts = [part for part in packed.namelist() if SHEET_PART.fullmatch(part)]
            reach = [_extent(packed, part) for part in parts]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error) as error:
        raise WrongMedia(f"「{name}」不是能打开的 Excel 表，可能已损坏。") from error
    if not parts:
        raise WrongMedia(f"「{name}」不是 .xlsx 表，请另存为 .xlsx 或 CSV。")
    for rows, columns in reach:
        if rows * columns > CELLS_AT_MOST:
            raise TooLarge(
                f"「{name}」一直写到第 {rows:,} 行、第 {columns:,} 列，范围太大；"
                "请删掉远处多余的单元格。"
            )


def _extent(packed: zipfile.ZipFile, part: str) -> tuple[int, int]:
    """The last row and the last column a worksheet names."""
    rows = columns = 1
    rest = b""
    with packed.open(part) as sheet:
        while block := sheet.read(MEGABYTE):
            text = rest + block
            for letters, digits in CELL_AT.findall(text):
                rows = max(rows, int(digits))
                columns = max(columns, _column_number(letters))
            rest = text[text.rfind(b"<") :][-MARK_AT_MOST:]
    return rows, columns


@cache
def _column_number(letters: bytes) -> int:
    """27 for AA."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _csv(path: Path, name: str) -> Sheet:
    encoding = _encoding(path, name)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
        lines = sum(1 for line in file if line.strip())
    mark = max(MARKS, key=first.count)
    if mark not in first:
        raise WrongMedia(
            f"「{name}」不是表格：第 1 行没有用逗号、分号或制表符分开的列。请上传 .xlsx 或 CSV 表。"
        )

    def again() -> Iterator[Row]:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=mark)
            next(reader, None)
            for number, row in enumerate(reader, start=2):
                if any(row):
                    yield number, [plain(cell) for cell in row]

    header = next(csv.reader(io.StringIO(first), delimiter=mark), [])
    return _limited(_texts(header), lines, again, name)


def _encoding(path: Path, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while block := file.read(MEGABYTE):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise WrongMedia(f"「{name}」的文字编码既不是 UTF-8 也不是 GB 18030。")


def _limited(
    header: tuple[str, ...], total: int, rows: Callable[[], Iterator[Row]], name: str
) -> Sheet:
    if total > ROWS_AT_MOST:
        raise TooLarge(f"「{name}」超过 {ROWS_AT_MOST:,} 行，请分成几个文件。")
    return Sheet(header=header, total=total, rows=rows)


def _texts(header: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(cell).strip() for cell in header)
