"""工作日历: the year as it is worked in an area."""

from __future__ import annotations

from calendar import Calendar as Months
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from chengyun.city.people.queries import person_of
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.models import CalendarDay
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.kernel.workcalendar import (
    calendar_for,
    confirm_year,
    days_in,
    import_year,
    is_published,
    known_years,
    missing_year,
    set_day,
)
from chengyun.systems.maintenance.queries import area_name, areas_for

FIELDS = (
    Field(key="day", label="日期", kind="date", required=True),
    Field(
        key="works",
        label="安排",
        kind="choice",
        required=True,
        choices=(("work", "上班"), ("rest", "休息"), ("plain", "取消单独安排")),
    ),
    Field(key="name", label="名称", max_length=40, hint="例如：春节调休"),
)
WORKS = {"work": True, "rest": False, "plain": None}


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day of the page: how it is worked and whose word that is."""

    date: date
    works: bool
    moved: CalendarDay | None
    own: bool
    today: bool

    @property
    def words(self) -> str:
        """What a reader hears."""
        name = f"，{self.moved.name}" if self.moved and self.moved.name else ""
        return f"{self.date.month}月{self.date.day}日{'上班' if self.works else '休息'}{name}"


@door(may="calendar.change")
def calendar(request: HttpRequest) -> HttpResponse:
    """Twelve months of a year in an area."""
    area, year, areas = _asked(request)
    days = _days(area, year)
    moved = [day for day in days if day.moved]
    return page(
        request,
        area=area,
        name=area_name(area),
        year=year,
        areas=[(code, name, _url("calendar", code, year)) for code, name in areas],
        years=[(each, _url("calendar", area, each)) for each in range(year - 1, year + 2)],
        months=_months(year, days),
        moved=moved,
        work_days=sum(day.works for day in days),
        published=is_published(year),
        known=year in known_years(area),
        missing=missing_year(area),
        missing_url=_url("calendar", area, missing_year(area) or year),
        form=form_of(FIELDS),
        day_url=_url("calendar_day", area, year),
        import_url=_url("calendar_import", area, year),
        confirm_url=_url("calendar_confirm", area, year),
    )


@require_POST
@door(may="calendar.change")
def calendar_day(request: HttpRequest) -> HttpResponse:
    """Say how one day is worked."""
    area, year, _ = _asked(request)
    form = form_of(FIELDS, request.POST)
    if not form.is_valid():
        raise faults_of(form)
    given = form.cleaned_data
    works = WORKS[given["works"]]
    set_day(area, given["day"], works=works, name=given["name"], by=person_of(request))
    words = {True: "上班", False: "休息", None: "不再单独安排"}[works]
    message = f"{area_name(area)} {given['day']} {words}。"
    return back(request, _url("calendar", area, given["day"].year), message)


@require_POST
@door(may="calendar.change")
def calendar_import(request: HttpRequest) -> HttpResponse:
    """Enter a year's published plan."""
    area, year, _ = _asked(request)
    count = import_year(area, year, by=person_of(request))
    message = f"{year} 年放假安排已录入，{count} 天与平常的周几不同。"
    return back(request, _url("calendar", area, year), message)


@require_POST
@door(may="calendar.change")
def calendar_confirm(request: HttpRequest) -> HttpResponse:
    """Say that a plan entered day by day is complete."""
    area, year, _ = _asked(request)
    confirm_year(area, year, by=person_of(request))
    message = f"{year} 年安排已确认完整，时限不再是暂定。"
    return back(request, _url("calendar", area, year), message)


def _days(area: str, year: int) -> list[Day]:
    held, moved = calendar_for(area), days_in(area, year)
    today = localdate(clock.now())
    first = date(year, 1, 1).toordinal()
    dates = [date.fromordinal(n) for n in range(first, date(year + 1, 1, 1).toordinal())]
    return [
        Day(
            date=each,
            works=held.is_workday(each),
            moved=moved.get(each),
            own=each in moved and moved[each].area == area,
            today=each == today,
        )
        for each in dates
    ]


def _months(year: int, days: list[Day]) -> list[tuple[int, list[list[Day | None]]]]:
    """Month by month, weeks from Monday, None where another month's day would stand."""
    by_date = {day.date: day for day in days}
    return [
        (
            month,
            [
                [by_date[each] if each.month == month else None for each in week]
                for week in Months().monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def _asked(request: HttpRequest) -> tuple[str, int, list[tuple[str, str]]]:
    areas = areas_for(person_of(request), "calendar.change")
    area = request.GET.get("area", "") or (areas[0][0] if areas else "")
    if area not in dict(areas):
        raise Missing("没有这个区域，或者它不在你的管辖范围内。")
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() else localdate(clock.now()).year
    if not 2000 <= year <= 2100:
        raise Missing("日历只管 2000 年到 2100 年。")
    return area, year, areas


def _url(name: str, area: str, year: int) -> str:
    query = urlencode({"area": area, "year": str(year)})
    return f"{reverse(f'maintenance:{name}')}?{query}"
