"""What is told when somebody without an account is asked, and whom their answer concerns."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.callers import phone_of
from chengyun.city.cases.invitations import address_of
from chengyun.city.cases.models import Case, Invitation
from chengyun.city.cases.notices import WIDE
from chengyun.kernel import clock, registry
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.kernel.specs import Act
from chengyun.kernel.ui.words import told


def _of_case(row: Audit, kind: Invitation.Kind) -> Invitation | None:
    """The newest of this kind of the case the act was about."""
    rows = Invitation.objects.filter(case=row.subject_id, kind=kind)
    return rows.select_related("case", "sent_by").last()


def _of_itself(row: Audit) -> Invitation:
    return Invitation.objects.select_related("case__case_class", "sent_by").get(pk=row.subject_id)


def reporter(row: Audit) -> list[Recipient]:
    """The telephone of whoever reported, as long as it is kept."""
    phone = phone_of(row.subject_id)
    return [Recipient(address=f"tel:{phone}")] if phone else []


def _sender(found: Invitation | None) -> list[Recipient]:
    by = found.sent_by if found else None
    return [Recipient(person=by.pk, role=by.post_key)] if by and by.is_active else []


def who_asked(row: Audit) -> list[Recipient]:
    """Who asked the reporter."""
    return _sender(_of_case(row, Invitation.Kind.REPORTER))


def who_invited(row: Audit) -> list[Recipient]:
    """Who sent the address that is over now."""
    return _sender(_of_case(row, Invitation.Kind.HANDLER))


def who_sent(row: Audit) -> list[Recipient]:
    """Who sent the address through which somebody acted."""
    return _sender(_of_itself(row))


def question(row: Audit) -> Mapping[str, str]:
    """What the reporter reads: the question, until when, and their address."""
    found = _of_case(row, Invitation.Kind.REPORTER)
    assert found is not None
    return {
        "code": "",
        "link": address_of(found),
        "title": found.case.title,
        "question": found.words,
        "until": told(found.expires_at, now=clock.now()),
    }


def about_case(row: Audit) -> Mapping[str, str]:
    case = Case.objects.select_related("case_class").get(pk=row.subject_id)
    return _words(case) | {"note": str(row.facts.get("note") or "")}


def about_act(row: Audit) -> Mapping[str, str]:
    found = _of_itself(row)
    act = registry.get(Act, str(row.facts["act"])).label
    return _words(found.case) | {"outsider": found.outsider, "act": act}


def _words(case: Case) -> dict[str, str]:
    return {
        "code": case.code,
        "link": reverse("coordination:case", args=(case.code,)),
        "title": case.title,
        "address": case.address or "地点见案件",
    }


NOTICES = (
    Notice(
        key="case.question",
        label="询问上报人",
        group="外部",
        on=("case.ask_reporter",),
        to=reporter,
        facts=question,
        private=True,
        title="您反映的「{title}」，想请您补充：{question}",
        text="请在 {until} 前点开链接答复。",
        urgent=True,
        order=51,
    ),
    Notice(
        key="case.question_answered",
        label="上报人有了答复",
        group="外部",
        on=("case.take_answer",),
        to=who_asked,
        facts=about_case,
        title="上报人有了答复：{title}，{address}",
        text="可以接着办了。",
        channels=WIDE,
        order=52,
    ),
    Notice(
        key="case.question_over",
        label="上报人没有答复",
        group="外部",
        on=("case.drop_question",),
        to=who_asked,
        facts=about_case,
        title="不再等上报人答复：{title}，{address}",
        text="{note}",
        order=53,
    ),
    Notice(
        key="case.outsider_acted",
        label="外部单位办了我发的案件",
        group="外部",
        on=("invitation.answer",),
        to=who_sent,
        facts=about_act,
        title="{outsider}已{act}：{title}，{address}",
        channels=WIDE,
        order=54,
    ),
    Notice(
        key="case.invitation_over",
        label="外部链接收回或到期",
        group="外部",
        on=("case.uninvite",),
        to=who_invited,
        facts=about_case,
        title="外部链接已失效：{title}，{address}",
        text="{note}",
        order=55,
    ),
)
