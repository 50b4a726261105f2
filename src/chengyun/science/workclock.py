"""The work clock: when a limit runs out, and how much of it is used.

A clock counts either all time (continuous units) or only the working periods of a calendar.
Working time is a function ``W`` of the moment that never falls; a limit of ``a`` that starts at
``s`` is due at the first moment ``t >= s`` with ``W(t) - W(s) = a``.  Hence stopping a clock and
starting it again with what is left gives the same total, whatever the order of the stops.

Source of the units: 城市综合管理服务立案、处置和结案标准 of several cities.  紧急工作时 runs
through nights and holidays, 工作时 counts working periods only, 工作日 is a fixed number of 工作时
(the sum of the periods, usually 8, unless the city says otherwise).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from chengyun.science.calendars import Calendar

Unit = Literal[
    "urgent_minute",
    "urgent_hour",
    "urgent_day",
    "natural_day",
    "work_minute",
    "work_hour",
    "work_day",
]

LABELS: dict[Unit, str] = {
    "urgent_minute": "紧急工作分钟",
    "urgent_hour": "紧急工作时",
    "urgent_day": "紧急工作日",
    "natural_day": "自然日",
    "work_minute": "工作分钟",
    "work_hour": "工作时",
    "work_day": "工作日",
}
MINUTES: dict[Unit, int] = {
    "urgent_minute": 1,
    "urgent_hour": 60,
    "urgent_day": 1440,
    "natural_day": 1440,
    "work_minute": 1,
    "work_hour": 60,
}
CONTINUOUS: frozenset[Unit] = frozenset(
    ("urgent_minute", "urgent_hour", "urgent_day", "natural_day")
)
_MINUTE = 60_000_000
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A time allowance such as 4 工作时.

    Attributes
    ----------
    value
        How many units; not negative.
    unit
        One of the keys of ``LABELS``.
    """

    value: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in LABELS:
            raise ValueError(f"时限单位“{self.unit}”不存在")
        if not self.value.is_finite() or self.value < 0:
            raise ValueError(f"时限“{self.value}”不是非负数")

    def __str__(self) -> str:
        return f"{self.value.normalize():f} {LABELS[self.unit]}"


@dataclass(frozen=True, kw_only=True)
class Due:
    """A due moment.

    Attributes
    ----------
    at
        Aware, in UTC.
    provisional
        Whether it depends on a year whose holiday plan is not known yet.
    """

    at: datetime
    provisional: bool


def amount(limit: Limit, calendar: Calendar) -> timedelta:
    """Give the time on the clock that a limit grants.

    Parameters
    ----------
    limit
        The limit.
    calendar
        Its city's calendar, which says how long a 工作日 is.

    Returns
    -------
    timedelta
        Clock time, to the microsecond, half up.
    """
    minutes = _unit_minutes(limit.unit, calendar)
    ticks = (limit.value * minutes * _MINUTE).to_integral_value(rounding=ROUND_HALF_UP)
    return timedelta(microseconds=int(ticks))


def in_units(spent: timedelta, unit: Unit, calendar: Calendar) -> Decimal:
    """Express clock time in a unit, exactly as far as Decimal goes.

    Parameters
    ----------
    spent
        Time on the clock of that unit, see ``used``.
    unit
        Unit to express it in.
    calendar
        Calendar that says how long a 工作日 is.

    Returns
    -------
    Decimal
        Not rounded.
    """
    return Decimal(spent // _TICK) / (_unit_minutes(unit, calendar) * _MINUTE)


def due(start: datetime, limit: Limit, calendar: Calendar) -> Due:
    """Say when a limit that starts now runs out.

    Parameters
    ----------
    start
        Aware moment at which the clock starts.
    limit
        The limit.
    calendar
        The city's calendar.

    Returns
    -------
    Due
        A limit used up at the end of a working period is due at that end, not at the beginning
        of the next one.

    Raises
    ------
    ValueError
        ``start`` is naive.
    OverflowError
        The due moment lies after the year 9999.
    """
    return add(start, amount(limit, calendar), limit.unit, calendar)


def add(start: datetime, spent: timedelta, unit: Unit, calendar: Calendar) -> Due:
    """Move a moment by time on the clock.

    Parameters
    ----------
    start
        Aware moment.
    spent
        Time on the clock of ``unit``.  Negative means backwards: the moment at which a limit
        already overdrawn by that much had run out.
    unit
        Decides whether the clock is continuous or counts working periods; its length does not
        matter.
    calendar
        The city's calendar.

    Returns
    -------
    Due
        ``add(add(s, a), b) == add(s, a + b)`` for ``a, b >= 0``.

    Raises
    ------
    ValueError
        ``start`` is naive.
    OverflowError
        The result lies outside the years 1 to 9999.
    """
    local = _local(start, calendar)
    if unit in CONTINUOUS or not spent:
        return Due(
            at=start.astimezone(UTC) + spent, provisional=_guessed(local, local, unit, calendar)
        )
    year, ticks = _position(local, calendar)
    end = _moment(year, ticks + spent // _TICK, calendar)
    return Due(at=end.astimezone(UTC), provisional=_guessed(local, end, unit, calendar))


def used(start: datetime, end: datetime, unit: Unit, calendar: Calendar) -> timedelta:
    """Measure time on the clock between two moments.

    Parameters
    ----------
    start, end
        Aware moments.
    unit
        Decides whether the clock is continuous or counts working periods.
    calendar
        The city's calendar.

    Returns
    -------
    timedelta
        Negative if ``end`` is before ``start``; ``used(a, b) + used(b, c) == used(a, c)``.

    Raises
    ------
    ValueError
        A moment is naive.
    """
    first, last = _local(start, calendar), _local(end, calendar)
    if unit in CONTINUOUS:
        return last.astimezone(UTC) - first.astimezone(UTC)
    year, ticks = _position(first, calendar)
    end_year, end_ticks = _position(last, calendar)
    length = calendar.worked_minutes * _MINUTE
    low, high = sorted((year, end_year))
    between = sum(len(calendar.year_of(each).days) for each in range(low, high)) * length
    return timedelta(microseconds=end_ticks - ticks + (between if end_year >= year else -between))


def used_in(
    stretches: Sequence[tuple[datetime, datetime]], unit: Unit, calendar: Calendar
) -> timedelta:
    """Add up the clock time of several stretches in which the clock ran.

    Parameters
    ----------
    stretches
        Pairs of aware moments (start, end).
    unit, calendar
        As for ``used``.

    Returns
    -------
    timedelta
    """
    return sum((used(start, end, unit, calendar) for start, end in stretches), timedelta())


def _unit_minutes(unit: Unit, calendar: Calendar) -> int:
    if unit == "work_day":
        return calendar.day_minutes or calendar.worked_minutes
    return MINUTES[unit]


def _local(moment: datetime, calendar: Calendar) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("时刻须带时区")
    return moment.astimezone(calendar.zone)


def _guessed(start: datetime, end: datetime, unit: Unit, calendar: Calendar) -> bool:
    if unit in CONTINUOUS:
        return False
    low, high = sorted((start.year, end.year))
    return any(year not in calendar.known_years for year in range(low, high + 1))


def _position(local: datetime, calendar: Calendar) -> tuple[int, int]:
    """Year, and working time since its beginning."""
    table = calendar.year_of(local.year)
    ordinal = local.toordinal()
    rank = table.rank[ordinal - table.first]
    ticks = rank * calendar.worked_minutes * _MINUTE
    if rank < len(table.days) and table.days[rank] == ordinal:
        now = ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond
        for start, end in calendar.periods:
            ticks += min(max(now - start * _MINUTE, 0), (end - start) * _MINUTE)
    return local.year, ticks


def _moment(year: int, ticks: int, calendar: Calendar) -> datetime:
    """First moment at which so much was worked since the year began; of either sign."""
    length = calendar.worked_minutes * _MINUTE
    while ticks <= 0:
        year -= 1
        ticks += _length(year, calendar) * length
    while ticks > (total := _length(year, calendar) * length):
        ticks -= total
        year += 1
    full, rest = divmod(ticks - 1, length)
    return _in_day(calendar.year_of(year).days[full], rest + 1, calendar)


def _length(year: int, calendar: Calendar) -> int:
    if not 1 <= year <= 9999:
        raise OverflowError("时限超出可计算的年份")
    return len(calendar.year_of(year).days)


def _in_day(ordinal: int, ticks: int, calendar: Calendar) -> datetime:
    sums = [0]
    for start, end in calendar.periods:
        sums.append(sums[-1] + (end - start) * _MINUTE)
    index = bisect_left(sums, ticks) - 1
    now = calendar.periods[index][0] * _MINUTE + ticks - sums[index]
    midnight = datetime.combine(date.fromordinal(ordinal), time(), calendar.zone)
    return midnight + timedelta(microseconds=now)
