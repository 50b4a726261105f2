"""类别与时限: the catalogue of cases as it holds in an area."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.cases import queries as cases
from chengyun.city.cases.models import CaseClass
from chengyun.city.cases.services.catalogue import add_condition, end_condition
from chengyun.city.people.queries import person_of
from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links, filters, table
from chengyun.science.workclock import Limit
from chengyun.systems.maintenance.queries import area_name, areas_for

CONDITION = (
    Field(key="text", label="立案条件", required=True, max_length=200),
    Field(key="limit", label="处置时限", kind="limit", required=True),
    Field(key="closing", label="结案条件", required=True, max_length=200),
)
CERTAINTY = {"verified": "已核", "inferred": "推断", "local": "地方扩展"}

FILTERS = (
    Filter(
        key="major",
        label="大类",
        choices=lambda user: sorted({(c.code[:3], _major(c)) for c in cases.classes_for("")}),
    ),
    Filter(key="q", label="名称或代码", kind="text"),
)
COLUMNS = (
    Column(key="code", label="代码", kind="short", value=lambda c: c.code),
    Column(key="name", label="小类", kind="strong", value=lambda c: c.name),
    Column(key="major", label="大类", value=lambda c: _major(c)),
    Column(key="certainty", label="依据", kind="short", value=lambda c: _certainty(c)),
)
LINKS = Links(url=lambda c: reverse("maintenance:case_class", args=(c.code,)), key=lambda c: c.code)


def _major(found: CaseClass) -> str:
    return f"{found.get_kind_display()} · {found.major}"


def _certainty(found: CaseClass) -> str:
    return CERTAINTY.get(found.certainty.partition("-")[0], found.certainty)


@door(may="catalogue.view")
def classes(request: HttpRequest) -> HttpResponse:
    """All classes of the edition in force."""
    bar = filters(request, FILTERS)
    major, words = bar.values.get("major", ""), bar.values.get("q", "").lower()
    found = [c for c in cases.classes_for("") if c.code.startswith(major) and _named(c, words)]
    shown = table(
        request, COLUMNS, found, links=LINKS, total=len(found), empty="没有符合条件的类别。"
    )
    return page(request, table=shown, filters=bar)


def _named(found: CaseClass, words: str) -> bool:
    return any(words in text.lower() for text in (found.code, found.name, found.initials))


@door(may="catalogue.view")
def case_class(request: HttpRequest, code: str) -> HttpResponse:
    """One class: its conditions in an area, and an own condition for that area."""
    area, areas = _area(request)
    found = cases.class_named(code, area)
    form = form_of(CONDITION)
    return page(
        request,
        case_class=found,
        certainty=_certainty(found),
        conditions=[(row, row.limit) for row in cases.conditions_of(found, area)],
        area=area,
        name=area_name(area),
        areas=[(key, name, f"?area={key}") for key, name in areas],
        form=form,
        may_change=person_of(request).may("catalogue.change"),
    )


@require_POST
@door(may="catalogue.change")
def condition_add(request: HttpRequest, code: str) -> HttpResponse:
    """A condition of the area's own; from then on its own ones hold there."""
    area, _ = _area(request)
    form = form_of(CONDITION, request.POST)
    if not form.is_valid():
        raise faults_of(form)
    given = form.cleaned_data
    limit = Limit(value=Decimal(str(given["limit"]["value"])), unit=given["limit"]["unit"])
    add_condition(
        cases.class_named(code, area),
        area=area,
        text=given["text"],
        limit=limit,
        closing=given["closing"],
        by=person_of(request),
    )
    return back(request, _here(code, area), f"{area_name(area)}新增了一条立案条件，时限 {limit}。")


@require_POST
@door(may="catalogue.change")
def condition_end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A condition ends for what is filed from now on."""
    area, _ = _area(request)
    found = cases.condition_named(cases.class_named(code, area), pk, area)
    end_condition(found, by=person_of(request))
    return back(request, _here(code, area), f"已停用：{found.text}。已立案的不受影响。")


def _here(code: str, area: str) -> str:
    return f"{reverse('maintenance:case_class', args=(code,))}?area={area}"


def _area(request: HttpRequest) -> tuple[str, list[tuple[str, str]]]:
    areas = areas_for(person_of(request), "catalogue.view")
    asked = request.GET.get("area", "")
    known = [code for code, _ in areas]
    return (asked if asked in known else known[0] if known else ""), areas
