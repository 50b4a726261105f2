"""Periodic work: each run by one worker, on time, and a failing job stops nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections

from chengyun.kernel import clock, periodic, registry
from chengyun.kernel.models import PeriodicRun
from chengyun.kernel.specs import Periodic

pytestmark = pytest.mark.usefixtures("declaring")


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Declare jobs, and no others are known."""

    def declare(**jobs: Callable[[], None]) -> None:
        known = {
            key: Periodic(key=key, label=key, every=timedelta(minutes=1), run=run)
            for key, run in jobs.items()
        }
        monkeypatch.setitem(registry._declared, Periodic, known)

    return declare


@pytest.mark.django_db
def test_a_job_runs_when_it_is_due(only: Callable[..., None]) -> None:
    ran: list[int] = []
    only(sweep=lambda: ran.append(1))
    now = clock.now()
    for after, expected in ((0, 1), (59, 1), (60, 2), (61, 2), (600, 3)):
        with clock.at(now + timedelta(seconds=after)):
            periodic.run_due()
        assert len(ran) == expected, after


@pytest.mark.django_db
def test_a_failing_job_says_why_and_the_others_go_on(only: Callable[..., None]) -> None:
    ran: list[int] = []
    broken = [True]

    def frail() -> None:
        if broken[0]:
            raise RuntimeError("磁盘满了")

    only(a_frail=frail, b_sound=lambda: ran.append(1))
    assert periodic.run_due() == 2
    assert ran == [1]
    assert PeriodicRun.objects.get(key="a_frail").error == "磁盘满了"
    broken[0] = False
    with clock.at(clock.now() + timedelta(minutes=2)):
        periodic.run_due()
    assert PeriodicRun.objects.get(key="a_frail").error == ""


@pytest.mark.django_db
def test_a_job_without_anything_new_to_do_is_not_run(declaring: None) -> None:
    ran: list[str] = []
    newest = ["1"]

    def tell() -> None:
        ran.append(newest[0])
        if newest[0] == "3":
            raise RuntimeError("磁盘满了")

    job = Periodic(
        key="tell", label="", every=timedelta(), run=tell, lane="apart", mark=lambda: newest[0]
    )
    registry.add(job)
    now = clock.now()
    for minute, (mark, due) in enumerate((("1", 1), ("1", 0), ("2", 1), ("3", 1), ("3", 1))):
        newest[0] = mark
        with clock.at(now + timedelta(minutes=minute)):
            assert periodic.is_due("apart") is bool(due), minute
            assert periodic.run_due("apart") == due
    assert ran == ["1", "2", "3", "3"]


@pytest.mark.django_db
def test_who_claims_second_gets_nothing(only: Callable[..., None]) -> None:
    only(sweep=lambda: None)
    job = registry.get(Periodic, "sweep")
    PeriodicRun(key="sweep", next_at=clock.now()).save(force_insert=True)
    mine, theirs = (PeriodicRun.objects.get(key="sweep") for _ in range(2))
    assert periodic._claim(mine, job)
    assert not periodic._claim(theirs, job)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_runs_it(only: Callable[..., None]) -> None:
    ran: list[int] = []
    only(sweep=lambda: ran.append(1))
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        periodic.run_due()
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert ran == [1]
