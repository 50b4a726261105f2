"""What 信访件 tell whom: who takes them on, and the leaders where many come, again, or it weighs."""

from __future__ import annotations

from collections.abc import Mapping

from chengyun.city.cases.models import Petition
from chengyun.city.cases.notices import WIDE, facts
from chengyun.city.cases.petition_flow import TAKES, WEIGHTY
from chengyun.city.cases.recipients import case_of, in_posts
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient


def takers(row: Audit) -> list[Recipient]:
    """Who takes petitions on where it lies."""
    return in_posts(posts_in_charge(TAKES, area=case_of(row).area))


def leading(row: Audit) -> list[Recipient]:
    """Whoever leads there, of a mass or repeated petition when it comes, of a weighty one when that is said."""
    found = _petition(row)
    heavy = found.mass or found.repeated
    if row.verb != "petition.report":
        heavy = found.level in WEIGHTY
    return in_posts(posts_in_charge("case.lead", area=case_of(row).area)) if heavy else []


def _petition(row: Audit) -> Petition:
    return Petition.objects.get(case=row.subject_id)


def words(row: Audit) -> Mapping[str, str]:
    """The words of the case, and what makes it heavy; nobody is named."""
    found = _petition(row)
    flags = [f"{found.people} 人"]
    flags += ["群体"] if found.mass else []
    flags += ["重复"] if found.repeated else []
    level = row.facts.get("petition_level") or {}
    flags += [str(level.get("name"))] if level else []
    return {**facts(row), "flags": "，".join(flags), "form": found.get_form_display()}


NOTICES = (
    Notice(
        key="petition.came",
        label="新的信访件",
        group="信访",
        on=("petition.report",),
        to=takers,
        facts=words,
        title="新信访件：{title}",
        text="{form}，{flags}。{address}。请受理。",
        order=65,
    ),
    Notice(
        key="petition.heavy",
        label="群体、重复、重要信访",
        group="信访",
        on=("petition.report", "petition.admit", "petition.grade"),
        to=leading,
        facts=words,
        title="信访（{flags}）：{title}",
        text="{address}{held}，现在是「{state}」。",
        channels=WIDE,
        urgent=True,
        order=66,
    ),
    Notice(
        key="petition.settled",
        label="等答复的信访件",
        group="信访",
        on=("petition.settle",),
        to=takers,
        facts=words,
        title="请答复信访人：{title}",
        text="{unit}已报办理结果。",
        order=67,
    ),
)
