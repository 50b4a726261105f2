"""What the pages say of what ails devices themselves: batteries that run low, sensors that drift, faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime

from chengyun.city.people.models import User
from chengyun.city.sensing.ailments import (
    BACK_DAYS,
    ailments_for,
    battery_words,
    drift_words,
    drifts_for,
    figure,
)
from chengyun.city.sensing.models import Ailment, Device, DriftSeen, Series
from chengyun.kernel import clock
from chengyun.kernel.ui.words import told
from chengyun.science.drift import LEAST_DAYS

What = Ailment.What
TONES = {What.FAULT: "red", What.BATTERY: "amber", What.DRIFT: "accent"}


@dataclass(frozen=True, kw_only=True)
class Ailing:
    """A line of the list: a device, what ails it, how it is now, since when; ``alarm``: the code of the one judged."""

    device: Device
    badge: dict[str, str]
    words: str
    alarm: str
    since: str


@dataclass(frozen=True, kw_only=True)
class Maintenance:
    """What maintenance has to see to; ``counts`` in words. ``watched`` sensors, of ``unknown`` too little is known."""

    lines: Sequence[Ailing]
    counts: str
    watched: int
    unknown: int


def maintenance_of(user: User, kind: str) -> Maintenance:
    """In a person's part of the city, of one kind of device or ("") of all."""
    rows = ailments_for(user)
    rows = rows.filter(series__device__kind=kind) if kind else rows
    lines = [_line(row) for row in sorted(rows, key=lambda row: row.what)]
    days = drifts_for(user, kind)
    many = Counter(line.badge["words"] for line in lines)
    return Maintenance(
        lines=lines,
        counts="，".join(f"{words} {count}" for words, count in many.items()),
        watched=len(days),
        unknown=sum(each < LEAST_DAYS for each in days),
    )


def _line(row: Ailment) -> Ailing:
    drift = getattr(row.series, "drift", None) if row.what == What.DRIFT else None
    judged = row.alarm.label if row.alarm else ""
    return Ailing(
        device=row.series.device,
        badge={"words": row.get_what_display(), "tone": TONES[What(row.what)]},
        words=judged or (_moved(drift) if drift else battery_words(row.series)),
        alarm=row.alarm.code if row.alarm else "",
        since=_since(drift) if drift else told(row.began_at, now=clock.now()),
    )


def _moved(drift: DriftSeen) -> str:
    """积水深度每天偏高 0.41 厘米，已偏 8.2 厘米."""
    point = drift.series.declared
    words = drift_words(drift)
    if point is None or drift.moved is None:
        return words
    return f"{words}，已偏 {figure(drift.moved)} {point.unit}".rstrip()


def _since(drift: DriftSeen) -> str:
    return f"{localtime(drift.since):%m-%d} 前后" if drift.since else f"{BACK_DAYS} 天前或更早"


def facts_of_drift(several: Iterable[Series]) -> list[tuple[str, Any]]:
    """Whether the sensors of a device drift; nothing where none of them is watched for it."""
    return [("漂移", _said(each.drift)) for each in several if hasattr(each, "drift")]


def _said(drift: DriftSeen) -> str:
    if drift.per_day is not None:
        return f"{_moved(drift)}（{_since(drift)}起）"
    point = drift.series.declared
    label = f"{point.label} " if point else ""
    if drift.days < LEAST_DAYS:
        return f"{label}暂无数据（看得出的只有 {drift.days} 天，要 {LEAST_DAYS} 天）"
    return f"{label}没有"


def facts_of_faults(several: Iterable[Series]) -> list[tuple[str, Any]]:
    """What people judged to be faults of a device and nobody has mended."""
    now, faults = clock.now(), [each.fault for each in several if hasattr(each, "fault")]
    return [
        (
            "设备故障",
            f"{row.alarm.label}（报警 {row.alarm.code}），{told(row.began_at, now=now)} 起",
        )
        for row in faults
    ]
