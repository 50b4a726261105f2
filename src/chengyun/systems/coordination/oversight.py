"""Pages of what must not be forgotten: the open problems 问题库, and what is supervised."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import queries as register
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock
from chengyun.kernel.pages import door, page
from chengyun.kernel.paging import count, keyset
from chengyun.kernel.specs import Column
from chengyun.kernel.tables import Links, filters, table
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.lights import Light
from chengyun.systems.coordination import lists

LINKS = Links(
    url=lambda row: reverse("coordination:case", args=(row.case.code,)),
    key=lambda row: row.case.code,
)
FILTERS = (lists.AREA, lists.CLASS, lists.UNIT)
WATCH_TONES = {"watch": "amber", "key_watch": "red", "listed": "red"}


def _reply_light(row: Any) -> Light:
    """How long the unit has to reply, or that it did."""
    if row.replied_at:
        return lights.finished(row.replied_at - row.due_at)
    return lights.running(row.due_at - clock.now(), row.due_at - row.at)


CASE = (
    Column(key="code", label="案号", kind="code", value=lambda row: row.case.code),
    Column(
        key="problem", label="问题", kind="strong", value=lambda row: lists.problem(row.case)[:2]
    ),
    Column(
        key="unit",
        label="单位",
        kind="short",
        value=lambda row: row.case.unit and str(row.case.unit),
    ),
)
PROBLEM_COLUMNS = (
    Column(key="until", label="挂账到", kind="short", value=lambda row: row.until.isoformat()),
    *CASE,
    Column(key="reason", label="为什么挂账", value=lambda row: row.reason),
    Column(key="since", label="挂账时间", kind="time", value=lambda row: row.decided_at),
)
WATCHED_COLUMNS = (
    Column(key="light", label="回复时限", kind="light", value=_reply_light),
    Column(
        key="level",
        label="级别",
        kind="badge",
        value=lambda row: {"words": row.level_label, "tone": WATCH_TONES.get(row.level, "")},
    ),
    *CASE,
    Column(key="reason", label="督办要求", value=lambda row: row.reason),
    Column(key="reply", label="回复", value=lambda row: row.reply),
    Column(key="by", label="督办人", kind="short", value=lambda row: str(row.by or "系统")),
)


@door(may="case.view")
def problems(request: HttpRequest) -> HttpResponse:
    """问题库: what cannot be handled now and is put aside, what ends first on top."""
    shown, bar = _listed(
        request, register.suspended_for, PROBLEM_COLUMNS, "until", "现在没有挂账的案件。"
    )
    return page(request, table=shown, filters=bar)


@door(may="case.view")
def watched(request: HttpRequest) -> HttpResponse:
    """What is supervised, what must be replied to first on top."""
    shown, bar = _listed(
        request, register.supervised_for, WATCHED_COLUMNS, "due_at", "现在没有督办的案件。"
    )
    return page(request, table=shown, filters=bar)


def _listed(request: HttpRequest, rows: Any, columns: Any, order: str, empty: str) -> Any:
    user = person_of(request)
    bar = filters(request, FILTERS)
    narrowed = register.narrowed(register.cases_for(user), **lists.conditions(bar.values))
    wanted = rows(narrowed)
    found = keyset(wanted, (order, "id"), after=request.GET.get("after", ""))
    total, exact = count(wanted)
    shown = table(
        request,
        columns,
        found.items,
        links=LINKS,
        after=found.next,
        total=total,
        exact=exact,
        empty=empty,
        way=(reverse("coordination:cases"), "看全部案件"),
    )
    return shown, bar
