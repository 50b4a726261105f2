"""More time, a stop, a way back, an appeal: who asks, who answers, and what the clock makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengyun.city.cases import queries
from chengyun.city.cases.factories import MANHOLE, drive, make_case, make_working_city, photo_bytes
from chengyun.city.cases.jobs import resume_what_is_due
from chengyun.city.cases.models import FAR, Case, CaseRequest
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.catalogue import add_condition
from chengyun.city.cases.tests.test_loop import Caller
from chengyun.city.people.factories import DISTRICT, Cast, make_user
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import audit, clock
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.files import store_photo
from chengyun.kernel.workcalendar import calendar_for, import_year
from chengyun.science.workclock import Limit, add, used

pytestmark = pytest.mark.django_db

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 9, 8, tzinfo=CHINA)


def hours(n: float) -> datetime:
    """So many hours after that Monday morning."""
    return MONDAY + timedelta(hours=n)


@pytest.fixture
def cast() -> Cast:
    with clock.at(datetime(2025, 12, 1, 9, tzinfo=CHINA)):
        cast = make_working_city()
        import_year("3715", 2026, by=None)
    return cast


def dispatched(cast: Cast, limit: int = 4, at: datetime = MONDAY) -> Case:
    """A case dispatched at a moment with a limit of so many work hours."""
    with clock.at(at):
        case = drive(make_case(cast), cast, "accepted")
        found = queries.class_named(MANHOLE, case.area)
        allowed = Limit(value=Decimal(limit), unit="work_hour")
        row = add_condition(
            found, area=DISTRICT, text="井盖缺失", limit=allowed, closing="恢复", by=None
        )
        act(case, "file", {"class": MANHOLE, "condition": row.pk}, by=cast.supervisor)
        act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher)
    return case


def closed(cast: Cast, case: Case, handled: datetime) -> Case:
    """The rest of the way of a dispatched case, handled at a moment."""
    with clock.at(handled):
        return drive(case, cast, "closed")


def extend(cast: Cast, case: Case, by: Any = None) -> None:
    act(case, "ask_extension", {"reason": "等配件"}, by=cast.department)
    act(case, "grant_extension", {"note": "同意"}, by=by or cast.supervisor)


def other_class(case: Case) -> dict[str, Any]:
    found = next(c for c in queries.classes_for(case.area) if c.pk != case.case_class_id)
    return {"class": found.code, "condition": queries.conditions_of(found, case.area)[0].pk}


def answers(case: Case) -> list[tuple[str, bool | None]]:
    rows = CaseRequest.objects.filter(case=case).order_by("id")
    return list(rows.values_list("kind", "approved"))


def test_an_extension_is_asked_and_granted_at_the_api(cast: Cast) -> None:
    code = drive(make_case(cast), cast, "dispatched").code
    unit, head = Caller(cast.department), Caller(cast.supervisor)
    seen = unit.get(f"/cases/{code}").json()
    assert "ask_extension" in [v["verb"] for v in seen["verbs"]]
    asked = unit.post(f"/cases/{code}/ask_extension", {"reason": "等配件"}).json()
    assert [m["key"] for m in asked["marks"]] == ["extension_asked"]
    assert (asked["requests"][0]["outcome"], asked["due_at"]) == ("待审批", seen["due_at"])
    again = unit.post(f"/cases/{code}/ask_extension", {"reason": "等配件"})
    assert again.status_code == 409
    assert "正在等延期审批，不能申请延期" in again.json()["message"]
    assert unit.post(f"/cases/{code}/grant_extension", {}).status_code == 403
    granted = head.post(f"/cases/{code}/grant_extension", {"note": "同意"}).json()
    assert granted["requests"][0]["approved"] is True
    assert [m["label"] for m in granted["marks"]] == ["已延期"]
    assert granted["due_at"] > seen["due_at"]
    audit.seal_new()
    assert audit.verify().sound


def test_each_extension_adds_one_limit_and_a_third_is_not_asked(cast: Cast) -> None:
    case = dispatched(cast, 4)
    with clock.at(hours(1)):
        extend(cast, case)
        assert case.due_at == datetime(2026, 3, 9, 18, tzinfo=CHINA)
        act(case, "ask_extension", {"reason": "还等配件"}, by=cast.department)
        with pytest.raises(NotAllowed):
            act(case, "grant_extension", {"note": "同意"}, by=cast.supervisor)
        with pytest.raises(Invalid, match="说明"):
            act(case, "grant_extension", {}, by=cast.leader)
        act(case, "grant_extension", {"note": "书面说明已收"}, by=cast.leader)
        assert case.due_at == datetime(2026, 3, 10, 12, tzinfo=CHINA)
        with pytest.raises(Conflict, match="已经延期两次"):
            act(case, "ask_extension", {"reason": "再等"}, by=cast.department)


def test_a_refused_extension_does_not_count(cast: Cast) -> None:
    case = dispatched(cast, 4)
    with clock.at(hours(1)):
        for _ in range(3):
            act(case, "ask_extension", {"reason": "等配件"}, by=cast.department)
            act(case, "refuse_extension", {"reason": "市内有货"}, by=cast.supervisor)
        assert case.due_at == hours(4)
        extend(cast, case)
        extend(cast, case, cast.leader)
    assert case.clocks.get(name="handle").extensions == 2


def test_what_is_late_is_not_extended_and_not_put_aside(cast: Cast) -> None:
    case = dispatched(cast, 1)
    with clock.at(hours(2)):
        for verb in ("ask_extension", "ask_suspend"):
            facts = {"reason": "来不及", "until": "2026-04-01"}
            with pytest.raises(Conflict, match="已经超时，不能申请"):
                act(case, verb, facts, by=cast.department)
    open_to = Caller(cast.department).get(f"/cases/{case.code}").json()["verbs"]
    assert not {"ask_extension", "ask_suspend"} & {v["verb"] for v in open_to}


def test_a_request_the_case_goes_past_is_let_go(cast: Cast) -> None:
    case = dispatched(cast, 4)
    with clock.at(hours(1)):
        act(case, "sign", {}, by=cast.department)
        act(case, "ask_extension", {"reason": "等配件"}, by=cast.department)
        photo = store_photo(photo_bytes(), "后.jpg", by=cast.department)
        act(case, "handle", {"result": "好了", "photos": [photo.pk]}, by=cast.department)
    assert case.marks == []
    assert answers(case) == [("extension", None)]
    assert not queries.waiting(case).exists()


def test_a_case_put_aside_goes_on_by_itself_on_its_day(cast: Cast) -> None:
    case = dispatched(cast, 4)
    with clock.at(hours(1)):
        facts = {"reason": "冬季不宜补植", "until": "2026-03-20"}
        act(case, "ask_suspend", facts, by=cast.department)
        act(case, "grant_suspend", {}, by=cast.dispatcher)
        assert (case.state, case.due_at) == ("suspended", FAR)
    with clock.at(datetime(2026, 3, 19, 23, tzinfo=CHINA)):
        resume_what_is_due()
        case.refresh_from_db()
        assert case.state == "suspended"
    with clock.at(datetime(2026, 3, 20, 0, 1, tzinfo=CHINA)):
        resume_what_is_due()
        resume_what_is_due()
    case.refresh_from_db()
    assert (case.state, case.due_at) == ("handling", datetime(2026, 3, 20, 11, tzinfo=CHINA))
    with (
        clock.at(datetime(2026, 3, 20, 9, tzinfo=CHINA)),
        pytest.raises(Conflict, match="挂过一次账"),
    ):
        act(case, "ask_suspend", facts | {"until": "2026-04-20"}, by=cast.department)


@pytest.mark.parametrize(
    ("until", "why"),
    [("2026-03-09", "今天以后"), ("2027-03-20", "最长一年"), ("soon", "2026-01-31")],
)
def test_a_stop_has_a_day_within_a_year(cast: Cast, until: str, why: str) -> None:
    case = dispatched(cast)
    with clock.at(hours(1)), pytest.raises(Invalid, match=why) as refusal:
        act(case, "ask_suspend", {"reason": "等", "until": until}, by=cast.department)
    assert refusal.value.fields[0].field == "until"


@pytest.mark.parametrize("granted", [True, False])
def test_a_return_stops_the_clock_until_it_is_answered(cast: Cast, granted: bool) -> None:
    case = dispatched(cast, 4)
    with clock.at(hours(1)):
        facts = {"reason": "不在我责任区", "cause": "wrong_unit"}
        act(case, "ask_return", facts, by=cast.department)
        assert case.due_at == FAR
    with clock.at(hours(3)):
        if granted:
            act(case, "return", {}, by=cast.dispatcher)
            assert (case.state, case.unit, case.returns) == ("filed", None, 1)
        else:
            act(case, "refuse_return", {"reason": "就在你责任区"}, by=cast.dispatcher)
            assert (case.state, case.marks) == ("dispatched", [])
            assert case.due_at == datetime(2026, 3, 9, 16, tzinfo=CHINA)


def returned(cast: Cast, cause: str) -> Case:
    case = drive(make_case(cast), cast, "dispatched")
    act(case, "ask_return", {"reason": "见说明", "cause": cause}, by=cast.department)
    return act(case, "return", {}, by=cast.dispatcher)


def verbs(case: Case, user: Any) -> list[str]:
    case.refresh_from_db()
    return [v["verb"] for v in Caller(user).get(f"/cases/{case.code}").json()["verbs"]]


def test_what_was_not_ours_goes_to_another_unit(cast: Cast) -> None:
    case = returned(cast, "wrong_unit")
    with pytest.raises(Invalid, match="说过不归它管"):
        act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher)
    other = add_unit(
        "371502-DX", "电信", kind="company", area=DISTRICT, parent=cast.bureau, by=None
    )
    act(case, "dispatch", {"unit": other.code}, by=cast.dispatcher)
    assert (case.unit, case.marks) == (other, [])


def test_a_wrong_class_is_filed_anew_before_it_is_dispatched(cast: Cast) -> None:
    case = returned(cast, "wrong_class")
    assert "dispatch" not in verbs(case, cast.dispatcher)
    with pytest.raises(Conflict, match="类别不对"):
        act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher)
    act(case, "send_back", {"reason": "类别不对"}, by=cast.dispatcher)
    same = {"class": MANHOLE, "condition": case.condition_id}
    with pytest.raises(Invalid, match="请另选类别"):
        act(case, "file", same, by=cast.supervisor)
    act(case, "file", other_class(case), by=cast.supervisor)
    assert "dispatch" in verbs(case, cast.dispatcher)


def test_what_was_unclear_is_supplemented_first(cast: Cast) -> None:
    case = returned(cast, "unclear")
    assert "dispatch" not in verbs(case, cast.dispatcher)
    assert "supplement" in verbs(case, cast.operator)
    act(case, "supplement", {"note": "在路口东侧"}, by=cast.operator)
    assert "dispatch" in verbs(case, cast.dispatcher)


def test_what_cannot_be_handled_is_for_the_duty_head(cast: Cast) -> None:
    case = returned(cast, "cannot")
    assert not {"dispatch", "decide"} & {*verbs(case, cast.dispatcher)}
    act(case, "decide", {"reason": "先做围挡"}, by=cast.supervisor)
    assert "dispatch" in verbs(case, cast.dispatcher)


def test_an_unknown_cause_is_refused(cast: Cast) -> None:
    answer = Caller(cast.department).post(
        f"/cases/{dispatched_now(cast).code}/ask_return", {"reason": "见说明", "cause": "tired"}
    )
    assert answer.status_code == 422
    assert "不归我管" in answer.json()["message"]


def dispatched_now(cast: Cast) -> Case:
    return drive(make_case(cast), cast, "dispatched")


def test_an_appeal_needs_lateness_two_reviews_and_keeps_the_mark(cast: Cast) -> None:
    case = closed(cast, dispatched(cast, 1), hours(3))
    with clock.at(hours(26)):
        assert "ask_appeal" in verbs(case, cast.department)
        act(case, "ask_appeal", {"reason": "封路"}, by=cast.department)
        with pytest.raises(Conflict):
            act(case, "grant_appeal", {}, by=cast.operator)
        act(case, "review_appeal", {}, by=cast.dispatcher)
        ended = case.closed_at
        act(case, "grant_appeal", {}, by=cast.operator)
        with pytest.raises(Conflict, match="已经申诉过一次"):
            act(case, "ask_appeal", {"reason": "封路"}, by=cast.department)
    seen = Caller(cast.department).get(f"/cases/{case.code}").json()
    assert (seen["late"], seen["exempt"], seen["light"]) == (True, True, "missed")
    assert case.closed_at == ended
    assert case.clocks.get(name="handle").late


def test_who_was_in_time_has_nothing_to_appeal(cast: Cast) -> None:
    case = closed(cast, dispatched(cast, 4), hours(1))
    with pytest.raises(Conflict, match="没有超时，不能超时申诉"):
        act(case, "ask_appeal", {"reason": "封路"}, by=cast.department)


def test_voiding_is_asked_by_the_desk_and_granted_by_the_duty_head(cast: Cast) -> None:
    case = dispatched_now(cast)
    act(case, "ask_void", {"reason": "重复"}, by=cast.dispatcher)
    with pytest.raises(NotAllowed):
        act(case, "grant_void", {}, by=cast.dispatcher)
    act(case, "refuse_void", {"reason": "没有重复"}, by=cast.supervisor)
    act(case, "ask_void", {"reason": "真的重复"}, by=cast.dispatcher)
    act(case, "grant_void", {}, by=cast.supervisor)
    assert (case.state, case.open, answers(case)) == (
        "voided", False, [("void", False), ("void", True)],
    )  # fmt: skip


def test_a_request_waits_for_those_who_may_answer_it(cast: Cast) -> None:
    case = dispatched(cast, 4)
    with clock.at(hours(1)):
        act(case, "ask_extension", {"reason": "等"}, by=cast.department)
        assert queries.to_decide(cast.supervisor).count() == 1
        assert queries.to_decide(cast.leader).count() == 0
        act(case, "grant_extension", {}, by=cast.supervisor)
        act(case, "ask_extension", {"reason": "还等"}, by=cast.department)
        assert queries.to_decide(cast.supervisor).count() == 0
        assert queries.to_decide(cast.leader).count() == 1


def test_another_department_does_not_ask_for_a_case_that_is_not_its(cast: Cast) -> None:
    case = dispatched_now(cast)
    neighbour = add_unit(
        "371502-YL", "园林", kind="department", area=DISTRICT, parent=cast.bureau, by=None
    )
    stranger = make_user("gardener", "园丁", "department", neighbour)
    with pytest.raises(NotAllowed):
        act(case, "ask_extension", {"reason": "等"}, by=stranger)


Moves = list[tuple[str, int]]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["extend", "stop", "go"]), st.integers(1, 600)), max_size=7
    )
)
def test_however_it_is_stopped_and_extended_the_granted_time_is_whole_limits(
    cast: Cast, moves: Moves
) -> None:
    """Extensions add the limit once more whether the clock runs or stands, and a stop costs nothing."""
    moment, given_limits = MONDAY, 1
    case = dispatched(cast, 7, moment)
    for what, minutes in moves:
        moment += timedelta(minutes=minutes)
        with clock.at(moment):
            given_limits += taken(cast, case, what)
    with clock.at(moment + timedelta(minutes=1)):
        if case.state == "suspended":
            act(case, "resume", {}, by=cast.dispatcher)
    row = case.clocks.get(name="handle")
    assert row.extensions == given_limits - 1
    ran = timedelta(seconds=row.used_seconds)
    assert row.ran_since
    left = used(row.ran_since, row.due_at, "work_hour", calendar_for(DISTRICT))
    if row.due_at > row.ran_since:
        assert abs(ran + left - timedelta(hours=7 * given_limits)) < timedelta(seconds=8)


def taken(cast: Cast, case: Case, what: str) -> int:
    """Do it if it may be done now; how many limits it added."""
    later = (clock.now() + timedelta(days=60)).date().isoformat()
    if what == "stop" and case.state != "suspended":
        act(case, "suspend", {"reason": "雨", "until": later}, by=cast.dispatcher)
    elif what == "go" and case.state == "suspended":
        act(case, "resume", {}, by=cast.dispatcher)
    elif what == "extend" and case.due_at > clock.now() and "extended_twice" not in case.marks:
        return asked_and_stopped(cast, case)
    return 0


def asked_and_stopped(cast: Cast, case: Case) -> int:
    """An extension granted in whatever state the case stands when the answer comes."""
    if case.state == "suspended":
        return 0
    head = cast.leader if "extended" in case.marks else cast.supervisor
    act(case, "ask_extension", {"reason": "等"}, by=cast.department)
    if clock.now().minute % 2:
        later = (clock.now() + timedelta(days=60)).date().isoformat()
        act(case, "suspend", {"reason": "雨", "until": later}, by=cast.dispatcher)
    act(case, "grant_extension", {"note": "同意"}, by=head)
    return 1


@given(spent=st.integers(0, 230), limit=st.integers(4, 30))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_extension_moves_the_due_moment_by_one_limit(cast: Cast, spent: int, limit: int) -> None:
    case = dispatched(cast, limit)
    before = case.due_at
    with clock.at(MONDAY + timedelta(minutes=spent)):
        extend(cast, case)
    calendar = calendar_for(DISTRICT)
    once = add(before, timedelta(hours=limit), "work_hour", calendar).at
    assert case.due_at == once
    assert case.warn_at < case.due_at
