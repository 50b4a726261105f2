"""班表: who walks which responsibility grid on the days of a week, and the grids nobody walks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.people import patrols
from chengyun.city.people.patrols import Planned
from chengyun.city.people.specs import EVERY_DAY, WEEKDAYS
from chengyun.city.places.grounds import responsibility_grids
from chengyun.city.places.models import ResponsibilityGrid
from chengyun.city.places.queries import label_of
from chengyun.kernel import clock, registry
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import door, page
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.science.weeks import Week
from chengyun.systems.coordination.lists import AREA

WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Walked:
    """One responsibility grid in one week."""

    pk: int
    code: str
    name: str
    place: str
    days: dict[str, list[Planned]]

    def words(self, weekday: str) -> str:
        """Who is there on that day; — when nobody is."""
        return "、".join(dict.fromkeys(map(_words, self.days[weekday])))


def _words(entry: Planned) -> str:
    shift = f" {entry.binding.shift}" if entry.binding.shift else ""
    stands_in = f"（替{entry.stands_in_for.name}）" if entry.stands_in_for else ""
    return f"{entry.person.name}{shift}{stands_in}"


def monday_of(text: str) -> date:
    """The Monday of the week a day lies in; this week's when it is no day of our time."""
    try:
        day = date.fromisoformat(text)
        return Week(day - timedelta(days=day.weekday())).start
    except (ValueError, OverflowError):
        today = localdate(clock.now())
        return today - timedelta(days=today.weekday())


def _rows(user: Any, values: Values) -> QuerySet[ResponsibilityGrid]:
    monday = monday_of(values.get("week", ""))
    rows = responsibility_grids().filter(user.scope("duty.view").area_q("area"))
    if "area" in values:
        rows = rows.filter(inside("area", values["area"]))
    if "bare" in values:
        walked = patrols.patrolling(monday, monday + timedelta(days=6))
        rows = rows.exclude(Exists(_bound_to(walked)))
    return rows.annotate(week=Cast(Value(monday), DateField()))


def _bound_to(bindings: QuerySet[Any]) -> QuerySet[Any]:
    return bindings.filter(place_type="responsibility", place_code=OuterRef("code")).order_by()


def _lines(rows: list[Any]) -> list[Walked]:
    if not rows:
        return []
    days = [rows[0].week + timedelta(days=n) for n in range(7)]
    bound = patrols.patrolling(days[0], days[-1]).filter(
        place_type="responsibility", place_code__in=[row.code for row in rows]
    )
    found: dict[tuple[str, date], list[Planned]] = {}
    for entry in patrols.planned(bound, days):
        found.setdefault((entry.place[1], entry.day), []).append(entry)
    return [
        Walked(
            pk=row.pk,
            code=row.code,
            name=row.name,
            place=label_of(row.area),
            days={
                key: found.get((row.code, day), [])
                for key, day in zip(EVERY_DAY, days, strict=True)
            },
        )
        for row in rows
    ]


def _day(key: str, label: str) -> Column:
    return Column(key=f"day{key}", label=label, kind="short", value=lambda row: row.words(key))


def _columns(labels: list[str]) -> tuple[Column, ...]:
    days = (_day(key, label) for key, label in zip(EVERY_DAY, labels, strict=True))
    grid = Column(
        key="grid", label="责任网格", kind="strong", value=lambda row: (row.name, row.place)
    )
    return (grid, *days)


ROSTER = Listing(
    key="coordination:roster",
    label="班表",
    may="duty.view",
    columns=_columns([f"周{name}" for name in WEEKDAYS.values()]),
    filters=(AREA, Filter(key="bare", label="只看没有人的", kind="check")),
    keep=("week",),
    rows=_rows,
    lines=_lines,
    order=("code",),
    links=Links(
        url=lambda row: f"{reverse('coordination:points')}?place={row.code}",
        key=lambda row: row.name,
    ),
    empty="没有符合条件的责任网格。",
    way="去掉全部条件",
)
registry.add(ROSTER)


@door(may="duty.view")
def roster(request: HttpRequest) -> HttpResponse:
    """The roster of a week by grid."""
    monday = monday_of(request.GET.get("week", ""))
    days = [monday + timedelta(days=n) for n in range(7)]
    heads = [f"周{WEEKDAYS[str(day.isoweekday())]} {day.month}-{day.day}" for day in days]
    none = ("还没有导入责任网格，导入单元网格时写上责任网格编码就有了。", "", "")
    return page(
        request,
        monday=monday,
        sunday=days[-1],
        before=monday - WEEK,
        after=monday + WEEK,
        **listed(request, ROSTER, none=none, columns=_columns(heads)),
    )
