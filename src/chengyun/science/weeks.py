"""Weeks of a month, as weekly bulletins number them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

KEY = re.compile(r"(2\d{3})-(\d{2})-W([1-5])", re.ASCII)
NUMERALS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
FIRST, LAST = date(1999, 12, 27), date(2999, 12, 23)


@dataclass(frozen=True, order=True)
class Week:
    """A week from Monday to Sunday; it belongs to the month in which it ends.

    Parameters
    ----------
    start : date
        Its Monday, of a week that ends in a year from 2000 to 2999.

    Raises
    ------
    ValueError
        ``start`` is no Monday, or the year is out of reach.

    Notes
    -----
    Every week has one month and one ordinal from 1 to 5: the n-th Sunday of a month ends its n-th week. The bulletin
    named 2025-12-W2 is dated 14 December 2025, the second Sunday.
    """

    start: date

    def __post_init__(self) -> None:
        """Refuse a day that begins no week."""
        if self.start.weekday() != 0 or not FIRST <= self.start <= LAST:
            raise ValueError(f"no week begins on {self.start}")

    @property
    def end(self) -> date:
        """Its Sunday."""
        return self.start + timedelta(days=6)

    @property
    def ordinal(self) -> int:
        """Which week of its month, from 1."""
        return (self.end.day + 6) // 7

    @property
    def key(self) -> str:
        """The week as it is written in a code: ``2025-12-W2``."""
        return f"{self.end.year:04d}-{self.end.month:02d}-W{self.ordinal}"

    @property
    def month_in_words(self) -> str:
        """十二月份."""
        return f"{NUMERALS[self.end.month]}月份"

    @property
    def ordinal_in_words(self) -> str:
        """第二周."""
        return f"第{NUMERALS[self.ordinal]}周"

    def back(self, weeks: int) -> Week:
        """The week that many weeks earlier."""
        return Week(self.start - timedelta(weeks=weeks))


def week_of(day: date) -> Week:
    """The week a day lies in.

    Parameters
    ----------
    day : date
        Any day.

    Returns
    -------
    Week
        The week whose Monday is on or before ``day``.
    """
    return Week(day - timedelta(days=day.weekday()))


def week_named(key: str) -> Week:
    """The week of a key.

    Parameters
    ----------
    key : str
        Year, month and ordinal: ``2025-12-W2``.

    Returns
    -------
    Week
        The week with that key.

    Raises
    ------
    ValueError
        The text is no such key, or the month has no such week.
    """
    found = KEY.fullmatch(key)
    if found is None:
        raise ValueError(f"{key!r} is no week like 2025-12-W2")
    year, month, ordinal = (int(part) for part in found.groups())
    first = date(year, month, 1)
    sunday = first + timedelta(days=6 - first.weekday(), weeks=ordinal - 1)
    week = week_of(sunday)
    if week.key != key:
        raise ValueError(f"{year}-{month:02d} has no week {ordinal}")
    return week
