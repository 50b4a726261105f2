"""What 例会 and 承诺事项 tell whom: the units that are asked to come, the unit that has promised, who called."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.meetings import KEEP
from chengyun.city.cases.models import Meeting, Promise
from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import in_posts
from chengyun.city.people.models import Unit
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel import clock
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.kernel.ui.words import day, told


def _meeting(row: Audit) -> Meeting:
    return Meeting.objects.select_related("by", "unit").get(pk=row.subject_id)


def _promise(row: Audit) -> Promise:
    rows = Promise.objects.select_related("unit", "meeting__by", "agreement__by")
    return rows.get(pk=row.subject_id)


def _of(unit: Unit, area: str) -> list[Recipient]:
    return in_posts(posts_in_charge(KEEP, area=area, unit=unit))


def asked(row: Audit) -> list[Recipient]:
    """Who keeps promises in the units that are asked to come."""
    meeting = _meeting(row)
    return [each for unit in meeting.units.all() for each in _of(unit, meeting.area)]


def unit_of(row: Audit) -> list[Recipient]:
    """Who keeps promises in the unit that has promised."""
    promise = _promise(row)
    return _of(promise.unit, promise.area)


def convenor(row: Audit) -> list[Recipient]:
    """Who called the meeting, or registered the agreement."""
    by = _promise(row).origin.by
    return [Recipient(person=by.pk, role=by.post_key)] if by and by.is_active else []


def both(row: Audit) -> list[Recipient]:
    """A promise that is late concerns both sides."""
    return [*unit_of(row), *convenor(row)]


def of_meeting(row: Audit) -> Mapping[str, str]:
    meeting = _meeting(row)
    return {
        "code": meeting.code,
        "link": reverse("coordination:meeting", args=(meeting.code,)),
        "kind": meeting.kind,
        "topic": meeting.topic.rstrip("。"),
        "venue": meeting.venue,
        "at": told(meeting.held_at, now=clock.now()),
        "caller": str(meeting.unit or meeting.by or "系统"),
    }


def of_promise(row: Audit) -> Mapping[str, str]:
    promise, said = _promise(row), row.facts.get("reason") or row.facts.get("reply") or ""
    return {
        "code": promise.code,
        "link": reverse("coordination:promise", args=(promise.code,)),
        "what": promise.what.rstrip("。"),
        "unit": str(promise.unit),
        "kind": promise.origin.kind,
        "due": day(promise.last_day, year=False),
        "said": str(said).rstrip("。"),
    }


NOTICES = (
    Notice(
        key="meeting.called",
        label="请我单位参加例会",
        group="例会和承诺",
        on=("meeting.call",),
        to=asked,
        facts=of_meeting,
        title="{kind}：{topic}",
        text="{caller}召集，{at}，{venue}。",
        channels=WIDE,
        order=58,
    ),
    Notice(
        key="promise.made",
        label="我单位的承诺",
        group="例会和承诺",
        on=("promise.make",),
        to=unit_of,
        facts=of_promise,
        title="{kind}承诺：{what}",
        text="{unit}在{due}前完成。",
        channels=WIDE,
        order=59,
    ),
    Notice(
        key="promise.done",
        label="等我确认的承诺",
        group="例会和承诺",
        on=("promise.do",),
        to=convenor,
        facts=of_promise,
        title="请确认：{what}",
        text="{unit}：{said}。",
        order=60,
    ),
    Notice(
        key="promise.answered",
        label="我单位的承诺退回、撤销",
        group="例会和承诺",
        on=("promise.return", "promise.withdraw"),
        to=unit_of,
        facts=of_promise,
        title="不算完成或已撤销：{what}",
        text="原因：{said}。",
        channels=WIDE,
        order=61,
    ),
    Notice(
        key="promise.late",
        label="承诺超期",
        group="例会和承诺",
        on=("limit.promise",),
        to=both,
        facts=of_promise,
        title="承诺超期：{what}",
        text="{unit}应在{due}前完成，还没有报完成。",
        channels=WIDE,
        compulsory=True,
        order=62,
    ),
)
