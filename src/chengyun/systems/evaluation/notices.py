"""What bulletins tell whom."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.inspections.queries import counted
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import INBOX, Notice, Recipient
from chengyun.systems.evaluation.models import Bulletin


def named(row: Audit) -> list[Recipient]:
    """Whoever may read bulletins in each unit that is named in this one."""
    units = {finding.unit_id: finding.unit for finding in counted(row.subject_code)}
    posts = [
        post
        for unit in units.values()
        for post in posts_in_charge("bulletin.view", area=unit.area, unit=unit)
    ]
    return [Recipient(person=post.user_id, role=post.role.key) for post in posts]


def facts(row: Audit) -> Mapping[str, str]:
    bulletin = Bulletin.objects.get(pk=row.subject_id)
    period = bulletin.period
    return {
        "code": "",
        "link": reverse("evaluation:bulletin", args=(bulletin.code,)),
        "number": bulletin.number,
        "week": f"{period.month_in_words}{period.ordinal_in_words}",
    }


# fmt: off
NOTICES = (
    Notice(key="bulletin.issued", label="通报点到我单位", group="督查", on=("bulletin.issue",), to=named, facts=facts,
           title="督查通报已印发：{week}", text="{number} 点到你单位的问题，请按期整改。", channels=(INBOX, "email"), compulsory=True, order=42),
)
# fmt: on
