"""必到点: the points a patrol must come by."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.people import patrols
from chengyun.city.people.models import MustVisit
from chengyun.city.people.queries import person_of
from chengyun.city.people.services.must_visits import RADIUS, TIMES, add_must_visit, end_must_visit
from chengyun.city.places.grounds import labels_of
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import day
from chengyun.systems.coordination.lists import AREA
from chengyun.systems.coordination.pages import PICK

FIELDS = (
    Field(key="point", label="位置", kind="point", required=True),
    Field(key="name", label="名称", required=True, max_length=60, hint="例如：体育场东门"),
    Field(
        key="radius",
        label="多近算到",
        kind="int",
        required=True,
        minimum=RADIUS[0],
        maximum=RADIUS[1],
        unit="米",
    ),
    Field(
        key="times",
        label="每天到几次",
        kind="int",
        required=True,
        minimum=TIMES[0],
        maximum=TIMES[1],
        unit="次",
    ),
)
USUAL = {"radius": 30, "times": 1}


def _rows(user: Any, values: Values) -> QuerySet[MustVisit]:
    rows = patrols.must_visits_for(user)
    if "ended" not in values:
        rows = rows.filter(valid_to=None)
    if "area" in values:
        rows = rows.filter(inside("area", values["area"]))
    if place := values.get("place"):
        rows = rows.filter(place_code=place)
    return rows


def _named(rows: list[Any]) -> list[Any]:
    labels = labels_of((row.place_type, row.place_code) for row in rows)
    for row in rows:
        row.place = labels[row.place_type, row.place_code]
    return rows


POINTS = Listing(
    key="coordination:points",
    label="必到点",
    may="duty.view",
    columns=(
        Column(key="name", label="名称", kind="strong", value=lambda row: (row.name, row.place)),
        Column(key="times", label="每天", kind="short", value=lambda row: f"{row.times} 次"),
        Column(key="radius", label="多近算到", kind="short", value=lambda row: f"{row.radius} 米"),
        Column(key="since", label="起", kind="short", value=lambda row: day(row.valid_from)),
        Column(
            key="until",
            label="停用",
            kind="short",
            value=lambda row: day(row.valid_to) if row.valid_to else "",
        ),
    ),
    filters=(
        AREA,
        Filter(key="place", label="责任网格编码", kind="text"),
        Filter(key="ended", label="包括已停用", kind="check"),
    ),
    rows=_rows,
    lines=_named,
    links=Links(
        url=lambda row: reverse("coordination:point", args=(row.pk,)), key=lambda row: row.name
    ),
    empty="没有符合条件的必到点。",
    way="去掉全部条件",
)
registry.add(POINTS)


@door(may="duty.view")
def points(request: HttpRequest) -> HttpResponse:
    """All points, newest first."""
    may_change = person_of(request).may("patrol.point.change")
    way = reverse("coordination:point_add") if may_change else ""
    none = ("还没有必到点。", way, "新增必到点" if way else "")
    return page(request, may_change=may_change, **listed(request, POINTS, none=none))


@door(may="patrol.point.change")
def point_add(request: HttpRequest) -> HttpResponse:
    """A new point, picked on the map."""
    form = form_of(FIELDS, request.POST or None, initial=USUAL)
    context: dict[str, Any] = {"map": PICK}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    given = form.cleaned_data
    lon, lat = given["point"]
    try:
        row = add_must_visit(
            given["name"],
            lon,
            lat,
            radius=given["radius"],
            times=given["times"],
            by=person_of(request),
        )
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, "coordination:points", f"已新增必到点「{row.name}」，从今天起算。")


@door(may="duty.view")
def point(request: HttpRequest, pk: int) -> HttpResponse:
    """One point, who came by lately, and giving it up."""
    user = person_of(request)
    row = patrols.must_visit_for(user, pk)
    if request.method == "POST":
        end_must_visit(row, by=user)
        return back(request, "coordination:points", f"「{row.name}」已停用，以前到过的记录留着。")
    return page(
        request,
        row=row,
        facts=[
            (
                "责任区",
                labels_of([(row.place_type, row.place_code)])[row.place_type, row.place_code],
            ),
            ("每天", f"{row.times} 次"),
            ("多近算到", f"{row.radius} 米"),
            ("起", day(row.valid_from)),
            ("停用", day(row.valid_to) if row.valid_to else "在用"),
        ],
        visits=patrols.latest_visits(user, row),
        may_end=row.valid_to is None and user.may("patrol.point.change"),
        map={"lon": row.lon, "lat": row.lat, "zoom": 17},
    )
