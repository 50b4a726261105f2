"""What 签批 tells whom: the team of the unit, and whoever wrote the instruction."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.instructions import team_of
from chengyun.city.cases.models import Instruction
from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import SENT, case_of, in_posts
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient


def _found(row: Audit) -> Instruction | None:
    rows = Instruction.objects.select_related("by")
    return rows.filter(inquiry__case=row.subject_id).first()


def team(row: Audit) -> list[Recipient]:
    """The team of the unit an order lies with, or is sent to after the instruction."""
    found = _found(row)
    if found is None or not found.waits:
        return []
    told = row.verb in SENT and row.at < found.at
    return [] if told else in_posts(team_of(case_of(row)))


def giver(row: Audit) -> list[Recipient]:
    """Who wrote the instruction."""
    found = _found(row)
    by = found.by if found else None
    return [Recipient(person=by.pk, role=by.post_key)] if by and by.is_active else []


def facts(row: Audit) -> Mapping[str, str]:
    case, found = case_of(row), _found(row)
    return {
        "code": case.code,
        "link": reverse("coordination:inquiry", args=(case.code,)),
        "title": case.title,
        "address": case.address or "地点见案件",
        "unit": str(case.unit or "还没有派"),
        "by": str(found.by or "系统") if found else "",
        "words": found.words.rstrip("。") if found else "",
        "said": str(row.facts.get("reply", "")).rstrip("。"),
    }


NOTICES = (
    Notice(
        key="instruction.given",
        label="签批给我单位专班",
        group="签批",
        on=("instruction.give", *SENT),
        to=team,
        facts=facts,
        title="签批：{title}，{address}",
        text="{by}签批：{words}。由{unit}专班落实。",
        channels=WIDE,
        order=63,
    ),
    Notice(
        key="instruction.reported",
        label="我签批的落实情况",
        group="签批",
        on=("instruction.progress", "instruction.finish"),
        to=giver,
        facts=facts,
        title="签批的进展：{title}，{address}",
        text="{unit}：{said}。",
        order=64,
    ),
)
