"""What the pages show of 签批: the list of orders, how an instruction stands, its facts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from chengyun.city.cases import instructions as reads
from chengyun.city.cases import queries as register
from chengyun.city.cases.models import Inquiry, Instruction
from chengyun.kernel import clock, registry
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import inquiry_view, lists

TONES = {"given": "amber", "taken": "accent", "done": "eco"}
NOT_YET, NEEDLESS = "待签批", "已回复，没有签批"
STANDING = (("waiting", NOT_YET), *Instruction.State.choices)


def badge_of(row: Inquiry) -> dict[str, str]:
    """How the instruction on an order stands."""
    found = reads.instruction_of(row)
    if found:
        return {"words": found.get_state_display(), "tone": TONES[found.state]}
    if row.answered_at:
        return {"words": NEEDLESS, "tone": "line"}
    return {"words": NOT_YET, "tone": "red"}


def _words(row: Inquiry) -> str:
    found = reads.instruction_of(row)
    return f"{found.by or '系统'}：{found.words}" if found else ""


def day_in(text: str) -> date | None:
    """A day as the filter gives it; None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _rows(user: Any, values: Values) -> QuerySet[Inquiry]:
    rows = reads.orders_for(user)
    if day := day_in(values.get("day", "")):
        since, until = reads.bounds(day)
        rows = rows.filter(came_at__gte=since, came_at__lt=until)
    if "mine" in values:
        rows = rows.filter(instruction__in=reads.to_keep(user))
    if {"area", "unit"} & set(values):
        fitting = {key: values[key] for key in ("area", "unit") if key in values}
        cases = register.narrowed(register.cases_for(user), **lists.conditions(fitting))
        rows = rows.filter(case__in=cases)
    standing = values.get("standing", "")
    if standing == "waiting":
        return rows.filter(reads.WAITING)
    return rows.filter(instruction__state=standing) if standing else rows


INSTRUCTIONS = Listing(
    key="coordination:instructions",
    label="热线签批",
    may="case.view",
    columns=(
        Column(
            key="light",
            label="回复时限",
            kind="light",
            value=inquiry_view.reply_light,
            sort="due_at",
        ),
        Column(key="code", label="案号", kind="code", value=lambda row: row.case.code),
        Column(
            key="problem",
            label="问题",
            kind="strong",
            value=lambda row: lists.problem(row.case)[:2],
        ),
        Column(
            key="unit",
            label="单位",
            kind="short",
            value=lambda row: row.case.unit and str(row.case.unit),
        ),
        Column(key="words", label="签批意见", value=_words),
        Column(key="standing", label="签批", kind="badge", value=badge_of),
        Column(key="came", label="来件", kind="time", value=lambda row: row.came_at),
    ),
    filters=(
        Filter(key="day", label="来件日期", kind="period"),
        Filter(key="standing", label="签批", choices=lambda user: list(STANDING)),
        Filter(key="mine", label="只看等我专班的", kind="check"),
        lists.AREA,
        lists.UNIT,
    ),
    rows=_rows,
    more=lambda rows: rows.select_related(*reads.RELATED),
    order=("-came_at", "-id"),
    links=Links(
        url=lambda row: reverse("coordination:inquiry", args=(row.case.code,)),
        key=lambda row: row.case.code,
    ),
    empty="没有符合条件的来件。",
    way="去掉全部条件",
)
registry.add(INSTRUCTIONS)


def facts_of(row: Instruction) -> list[tuple[str, Any]]:
    """Who wrote what, who took it up, and what came of it."""
    now = clock.now()
    facts: list[tuple[str, Any]] = [
        ("意见", row.words),
        ("签批", f"{told(row.at, now=now)}　{row.by or '系统'}"),
    ]
    if row.taken_at:
        facts.append(("签收", f"{told(row.taken_at, now=now)}　{row.taken_by or '系统'}"))
    if row.done_at:
        facts += [("落实", told(row.done_at, now=now)), ("结果", row.result)]
    return facts


def team_words(row: Inquiry) -> str:
    """Who is told: the people of the team, or why nobody is yet."""
    if row.case.unit is None:
        return "还没有派给单位，派了就告诉那个单位的专班"
    names = list(dict.fromkeys(str(post.user) for post in reads.team_of(row.case)))
    return f"{row.case.unit}：{'、'.join(names)}" if names else f"{row.case.unit}还没有人办热线"
