"""What the pages show of 预警: its badge and light, who has acknowledged, its facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from chengyun.city.people.models import User
from chengyun.city.sensing import alerts as reads
from chengyun.city.sensing.models import Alarm, Alert, AlertUnit
from chengyun.city.sensing.services.alerts import CHECKED
from chengyun.kernel import clock
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.lights import Light
from chengyun.kernel.ui.words import told

ON_THE_WALL = 8


@dataclass(frozen=True, kw_only=True)
class AlertLine:
    """One alert as the wall and the page of its alarm show it, from a row that was ``counted``."""

    alert: Alert
    badge: dict[str, str]
    answered: str


def line_of(alert: Any) -> AlertLine:
    return AlertLine(alert=alert, badge=badge_of(alert, alert.waiting), answered=answered(alert))


def answered(alert: Any) -> str:
    """已确认 1 / 3."""
    return f"已确认 {alert.asked - alert.waiting} / {alert.asked}"


def badge_of(alert: Alert, waiting: int) -> dict[str, str]:
    """How an alert stands; ``waiting``: how many units have not acknowledged it."""
    if alert.lifted_at:
        return {"words": "已解除", "tone": "line"}
    if not waiting:
        return {"words": "都已确认", "tone": "eco"}
    if alert.due_at < clock.now():
        return {"words": "超时未确认", "tone": "red"}
    return {"words": "待确认", "tone": "amber"}


def standing_on(user: User) -> list[AlertLine]:
    """What the wall shows: the alerts that stand, the worst first."""
    rows = reads.counted(reads.standing(user))[:ON_THE_WALL]
    return [line_of(alert) for alert in rows]


def way_to_issue(user: User, alarm: Alarm) -> str:
    """Where a person issues an alert for an alarm; "" when it may not be done now."""
    mine = user.may(reads.ISSUE) and user.scope(reads.ISSUE).covers(area=alarm.area)
    fits = alarm.state in CHECKED
    return reverse("monitoring:alert_add", args=(alarm.code,)) if mine and fits else ""


@dataclass(frozen=True, kw_only=True)
class UnitLine:
    """A unit of an alert: what it has said, or how long it still has."""

    row: AlertUnit
    light: Light | None
    words: str


def unit_line(alert: Alert, row: AlertUnit) -> UnitLine:
    now = clock.now()
    if row.acknowledged_at:
        late = lights.finished(row.acknowledged_at - alert.due_at)
        by = f" · {row.acknowledged_by}" if row.acknowledged_by else ""
        return UnitLine(row=row, light=late, words=f"{told(row.acknowledged_at, now=now)} 确认{by}")
    if alert.lifted_at:
        return UnitLine(row=row, light=None, words="解除时还没有确认")
    whole = alert.due_at - alert.issued_at
    light = lights.running(alert.due_at - now, whole, title=f"{told(alert.due_at, now=now)} 前")
    return UnitLine(row=row, light=light, words="还没有确认")


def facts_of(alert: Alert, *, watches: bool) -> list[tuple[str, Any]]:
    """Because of what, by whom, until when; the alarm is a link for whoever ``watches``."""
    device, now = alert.alarm.series.device, clock.now()
    alarm = (
        format_html(
            '<a href="{}">{}</a>',
            reverse("monitoring:alarm", args=(alert.alarm.code,)),
            alert.alarm.code,
        )
        if watches
        else alert.alarm.code
    )
    facts: list[tuple[str, Any]] = [
        ("报警", alarm),
        ("设备", str(device)),
        ("地点", device.address),
        ("发布", f"{told(alert.issued_at, now=now)}　{alert.issued_by or '系统'}"),
        ("确认时限", f"{told(alert.due_at, now=now)} 前"),
    ]
    if alert.lifted_at:
        facts.append(("解除", f"{told(alert.lifted_at, now=now)}　{alert.lifted_by or '系统'}"))
        facts.append(("解除原因", alert.words))
    return facts
