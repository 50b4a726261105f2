"""Periods that figures are counted over: a day, a month, a quarter, a half, a year, or any days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
KEYS = (
    ("year", re.compile(r"(\d{4})", re.ASCII)),
    ("half", re.compile(r"(\d{4})-H([12])", re.ASCII)),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])", re.ASCII)),
    ("month", re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)),
)
FIRST, LAST = 2000, 2999
BEYOND = f"统计期要在 {FIRST} 年到 {LAST} 年之间。"
HALVES = ("上半年", "下半年")


@dataclass(frozen=True)
class Period:
    """The days from ``start`` to ``end``, both counted.

    ``kind`` is ``month``, ``quarter``, ``half`` or ``year``; "" for any other days.
    """

    start: date
    end: date
    kind: str = ""

    def __post_init__(self) -> None:
        """Refuse days in the wrong order."""
        if self.end < self.start:
            raise ValueError("the last day lies before the first")

    @property
    def key(self) -> str:
        """As `parse` reads it: ``2026``, ``2026-H1``, ``2026-Q3``, ``2026-10``, ``2026-10-01..2026-10-15``."""
        year, month = self.start.year, self.start.month
        return {
            "year": f"{year}",
            "half": f"{year}-H{(month + 5) // 6}",
            "quarter": f"{year}-Q{(month + 2) // 3}",
            "month": f"{year}-{month:02d}",
            "": f"{self.start}..{self.end}",
        }[self.kind]

    @property
    def label(self) -> str:
        """In words: 2026 年 10 月."""
        year, month = self.start.year, self.start.month
        if self.kind:
            part = {
                "year": "",
                "half": HALVES[month // 7],
                "quarter": f"第 {(month + 2) // 3} 季度",
                "month": f"{month} 月",
            }[self.kind]
            return f"{year} 年 {part}".rstrip()
        if self.start == self.end:
            return _day(self.start)
        return f"{_day(self.start)}至 {_day(self.end)}"

    def back(self, periods: int) -> Period:
        """The period of the same kind so many before; before any other days, as many days."""
        if not self.kind:
            shift = (self.end - self.start + timedelta(days=1)) * periods
            return Period(self.start - shift, self.end - shift)
        return _of(
            self.kind, self.start.year * 12 + self.start.month - 1 - MONTHS[self.kind] * periods
        )

    def widened(self, kind: str) -> Period:
        """The period of a kind in which this one begins."""
        months = self.start.year * 12 + self.start.month - 1
        return _of(kind, months - months % MONTHS[kind])

    @property
    def year_ago(self) -> Period:
        """The same days a year before; the 29th of February becomes the 28th."""
        if self.kind:
            return self.back(12 // MONTHS[self.kind])
        return Period(_year_ago(self.start), _year_ago(self.end))


def parse(text: str) -> Period:
    """Read a key.

    The days of a whole month, quarter, half or year are that.

    Raises
    ------
    ValueError
        It is none, or lies outside the years 2000 to 2999; the message says so in Chinese.
    """
    for kind, pattern in KEYS:
        if found := pattern.fullmatch(text):
            year, part = int(found[1]), int(found[2]) if found.lastindex == 2 else 1
            if not FIRST <= year <= LAST:
                raise ValueError(BEYOND)
            return _of(kind, year * 12 + (part - 1) * MONTHS[kind])
    first, _, last = text.partition("..")
    try:
        days = Period(date.fromisoformat(first), date.fromisoformat(last or first))
    except ValueError as error:
        raise ValueError(
            f"看不懂统计期「{text}」，请写成 2026-10、2026-Q3、2026-H1、2026 或 2026-10-01..2026-10-15。"
        ) from error
    return _named(_within(days))


def month_of(day: date) -> Period:
    """The month a day lies in."""
    return _of("month", day.year * 12 + day.month - 1)


def _named(days: Period) -> Period:
    """The month, quarter, half or year these days are, if they are one."""
    same = (each for kind in MONTHS if (each := days.widened(kind)).end == days.end)
    return next((each for each in same if each.start == days.start), days)


def _within(period: Period) -> Period:
    if not FIRST <= period.start.year <= period.end.year <= LAST:
        raise ValueError(BEYOND)
    return period


def _of(kind: str, months: int) -> Period:
    """The period of a kind that begins with a month, counted from the year 0."""
    after = months + MONTHS[kind]
    return Period(_first(months), _first(after) - timedelta(days=1), kind)


def _first(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _year_ago(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
