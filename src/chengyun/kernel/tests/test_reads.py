"""Reads composed once give the rows their query sets give, for whatever values they are asked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Count, Q, QuerySet

from chengyun.kernel.models.history import Audit, Delivery
from chengyun.kernel.reads import composed, figures
from chengyun.kernel.statements import insert

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 1, 8, 0, 0, 123_000, tzinfo=UTC)


class Verb(models.TextChoices):
    REPORT = "case.report", "上报"


@pytest.fixture
def lines() -> list[Audit]:
    rows = [
        Audit(
            at=AT + timedelta(hours=number),
            verb=Verb.REPORT.value if number % 2 else "case.file",
            subject_type="cases.case",
            subject_id=number,
            subject_code="C100%",
            seq=1,
            post="operator",
            facts={"photos": [number]},
            hash=f"{number:064}",
        )
        for number in range(6)
    ]
    insert(*rows)
    insert(*(Delivery(audit=row, handler="x.y", next_at=row.at) for row in rows))
    return rows


@contextmanager
def nothing_composed() -> Iterator[None]:
    """Fails when Django composes a statement."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.models.sql.compiler.SQLCompiler.as_sql", None)
        yield


def test_rows_are_those_of_the_query_set(lines: list[Audit]) -> None:
    def later(moment: datetime, verb: str) -> QuerySet[Delivery]:
        found = Delivery.objects.select_related("audit").filter(next_at__gt=moment)
        return found.filter(audit__verb=verb, audit__seq=1).order_by("-id")

    read = composed(later)
    assert read(AT, "case.file") == list(later(AT, "case.file")) != []
    with nothing_composed():
        found = read(AT + timedelta(hours=2), Verb.REPORT)
        assert [row.audit for row in found] == [lines[5], lines[3]]
        assert found[0].audit.facts == {"photos": [5]}
        assert read(AT, "100%") == []


def test_a_tuple_is_as_long_as_it_is(lines: list[Audit]) -> None:
    read = composed(lambda keys: Audit.objects.filter(pk__in=keys).order_by("pk"))
    for count in (3, 1, 0, 3):
        assert read(tuple(row.pk for row in lines[:count])) == lines[:count]


def test_single_columns(lines: list[Audit]) -> None:
    read = composed(lambda moment: Audit.objects.filter(at=moment).values_list("hash", flat=True))
    assert read(AT) == [lines[0].hash]


def test_what_a_statement_cannot_hold_is_refused(lines: list[Audit]) -> None:
    begins = composed(lambda words: Audit.objects.filter(verb__startswith=words))
    with pytest.raises(ValueError, match="does not hold"):
        begins("case")
    for wrong in (None, True, 1.5, ["a"]):
        with pytest.raises(TypeError):
            begins(wrong)


def test_each_thread_reads_by_its_own_connection(lines: list[Audit]) -> None:
    read = composed(lambda seq: Audit.objects.filter(seq=seq))

    def elsewhere() -> bool:
        try:
            return bool(read(1)) and connection.connection is not None
        finally:
            connection.close()

    assert read(1)
    own = connection.connection
    with ThreadPoolExecutor(1) as pool:
        pool.submit(elsewhere).result()
    assert connection.connection is own
    assert len(read(1)) == 6


def test_figures_are_composed_once_for_a_key(lines: list[Audit]) -> None:
    built = []

    def counts(verbs: tuple[str, ...], moment: datetime) -> QuerySet[Any, Any]:
        built.append(verbs)
        rows = Audit.objects.filter(verb__in=verbs).order_by("verb").values("verb")
        counted = rows.annotate(n=Count("pk"), late=Count("pk", filter=Q(at__gt=moment)))
        return counted.values_list("verb", "n", "late")

    read = figures()
    for verbs, found in (
        (("case.file",), [("case.file", 3, 2)]),
        (("case.file", "case.report"), [("case.file", 3, 2), ("case.report", 3, 3)]),
        (("case.file",), [("case.file", 3, 2)]),
        ((), []),
    ):
        assert read(verbs, lambda moment, verbs=verbs: counts(verbs, moment), AT) == found
    assert len(built) == 3
