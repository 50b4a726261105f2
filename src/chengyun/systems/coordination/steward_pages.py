"""小巷管家: who looks after which alley, and the points each report brought, down to the case."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import stewards as reads
from chengyun.city.cases.models import Steward
from chengyun.city.cases.services import stewards as service
from chengyun.city.people.queries import person_of
from chengyun.city.places.queries import label_of
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid, Refusal
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.systems.coordination import lists

SHOWN = 50
APPOINT = (
    Field(
        key="person", label="谁", kind="person", required=True, hint="先由管理员建账号、给岗位。"
    ),
    Field(key="community", label="社区", kind="unit", required=True),
    Field(key="alley", label="哪条小巷或路段", required=True, max_length=60),
)


def _rows(user: Any, values: Values) -> QuerySet[Steward]:
    rows = reads.stewards_for(user)
    if "community" in values:
        rows = rows.filter(inside("area", values["community"]))
    if "ended" not in values:
        rows = rows.filter(valid_to=None)
    return reads.with_points(rows)


STEWARDS = Listing(
    key="coordination:stewards",
    label="小巷管家",
    may="case.view",
    columns=(
        Column(
            key="alley",
            label="小巷",
            kind="strong",
            value=lambda row: (row.alley, label_of(row.area)),
        ),
        Column(key="name", label="管家", kind="short", value=lambda row: row.user.name),
        Column(key="filed", label="立案", kind="number", value=lambda row: row.filed),
        Column(key="total", label="积分", kind="number", value=lambda row: row.total),
    ),
    filters=(lists.COMMUNITY, Filter(key="ended", label="也看解聘的", kind="check")),
    rows=_rows,
    order=("area", "id"),
    links=Links(
        url=lambda row: reverse("coordination:steward", args=(row.pk,)), key=lambda row: row.pk
    ),
    empty="没有这样的小巷管家。",
    way="去掉全部条件",
)
registry.add(STEWARDS)


@door(may="case.view")
def stewards(request: HttpRequest) -> HttpResponse:
    """The stewards this person sees with their points; a steward sees themselves."""
    user = person_of(request)
    may_add = user.may(reads.APPOINT)
    way = reverse("coordination:steward_add") if may_add else ""
    none = ("还没有小巷管家。", way, "聘小巷管家" if way else "")
    context = {"may_add": may_add, "serves": user.may(reads.SERVE)}
    return page(request, **context, **listed(request, STEWARDS, none=none))


@door(may=reads.APPOINT)
def steward_add(request: HttpRequest) -> HttpResponse:
    """Entrust an alley to somebody."""
    user = person_of(request)
    people = {person.username: person for person in reads.willing(user)}
    choices = {
        "person": [(key, person.name) for key, person in people.items()],
        "community": [(area, label_of(area)) for area in reads.communities_of(user)],
    }
    form = form_of(APPOINT, request.POST or None, choices=choices)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    given = form.cleaned_data
    try:
        made = service.appoint(people[given["person"]], given["community"], given["alley"], by=user)
    except Refusal as refusal:
        return retold(request, form, refusal)
    return back(request, reverse("coordination:steward", args=(made.pk,)), "已聘。")


@door(may="case.view")
def steward(request: HttpRequest, pk: int) -> HttpResponse:
    """One steward: the ledger of points, the reports and what became of them."""
    user = person_of(request)
    row = reads.steward_for(user, pk)
    may_end = row.valid_to is None and reads.appoints(user, row.area)
    if request.method == "POST":
        if request.POST.get("do") != "end":
            raise Invalid("没有这个动作。")
        service.release(row, by=user)
        return back(request, request.path, f"{row.user.name}已解聘，积分留着。")
    return page(
        request,
        steward=row,
        label=label_of(row.area),
        each=reads.points_of(row.area),
        lines=row.points.select_related("case").order_by("-id")[:SHOWN],
        reports=[(case, lists.stage(case)) for case in reads.reports_of(row)[:SHOWN]],
        sees={*reads.openable(user, row).values_list("pk", flat=True)},
        mine=row.user_id == user.pk,
        may_end=may_end,
    )
