"""The work calendar of an area: its working periods and the days that differ from the plain week."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import chinese_calendar
from django.db import IntegrityError, transaction
from django.utils.timezone import get_default_timezone, localdate

from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid
from chengyun.kernel.models.city import CalendarDay, Setting
from chengyun.kernel.params import settings_of
from chengyun.kernel.permissions import require
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import Person
from chengyun.science.calendars import Calendar, parse_periods
from chengyun.science.holidays import Plan, UnknownYear, published

YEARS = "calendar.years"
"""Key of the setting that lists the years whose plan an area has entered."""
WARN_FROM = (12, 1)
"""Month and day from which next year's missing plan is warned about."""


@recent(5)
def calendar_for(area: str) -> Calendar:
    """The calendar that holds in an area; kept in memory for some seconds."""
    params = settings_of(area)
    days = days_in(area)
    return Calendar(
        zone=get_default_timezone(),
        periods=parse_periods(params["calendar.periods"]),
        work=frozenset(day.date for day in days.values() if day.works),
        rest=frozenset(day.date for day in days.values() if not day.works),
        known_years=known_years(area),
        day_minutes=params["calendar.day_minutes"] or None,
    )


def days_in(area: str, year: int | None = None) -> dict[date, CalendarDay]:
    """The differing days as they hold in an area; the narrowest area that says something about a day is right."""
    rows = CalendarDay.objects.filter(area__in=_above(area))
    if year is not None:
        rows = rows.filter(date__year=year)
    return {row.date: row for row in sorted(rows, key=lambda row: (row.date, len(row.area)))}


def known_years(area: str) -> frozenset[int]:
    """Years whose holiday plan has been entered for the area or one above it."""
    rows = Setting.objects.filter(key=YEARS, area__in=_above(area)).values_list("value", flat=True)
    return frozenset(year for years in rows for year in years)


def missing_year(area: str) -> int | None:
    """The year whose plan is wanted by now: this one, and from 1 December the next."""
    today = localdate(clock.now())
    wanted = [today.year]
    if (today.month, today.day) >= WARN_FROM:
        wanted.append(today.year + 1)
    known = known_years(area)
    return next((year for year in wanted if year not in known), None)


def is_published(year: int) -> bool:
    """Whether the program carries the published plan of a year."""
    try:
        published(year)
    except UnknownYear:
        return False
    return True


@transaction.atomic
def set_day(
    area: str, day: date, *, works: bool | None, name: str = "", by: Person | None
) -> CalendarDay | None:
    """Say that a day is worked or free in an area; None takes the area's own word back."""
    require(by, "calendar.change", area=area)
    found = CalendarDay.objects.filter(area=area, date=day).first()
    if works is None:
        _withdraw(found, by=by)
        return None
    row = found or CalendarDay(area=area, date=day)
    row.works, row.name = works, name.strip()[:40]
    with _one_at_a_time(f"{day:%Y-%m-%d} 的安排"):
        row.save()
    facts = {"date": day, "works": works, "name": row.name}
    record("calendar.set", row, by=by, area=area, facts=facts)
    calendar_for.forget()
    return row


@contextmanager
def _one_at_a_time(what: str) -> Iterator[None]:
    """Two who enter the same days at once: the second is told so and sees what the first has entered."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(f"刚有人也在改 {what}，请看新的情况再办。") from error


def _withdraw(row: CalendarDay | None, *, by: Person | None) -> None:
    if row is None:
        message = "这一天没有单独安排，按平常的周几和上级安排执行。"
        raise Invalid(message, fields=(FieldError("day", message),))
    record("calendar.set", row, by=by, area=row.area, facts={"date": row.date, "works": None})
    row.delete()
    calendar_for.forget()


@transaction.atomic
def import_year(area: str, year: int, *, by: Person | None) -> int:
    """Replace an area's days of one year by the published plan; how many days differ from the plain week."""
    require(by, "calendar.change", area=area)
    try:
        plan = published(year)
    except UnknownYear as unknown:
        message = f"{unknown}。请等国务院办公厅通知公布后升级程序，或在本页逐日录入。"
        raise Invalid(message, fields=(FieldError("year", message),)) from unknown
    rows = [
        CalendarDay(area=area, date=day, works=day in plan.work, name=name)
        for day, name in sorted(_named(plan).items())
    ]
    with _one_at_a_time(f"{year} 年的安排"):
        CalendarDay.objects.filter(area=area, date__year=year).delete()
        CalendarDay.objects.bulk_create(rows)
    _know(area, year, {"days": len(rows), "source": "国务院办公厅放假安排"}, by=by)
    return len(rows)


@transaction.atomic
def confirm_year(area: str, year: int, *, by: Person | None) -> None:
    """Say that a year's plan, entered day by day, is complete: dues in it are no longer provisional."""
    require(by, "calendar.change", area=area)
    count = CalendarDay.objects.filter(area=area, date__year=year).count()
    if not count:
        message = f"{year} 年还没有录入任何一天。"
        raise Invalid(message, fields=(FieldError("year", message),))
    _know(area, year, {"days": count, "source": "逐日录入"}, by=by)


def _know(area: str, year: int, facts: Mapping[str, Any], *, by: Person | None) -> None:
    row, _ = Setting.objects.get_or_create(key=YEARS, area=area, defaults={"value": []})
    row.value = sorted({*row.value, year})
    row.save(update_fields=["value"])
    record("calendar.import", row, by=by, area=area, facts={"year": year, **facts})
    calendar_for.forget()


def _named(plan: Plan) -> dict[date, str]:
    chinese = {each.value: str(each.chinese) for each in chinese_calendar.Holiday}
    names = {**chinese_calendar.holidays, **chinese_calendar.workdays}
    return {day: chinese.get(names.get(day), "") for day in _all(plan)}


def _all(plan: Plan) -> Iterable[date]:
    return plan.work | plan.rest


def _above(area: str) -> list[str]:
    """The area and everything above it."""
    return [area[:n] for n in range(1, len(area) + 1)]
