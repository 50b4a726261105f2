"""Whoever a case concerns is told, in their inbox, once; and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from chengyun.city.cases.factories import drive, make_case, make_working_city, photo_bytes
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import Role, User
from chengyun.city.people.services.roles import give_post
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import clock, outbox
from chengyun.kernel.files import store_photo
from chengyun.kernel.models import Audit, Delivery, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def told(user: User) -> list[str]:
    """The kinds of what stands in somebody's inbox, oldest first, after the worker has run."""
    outbox.deliver_due()
    rows = Message.objects.filter(person_id=user.pk, shown=True).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def photo(by: User) -> list[int]:
    return [store_photo(photo_bytes(), "照片.jpg", by=by).pk]


def do(case: Case, verb: str, by: User, **facts: Any) -> None:
    act(case, verb, facts, by=by)


def test_a_dispatched_case_tells_the_unit_and_nobody_else(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "dispatched")
    assert told(cast.department) == ["case.dispatched"]
    everybody = set(Message.objects.values_list("person_id", flat=True))
    assert everybody == {cast.department.pk}
    message = Message.objects.get()
    assert (message.code, message.area) == (case.code, case.area)
    assert message.link == f"/cases/{case.code}/"
    assert "雨水井盖" in message.title and "市政工程处" in message.text
    assert not Delivery.objects.filter(state=Delivery.DEAD).exists()


def test_the_same_event_tells_the_same_person_once(cast: Cast) -> None:
    drive(make_case(cast), cast, "dispatched")
    assert told(cast.department) == ["case.dispatched"]
    Delivery.objects.update(state=Delivery.WAITING, tries=0, next_at=clock.now())
    assert told(cast.department) == ["case.dispatched"]


def test_a_unit_without_anybody_is_spoken_for_by_the_one_above(cast: Cast) -> None:
    team = add_unit(
        "371502-SZ-1", "市政一班", kind="department", area="371502", parent=cast.crew, by=None
    )
    case = drive(make_case(cast), cast, "filed")
    do(case, "dispatch", cast.dispatcher, unit=team.code)
    assert told(cast.department) == ["case.dispatched"]
    foreman = make_user("foreman", "班长", "department", team)
    other = drive(make_case(cast), cast, "filed")
    do(other, "dispatch", cast.dispatcher, unit=team.code)
    assert told(foreman) == ["case.dispatched"]
    assert told(cast.department) == ["case.dispatched"]


def test_who_sent_a_case_is_asked_for_the_way_back_and_the_unit_hears_the_answer(
    cast: Cast,
) -> None:
    second = make_user("dispatcher-2", "又一位", "dispatcher", cast.centre)
    case = drive(make_case(cast), cast, "dispatched")
    do(case, "ask_return", cast.department, cause="wrong_unit", reason="不是我们的井盖")
    assert told(cast.dispatcher) == ["case.asked"]
    assert told(second) == []
    text = Message.objects.get(person_id=cast.dispatcher.pk).text
    assert "不归我管" in text and "不是我们的井盖" in text
    do(case, "return", second)
    assert told(cast.department)[-1] == "case.answered"
    assert told(cast.dispatcher) == ["case.asked", "case.returned"]
    assert told(second) == []


def test_when_the_dispatcher_has_left_the_others_are_asked(cast: Cast) -> None:
    second = make_user("dispatcher-2", "又一位", "dispatcher", cast.centre)
    case = drive(make_case(cast), cast, "dispatched")
    User.objects.filter(pk=cast.dispatcher.pk).update(is_active=False)
    outbox.deliver_due()
    do(case, "ask_return", cast.department, cause="wrong_unit", reason="不是我们的")
    assert told(second) == ["case.asked"]


def test_rework_and_a_failed_check_tell_the_unit_why(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handled")
    do(case, "rework", cast.dispatcher, reason="四周没有找平")
    assert told(cast.department)[-1] == "case.rework"
    do(case, "sign", cast.department)
    do(case, "handle", cast.department, result="已找平", photos=photo(cast.department))
    do(case, "feed_back", cast.dispatcher, inspector=cast.inspector.username)
    assert told(cast.inspector) == ["case.check_task"]
    do(case, "check_fail", cast.inspector, reason="还有缝", photos=photo(cast.inspector))
    assert told(cast.department)[-1] == "case.check_failed"
    assert "还有缝" in Message.objects.filter(kind="case.check_failed").get().text


def test_a_verification_is_told_to_the_inspector_it_goes_to(cast: Cast) -> None:
    case = make_case(cast)
    do(
        case,
        "ask_verify",
        cast.operator,
        inspector=cast.inspector.username,
        note="看看是不是我们的",
    )
    assert told(cast.inspector) == ["case.verify_task"]
    assert "看看是不是我们的" in Message.objects.get().text


def test_who_acts_is_not_told_of_it(cast: Cast) -> None:
    both = make_user("both", "一人两岗", "dispatcher", cast.centre)
    give_post(both, Role.objects.get(key="department"), cast.crew, by=None)
    both = User.objects.get(pk=both.pk)
    case = drive(make_case(cast), cast, "filed")
    do(case, "dispatch", both, unit=cast.crew.code)
    assert told(both) == []
    assert told(cast.department) == ["case.dispatched"]


def test_no_message_says_who_reported(cast: Cast) -> None:
    case = make_case(cast, reporter_name="周启明", reporter_phone="13800002046")
    drive(case, cast, "closed")
    told(cast.department)
    texts = "".join(f"{m.title}{m.text}" for m in Message.objects.all())
    assert "13800002046" not in texts and "周启明" not in texts
    assert Message.objects.exists() and Audit.objects.filter(verb="case.close").exists()
