"""What the pages show of 例会 and 承诺事项: both lists, the lights, the facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from chengyun.city.cases import meetings as reads
from chengyun.city.cases.models import Agreement, Meeting, Promise
from chengyun.city.people.models import User
from chengyun.kernel import clock, registry
from chengyun.kernel.history import Line
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.lights import Light
from chengyun.kernel.ui.words import day, told
from chengyun.systems.coordination import lists

TONES = {"open": "accent", "done": "amber", "kept": "eco", "withdrawn": "line"}
State = Promise.State


def light_of(row: Promise) -> Light | None:
    """How long the unit still has, or whether it came in time; none once it was withdrawn."""
    if row.state == State.WITHDRAWN:
        return None
    if row.done_at:
        return lights.ended(late=row.done_at >= row.due_at)
    left = row.due_at - clock.now()
    whole = max(row.due_at - row.made_at, timedelta(days=1))
    return lights.running(left, whole, title=f"{day(row.last_day)}前", ticks=False)


def badge_of(row: Promise) -> dict[str, str]:
    return {"words": row.get_state_display(), "tone": TONES[row.state]}


def lit(rows: Iterable[Promise]) -> list[tuple[Promise, Light | None, dict[str, str]]]:
    """Promises with their lights and badges."""
    return [(row, light_of(row), badge_of(row)) for row in rows]


def caller_of(row: Meeting | Agreement) -> str:
    return str(row.unit or row.by or "系统")


def stage_of(row: Meeting) -> dict[str, str]:
    """Whether it is still to come, waits for its minutes, or has them."""
    if row.minuted_at:
        return {"words": "有纪要", "tone": "eco"}
    if row.held_at > clock.now():
        return {"words": "待召开", "tone": "accent"}
    return {"words": "待写纪要", "tone": "amber"}


def _kept(row: Any) -> str:
    """Of how many promises how many were kept."""
    return f"{row.kept} / {row.promised}" if row.promised else "没有"


def _meetings(user: Any, values: Values) -> QuerySet[Meeting]:
    rows = reads.meetings_for(user)
    if "kind" in values:
        rows = rows.filter(kind=values["kind"])
    if "community" in values:
        rows = rows.filter(inside("area", values["community"]))
    if "unwritten" in values:
        rows = rows.filter(minuted_at=None, held_at__lt=clock.now())
    return rows


def _whole(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    lasting = ~Q(promises__state=State.WITHDRAWN)
    return rows.select_related("unit", "by").annotate(
        promised=Count("promises", filter=lasting),
        kept=Count("promises", filter=Q(promises__state=State.KEPT)),
    )


def _kinds(user: Any) -> list[tuple[str, str]]:
    return [(kind, kind) for kind in reads.kinds_of(home_of(user))]


def home_of(user: User) -> str:
    """The area this person works in."""
    return user.standing[0].area if user.standing else ""


MEETINGS = Listing(
    key="coordination:meetings",
    label="例会",
    may="case.view",
    columns=(
        Column(key="held", label="时间", kind="time", value=lambda row: row.held_at),
        Column(key="topic", label="议题", kind="strong", value=lambda row: (row.topic, row.kind)),
        Column(key="place", label="为哪里", value=lambda row: row.place),
        Column(key="caller", label="召集", kind="short", value=caller_of),
        Column(key="kept", label="兑现 / 承诺", kind="short", value=_kept),
        Column(key="stage", label="状态", kind="badge", value=stage_of),
    ),
    filters=(
        Filter(key="kind", label="种类", choices=_kinds),
        lists.COMMUNITY,
        Filter(key="unwritten", label="只看待写纪要", kind="check"),
    ),
    rows=_meetings,
    more=_whole,
    order=("-held_at", "-id"),
    links=Links(
        url=lambda row: reverse("coordination:meeting", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有这样的例会。",
    way="去掉全部条件",
)


def _promises(user: Any, values: Values) -> QuerySet[Promise]:
    rows = reads.promises_for(user)
    if "mine" in values:
        rows = rows.filter(pk__in=reads.to_keep(user).values("pk"))
    if "state" in values:
        rows = rows.filter(state=values["state"])
    if "waits" in values:
        rows = rows.filter(state__in=Promise.WAITS)
    if "late" in values:
        rows = rows.filter(reads.overdue())
    if "community" in values:
        rows = rows.filter(inside("area", values["community"]))
    return rows


PROMISES = Listing(
    key="coordination:promises",
    label="承诺事项",
    may="case.view",
    columns=(
        Column(key="light", label="期限", kind="light", value=light_of, sort="due_at"),
        Column(
            key="what",
            label="承诺",
            kind="strong",
            value=lambda row: (row.what, f"{row.origin.kind}　{row.origin.place}"),
        ),
        Column(key="unit", label="单位", kind="short", value=lambda row: str(row.unit)),
        Column(key="state", label="状态", kind="badge", value=badge_of),
        Column(
            key="due", label="哪天前", kind="short", value=lambda row: day(row.last_day, year=False)
        ),
        Column(key="made", label="承诺于", kind="time", value=lambda row: row.made_at),
    ),
    filters=(
        Filter(key="mine", label="只看等我单位的", kind="check"),
        Filter(key="waits", label="只看未了", kind="check"),
        Filter(key="late", label="只看超期", kind="check"),
        Filter(key="state", label="状态", choices=lambda user: list(State.choices)),
        lists.COMMUNITY,
    ),
    rows=_promises,
    more=reads.with_meetings,
    order=("-due_at", "-id"),
    links=Links(
        url=lambda row: reverse("coordination:promise", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有这样的承诺。",
    way="去掉全部条件",
)
registry.add(MEETINGS, PROMISES)


def facts_of(row: Meeting, lines: list[Line], user: User) -> list[tuple[str, Any]]:
    """What, where, when, who; names of people for whoever may see personal values."""
    now = clock.now()
    named = next((line.personal["attendees"] for line in lines if "attendees" in line.personal), "")
    facts: list[tuple[str, Any]] = [
        ("种类", row.kind),
        ("为哪里", row.place),
        ("时间", told(row.held_at, now=now)),
        ("地点", row.venue),
        ("召集", f"{caller_of(row)}　{row.by or ''}".strip()),
        ("单位", "、".join(str(unit) for unit in row.units.all()) or "没有请单位"),
    ]
    if row.minuted_at:
        facts.append(("还有谁参加", row.offices))
    if named:
        facts.append(("姓名", named if user.may("personal.view") else "已登记，没有权限看"))
    return facts


def facts_of_promise(row: Promise) -> list[tuple[str, Any]]:
    now = clock.now()
    facts: list[tuple[str, Any]] = [
        ("做什么", row.what),
        ("单位", str(row.unit)),
        ("期限", f"{day(row.last_day)}前"),
        ("承诺于", told(row.made_at, now=now)),
        ("确认", caller_of(row.origin)),
    ]
    if row.done_at:
        late = "（超期）" if row.done_at >= row.due_at else ""
        facts.append(("报告完成", told(row.done_at, now=now) + late))
    if row.returns:
        facts.append(("退回过", f"{row.returns} 次"))
    if row.ended_at:
        facts.append((row.get_state_display(), told(row.ended_at, now=now)))
    return facts
