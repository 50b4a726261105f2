"""What inspections tell whom."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import in_posts
from chengyun.city.inspections.models import Finding
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.kernel.ui.words import day


def finding_of(row: Audit) -> Finding:
    return Finding.objects.select_related("case", "unit").get(pk=row.subject_id)


def answering(row: Audit) -> list[Recipient]:
    """Who handles cases in the unit that answers for a finding."""
    finding = finding_of(row)
    return in_posts(posts_in_charge("case.handle", area=finding.area, unit=finding.unit))


def facts(row: Audit) -> Mapping[str, str]:
    finding = finding_of(row)
    return {
        "code": finding.case.code,
        "link": reverse("coordination:case", args=(finding.case.code,)),
        "place": finding.place,
        "description": finding.description.rstrip("。"),
        "unit": str(finding.unit),
        "due": day(finding.due, year=False),
    }


# fmt: off
NOTICES = (
    Notice(key="finding.recorded", label="督查发现我单位的问题", group="督查", on=("finding.record",), to=answering, facts=facts,
           title="督查发现问题：{place}", text="{description}。{unit}整改，{due}前销号。", channels=WIDE, order=41),
)
# fmt: on
