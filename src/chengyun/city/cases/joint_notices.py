"""What 联合行动 tell whom: the units that take part, when one is planned, begins or does not take place."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.joint import ENTER
from chengyun.city.cases.models import JointAction
from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import in_posts
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel import clock
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.kernel.ui.words import told


def taking_part(row: Audit) -> list[Recipient]:
    """Who enters what is found for the units that take part."""
    action = JointAction.objects.get(pk=row.subject_id)
    return [
        each
        for part in action.parts.select_related("unit")
        for each in in_posts(posts_in_charge(ENTER, area=action.area, unit=part.unit))
    ]


def facts(row: Audit) -> Mapping[str, str]:
    action = JointAction.objects.select_related("unit").get(pk=row.subject_id)
    return {
        "code": action.code,
        "link": reverse("coordination:joint", args=(action.code,)),
        "name": action.name,
        "unit": str(action.unit),
        "at": told(action.begins_at, now=clock.now()),
        "gather": action.gather,
        "words": action.words.rstrip("。"),
    }


NOTICES = (
    Notice(
        key="joint.planned",
        label="我单位参加的联合行动",
        group="联合行动",
        on=("joint.plan",),
        to=taking_part,
        facts=facts,
        title="联合行动：{name}",
        text="{at} 在{gather}集合，{unit}牵头。",
        channels=WIDE,
        order=53,
    ),
    Notice(
        key="joint.begun",
        label="我单位参加的联合行动开始",
        group="联合行动",
        on=("joint.begin",),
        to=taking_part,
        facts=facts,
        title="联合行动开始：{name}",
        text="请按站点填报检查结果。",
        channels=WIDE,
        order=54,
    ),
    Notice(
        key="joint.cancelled",
        label="我单位参加的联合行动取消",
        group="联合行动",
        on=("joint.cancel",),
        to=taking_part,
        facts=facts,
        title="联合行动取消：{name}",
        text="原因：{words}。",
        channels=WIDE,
        order=54,
    ),
)
