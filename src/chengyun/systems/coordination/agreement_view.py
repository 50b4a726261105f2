"""What the pages show of 共建协议: the list, the light of the next joint review, the facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases import agreements as reads
from chengyun.city.cases.models import Agreement
from chengyun.city.places.queries import label_of
from chengyun.kernel import clock, registry
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.lights import Light
from chengyun.kernel.ui.words import day, told
from chengyun.systems.coordination import meeting_view

TONES = {"running": "accent", "ended": "line"}
MONTH = timedelta(days=30)
SOON = timedelta(days=90)
"""So long before its last day an agreement is about to run out."""


def badge_of(row: Agreement) -> dict[str, str]:
    return {"words": row.get_state_display(), "tone": TONES[row.state]}


def light_of(row: Agreement) -> Light | None:
    """How long until the next joint review is late; none where none was agreed."""
    if row.due_at is None or row.review_day is None or not row.running:
        return None
    whole = (row.review_months or 1) * MONTH
    title = f"{day(row.review_day)}前会商"
    return lights.running(row.due_at - clock.now(), whole, title=title, ticks=False)


def last_day(row: Agreement) -> str:
    return day(row.ends_on) if row.ends_on else "没有期限"


def _kept(row: Any) -> str:
    """Of how many tasks how many were kept, and how many are late."""
    if not row.given:
        return "没有任务"
    late = f"　超期 {row.overdue}" if row.overdue else ""
    return f"{row.kept} / {row.given}{late}"


def _rows(user: Any, values: Values) -> QuerySet[Agreement]:
    rows, now = reads.agreements_for(user), clock.now()
    running = Agreement.State.RUNNING
    if "state" in values:
        rows = rows.filter(state=values["state"])
    if "late" in values:
        rows = rows.filter(state=running, due_at__lt=now)
    if "ends" in values:
        rows = rows.filter(state=running, ends_on__lte=localdate(now + SOON))
    return rows


AGREEMENTS = Listing(
    key="coordination:agreements",
    label="共建协议",
    may="case.view",
    columns=(
        Column(key="title", label="协议", kind="strong", value=lambda row: (row.title, row.place)),
        Column(key="area", label="区域", kind="short", value=lambda row: label_of(row.area)),
        Column(key="unit", label="牵头", kind="short", value=lambda row: str(row.unit)),
        Column(key="review", label="下次会商", kind="light", value=light_of),
        Column(key="kept", label="完成 / 任务", kind="short", value=_kept),
        Column(key="ends", label="到期", value=last_day),
        Column(key="state", label="状态", kind="badge", value=badge_of),
    ),
    filters=(
        Filter(key="late", label="只看会商超期", kind="check"),
        Filter(key="ends", label="只看 90 天内到期", kind="check"),
        Filter(key="state", label="状态", choices=lambda user: list(Agreement.State.choices)),
    ),
    rows=_rows,
    more=reads.with_figures,
    order=("-signed_on", "-id"),
    links=Links(
        url=lambda row: reverse("coordination:agreement", args=(row.code,)),
        key=lambda row: row.code,
    ),
    empty="没有这样的共建协议。",
    way="去掉全部条件",
)
registry.add(AGREEMENTS)


def reviews_of(row: Agreement) -> list[dict[str, Any]]:
    """Its joint reviews, the newest first, with where each stands."""
    return [
        {
            "url": reverse("coordination:meeting", args=(each.code,)),
            "topic": each.topic,
            "at": each.held_at,
            "badge": meeting_view.stage_of(each),
        }
        for each in row.reviews.order_by("-held_at", "-id")
    ]


def facts_of(row: Agreement) -> list[tuple[str, Any]]:
    """What it says."""
    units = "、".join(str(unit) for unit in row.units.order_by("code"))
    months = f"每 {row.review_months} 个月" if row.review_months else ""
    until = f"下次在{day(row.review_day)}前" if row.review_day and row.running else ""
    facts: list[tuple[str, Any]] = [
        ("和哪里", row.partners),
        ("约定", row.about),
        ("牵头", str(row.unit)),
        ("平台单位", units or "没有"),
        ("签订", day(row.signed_on)),
        ("到期", last_day(row)),
        ("会商", "，".join(part for part in (months, until) if part) or "没有约定"),
    ]
    if row.ended_at:
        facts += [("终止", told(row.ended_at, now=clock.now())), ("原因", row.words)]
    return facts
