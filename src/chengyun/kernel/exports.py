"""Tables that leave the house, written so that no cell becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import xlsxwriter

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula; those of Chinese systems know the wide signs too."""


def harmless(value: str) -> str:
    """A text no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front."""
    return f"'{value}" if value.startswith(FORMULA) else value


def plain(value: str) -> str:
    """The text ``harmless`` made safe."""
    return value[1:] if value[:1] == "'" and value[1:].startswith(FORMULA) else value


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A CSV file in UTF-8 with a byte order mark, so that Excel reads it, in pieces."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(header)
    for number, row in enumerate(rows, start=1):
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
        if number % 500 == 0:
            yield _drained(buffer)
    yield _drained(buffer)


def _drained(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def write_xlsx(
    target: IO[bytes],
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    about: Sequence[tuple[str, str]] = (),
) -> None:
    """An Excel file written row by row: texts stay texts, whatever they begin with; ``about`` fills a second sheet."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet.freeze_panes(1, 0)
        for column, label in enumerate(header):
            sheet.set_column(column, column, max(12, 2 * len(label) + 2))
            sheet.write_string(0, column, label, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
        if about:
            _tell(book.add_worksheet("说明"), about, bold)


def _tell(sheet: Any, about: Sequence[tuple[str, str]], bold: Any) -> None:
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 60)
    for number, (label, words) in enumerate(about):
        sheet.write_string(number, 0, label, bold)
        sheet.write_string(number, 1, words)
