"""When a city works: working periods, work days, the days moved around holidays."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from chengyun.science.holidays import Plan, statutory


@dataclass(frozen=True)
class Year:
    """Work days of one year.

    Attributes
    ----------
    first
        Ordinal of 1 January.
    days
        Ordinals of the work days.
    rank
        For each day of the year, how many work days of the year lie before it.
    """

    first: int
    days: tuple[int, ...]
    rank: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """When a city works.

    Attributes
    ----------
    zone
        Zone of the working periods; must not change its offset within a working period.
    periods
        Working periods of a work day in minutes after midnight, in order, not overlapping;
        08:00–12:00 and 14:00–18:00 unless given.
    work
        Dates that are worked although the weekday is free (调休上班).
    rest
        Dates that are free although the weekday is worked.
    known_years
        Years whose holiday plan is contained in ``work`` and ``rest``.  Any other year is reckoned
        with the statutory days and gives provisional dues.
    weekend
        Free weekdays, Monday = 0.
    day_minutes
        Working minutes of one 工作日 as a limit; the sum of the periods unless given.
    """

    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    periods: tuple[tuple[int, int], ...] = ((480, 720), (840, 1080))
    work: frozenset[date] = frozenset()
    rest: frozenset[date] = frozenset()
    known_years: frozenset[int] = frozenset()
    weekend: frozenset[int] = frozenset((5, 6))
    day_minutes: int | None = None
    _years: dict[int, Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        edges = [edge for period in self.periods for edge in period]
        rising = all(a < b for a, b in self.periods) and edges == sorted(edges)
        if not edges or not rising or edges[0] < 0 or edges[-1] > 1440:
            raise ValueError("工作时段须依次排列、互不重叠，且在 00:00 至 24:00 之间")
        if len(self.weekend) > 6 or not self.weekend <= set(range(7)):
            raise ValueError("每周至少要有一个工作日")
        if self.day_minutes is not None and self.day_minutes <= 0:
            raise ValueError("每个工作日折合的工作时须大于零")

    @cached_property
    def worked_minutes(self) -> int:
        """Working minutes from the first period to the last of one work day."""
        return sum(end - start for start, end in self.periods)

    def is_workday(self, day: date) -> bool:
        """Tell whether a day is worked."""
        if day in self.work:
            return True
        if day in self.rest or day.weekday() in self.weekend:
            return False
        return day.year in self.known_years or day not in statutory(day.year)

    def year_of(self, year: int) -> Year:
        """Give the work days of a year, reckoned once per calendar."""
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = self._reckon(year)
        return table

    def _reckon(self, year: int) -> Year:
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        free = frozenset() if year in self.known_years else statutory(year)
        days: list[int] = []
        rank: list[int] = []
        for ordinal in range(first, last + 1):
            rank.append(len(days))
            day = date.fromordinal(ordinal)
            plain = day.weekday() not in self.weekend and day not in self.rest and day not in free
            if plain or day in self.work:
                days.append(ordinal)
        return Year(first, tuple(days), tuple(rank))


def calendar_of(plans: Iterable[Plan], **settings: object) -> Calendar:
    """Build a calendar out of yearly plans.

    Parameters
    ----------
    plans
        One plan per known year.
    **settings
        Further attributes of ``Calendar``.

    Returns
    -------
    Calendar
    """
    plans = tuple(plans)
    return Calendar(
        work=frozenset(day for plan in plans for day in plan.work),
        rest=frozenset(day for plan in plans for day in plan.rest),
        known_years=frozenset(plan.year for plan in plans),
        **settings,  # type: ignore[arg-type]
    )


def parse_periods(text: str) -> tuple[tuple[int, int], ...]:
    """Read working periods written by a person.

    Parameters
    ----------
    text
        Such as ``08:00-12:00, 14:00-18:00``; hyphen, dash or 至 between the times; comma, 、 or
        blank between periods; 24:00 is the end of the day.

    Returns
    -------
    tuple of (int, int)
        Minutes after midnight.

    Raises
    ------
    ValueError
        The text is not a list of periods.
    """
    for mark in "–—~～至":
        text = text.replace(mark, "-")
    for mark in ",，、；;":
        text = text.replace(mark, " ")
    periods = tuple(_period(part) for part in text.replace("：", ":").split())
    Calendar(periods=periods)
    return periods


def _period(text: str) -> tuple[int, int]:
    try:
        start, end = (_clock(part) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"工作时段“{text}”应写成 08:00-12:00 的样子") from None
    return start, end


def _clock(text: str) -> int:
    hour, minute = (int(part) for part in text.split(":"))
    if not (0 <= minute < 60 and 0 <= hour * 60 + minute <= 1440):
        raise ValueError(text)
    return hour * 60 + minute
