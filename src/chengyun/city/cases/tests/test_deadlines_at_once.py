"""A limit passes in the very moment in which somebody acts on the case: neither is told that the other was faster."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.cases.models import Case, StageClock
from chengyun.city.cases.services import deadlines
from chengyun.city.cases.services.acting import act
from chengyun.kernel import audit, clock
from chengyun.kernel.models import Audit
from tests.gateway import within

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_acts_while_the_limit_is_told_waits_and_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = make_working_city()
    case = drive(make_case(cast), cast, "handling")
    due = StageClock.objects.get(case=case, stopped_at=None).due_at
    told, go_on = threading.Event(), threading.Event()
    record = deadlines._record

    def record_and_wait(passed: list[deadlines.Passed]) -> None:
        record(passed)
        told.set()
        assert go_on.wait(30)

    def swept() -> None:
        with clock.at(due):
            deadlines.sweep()
        connections.close_all()

    def urged() -> Case:
        try:
            seen = Case.objects.get(pk=case.pk)
            return act(seen, "urge", {"reason": "请尽快"}, by=cast.supervisor, version=seen.version)
        finally:
            connections.close_all()

    monkeypatch.setattr(deadlines, "_record", record_and_wait)
    with ThreadPoolExecutor(2) as threads:
        sweeping = threads.submit(swept)
        assert told.wait(30)
        urging = threads.submit(urged)
        waits = within(20, somebody_waits) if connection.vendor == "postgresql" else True
        go_on.set()
        sweeping.result(30)
        assert urging.result(30).version == case.version + 1
    assert waits
    newest = Audit.objects.filter(subject_type="cases.case").order_by("-seq")
    assert newest.values_list("verb", flat=True)[0] == "case.urge"
    assert audit.verify().sound


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
