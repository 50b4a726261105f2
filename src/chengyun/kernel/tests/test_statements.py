"""Rows stored and changed by statements composed once are the rows Django would have stored."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from chengyun.kernel.models.files import File
from chengyun.kernel.models.history import Audit, Delivery
from chengyun.kernel.statements import change, insert

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 1, 8, 0, 0, 123_000, tzinfo=UTC)


def line(number: int, **given: Any) -> Audit:
    return Audit(
        at=AT,
        verb="case.report",
        subject_type="cases.case",
        subject_id=number,
        subject_code=f"C{number}",
        seq=1,
        area="371502001",
        actor_id=None,
        post="operator",
        facts={"note": "井盖 100% 缺失", "photos": [1, 2], "late": False},
        previous="",
        hash=f"{number:064}",
        **given,
    )


def values(row: Audit | File) -> dict[str, Any]:
    kept = type(row).objects.values().get(pk=row.pk)
    return {name: value for name, value in kept.items() if name != "id"}


def test_an_inserted_row_is_the_row_that_is_saved() -> None:
    inserted, saved = line(1, edition=7), line(2, edition=7)
    insert(inserted)
    saved.save()
    own = ("subject_id", "subject_code", "hash")
    assert {**values(inserted), **dict.fromkeys(own)} == {**values(saved), **dict.fromkeys(own)}
    inserted.verb = "case.accept"
    inserted.save()
    assert Audit.objects.filter(verb="case.accept").get() == inserted


def test_rows_beyond_one_statement_keep_their_keys() -> None:
    lines = [line(number) for number in range(3000)]
    insert(*lines)
    assert Audit.objects.count() == 3000
    assert Audit.objects.get(pk=lines[2500].pk).subject_id == 2500
    insert(*(Delivery(audit=row, handler="x.y", next_at=row.at) for row in lines[:2]))
    assert set(Delivery.objects.values_list("audit_id", flat=True)) == {r.pk for r in lines[:2]}
    insert()


def test_a_row_that_may_not_be_leaves_nothing() -> None:
    insert(line(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(line(2), line(1))
    assert Audit.objects.count() == 1


def test_a_failed_insert_cannot_be_passed_over() -> None:
    """Whoever catches the error inside the transaction cannot commit the rest of it."""
    insert(line(1))
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert(line(1))
        assert connection.needs_rollback


def test_a_change_finds_the_row_only_as_it_was() -> None:
    row, other = line(1), line(2)
    insert(row, other)
    given = {"edition": None, "facts": {"a": "%s"}, "at": AT + timedelta(hours=1)}
    assert not change(Audit, {"id": row.pk, "seq": 2}, given)
    assert change(Audit, {"id": row.pk, "seq": 1}, given)
    row.refresh_from_db()
    assert (row.edition, row.facts, row.at) == (None, {"a": "%s"}, AT + timedelta(hours=1))
    assert values(other)["facts"]["photos"] == [1, 2]


def test_a_change_takes_an_object_for_its_key() -> None:
    row = line(1)
    insert(row)
    delivery = Delivery(audit=row, handler="x.y", next_at=AT)
    other = line(2)
    insert(delivery)
    insert(other)
    assert change(Delivery, {"id": delivery.pk}, {"audit": other})
    assert change(Delivery, {"id": delivery.pk, "audit_id": other.pk}, {"audit_id": row.pk})
    delivery.refresh_from_db()
    assert delivery.audit == row
