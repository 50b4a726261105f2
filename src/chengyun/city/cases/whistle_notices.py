"""What 吹哨报到 tell whom: each unit that it is called, the caller that one is there, everybody what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse

from chengyun.city.cases.models import Whistle
from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import in_posts
from chengyun.city.cases.whistles import ANSWER
from chengyun.city.people.models import Unit
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel import clock
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.kernel.ui.words import told


def _whistle(row: Audit) -> Whistle:
    return Whistle.objects.select_related("by", "unit").get(pk=row.subject_id)


def _of(unit: Unit, area: str) -> list[Recipient]:
    return in_posts(posts_in_charge(ANSWER, area=area, unit=unit))


def called(row: Audit) -> list[Recipient]:
    """Who answers in the unit that is called."""
    return _of(Unit.objects.get(code=row.facts["unit"]["code"]), row.area)


def caller(row: Audit) -> list[Recipient]:
    """Who called."""
    by = _whistle(row).by
    return [Recipient(person=by.pk, role=by.post_key)] if by and by.is_active else []


def everybody(row: Audit) -> list[Recipient]:
    """Who answers in the units that were called."""
    whistle = _whistle(row)
    rows = whistle.arrivals.select_related("unit")
    return [each for arrival in rows for each in _of(arrival.unit, whistle.area)]


def facts(row: Audit) -> Mapping[str, str]:
    whistle = _whistle(row)
    due = row.facts.get("due")
    return {
        "code": whistle.code,
        "link": reverse("coordination:whistle", args=(whistle.code,)),
        "matter": whistle.matter.rstrip("。"),
        "address": whistle.address,
        "caller": str(whistle.unit or whistle.by or "系统"),
        "unit": row.facts.get("unit", {}).get("name", ""),
        "due": told(datetime.fromisoformat(due), now=clock.now()) if due else "",
        "late": "，晚了" if row.facts.get("late") else "",
        "outcome": whistle.outcome.rstrip("。"),
    }


NOTICES = (
    Notice(
        key="whistle.called",
        label="叫我单位到场",
        group="吹哨报到",
        on=("whistle.call",),
        to=called,
        facts=facts,
        title="{caller}吹哨：{address}",
        text="{matter}。{unit}请在 {due} 前到场报到。",
        channels=WIDE,
        urgent=True,
        compulsory=True,
        order=55,
    ),
    Notice(
        key="whistle.arrived",
        label="我叫的单位到了",
        group="吹哨报到",
        on=("whistle.arrive",),
        to=caller,
        facts=facts,
        title="{unit}已报到{late}：{address}",
        text="{matter}。",
        order=56,
    ),
    Notice(
        key="whistle.closed",
        label="叫过我单位的吹哨办结",
        group="吹哨报到",
        on=("whistle.close",),
        to=everybody,
        facts=facts,
        title="吹哨办结：{address}",
        text="{outcome}。",
        order=57,
    ),
)
