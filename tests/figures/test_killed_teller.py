"""Who brings the facts to the lake is killed in the middle of it: no act is missing, none is there twice."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.indicators.services import tell_lake
from chengyun.city.people.factories import Cast
from chengyun.kernel import audit
from chengyun.kernel.models import Audit, Seal
from chengyun.lake import facts, tables
from tests.gateway import within
from tests.serving import environ
from tools.install import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE_THE_COMMIT = "stop_before(tables, 'change')"
AFTER_THE_COMMIT = "stop_after(tables, 'change')"
AFTER_EVERY_SEAL = "services.SEALS_AT_ONCE = 1; touch_after(tables, 'change')"
TELLS = """
import os, pathlib, sys, time
import django
django.setup()
from django.conf import settings
from chengyun.city.indicators import services
from chengyun.lake import tables

settings.FACTS = pathlib.Path(sys.argv[1])
mark = pathlib.Path(sys.argv[2])

def touch():
    with mark.open("a") as file:
        file.write(".")

def stop_before(module, name):
    def stopped(*args, **more):
        touch()
        time.sleep(600)
    setattr(module, name, stopped)

def stop_after(module, name):
    touch_after(module, name, lambda: time.sleep(600))

def touch_after(module, name, then=lambda: None):
    whole = getattr(module, name)
    def touching(*args, **more):
        whole(*args, **more)
        touch()
        then()
    setattr(module, name, touching)

"""


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def lake(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.FACTS = tmp_path / "facts"
    yield settings.FACTS
    found = tables.opened(settings.FACTS)
    assert found is not None
    with facts.read(settings.FACTS, *facts.ALWAYS) as opened:
        acts = opened.acts.filter(opened.acts.verb != facts.STANDING)
        ids = sorted(row["id"] for row in opened.asked(acts.select("id")).to_pylist())
    known = Audit.objects.filter(subject_type="cases.case").order_by("pk")
    assert ids == list(known.values_list("pk", flat=True))


def killed(lake: Path, mark: Path, how: str, *, marks: int = 1) -> None:
    """A process that tells is killed when it has come that far."""
    mark.unlink(missing_ok=True)
    words = [sys.executable, "-c", f"{TELLS}{how}\nservices.tell_lake()", str(lake), str(mark)]
    with subprocess.Popen(words, cwd=ROOT, env=environ()) as process:
        try:
            assert within(60, lambda: mark.exists() and mark.stat().st_size >= marks)
        finally:
            process.kill()


def checked() -> str:
    out = StringIO()
    call_command("facts", "check", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(("how", "inside"), [(BEFORE_THE_COMMIT, 0), (AFTER_THE_COMMIT, 9)])
def test_killed_on_either_side_of_the_commit(
    cast: Cast, lake: Path, tmp_path: Path, how: str, inside: int
) -> None:
    drive(make_case(cast), cast, "closed")
    audit.seal_new()
    killed(lake, tmp_path / "mark", how)
    assert checked().startswith(f"一致：{inside} 条")
    assert tell_lake() == 9 - inside
    drive(make_case(cast), cast, "filed")
    audit.seal_new()
    assert tell_lake() == 3
    assert checked().startswith("一致：12 条")


def test_killed_again_and_again(cast: Cast, lake: Path, tmp_path: Path) -> None:
    dice = random.Random(5)
    for _ in range(4):
        for _ in range(6):
            drive(make_case(cast), cast, dice.choice(("reported", "filed", "handled")))
            audit.seal_new()
        killed(lake, tmp_path / "mark", AFTER_EVERY_SEAL, marks=dice.randint(1, 5))
        assert checked().startswith("一致：")
    assert tables.committed(lake) > 0
    tell_lake()
    assert tables.committed(lake) == Seal.objects.latest("pk").pk
    assert "还有 0 条等着写入" in checked()
