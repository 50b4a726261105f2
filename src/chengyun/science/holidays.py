"""Which days the state declares work or rest.

The yearly plan (State Council notice, usually published in November) moves weekends around the
holidays (调休).  Package ``chinesecalendar`` carries the published plans; for a year without a plan
only the statutory days themselves are known.
"""

from dataclasses import dataclass
from datetime import date, timedelta

# Month and day of the lunar holidays, after GB/T 33661-2017 (农历的编算和颁行).
SPRING_FESTIVAL = {
    2025: (1, 29),
    2026: (2, 17),
    2027: (2, 6),
    2028: (1, 26),
    2029: (2, 13),
    2030: (2, 3),
    2031: (1, 23),
    2032: (2, 11),
    2033: (1, 31),
    2034: (2, 19),
    2035: (2, 8),
}
DRAGON_BOAT = {
    2025: (5, 31),
    2026: (6, 19),
    2027: (6, 9),
    2028: (5, 28),
    2029: (6, 16),
    2030: (6, 5),
    2031: (6, 24),
    2032: (6, 12),
    2033: (6, 1),
    2034: (6, 20),
    2035: (6, 10),
}
MID_AUTUMN = {
    2025: (10, 6),
    2026: (9, 25),
    2027: (9, 15),
    2028: (10, 3),
    2029: (9, 22),
    2030: (9, 12),
    2031: (10, 1),
    2032: (9, 19),
    2033: (9, 8),
    2034: (9, 27),
    2035: (9, 16),
}
TOMB_SWEEPING = {
    2025: (4, 4),
    2026: (4, 5),
    2027: (4, 5),
    2028: (4, 4),
    2029: (4, 4),
    2030: (4, 5),
    2031: (4, 5),
    2032: (4, 4),
    2033: (4, 4),
    2034: (4, 5),
    2035: (4, 5),
}
FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))


class UnknownYear(LookupError):
    """No holiday plan is known for the year asked for."""

    def __init__(self, year: int) -> None:
        super().__init__(f"{year} 年的放假安排尚未公布或尚未录入")
        self.year = year


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The holiday plan of one year, as differences from "Monday to Friday".

    Attributes
    ----------
    year
        Gregorian year.
    work
        Saturdays and Sundays that are worked (调休上班).
    rest
        Mondays to Fridays that are free.
    """

    year: int
    work: frozenset[date]
    rest: frozenset[date]


def published(year: int) -> Plan:
    """Read the published plan of one year from ``chinesecalendar``.

    Parameters
    ----------
    year
        Gregorian year.

    Returns
    -------
    Plan
        Days that differ from the plain week.

    Raises
    ------
    UnknownYear
        The installed package has no plan for this year.
    """
    import chinese_calendar

    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    days = [day for day in days if day.year == year]
    try:
        worked = {day for day in days if chinese_calendar.is_workday(day)}
    except NotImplementedError:
        raise UnknownYear(year) from None
    return Plan(
        year=year,
        work=frozenset(day for day in worked if day.weekday() >= 5),
        rest=frozenset(day for day in days if day not in worked and day.weekday() < 5),
    )


def statutory(year: int) -> frozenset[date]:
    """List the statutory days of a year, without moved weekends.

    Parameters
    ----------
    year
        Gregorian year.

    Returns
    -------
    frozenset of date
        元旦, 劳动节 and 国庆节 of any year; 春节, 清明, 端午 and 中秋 of 2025 to 2035.

    Notes
    -----
    Source: 全国年节及纪念日放假办法 (State Council order 795, in force from 2025-01-01): 春节
    from the eve to the third day, 劳动节 two days, 国庆节 three days, the others one day each.
    """
    days = {date(year, month, day) for month, day in FIXED}
    for table in (DRAGON_BOAT, MID_AUTUMN, TOMB_SWEEPING):
        if year in table:
            days.add(date(year, *table[year]))
    if year in SPRING_FESTIVAL:
        first = date(year, *SPRING_FESTIVAL[year])
        days.update(first + timedelta(days=n) for n in (-1, 0, 1, 2))
    return frozenset(days)
