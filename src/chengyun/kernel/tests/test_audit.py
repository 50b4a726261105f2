"""The one history: every alteration of it is found, and erasing what is personal is none."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from chengyun.kernel import audit, clock, history
from chengyun.kernel.actions import record, record_many
from chengyun.kernel.errors import Conflict, NotAllowed
from chengyun.kernel.hashing import digest
from chengyun.kernel.models import Audit, Personal, Seal
from chengyun.kernel.personal import erase_personal
from chengyun.kernel.specs import Misdeclared
from chengyun.kernel.tests.errand.clerks import act, ask, clerk
from chengyun.kernel.tests.errand.models import Permit
from chengyun.kernel.tests.errand.workflow import DESK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("digging")]

PHONE = {"name": "王建国", "phone": "19900002046"}


@pytest.fixture
def permit() -> Permit:
    """Three rows of history under one seal, the last with personal values."""
    permit = act(ask("A1"), "consult")
    record("dig.note", permit, by=None, personal=PHONE, facts={"text": "来电"}, area=permit.area)
    act(ask("A2"), "consult")
    audit.seal_new()
    return permit


def faults() -> list[str]:
    return audit.verify().faults


def row(permit: Permit, seq: int) -> Audit:
    return Audit.objects.get(subject_type="errand.permit", subject_id=permit.pk, seq=seq)


def test_an_untouched_history_holds(permit: Permit) -> None:
    verdict = audit.verify()
    assert (verdict.rows, verdict.unsealed, verdict.sound) == (Audit.objects.count(), 0, True)
    assert audit.verify_object("errand.permit", permit.pk) == (3, True)


ALTERATIONS: list[tuple[str, Callable[[Audit], object]]] = [
    ("facts", lambda a: Audit.objects.filter(pk=a.pk).update(facts={"to": "done"})),
    ("verb", lambda a: Audit.objects.filter(pk=a.pk).update(verb="dig.refuse")),
    ("actor", lambda a: Audit.objects.filter(pk=a.pk).update(actor_id=77)),
    ("area", lambda a: Audit.objects.filter(pk=a.pk).update(area="3716")),
    ("time", lambda a: Audit.objects.filter(pk=a.pk).update(at=a.at - timedelta(hours=1))),
    ("hash", lambda a: Audit.objects.filter(pk=a.pk).update(hash="0" * 64)),
]


@pytest.mark.parametrize(("what", "alter"), ALTERATIONS, ids=[name for name, _ in ALTERATIONS])
def test_an_altered_row_is_named(
    permit: Permit, what: str, alter: Callable[[Audit], object]
) -> None:
    alter(row(permit, 2))
    assert any("A1 第 2 条" in fault and "改动" in fault for fault in faults())
    assert audit.verify_object("errand.permit", permit.pk) == (3, False)


def test_a_row_altered_with_all_its_hashes_breaks_the_seal(permit: Permit) -> None:
    """Whoever can also compute the hashes of the object still stands before the city-wide chain."""
    rows = list(Audit.objects.filter(subject_id=permit.pk).order_by("seq"))
    previous = rows[0].previous
    rows[0].facts = {"to": "done"}
    for each in rows:
        each.previous = previous
        each.hash = previous = digest(each)
        Audit.objects.filter(pk=each.pk).update(
            facts=each.facts, previous=each.previous, hash=each.hash
        )
    assert audit.verify_object("errand.permit", permit.pk) == (3, True)
    assert any("封存" in fault and "不符" in fault for fault in faults())


def test_a_missing_row_is_named(permit: Permit) -> None:
    row(permit, 2).delete()
    found = faults()
    assert any("A1 第 3 条：前面缺少记录" in fault for fault in found)
    assert any("应有 5 条，现有 4 条" in fault for fault in found)


def test_the_last_row_of_an_object_is_missed_under_its_seal(permit: Permit) -> None:
    row(permit, 3).delete()
    assert faults() == [f"封存 {Seal.objects.get().pk}：应有 5 条，现有 4 条"]


def test_a_removed_seal_is_missed_by_the_next(permit: Permit) -> None:
    act(permit, "agree", plan="half", branch="traffic")
    audit.seal_new()
    first = Seal.objects.earliest("id")
    Audit.objects.filter(seal=first).update(seal=None)
    first.delete()
    assert any("不符" in fault for fault in faults())


def test_an_altered_personal_value_is_named(permit: Permit) -> None:
    Personal.objects.filter(key="phone").update(value="19900009999")
    assert faults() == ["A1：个人信息 phone 被改动"]


def test_a_personal_value_that_vanished_is_named(permit: Permit) -> None:
    Personal.objects.filter(key="name").delete()
    assert faults() == ["A1：个人信息 name 丢失"]


def test_erasing_leaves_no_value_and_a_valid_chain(permit: Permit) -> None:
    assert erase_personal(permit, may=DESK, by=clerk(1, DESK)) == 2
    assert set(Personal.objects.values_list("value", "salt")) == {("", "")}
    assert audit.verify().sound
    line = history.history_of(permit, {})[2]
    assert line.personal == {"name": history.ERASED, "phone": history.ERASED}
    last = row(permit, 4)
    assert (last.verb, last.facts) == ("personal.erase", {"keys": ["name", "phone"]})
    with pytest.raises(Conflict):
        erase_personal(permit, may=DESK, by=None)


def test_one_value_can_be_erased_alone(permit: Permit) -> None:
    assert erase_personal(permit, may=DESK, by=None, keys=["phone"]) == 1
    line = history.history_of(permit, {})[2]
    assert line.personal == {"name": "王建国", "phone": history.ERASED}
    assert audit.verify().sound


def test_only_who_may_erases_and_only_where(permit: Permit) -> None:
    for stranger in (clerk(2), clerk(3, DESK, area="371523")):
        with pytest.raises(NotAllowed):
            erase_personal(permit, may=DESK, by=stranger)
    assert Personal.objects.filter(erased_at=None).count() == 2


def test_a_row_holds_the_hash_and_never_the_value(permit: Permit) -> None:
    text = json.dumps(list(Audit.objects.values_list("facts", flat=True)), ensure_ascii=False)
    assert "王建国" not in text
    assert "19900002046" not in text
    kept = row(permit, 3).facts["phone"]
    assert sorted(kept) == ["personal", "sha256"]


def test_new_rows_are_unsealed_until_the_job_comes_by(permit: Permit) -> None:
    act(permit, "agree", branch="parks")
    assert audit.verify().unsealed == 1
    audit.seal_new()
    assert (audit.verify().unsealed, Seal.objects.count()) == (0, 2)
    audit.seal_new()
    assert Seal.objects.count() == 2


def test_more_rows_than_one_seal_takes(permit: Permit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "SEAL_AT_MOST", 4)
    permits = [ask(f"B{n}") for n in range(9)]
    audit.seal_new()
    verdict = audit.verify()
    assert (verdict.unsealed, verdict.sound, len(permits)) == (0, True, 9)
    assert sorted(Seal.objects.values_list("rows", flat=True)) == [1, 4, 4, 5]


def test_a_verb_nobody_declared_is_not_recorded(permit: Permit) -> None:
    with pytest.raises(Misdeclared):
        record("dig.dream", permit, by=None)


def test_nothing_is_recorded_outside_a_transaction(
    permit: Permit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)
    with pytest.raises(RuntimeError):
        record("dig.note", permit, by=None)
    monkeypatch.undo()


def test_a_bulk_of_new_objects_has_sound_rows() -> None:
    made = [ask(f"C{n}") for n in range(3)]
    Audit.objects.all().delete()
    count = record_many(
        "dig.note", made, by=None, facts_of=lambda p: {"code": p.code}, area_of=lambda p: p.area
    )
    assert count == 3
    assert audit.verify().sound
    act(made[0], "consult")
    assert audit.verify().sound


def test_facts_come_back_as_they_were_hashed() -> None:
    permit = ask("D1")
    facts = {
        "when": datetime(2026, 1, 2, tzinfo=UTC),
        "share": 0.1 + 0.2,
        "text": "井盖\u2028𠮷",
        "none": None,
    }
    with clock.at(datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)):
        row = record("dig.note", permit, by=None, facts=facts)
    assert row.at.microsecond == 678_000
    assert digest(Audit.objects.get(pk=row.pk)) == row.hash
    assert audit.verify().sound


def test_the_command_counts_and_verifies(permit: Permit) -> None:
    out = io.StringIO()
    call_command("audit", "verify", stdout=out)
    assert "全部相符" in out.getvalue()
    out = io.StringIO()
    since = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    call_command("audit", "count", since=since, stdout=out)
    found = {
        (line["verb"], line["from"], line["to"]): line["count"]
        for line in json.loads(out.getvalue())
    }
    assert found["dig.consult", "asked", "consulted"] == 2
    assert found["dig.note", "", ""] == 1
    Audit.objects.filter(verb="dig.note").update(area="9")
    with pytest.raises(SystemExit):
        call_command("audit", "verify", stdout=out, stderr=io.StringIO())
    for wrong in ("yesterday", "2026-01-01T00:00:00"):
        with pytest.raises(CommandError, match=wrong):
            call_command("audit", "count", since=wrong)
