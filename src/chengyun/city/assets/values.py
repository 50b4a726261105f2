"""Reading one value a person or a file gives for a declared field. No Django."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from chengyun.kernel.specs import Field

LARGEST = 2**53
YES = frozenset({"是", "有", "1", "y", "yes", "true"})
NO = frozenset({"否", "无", "没有", "0", "n", "no", "false"})
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日")


class Unreadable(Exception):
    """The value cannot be what the field asks for; the message says what it should be."""


def text_of(raw: object) -> str:
    """A cell or a JSON value as one trimmed text; 12.0 of a spreadsheet is 12."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < LARGEST:
        raw = int(raw)
    return str(raw).strip()


def line(text: str, longest: int, *, broken: bool = False) -> str:
    """A text that every database keeps: not too long, no control characters (line breaks if ``broken``)."""
    if len(text) > longest:
        raise Unreadable(f"最多 {longest} 字，现在有 {len(text)} 字")
    allowed = "\n\r\t" if broken else ""
    if any((c < " " and c not in allowed) or "\ud800" <= c <= "\udfff" for c in text):
        raise Unreadable("含有不能保存的控制字符")
    return text


def read(field: Field, raw: object) -> Any:
    """The value as it is stored; None when nothing was given. Raises Unreadable."""
    text = text_of(raw)
    if not text:
        if field.required:
            raise Unreadable("要填写")
        return None
    return READERS[field.kind](field, text)


def shown(field: Field, value: object) -> str:
    """A stored value as people read it."""
    if value is None or value == "":
        return ""
    if field.kind == "bool":
        return "是" if value else "否"
    if field.kind == "choice":
        return dict(field.choices).get(str(value), str(value))
    return f"{value} {field.unit}" if field.unit else str(value)


def number(text: str) -> float:
    """A finite number. Raises Unreadable."""
    try:
        found = float(text)
    except ValueError:
        raise Unreadable(f"应当是数字，现在是「{text[:40]}」") from None
    if not math.isfinite(found):
        raise Unreadable("应当是数字")
    return found


def day(text: str) -> date:
    """A calendar day in one of the usual spellings. Raises Unreadable."""
    for form in DATES:
        try:
            # Only the day is kept, so that the zone does not matter.
            found = datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
        if 1900 <= found.year <= 2100:
            return found
    raise Unreadable(f"应当是日期，如 2026-11-21，现在是「{text[:40]}」")


def _text(field: Field, text: str) -> str:
    return line(text, field.max_length, broken=field.kind == "long")


def _whole(field: Field, text: str) -> int:
    try:
        found = int(text)
    except ValueError:
        raise Unreadable(f"应当是整数，现在是「{text[:40]}」") from None
    _within(field, found)
    return found


def _decimal(field: Field, text: str) -> float:
    found = number(text)
    _within(field, found)
    return found


def _within(field: Field, found: float) -> None:
    low = -LARGEST if field.minimum is None else field.minimum
    high = LARGEST if field.maximum is None else field.maximum
    if not low <= found <= high:
        raise Unreadable(f"应当在 {low:g} 和 {high:g} 之间，现在是 {found:g}")


def _day(field: Field, text: str) -> str:
    return day(text).isoformat()


def _choice(field: Field, text: str) -> str:
    for key, label in field.choices:
        if text in (key, label):
            return key
    labels = "、".join(label for _, label in field.choices)
    raise Unreadable(f"应当是{labels}之一，现在是「{text[:40]}」")


def _bool(field: Field, text: str) -> bool:
    word = text.lower()
    if word in YES or word in NO:
        return word in YES
    raise Unreadable(f"应当填「是」或「否」，现在是「{text[:40]}」")


READERS: dict[str, Callable[[Field, str], Any]] = {
    "text": _text,
    "long": _text,
    "int": _whole,
    "decimal": _decimal,
    "date": _day,
    "choice": _choice,
    "bool": _bool,
}
