"""What waits beside the clock of a case is told once when it is late: approvals, replies, hand-overs, callers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.cases.jobs import look_at_limits
from chengyun.city.cases.models import CaseRequest, HandOver, Inquiry, Supervision
from chengyun.city.cases.services import handovers, inquiries
from chengyun.city.cases.services.inquiries import Reply
from chengyun.city.cases.services.waits import sweep_waits
from chengyun.city.cases.tests.test_notices import cast, do, told
from chengyun.city.people.factories import DISTRICT, Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import audit, clock
from chengyun.kernel.models import Message

pytestmark = pytest.mark.django_db
__all__ = ["cast"]
SECOND = timedelta(seconds=1)


@pytest.fixture
def constable(cast: Cast) -> User:
    police = add_unit("371502-GA", "东昌府公安分局", kind="partner", area=DISTRICT, by=None)
    return make_user("constable", "民警", "department", police)


def late(user: User, at: datetime) -> list[str]:
    """What somebody is told by the sweep of a moment, of what waits beside the clocks."""
    with clock.at(at):
        look_at_limits()
        kinds = told(user)
    return [kind for kind in kinds if kind.endswith("_late") or kind.endswith(".late")]


def test_a_request_nobody_answers_is_told_once_to_whoever_decides(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    do(case, "ask_extension", cast.department, reason="等配件")
    due = CaseRequest.objects.get().due_at
    assert late(cast.dispatcher, due - SECOND) == []
    decider = cast.supervisor
    assert late(decider, due) == ["case.request_late"]
    assert late(decider, due + timedelta(days=2)) == ["case.request_late"]
    message = Message.objects.get(kind="case.request_late", person_id=decider.pk)
    assert "延期申请还在等你审批" in message.text
    assert late(cast.bob, due) == []
    assert audit.verify().sound


def test_a_request_that_was_answered_is_not_late(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    do(case, "ask_extension", cast.department, reason="等配件")
    due = CaseRequest.objects.get().due_at
    do(case, "grant_extension", cast.supervisor)
    with clock.at(due):
        assert sweep_waits() == 0


def test_a_reply_that_does_not_come_is_told_to_who_owes_it_and_who_ordered_it(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    do(case, "supervise", cast.leader, watch_level="watch", reason="群众反映强烈")
    due = Supervision.objects.get().due_at
    assert late(cast.department, due) == late(cast.leader, due) == ["case.reply_late"]


def test_both_sides_of_a_hand_over_hear_of_it_and_of_its_lateness(
    cast: Cast, constable: User
) -> None:
    case = drive(make_case(cast), cast, "handling")
    row = handovers.hand_over(
        case, constable.posts.get().unit, handovers.Handing(reason="有人阻拦"), by=cast.dispatcher
    )
    assert told(constable) == ["handover.sent"]
    assert late(constable, row.due_at) == ["handover.late"]
    with clock.at(row.due_at):
        handovers.receive(HandOver.objects.get(), by=constable)
    again = HandOver.objects.get()
    assert again.due_at > row.due_at
    assert late(cast.dispatcher, again.due_at) == ["handover.late"] * 2
    handovers.feed_back(again, "已劝离", by=constable)
    answered = Message.objects.filter(kind="handover.answered", person_id=cast.dispatcher.pk)
    told(cast.dispatcher)
    assert [m.title.partition("：")[0] for m in answered.order_by("pk")] == [
        "东昌府公安分局接收移送",
        "东昌府公安分局反馈移送",
    ]


def test_somebody_who_waits_for_a_reply_is_not_forgotten(cast: Cast) -> None:
    make_case(cast, source="hotline", number="RX-1", reporter_phone="13863522046")
    row = Inquiry.objects.get()
    assert late(cast.operator, row.due_at) == ["inquiry.late"]
    with clock.at(row.due_at):
        inquiries.answer_inquiry(row, Reply(how="phone", words="已经派人去了"), by=cast.operator)
    assert late(cast.operator, row.due_at + timedelta(days=9)) == ["inquiry.late"]
