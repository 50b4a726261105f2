"""What scores tell whom: those scored what was published, who decides what waits, and who appealed the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from chengyun.city.cases.recipients import in_posts
from chengyun.city.people.models import Unit
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.science.periods import parse
from chengyun.systems.evaluation.models import ScoreAppeal, ScoreEntry, ScoreSheet
from chengyun.systems.evaluation.scores import APPEAL, APPROVE


def scored(row: Audit) -> list[Recipient]:
    """Whoever may appeal for one of the groups."""
    sheet = ScoreSheet.objects.select_related("scheme").get(pk=row.subject_id)
    groups = [each["group"] for each in sheet.content["groups"]]
    if sheet.scheme.by == "district":
        posts = [post for code in groups for post in posts_in_charge(APPEAL, area=code)]
    else:
        units = Unit.objects.filter(code__in=groups)
        posts = [post for u in units for post in posts_in_charge(APPEAL, area=u.area, unit=u)]
    return in_posts(posts)


def deciders(row: Audit) -> list[Recipient]:
    """Who may approve or answer; whoever entered or appealed is left out by whoever tells."""
    return in_posts(posts_in_charge(APPROVE, area=row.area))


def appellant(row: Audit) -> list[Recipient]:
    made = ScoreAppeal.objects.select_related("made_by").get(pk=row.subject_id).made_by
    return [Recipient(person=made.pk, role=made.post_key)] if made and made.is_active else []


def facts_of_sheet(row: Audit) -> Mapping[str, str]:
    sheet = ScoreSheet.objects.select_related("scheme").get(pk=row.subject_id)
    return _of(sheet, {"mark": sheet.mark})


def facts_of_appeal(row: Audit) -> Mapping[str, str]:
    appeal = ScoreAppeal.objects.select_related("sheet__scheme", "led_to").get(pk=row.subject_id)
    content = appeal.sheet.content
    names = {each["group"]: each["name"] for each in content["groups"]}
    labels = {each["key"]: each["label"] for each in content["scheme"]["items"]}
    granted = appeal.state == ScoreAppeal.GRANTED
    return _of(
        appeal.led_to or appeal.sheet,
        {
            "name": names[appeal.group],
            "item": labels[appeal.item],
            "reason": appeal.reason,
            "answer": appeal.answer,
            "state": "成立，成绩已更正" if granted else "不成立",
        },
    )


def facts_of_entry(row: Audit) -> Mapping[str, str]:
    entry = ScoreEntry.objects.select_related("scheme").get(pk=row.subject_id)
    page = reverse("evaluation:score_given", args=(entry.scheme.key,))
    return {
        "code": "",
        "link": f"{page}?period={entry.period}",
        "what": f"{parse(entry.period).label}{entry.scheme}",
        "reason": entry.reason,
    }


def _of(sheet: ScoreSheet, more: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "code": "",
        "link": reverse("evaluation:score", args=(sheet.scheme.key, sheet.pk)),
        "what": f"{parse(sheet.period).label}{sheet.scheme}",
        **more,
    }


# fmt: off
NOTICES = (
    Notice(key="score.published", label="考核成绩发布", group="考核", on=("score.publish",), to=scored,
           facts=facts_of_sheet, title="{what}成绩已发布", text="{mark}，有不对的可以申诉。", order=44),
    Notice(key="score.entered", label="人工评分待审核", group="考核", on=("score.enter",), to=deciders,
           facts=facts_of_entry, title="{what}有人工评分待审核", text="{reason}", order=45),
    Notice(key="score.appealed", label="成绩申诉待答复", group="考核", on=("score.appeal",), to=deciders,
           facts=facts_of_appeal, title="{name}对{what}的「{item}」申诉", text="{reason}", order=46),
    Notice(key="score.answered", label="成绩申诉有了答复", group="考核",
           on=("score.grant_appeal", "score.refuse_appeal"), to=appellant, facts=facts_of_appeal,
           title="{name}的「{item}」申诉{state}", text="{answer}", order=47),
)
# fmt: on
