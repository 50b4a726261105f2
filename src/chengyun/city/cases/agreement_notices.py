"""What 共建协议 tell whom: the sides when one is registered or ends, both when a joint review is late."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.agreements import AGREE
from chengyun.city.cases.meetings import KEEP
from chengyun.city.cases.models import Agreement
from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import in_posts
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.kernel.ui.words import day


def _agreement(row: Audit) -> Agreement:
    return Agreement.objects.select_related("unit").get(pk=row.subject_id)


def sides(row: Audit) -> list[Recipient]:
    """Who keeps promises in the units of the other sides, and in the one that answers for it here."""
    found = _agreement(row)
    units = [found.unit, *found.units.all()]
    return [
        each
        for unit in units
        for each in in_posts(posts_in_charge(KEEP, area=unit.area, unit=unit))
    ]


def everybody(row: Audit) -> list[Recipient]:
    """They, and who looks after agreements here."""
    return [*sides(row), *in_posts(posts_in_charge(AGREE, area=row.area))]


def facts(row: Audit) -> Mapping[str, str]:
    found = _agreement(row)
    return {
        "code": found.code,
        "link": reverse("coordination:agreement", args=(found.code,)),
        "title": found.title,
        "partners": found.partners,
        "unit": str(found.unit),
        "due": day(found.review_day, year=False) if found.review_day else "",
        "words": found.words.rstrip("。"),
    }


NOTICES = (
    Notice(
        key="agreement.registered",
        label="我单位参加的共建协议",
        group="共建协议",
        on=("agreement.register",),
        to=sides,
        facts=facts,
        title="共建协议：{title}",
        text="与{partners}共建，{unit}牵头。",
        channels=WIDE,
        order=65,
    ),
    Notice(
        key="agreement.ended",
        label="共建协议终止",
        group="共建协议",
        on=("agreement.end",),
        to=sides,
        facts=facts,
        title="共建协议终止：{title}",
        text="原因：{words}。",
        order=66,
    ),
    Notice(
        key="agreement.review_late",
        label="共建会商超期",
        group="共建协议",
        on=("limit.review",),
        to=everybody,
        facts=facts,
        title="共建会商超期：{title}",
        text="应在{due}前会商并写好纪要，与{partners}共建。",
        channels=WIDE,
        compulsory=True,
        order=67,
    ),
)
