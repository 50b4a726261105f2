"""The verbs of the practice tell whom they concern: requests, urging, supervision, another unit, help, the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from chengyun.city.cases.factories import MANHOLE, drive, make_case
from chengyun.city.cases.jobs import resume_what_is_due
from chengyun.city.cases.models import Case, StageClock
from chengyun.city.cases.tests.test_notices import cast, do, photo, told
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import Unit, User
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import clock
from chengyun.kernel.models import Delivery, Message

__all__ = ["cast"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(cast: Cast) -> User:
    """Somebody of another unit of the district."""
    return make_user("gardener", "园林工", "department", other_unit())


def other_unit() -> Unit:
    found = Unit.objects.filter(code="371502-YL").first()
    return found or add_unit("371502-YL", "园林处", kind="department", area="371502", by=None)


def newest(user: User) -> Message:
    return Message.objects.filter(person_id=user.pk).latest("pk")


def tomorrow() -> str:
    return (localdate(clock.now()) + timedelta(days=1)).isoformat()


def handling(cast: Cast) -> Case:
    case = drive(make_case(cast), cast, "handling")
    told(cast.department)
    Message.objects.filter(person_id=cast.department.pk).update(shown=False)
    return case


ASKING: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("ask_extension", {"reason": "等配件"}, "grant_extension", "refuse_extension"),
    ("ask_suspend", {"reason": "等拆迁"}, "grant_suspend", "refuse_suspend"),
)


@pytest.mark.parametrize("granted", [True, False])
@pytest.mark.parametrize(("ask", "facts", "grant", "refuse"), ASKING)
def test_a_request_is_told_to_whoever_decides_and_its_answer_to_whoever_asked(
    cast: Cast, ask: str, facts: dict[str, Any], grant: str, refuse: str, granted: bool
) -> None:
    case = handling(cast)
    facts = facts | ({"until": tomorrow()} if ask == "ask_suspend" else {})
    do(case, ask, cast.department, **facts)
    assert told(cast.supervisor) == ["case.asked"]
    assert facts["reason"] in newest(cast.supervisor).text
    assert told(cast.leader) == []
    do(case, grant if granted else refuse, cast.supervisor, note="同意", reason="没有道理")
    assert told(cast.department) == ["case.answered"]
    assert ("同意" if granted else "没有道理") in newest(cast.department).text


def test_the_second_extension_is_the_leader_s(cast: Cast) -> None:
    case = handling(cast)
    do(case, "ask_extension", cast.department, reason="等配件")
    assert told(cast.supervisor) == ["case.asked"]
    do(case, "grant_extension", cast.supervisor, note="同意")
    do(case, "ask_extension", cast.department, reason="还没到货")
    assert told(cast.leader) == ["case.asked"]
    assert told(cast.supervisor) == ["case.asked"]


def test_a_unit_that_is_urged_hears_of_it_and_so_does_the_desk_when_it_is_its_turn(
    cast: Cast,
) -> None:
    case = handling(cast)
    do(case, "urge", cast.operator, note="居民又来电")
    assert told(cast.department) == ["case.urged"]
    assert "居民又来电" in newest(cast.department).text
    drive(case, cast, "handled")
    do(case, "urge", cast.operator)
    assert told(cast.department) == ["case.urged"]
    assert told(cast.dispatcher) == ["case.urged"]


def test_supervision_is_told_to_the_unit_its_reply_to_who_ordered_it_and_its_end(
    cast: Cast,
) -> None:
    case = handling(cast)
    do(case, "supervise", cast.leader, watch_level="key_watch", reason="媒体曝光")
    assert told(cast.department) == ["case.supervised"]
    assert newest(cast.department).title.startswith("重点督办")
    do(case, "reply", cast.department, reply="明天修好")
    assert told(cast.leader) == ["case.replied"]
    assert "明天修好" in newest(cast.leader).text
    do(case, "release", cast.leader, reason="已修好")
    assert told(cast.department) == ["case.supervised", "case.released"]


def test_another_unit_is_told_it_has_a_case_and_the_former_that_it_has_not(
    cast: Cast, crew: User
) -> None:
    case = handling(cast)
    do(case, "reassign", cast.dispatcher, unit=other_unit().code, reason="属绿地")
    assert told(crew) == ["case.dispatched"]
    assert told(cast.department) == ["case.moved"]
    assert "园林处" in newest(cast.department).text


def test_a_unit_that_is_asked_to_help_is_told_and_the_lead_when_it_has(
    cast: Cast, crew: User
) -> None:
    case = drive(make_case(cast), cast, "filed")
    do(case, "dispatch", cast.dispatcher, unit=cast.crew.code, helpers=[other_unit().code])
    assert told(crew) == ["case.helping"]
    assert told(cast.department) == ["case.dispatched"]
    do(case, "assist_done", crew, note="树枝已移开")
    assert told(cast.department) == ["case.dispatched", "case.helped"]


@pytest.mark.parametrize("verb", ["void", "force_close"])
def test_a_unit_is_told_that_it_need_not_go_on(cast: Cast, verb: str) -> None:
    case = handling(cast)
    do(case, verb, cast.supervisor, reason="重复上报")
    assert told(cast.department) == ["case.taken_off"]
    assert "重复上报" in newest(cast.department).text


def test_a_merged_case_leaves_one_unit_and_comes_to_another(cast: Cast, crew: User) -> None:
    child, parent = handling(cast), drive(make_case(cast), cast, "filed")
    do(parent, "dispatch", cast.dispatcher, unit=other_unit().code)
    assert told(crew) == ["case.dispatched"]
    do(child, "merge", cast.supervisor, into=parent.code)
    assert told(cast.department) == ["case.taken_off"]
    assert told(crew) == ["case.dispatched", "case.joined"]


def test_a_cause_is_told_to_whoever_must_meet_it_and_then_the_desk(cast: Cast) -> None:
    case = handling(cast)
    do(case, "ask_return", cast.department, cause="cannot", reason="超出能力")
    second = make_user("dispatcher-2", "又一位", "dispatcher", cast.centre)
    do(case, "return", second)
    assert told(cast.supervisor) == ["case.returned"]
    do(case, "decide", cast.supervisor, reason="由市政处外协")
    assert told(cast.dispatcher) == ["case.asked", "case.returned", "case.ready"]


def test_what_is_sent_back_at_the_desk_is_told_to_the_step_before(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "filed")
    do(case, "send_back", cast.dispatcher, reason="类别不对")
    assert told(cast.supervisor) == ["case.sent_back"]
    do(case, "hand_back", cast.supervisor, reason="信息不全")
    assert told(cast.operator) == ["case.sent_back"]


def test_a_rush_wakes_the_unit_and_an_emergency_those_above(cast: Cast) -> None:
    case = make_case(cast)
    do(case, "rush", cast.supervisor, unit=cast.crew.code, **{"class": MANHOLE})
    assert told(cast.department) == ["case.rushed"]
    assert newest(cast.department).urgent
    do(case, "escalate", cast.dispatcher, grade="3", told="应急局值班室")
    assert told(cast.supervisor) == ["case.emergency"]
    assert told(cast.department) == ["case.rushed", "case.emergency"]
    assert "Ⅲ级" in newest(cast.department).title


def test_a_case_that_goes_on_by_itself_is_told_to_its_unit(cast: Cast) -> None:
    case = handling(cast)
    do(case, "suspend", cast.supervisor, reason="等拆迁", until=tomorrow())
    assert told(cast.department) == ["case.paused"]
    with clock.at(clock.now() + timedelta(days=2)):
        resume_what_is_due()
        assert told(cast.department) == ["case.paused", "case.paused"]


def test_an_appeal_is_asked_reviewed_and_answered(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    with clock.at(StageClock.objects.get(case=case, stopped_at=None).due_at + timedelta(days=3)):
        do(case, "handle", cast.department, result="修好", photos=photo(cast.department))
        drive(case, cast, "closed")
        told(cast.department)
        Message.objects.update(shown=False)
        do(case, "ask_appeal", cast.department, reason="暴雨停工")
        assert told(cast.dispatcher) == ["case.asked"]
        do(case, "review_appeal", cast.dispatcher)
        assert told(cast.operator) == ["case.asked"]
        do(case, "grant_appeal", cast.operator)
        assert told(cast.department) == ["case.answered"]


def test_nothing_that_is_told_fails(cast: Cast) -> None:
    """Every message of a long life finds its words."""
    case = handling(cast)
    for verb, by, facts in (
        ("ask_void", cast.dispatcher, {"reason": "误报"}),
        ("refuse_void", cast.supervisor, {"reason": "不是误报"}),
        ("escalate", cast.supervisor, {"grade": "4", "told": "值班室"}),
        ("stand_down", cast.supervisor, {"reason": "险情解除"}),
    ):
        do(case, verb, by, **facts)
    assert told(cast.dispatcher) == ["case.answered"]
    assert told(cast.department) == ["case.emergency", "case.stood_down"]
    assert not Delivery.objects.exclude(state=Delivery.DONE).exists()
