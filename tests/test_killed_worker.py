"""A worker that is killed in the middle of telling: nobody is told twice, nobody is forgotten."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.people.factories import Cast, make_user
from chengyun.kernel import clock
from chengyun.kernel.models import Audit, Delivery, Message
from tests.serving import environ, worker
from tools.install import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

COLLEAGUES = 3
CASES = 25
STOPS_IN_THE_MIDDLE = """
import django, pathlib, sys, time
django.setup()
from chengyun.kernel import outbox
from chengyun.kernel.notify import telling

write = telling._write

def write_and_stop(sheets):
    write(sheets)
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(60)

telling._write = write_and_stop
outbox.deliver_due()
"""


@pytest.fixture
def cast() -> Cast:
    cast = make_working_city()
    for n in range(COLLEAGUES):
        make_user(f"crew-{n}", f"队员{n}", "department", cast.crew)
    return cast


def within(seconds: float, holds: object) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if callable(holds) and holds():
            return True
        time.sleep(0.1)
    return False


def let_claims_run_out() -> None:
    """What the time would do."""
    Delivery.objects.filter(state=Delivery.WAITING).update(next_at=clock.now())


def told_once() -> bool:
    rows = Message.objects.values_list("about", "kind", "to")
    events = Audit.objects.filter(verb="case.dispatch").count()
    return len(rows) == len(set(rows)) == events * (COLLEAGUES + 1)


def test_a_worker_killed_between_two_people_has_told_neither(cast: Cast, tmp_path: Path) -> None:
    drive(make_case(cast), cast, "dispatched")
    mark = tmp_path / "written"
    words = [sys.executable, "-c", STOPS_IN_THE_MIDDLE, str(mark)]
    with subprocess.Popen(words, cwd=ROOT, env=environ()) as process:
        try:
            assert within(60, mark.exists)
        finally:
            process.kill()
    assert not Message.objects.exists()
    telling = Delivery.objects.filter(audit__verb="case.dispatch", handler__endswith=".tell")
    assert telling.get().state == Delivery.WAITING
    let_claims_run_out()
    with worker() as process:
        try:
            assert within(60, told_once)
        finally:
            process.kill()
    assert telling.get().state == Delivery.DONE


@pytest.mark.long
def test_a_worker_killed_again_and_again_tells_everybody_once(cast: Cast) -> None:
    for _ in range(CASES):
        drive(make_case(cast), cast, "dispatched")
    for pause in (0.3, 0.5, 0.1, 0.4):
        told = Message.objects.count()
        with worker() as process:
            try:
                within(60, lambda told=told: Message.objects.count() > told or told_once())
                time.sleep(pause)
            finally:
                process.kill()
        let_claims_run_out()
    with worker() as process:
        try:
            assert within(90, told_once)
        finally:
            process.kill()
    assert not Delivery.objects.exclude(state=Delivery.DONE).exists()
