"""What 专项行动 tell whom: the units that take part, when it begins and when it is over."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases import campaigns as reads
from chengyun.city.cases.models import Campaign
from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import in_posts
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.kernel.ui.words import day


def _campaign(row: Audit) -> Campaign:
    return Campaign.objects.get(pk=row.subject_id)


def taking_part(row: Audit) -> list[Recipient]:
    """Who handles cases in the units that take part."""
    campaign = _campaign(row)
    return [
        each
        for part in reads.parts_of(campaign)
        for each in in_posts(posts_in_charge("case.handle", area=campaign.area, unit=part.unit))
    ]


def facts(row: Audit) -> Mapping[str, str]:
    campaign = _campaign(row)
    page = "campaign" if campaign.open else "campaign_report"
    return {
        "code": campaign.code,
        "link": reverse(f"coordination:{page}", args=(campaign.code,)),
        "name": campaign.name,
        "purpose": campaign.purpose,
        "ends": day(campaign.ends, year=False),
    }


NOTICES = (
    Notice(
        key="campaign.begun",
        label="我单位参加的专项行动开始",
        group="专项行动",
        on=("campaign.begin",),
        to=taking_part,
        facts=facts,
        title="专项行动开始：{name}",
        text="{purpose}到{ends}为止，目标见专项行动。",
        channels=WIDE,
        order=51,
    ),
    Notice(
        key="campaign.closed",
        label="我单位参加的专项行动结束",
        group="专项行动",
        on=("campaign.close",),
        to=taking_part,
        facts=facts,
        title="专项行动结束：{name}",
        text="总结和各单位名次已经可以看了。",
        order=52,
    ),
)
