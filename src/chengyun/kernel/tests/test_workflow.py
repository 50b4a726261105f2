"""The engine carries a second workflow: side by side, round again, other clocks, other roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chengyun.kernel import audit, registry, workflow
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Audit
from chengyun.kernel.specs import Step, Workflow
from chengyun.kernel.tests.errand.clerks import Clerk, act, ask, clerk
from chengyun.kernel.tests.errand.models import Permit
from chengyun.kernel.tests.errand.workflow import BUILD, DESK, PARKS, TRAFFIC

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("digging")]

ANN, TOM, PAM, BEN = clerk(1, DESK), clerk(2, TRAFFIC), clerk(3, PARKS), clerk(4, BUILD)


def verbs(permit: Permit, person: Clerk) -> list[str]:
    return [step.verb for step in workflow.steps_for(permit, person, lambda step: True)]


def rows(permit: Permit) -> list[str]:
    found = Audit.objects.filter(subject_type="errand.permit", subject_id=permit.pk)
    return list(found.order_by("seq").values_list("verb", flat=True))


def test_a_permit_goes_all_the_way() -> None:
    permit = ask("P1", by=ANN)
    act(permit, "consult", ANN)
    act(permit, "agree", PAM)
    assert (permit.state, permit.branches) == ("consulted", {"traffic": "open", "parks": "done"})
    act(permit, "agree", TOM, plan="half")
    assert (permit.state, permit.branches, permit.watch) == ("granted", {}, "answer")
    act(permit, "restore", BEN, depth=40)
    assert permit.watch == "restore"
    act(permit, "again", ANN, reason="不平整")
    act(permit, "restore", BEN, depth=60)
    act(permit, "pass", ANN)
    assert (permit.state, permit.watch, permit.version) == ("done", "", 8)
    assert rows(permit) == [
        "dig.ask", "dig.consult", "dig.agree", "dig.agree", "dig.restore", "dig.again", "dig.restore", "dig.pass",
    ]  # fmt: skip
    stored = Permit.objects.get(pk=permit.pk)
    assert (stored.state, stored.version, stored.watch) == ("done", 8, "")
    audit.seal_new()
    assert audit.verify().sound


def test_everybody_sees_the_buttons_that_are_theirs() -> None:
    permit = ask("P2")
    assert verbs(permit, ANN) == ["consult", "refuse"]
    assert verbs(permit, TOM) == []
    act(permit, "consult", ANN)
    assert (verbs(permit, TOM), verbs(permit, PAM)) == (["agree"], ["agree"])
    assert verbs(permit, ANN) == ["object"]
    act(permit, "agree", TOM, plan="half")
    assert (verbs(permit, TOM), verbs(permit, PAM)) == ([], ["agree"])


@pytest.mark.parametrize("first", ["traffic", "parks"])
def test_the_branches_end_in_either_order(first: str) -> None:
    permit = act(ask("P3"), "consult")
    both = {"traffic": (TOM, {"plan": "half"}), "parks": (PAM, {})}
    for name in sorted(both, key=lambda name: name != first):
        person, facts = both[name]
        act(permit, "agree", person, branch=name, **facts)
    assert permit.state == "granted"
    last = Audit.objects.filter(verb="dig.agree").order_by("seq").last()
    assert last is not None
    assert (last.facts["from"], last.facts["to"]) == ("consulted", "granted")
    assert last.facts["branch"] != first


def test_a_branch_is_finished_once() -> None:
    permit = act(ask("P4"), "consult")
    act(permit, "agree", PAM)
    with pytest.raises(Conflict):
        act(permit, "agree", PAM, branch="parks")


def test_leaving_a_parallel_state_forgets_what_was_agreed() -> None:
    permit = act(ask("P5"), "consult")
    act(permit, "agree", PAM)
    act(permit, "object", ANN, reason="管线不明")
    assert (permit.state, permit.branches) == ("asked", {})
    act(permit, "consult", ANN)
    assert permit.branches == {"traffic": "open", "parks": "open"}


def test_a_step_may_stay_where_it_is() -> None:
    permit = ask("P6", state="granted")
    act(permit, "note", BEN, reason="遇到管线")
    assert (permit.state, permit.version) == ("granted", 2)


def test_who_may_not_is_told_so_and_nothing_happens() -> None:
    permit = ask("P7")
    with pytest.raises(NotAllowed, match="发会签"):
        act(permit, "consult", TOM)
    act(permit, "consult", ANN)
    with pytest.raises(NotAllowed):
        act(permit, "agree", PAM, branch="traffic", plan="half")
    assert rows(permit) == ["dig.ask", "dig.consult"]


def test_a_wrong_verb_state_or_fact_is_refused_in_words() -> None:
    permit = ask("P8")
    with pytest.raises(Invalid, match="fly"):
        act(permit, "fly")
    with pytest.raises(Conflict, match="待受理") as conflict:
        act(permit, "pass")
    assert conflict.value.version == 1
    with pytest.raises(Invalid, match="理由") as missing:
        act(permit, "refuse")
    assert [fault.field for fault in missing.value.fields] == ["reason"]
    with pytest.raises(Invalid, match="最多 50 字"):
        act(permit, "refuse", reason="长" * 51)
    act(permit, "consult")
    with pytest.raises(Invalid, match="半幅、全幅"):
        act(permit, "agree", branch="traffic", plan="no")
    assert rows(permit) == ["dig.ask", "dig.consult"]


def test_the_slower_of_two_is_told_the_newer_version() -> None:
    mine, theirs = ask("P9"), Permit.objects.get(code="P9")
    act(theirs, "consult", ANN)
    with pytest.raises(Conflict, match="会签中") as conflict:
        act(mine, "refuse", ANN, reason="重复")
    assert conflict.value.version == 2
    assert rows(mine) == ["dig.ask", "dig.consult"]


def asked(code: str, *marks: str) -> Permit:
    return ask(code, state="granted", marks=marks)


def test_a_mark_stands_beside_the_state_and_decides_what_is_open() -> None:
    permit = asked("M1")
    assert "grant_time" not in verbs(permit, ANN)
    act(permit, "ask_time", BEN, reason="下雨")
    assert (permit.state, permit.marks) == ("granted", ["time_asked"])
    assert Permit.objects.get(pk=permit.pk).marks == ["time_asked"]
    assert "ask_time" not in verbs(permit, BEN)
    act(permit, "grant_time", ANN)
    assert permit.marks == ["more_time"]
    last = Audit.objects.latest("id")
    assert (last.facts["puts"], last.facts["lifts"]) == (["more_time"], ["time_asked"])


def test_the_mark_that_is_in_the_way_is_named() -> None:
    waiting = asked("M2", "time_asked")
    with pytest.raises(Conflict, match="M2 正在等延长审批，不能申请延长") as conflict:
        act(waiting, "ask_time", BEN, reason="下雨")
    assert conflict.value.version == 1
    with pytest.raises(Conflict, match="没有「待批延长」，不能同意延长"):
        act(asked("M3"), "grant_time", ANN)
    assert rows(waiting) == ["dig.ask"]


def test_one_verb_may_have_a_line_for_each_mark() -> None:
    permit = asked("M4", "time_asked", "more_time")
    with pytest.raises(NotAllowed):
        act(permit, "grant_time", ANN)
    act(permit, "grant_time", PAM)
    assert permit.marks == ["more_time"]


def test_a_fact_may_name_the_mark() -> None:
    permit = asked("M5")
    act(permit, "warn", ANN, plan="half")
    assert permit.marks == ["half"]
    act(permit, "warn", ANN, plan="whole")
    assert permit.marks == ["whole"]


def test_a_mark_falls_when_its_states_are_left() -> None:
    permit = asked("M6", "time_asked", "more_time")
    act(permit, "restore", BEN, depth=40)
    assert permit.marks == ["more_time"]
    act(permit, "again", ANN, reason="不平整")
    assert permit.marks == ["more_time"]


def given(flow: Workflow, step: Step) -> dict[str, Any]:
    """Facts that satisfy a step."""
    facts: dict[str, Any] = {"branch": step.branch} if step.branch else {}
    for key in step.needs:
        fact = flow.fact(key)
        facts[key] = fact.choices[0][0] if fact.kind == "choice" else "1"
    return facts


def test_every_verb_of_every_table_leaves_one_row_and_only_one() -> None:
    for flow in registry.all_of(Workflow):
        for number, (step, source) in enumerate(every_step(flow)):
            permit = ask(f"{flow.key}-{number}", flow=flow.key, state=source, marks=step.where)
            before = Audit.objects.count()
            act(permit, step.verb, **given(flow, step))
            row = Audit.objects.latest("id")
            assert Audit.objects.count() == before + 1
            assert (row.verb, row.subject_id) == (f"{flow.key}.{step.verb}", permit.pk)
            assert (row.facts["from"], row.facts["to"]) == (source, permit.state)
            assert row.edition == permit.edition_id
    assert audit.verify().sound


def every_step(flow: Workflow) -> Iterator[tuple[Step, str]]:
    return ((step, source) for step in flow.steps for source in step.source)
