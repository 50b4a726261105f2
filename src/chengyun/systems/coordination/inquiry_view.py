"""What the pages show of 来件: the light of the reply, the list, the facts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from chengyun.city.cases import callers
from chengyun.city.cases import queries as register
from chengyun.city.cases.models import Case, Inquiry
from chengyun.city.cases.specs import Source
from chengyun.kernel import clock, registry
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.lights import Light
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import intake, lists

TONES = {"yes": "eco", "fair": "eco", "no": "red"}
STANDING = (
    ("waiting", "待回复"),
    ("late", "超期未回复"),
    ("answered", "已回复"),
    ("missed", "超期才回复"),
)


def reply_light(row: Inquiry) -> Light:
    """How long whoever sent it still waits, or that the reply came in time."""
    if row.answered_at:
        return lights.finished(row.answered_at - row.due_at)
    whole = (row.due_at - row.warn_at) * lists.NEAR
    return lights.running(
        row.due_at - clock.now(), whole, title=f"{told(row.due_at, now=clock.now())} 前"
    )


def _satisfied(row: Inquiry) -> dict[str, str] | None:
    if not row.satisfied:
        return None
    return {"words": row.get_satisfied_display(), "tone": TONES.get(row.satisfied, "line")}


COLUMNS = (
    Column(key="light", label="回复时限", kind="light", value=reply_light, sort="due_at"),
    Column(key="code", label="案号", kind="code", value=lambda row: row.case.code),
    Column(key="number", label="来件编号", kind="short", value=lambda row: row.number),
    Column(key="problem", label="问题", kind="strong", value=lambda row: lists.problem(row.case)),
    Column(key="source", label="来源", kind="source", value=lambda row: lists.source(row.case)),
    Column(key="stage", label="环节", kind="stage", value=lambda row: lists.stage(row.case)),
    Column(
        key="unit",
        label="单位",
        kind="short",
        value=lambda row: row.case.unit and str(row.case.unit),
    ),
    Column(key="came", label="来件", kind="time", value=lambda row: row.came_at),
    Column(key="answered", label="回复", kind="time", value=lambda row: row.answered_at),
    Column(key="satisfied", label="回访", kind="badge", value=_satisfied),
)
FILTERS = (
    Filter(key="standing", label="回复", choices=lambda user: list(STANDING)),
    Filter(key="source", label="来源", choices=lambda user: intake.sources()),
    lists.AREA,
    lists.UNIT,
    lists.PERIOD,
    Filter(key="number", label="来件编号", kind="text"),
)


def _rows(user: Any, values: Values) -> QuerySet[Inquiry]:
    rows = callers.inquiries_for(user)
    if {"source", "area", "unit", "period"} & set(values):
        fitting = {k: v for k, v in values.items() if k in ("source", "area", "unit", "period")}
        cases = register.narrowed(register.cases_for(user), **lists.conditions(fitting))
        rows = rows.filter(case__in=cases)
    if "number" in values:
        rows = rows.filter(number=values["number"].strip())
    return _standing(rows, values.get("standing", ""))


def _standing(rows: QuerySet[Inquiry], standing: str) -> QuerySet[Inquiry]:
    if standing in ("waiting", "late"):
        rows = rows.filter(answered_at=None)
        return rows.filter(due_at__lt=clock.now()) if standing == "late" else rows
    if standing in ("answered", "missed"):
        rows = rows.exclude(answered_at=None)
        return rows.filter(late=True) if standing == "missed" else rows
    return rows


INQUIRIES = Listing(
    key="coordination:inquiries",
    label="来件",
    may="case.view",
    columns=COLUMNS,
    filters=FILTERS,
    rows=_rows,
    more=callers.with_cases,
    links=Links(
        url=lambda row: reverse("coordination:inquiry", args=(row.case.code,)),
        key=lambda row: row.case.code,
    ),
    empty="没有符合条件的来件。",
    way="去掉全部条件",
)
registry.add(INQUIRIES)


def facts_of(found: Inquiry) -> list[tuple[str, Any]]:
    """Number, moments, reply and call of a 来件."""
    now = clock.now()
    rows = [
        ("来件编号", found.number),
        ("来件", told(found.came_at, now=now)),
        ("回复时限", f"{found.limit}，{told(found.due_at, now=now)} 前"),
        ("回复", _replied(found)),
    ]
    if found.visited_at:
        rows.append(("回访", f"{told(found.visited_at, now=now)}　{found.get_satisfied_display()}"))
    return rows


def _replied(found: Inquiry) -> str:
    if found.answered_at is None:
        return "还没有回复"
    who = str(found.answered_by or "系统")
    return f"{told(found.answered_at, now=clock.now())}　{found.get_how_display()}　{who}"


def beside(case: Case) -> dict[str, Any]:
    """What the page of a case shows of whoever waits for a reply."""
    if registry.get(Source, case.source).reply is None:
        return {}
    found = callers.inquiry_of(case)
    if found is None:
        return {}
    return {"inquiry": found, "reply_light": reply_light(found), "reply_facts": facts_of(found)}
