"""What the pages show of 移送: its light, its facts, and the part of a case's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse

from chengyun.city.cases import handovers as reads
from chengyun.city.cases.models import Case, HandOver
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.history import Line
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.lights import Light
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import lists

TONES = {"sent": "amber", "received": "accent", "answered": "eco", "returned": "red"}


def badge_of(row: HandOver) -> dict[str, str]:
    return {"words": row.get_state_display(), "tone": TONES.get(row.state, "line")}


def light_of(row: HandOver) -> Light:
    """How long it still may take until it is received or answered; after that whether it came late."""
    if not row.open:
        late = row.late_received or row.late_answered
        return lights.ended(late=late) if late else lights.finished(timedelta(0))
    now = clock.now()
    whole = (row.due_at - row.warn_at) * lists.NEAR
    return lights.running(row.due_at - now, whole, title=f"{told(row.due_at, now=now)} 前")


def facts_of(row: HandOver) -> list[tuple[str, Any]]:
    """To whom, why, when, and what came back."""
    now = clock.now()
    facts: list[tuple[str, Any]] = [
        ("移送给", str(row.unit)),
        ("作为", row.get_kind_display()),
        ("事由", row.reason),
        *([("材料", "、".join(row.evidence))] if row.evidence else []),
        ("移送", f"{told(row.sent_at, now=now)}　{row.sent_by or '系统'}"),
    ]
    if row.open:
        facts.append(("接收期限" if row.state == "sent" else "反馈期限", told(row.due_at, now=now)))
    if row.received_at:
        late = "（超期）" if row.late_received else ""
        facts.append(("接收", told(row.received_at, now=now) + late))
    if row.ended_at:
        late = "（超期）" if row.late_answered else ""
        facts.append((row.get_state_display(), told(row.ended_at, now=now) + late))
        facts += [("处理结果", row.get_outcome_display())] if row.outcome else []
        facts.append(("说明", row.words))
    return facts


def beside(user: User, case: Case, lines: list[Line]) -> dict[str, Any]:
    """What the page of a case shows: everybody it was handed to, and the way to hand it over."""
    handed = any(line.verb == "handover.send" for line in lines)
    rows = reads.handovers_of(case) if handed else []
    sends = user.scope("handover.send").covers(area=case.area, unit=case.unit_id)
    return {
        "handovers": [(row, badge_of(row), light_of(row)) for row in rows],
        "hand_over": reverse("coordination:handover_add", args=(case.code,))
        if sends and user.may("handover.send") and case.open
        else "",
    }
