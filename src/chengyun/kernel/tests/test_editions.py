"""Editions: a new subject takes what is in force where it lies; an old one keeps what it was opened under."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chengyun.kernel import clock, editions
from chengyun.kernel.editions import current, from_body, put_in_force
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Audit, WorkflowEdition
from chengyun.kernel.recent import forget_everything
from chengyun.kernel.specs import Misdeclared, Workflow
from chengyun.kernel.tests.errand.clerks import act, ask, clerk
from chengyun.kernel.tests.errand.workflow import DIG

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("digging")]

CITY, DISTRICT, OTHER = "3715", "371502", "371523"


def named(label: str, flow: Workflow = DIG) -> Workflow:
    return replace(flow, label=label)


def label(area: str) -> str:
    forget_everything()
    return editions.flow_of(current("dig", area).pk).label


def test_the_shipped_table_is_the_first_edition_and_is_stored_once() -> None:
    assert editions.ship() == 0
    stored = WorkflowEdition.objects.get(workflow="dig")
    assert (stored.number, stored.area) == (1, "")
    assert from_body(stored.body) == DIG
    with clock.at(datetime(2001, 1, 1, tzinfo=UTC)):
        assert label(DISTRICT) == "掘路许可"


def test_a_new_subject_uses_it_and_an_old_one_keeps_its_own() -> None:
    old = act(ask("E1"), "consult")
    without = replace(DIG, steps=tuple(s for s in DIG.steps if s.verb != "object"))
    put_in_force(without, CITY, "会签不再退回", by=None)
    new = act(ask("E2"), "consult")
    assert old.edition_id != new.edition_id
    act(old, "object", reason="资料不全")
    assert old.state == "asked"
    with pytest.raises(Invalid, match="object"):
        act(new, "object", reason="资料不全")
    assert Audit.objects.get(verb="dig.object").edition == old.edition_id


def test_a_district_differs_from_its_city_and_from_its_neighbour() -> None:
    put_in_force(named("市级"), CITY, "", by=None)
    put_in_force(named("区级"), DISTRICT, "", by=None)
    assert (label(DISTRICT), label(OTHER), label(CITY), label("37")) == (
        "区级", "市级", "市级", "掘路许可",
    )  # fmt: skip
    put_in_force(named("市级二"), CITY, "", by=None)
    assert (label(DISTRICT), label(OTHER)) == ("区级", "市级二")


def test_an_edition_holds_from_its_day() -> None:
    with clock.at(datetime(2030, 1, 1, tzinfo=UTC)):
        put_in_force(named("以后的"), CITY, "", by=None)
    assert label(DISTRICT) == "掘路许可"
    with clock.at(datetime(2030, 1, 2, tzinfo=UTC)):
        assert label(DISTRICT) == "以后的"
    forget_everything()


def test_a_program_that_changes_its_table_ships_a_second_edition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from chengyun.kernel import registry

    monkeypatch.setitem(registry._declared[Workflow], "dig", named("新程序"))
    assert editions.ship() == 1
    assert editions.ship() == 0
    assert label(DISTRICT) == "新程序"
    assert WorkflowEdition.objects.filter(workflow="dig").count() == 2


def test_only_who_may_and_only_where(declaring: None) -> None:
    with pytest.raises(NotAllowed):
        put_in_force(named("x"), CITY, "", by=clerk(1))
    district = clerk(2, "workflow.change", area=DISTRICT)
    with pytest.raises(NotAllowed):
        put_in_force(named("x"), CITY, "", by=district)
    edition = put_in_force(named("x"), DISTRICT, "试行", by=district)
    row = Audit.objects.get(verb="workflow.put_in_force")
    assert (row.subject_id, row.area, row.actor_id) == (edition.pk, DISTRICT, 2)
    assert row.facts == {"workflow": "dig", "note": "试行"}


def test_what_is_no_workflow_or_unsound_never_comes_into_force() -> None:
    with pytest.raises(Invalid, match="poem"):
        put_in_force(replace(DIG, key="poem"), CITY, "", by=None)
    body = editions.as_body(DIG) | {"start": "nowhere"}
    with pytest.raises(Misdeclared, match="nowhere"):
        from_body(body)


def test_a_step_of_the_stored_table_says_what_the_declared_one_does() -> None:
    permit = ask("E9")
    with pytest.raises(Conflict, match="不能验收合格"):
        act(permit, "pass")


def test_without_any_edition_the_operator_is_told_what_to_run() -> None:
    with pytest.raises(Misdeclared, match="chengyun migrate"):
        current("nothing", CITY)
