"""What the pages show of communities: the list of those with a station, and the figures that open into their cases."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases.communities import RECENTLY, with_figures
from chengyun.city.people import stations as reads
from chengyun.city.people.models import Station
from chengyun.city.people.queries import OnDuty
from chengyun.city.places.grounds import labels_of
from chengyun.city.places.queries import chain_of
from chengyun.kernel import clock, registry
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import day
from chengyun.systems.coordination import lists

MANY = 3
"""So many places of one person are told as a number."""


def named(area: str) -> tuple[str, str]:
    """What a community is called, and its district and street."""
    names = [name for _, name in chain_of(area)]
    return names[-1] if names else area, "".join(names[1:-1])


def reminder(row: Any) -> dict[str, str] | None:
    """What is said when the last of the visit days passed without a visit."""
    if reads.is_unvisited(row, localdate(clock.now())):
        return {"words": "到日未走访", "tone": "amber"}
    return None


def visited(row: Any) -> str:
    return day(row.last_visit_on, year=False) if row.last_visit_on else "还没有"


def officers(row: Any) -> str:
    return "、".join(officer.user.name for officer in row.serving) or "没有"


def _rows(user: Any, values: Values) -> QuerySet[Station]:
    rows = with_figures(reads.stations_for(user), user)
    if "area" in values:
        rows = rows.filter(inside("area", values["area"]))
    if "unvisited" in values:
        rows = reads.unvisited(rows, localdate(clock.now()))
    return rows


COMMUNITIES = Listing(
    key="coordination:communities",
    label="社区",
    may="case.view",
    columns=(
        Column(key="name", label="社区", kind="strong", value=lambda row: named(row.area)),
        Column(key="visited", label="最近走访", kind="short", value=visited),
        Column(key="reminder", label="提醒", kind="badge", value=reminder),
        Column(key="days", label="走访日", kind="short", value=lambda row: row.weekday_words),
        Column(key="live", label="在办", kind="number", value=lambda row: row.live),
        Column(key="late", label="超时", kind="number", value=lambda row: row.late),
        Column(
            key="closed", label=f"{RECENTLY} 天办结", kind="number", value=lambda row: row.closed
        ),
        Column(key="promised", label="承诺未了", kind="number", value=lambda row: row.promised),
        Column(key="overdue", label="承诺超期", kind="number", value=lambda row: row.overdue),
        Column(key="officers", label="驻社区队员", value=officers),
    ),
    filters=(
        Filter(key="area", label="区域", choices=lists.areas),
        Filter(key="unvisited", label="只看到日未走访", kind="check"),
    ),
    rows=_rows,
    more=reads.with_officers,
    order=("area", "id"),
    links=Links(
        url=lambda row: reverse("coordination:community", args=(row.area,)),
        key=lambda row: row.area,
    ),
    empty="没有这样的社区。",
    way="去掉全部条件",
)
registry.add(COMMUNITIES)


def figures_of(row: Any) -> list[tuple[str, int, str, bool]]:
    """Label, number, where it leads, whether it is bad."""
    cases, promises = reverse("coordination:cases"), reverse("coordination:promises")
    here = {"community": row.area}

    def url(base: str, **more: str) -> str:
        return f"{base}?{urlencode(here | more)}"

    return [
        ("在办案件", row.live, url(cases, live="1"), False),
        ("超时案件", row.late, url(cases, late="1"), bool(row.late)),
        (
            f"近 {RECENTLY} 天办结",
            row.closed,
            url(cases, ended="all", closed_in=str(RECENTLY)),
            False,
        ),
        ("承诺未了", row.promised, url(promises, waits="1"), False),
        ("承诺超期", row.overdue, url(promises, late="1"), bool(row.overdue)),
    ]


def chiefs_of(area: str) -> list[tuple[str, OnDuty, str]]:
    """Kind, person and places of whoever answers for a community; who walks many grids is named once."""
    found = reads.chiefs_of(area)
    codes = [(each.binding.place_type, each.binding.place_code) for each in found]
    labels = labels_of(place for place in codes if place[0] != "region")
    held: dict[tuple[str, int], tuple[OnDuty, list[str]]] = {}
    for each, place in zip(found, codes, strict=True):
        label = labels.get(place) or named(place[1])[0]
        key = (each.binding.kind_label, each.person.pk)
        held.setdefault(key, (each, []))[1].append(label)
    return [(kind, duty, _together(places)) for (kind, _), (duty, places) in held.items()]


def _together(places: list[str]) -> str:
    return "、".join(places) if len(places) < MANY else f"{len(places)} 处"


def warning_of(station: Station, today: date) -> str:
    """What is said when the last of the visit days passed without a visit; "" when it did not."""
    if not reads.is_unvisited(station, today):
        return ""
    missed = reads.last_day(station.weekdays, today)
    return f"{day(missed, year=False)}是走访日，没有走访记录。"
