"""Each moment of a limit is told once: near, past, to the supervisor, to the leader; and not when somebody acted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.cases.models import Case, LimitMark, StageClock
from chengyun.city.cases.services import deadlines
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.clocks import moment_of
from chengyun.city.cases.services.deadlines import sweep
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.models import Audit, Delivery, Message
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db

URGENT = {"value": 10, "unit": "urgent_hour"}


@pytest.fixture
def cast() -> Cast:
    cast = make_working_city()
    for name in ("accept", "dispatch"):
        set_param(f"case.limit.{name}", DISTRICT, URGENT, by=None)
    return cast


def swept(at: datetime) -> list[str]:
    """What the sweep tells at a moment, and the worker delivers: verb and level."""
    last = Audit.objects.order_by("-pk").values_list("pk", flat=True)[0]
    with clock.at(at):
        sweep()
        while Delivery.objects.filter(state=Delivery.WAITING, tries=0).exists():
            outbox.deliver_due()
    rows = Audit.objects.filter(pk__gt=last, verb__startswith="limit.").order_by("pk")
    return [" ".join(filter(None, (row.verb, row.facts.get("level")))) for row in rows]


def running(case: Case) -> StageClock:
    return StageClock.objects.get(case=case, stopped_at=None)


def heard(person: int) -> list[str]:
    return list(
        Message.objects.filter(person_id=person).order_by("pk").values_list("kind", flat=True)
    )


def test_every_moment_is_told_once(cast: Cast) -> None:
    row = running(drive(make_case(cast), cast, "handling"))
    second, far = timedelta(seconds=1), moment_of(row, 200)
    assert swept(row.warn_at - second) == []
    assert swept(row.warn_at) == ["limit.near"]
    assert swept(row.warn_at + second) == []
    assert swept(row.due_at) == ["limit.over", "limit.escalate supervisor"]
    assert swept(row.due_at + second) == []
    assert swept(far - second) == []
    assert swept(far) == ["limit.escalate leader"]
    assert swept(far + timedelta(days=9)) == []
    assert heard(cast.department.pk) == ["case.dispatched", "case.near", "case.overdue"]
    assert heard(cast.supervisor.pk) == ["case.escalated"]
    assert heard(cast.leader.pk) == ["case.escalated_far"]
    assert "在市政工程处，已超 不到 1 分钟" in Message.objects.get(kind="case.escalated").text
    assert heard(cast.bob.pk) == []
    told = Message.objects.get(person_id=cast.leader.pk)
    assert "200%" in told.text and "处置" in told.text
    assert audit.verify().sound


def test_who_is_late_is_told_so_and_not_asked_to_look_after_it(cast: Cast) -> None:
    row = running(drive(make_case(cast), cast, "checked"))
    assert "limit.escalate supervisor" in swept(row.due_at + timedelta(minutes=5))
    assert heard(cast.supervisor.pk) == ["case.overdue"]
    message = Message.objects.get(kind="case.overdue")
    assert "已超 5分" in message.text
    assert "市政工程处" not in message.text


def test_a_city_that_stood_still_tells_what_has_passed_not_what_was_near(cast: Cast) -> None:
    row = running(drive(make_case(cast), cast, "handling"))
    assert swept(row.started_at + timedelta(days=90)) == [
        "limit.over",
        "limit.escalate supervisor",
        "limit.escalate leader",
    ]


def test_a_late_desk_is_the_supervisor_s_matter_and_no_leader_s(cast: Cast) -> None:
    row = running(make_case(cast))
    assert swept(row.due_at + timedelta(days=90)) == ["limit.over", "limit.escalate supervisor"]


def test_who_acts_in_time_hears_nothing(cast: Cast) -> None:
    case = make_case(cast)
    row = running(case)
    act(case, "accept", {}, by=cast.operator)
    assert swept(row.warn_at)[:1] != ["limit.near"] or running(case).warn_at <= row.warn_at
    assert "case.overdue" not in heard(cast.operator.pk)


def test_the_next_stage_has_moments_of_its_own(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "filed")
    row = running(case)
    assert swept(row.due_at) == ["limit.over", "limit.escalate supervisor"]
    assert heard(cast.dispatcher.pk) == ["case.overdue"]
    with clock.at(row.due_at + timedelta(minutes=1)):
        act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher)
    swept(row.started_at + timedelta(hours=40))
    stages = {
        (row.facts["level"], row.facts["clock"])
        for row in Audit.objects.filter(verb="limit.escalate")
    }
    assert stages == {
        ("supervisor", "dispatch"),
        ("supervisor", "handle"),
        ("leader", "handle"),
    }


def test_a_clock_that_stands_tells_nothing_until_it_runs_again(cast: Cast) -> None:
    case = make_case(cast)
    due = running(case).due_at
    act(case, "ask_verify", {"inspector": cast.inspector.username}, by=cast.operator)
    assert swept(due + timedelta(days=3)) == []
    with clock.at(due + timedelta(days=3)):
        act(case, "verify", {"verdict": "true"}, by=cast.inspector)
    assert swept(running(case).due_at) == ["limit.over", "limit.escalate supervisor"]


def test_a_limit_that_moves_after_it_was_told_is_not_told_again(cast: Cast) -> None:
    case = make_case(cast)
    row = running(case)
    assert swept(row.due_at) == ["limit.over", "limit.escalate supervisor"]
    later = row.due_at + timedelta(hours=5)
    StageClock.objects.filter(pk=row.pk).update(due_at=later)
    assert swept(later) == []


def test_the_city_sets_when_those_above_are_told(cast: Cast) -> None:
    set_param("case.escalate.supervisor", DISTRICT, 150, by=None)
    row = running(make_case(cast))
    assert swept(row.due_at) == ["limit.over"]
    assert swept(row.started_at + timedelta(hours=15)) == ["limit.escalate supervisor"]


def test_a_day_of_a_ledger_entry_is_told_as_well(cast: Cast) -> None:
    case = make_case(cast, type="ledger", class_code="")
    facts = {"unit": cast.crew.code, "due": (clock.now() + timedelta(days=4)).date().isoformat()}
    act(case, "assign", facts, by=cast.evaluator)
    row = running(case)
    assert swept(row.warn_at) == ["limit.near"]
    assert swept(row.due_at)[0] == "limit.over"
    assert heard(cast.department.pk) == ["case.dispatched", "case.near", "case.overdue"]


def test_the_sweep_takes_few_statements_however_many_stand_open(cast: Cast) -> None:
    cases = [make_case(cast) for _ in range(30)]
    at = running(cases[0]).due_at
    swept(at)
    with clock.at(at), CaptureQueriesContext(connection) as idle:
        sweep()
    assert len(idle) <= 4
    more = [make_case(cast) for _ in range(30)]
    with clock.at(running(more[-1]).due_at), CaptureQueriesContext(connection) as busy:
        sweep()
    assert len(busy) <= 20
    assert LimitMark.objects.filter(told=LimitMark.SUPERVISOR).count() == 60


def test_what_does_not_fit_in_one_run_is_told_in_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "AT_MOST", 3)
    cases = [make_case(cast) for _ in range(4)]
    at = running(cases[-1]).due_at
    assert [len(swept(at)), len(swept(at)), len(swept(at))] == [6, 2, 0]
