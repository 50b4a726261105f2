"""What needs much memory runs in a process beside the worker, which ends when nothing is left to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.kernel import audit
from chengyun.kernel.models import PeriodicRun
from chengyun.lake import tables
from tests import forked
from tests.gateway import within
from tests.serving import environ, words_of

pytestmark = pytest.mark.django_db(transaction=True)

LIBRARY = "libarrow"


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(word) for path in found for word in path.read_text().split()]


def holds_the_library(pid: int) -> bool:
    try:
        return LIBRARY in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


def test_the_facts_are_told_apart_and_the_worker_stays_small() -> None:
    cast = make_working_city()
    drive(make_case(cast), cast, "filed")
    audit.seal_new()
    # Forked, it would have the library from the start.
    with forked.anew(words_of("chengyun", "worker"), environ()) as process:
        try:
            assert within(60, lambda: PeriodicRun.objects.filter(key="facts.tell", mark__gt=""))
            assert within(60, lambda: tables.committed(settings.FACTS) > 0)
            apart = [pid for pid in children(process.pid) if holds_the_library(pid)]
            assert apart
            assert not holds_the_library(process.pid)
        finally:
            process.kill()
    assert within(60, lambda: not any(map(holds_the_library, apart)))
