"""反复问题: the same class at the same spot again and again, proposed for listed supervision."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import answers, repeats
from chengyun.city.cases import queries as register
from chengyun.city.cases.repeats import Repeat
from chengyun.city.people.queries import person_of
from chengyun.kernel.pages import door, page
from chengyun.kernel.specs import Column
from chengyun.kernel.tables import Links, table
from chengyun.systems.coordination import lists

COLUMNS = (
    Column(key="times", label="次数", kind="number", value=lambda one: one.times),
    Column(
        key="problem",
        label="问题",
        kind="strong",
        value=lambda one: (one.last.title, one.last.description),
    ),
    Column(key="address", label="地点", value=lambda one: one.last.address),
    Column(key="cases", label="案件", kind="number", value=lambda one: len(one.cases)),
    Column(key="open", label="在办", kind="number", value=lambda one: one.open),
    Column(key="unit", label="主办单位", kind="short", value=lambda one: one.unit),
    Column(key="last", label="最近一次", kind="time", value=lambda one: one.last.reported_at),
)
LINKS = Links(
    url=lambda one: reverse("coordination:repeat", args=(one.last.code,)),
    key=lambda one: str(one.last.code),
)
CASE_LINKS = Links(
    url=lambda case: reverse("coordination:case", args=(case.code,)), key=lambda case: case.code
)


@door(may="case.view")
def repeated(request: HttpRequest) -> HttpResponse:
    """Repeated problems, the most often first."""
    user = person_of(request)
    found = repeats.repeats_for(user)
    measure = repeats.measure_for(repeats.area_of(user))
    shown = table(
        request,
        COLUMNS,
        found,
        links=LINKS,
        total=len(found),
        empty=f"没有反复出现的问题：{measure.words}才算。",
        way=(reverse("coordination:cases"), "看全部案件"),
    )
    return page(request, table=shown, measure=measure)


@door(may="case.view")
def repeat(request: HttpRequest, code: str) -> HttpResponse:
    """One repeated problem with the cases behind it, and what may be done about it."""
    user = person_of(request)
    found = register.case_for(user, code)
    one = repeats.repeat_around(user, found)
    shown = table(
        request,
        lists.CASE_COLUMNS,
        one.cases,
        links=CASE_LINKS,
        total=len(one.cases),
    )
    return page(
        request,
        case=found,
        repeat=one,
        table=shown,
        measure=repeats.measure_for(found.area),
        supervise=_supervise_door(user, one),
        proposed=one.times >= repeats.measure_for(found.area).times,
    )


def _supervise_door(user: Any, one: Repeat) -> str:
    """Where the newest open case may be put under supervision, if its workflow has such a verb for this person."""
    return next(
        (
            reverse("coordination:take", args=(case.code, step.verb))
            for case in one.cases
            if case.open
            for step in answers.steps_open_to(user, case)
            if step.verb == "supervise"
        ),
        "",
    )
