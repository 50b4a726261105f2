"""What the pages show of 发现线索: the frame with its box, the facts, and what a line of a list says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from chengyun.city.cases.models import Discovery
from chengyun.kernel import clock
from chengyun.kernel.files import photos_of_many
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination.pages import invented

TONES = {"waiting": "amber", "confirmed": "eco", "rejected": "line"}


def badge_of(row: Discovery) -> dict[str, str]:
    """How it stands; what was rejected says why."""
    words = row.get_reason_display() if row.reason else row.get_state_display()
    return {"words": words, "tone": TONES[row.state]}


def frames_of(rows: Sequence[Discovery]) -> dict[int, str]:
    """Where the frames of some discoveries are, by their ids; one query."""
    photos = photos_of_many(Discovery, [row.pk for row in rows])
    return {subject: reverse("files:attachment", args=(pk,)) for subject, pk, _, _ in photos}


def facts_of(row: Discovery) -> list[tuple[str, Any]]:
    """What the algorithm said, and what became of it."""
    now = clock.now()
    facts: list[tuple[str, Any]] = [
        ("种类", row.kind.label),
        ("置信度", row.percent),
        ("算法", row.algorithm),
        *([("摄像头", f"{row.camera.name}　{row.camera.code}")] if row.camera else []),
        *([("飞行任务", _flight(row))] if row.flight else []),
        ("地点", row.address),
        ("拍摄", told(row.taken_at, now=now)),
        ("收到", told(row.received_at, now=now)),
    ]
    if row.judged_at:
        facts.append(("审核", f"{told(row.judged_at, now=now)}　{row.judged_by or '系统'}"))
    if row.case:
        facts.append(("案件", _case(row)))
    return facts + ([("说明", row.note)] if row.note else [])


def _flight(row: Discovery) -> str:
    assert row.flight is not None
    there = reverse("coordination:flight", args=(row.flight.code,))
    return format_html('<a href="{}">{}</a>', there, row.flight)


def _case(row: Discovery) -> str:
    assert row.case is not None
    there = reverse("coordination:case", args=(row.case.code,))
    return format_html('<a href="{}">{}</a>', there, f"{row.case.code} {row.case.title}")


def map_of(row: Discovery) -> dict[str, Any]:
    """Where it was seen."""
    return {
        "lon": row.lon,
        "lat": row.lat,
        "zoom": 17,
        "rows": [("地点", row.address), ("坐标", f"{row.lon:.6f}, {row.lat:.6f}")],
        "note": invented(),
    }
