"""Reads kept for seconds: fast, bounded, and forgotten by the verb that changes what they read."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from chengyun.kernel import recent as module
from chengyun.kernel.recent import forget_everything, recent


class Source:
    def __init__(self) -> None:
        self.reads = 0

    def read(self, key: str = "") -> str:
        self.reads += 1
        return f"{key}{self.reads}"


@pytest.mark.django_db
def test_an_answer_is_kept_for_each_question() -> None:
    source = Source()
    kept = recent(60)(source.read)
    assert [kept("a"), kept("a"), kept("b"), kept(key="a")] == ["a1", "a1", "b2", "a3"]


@pytest.mark.django_db
def test_it_is_asked_again_after_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    source, now = Source(), [100.0]
    monkeypatch.setattr("chengyun.kernel.recent.time.monotonic", lambda: now[0])
    kept = recent(5)(source.read)
    kept()
    now[0] = 104.9
    assert kept() == "1"
    now[0] = 105.1
    assert kept() == "2"


@pytest.mark.django_db
def test_it_forgets_when_told() -> None:
    source = Source()
    kept = recent(60)(source.read)
    kept()
    kept.forget()
    assert kept() == "2"
    forget_everything()
    assert kept() == "3"


@pytest.mark.django_db
def test_another_process_forgets_with_it() -> None:
    source = Source()
    kept = recent(60)(source.read)
    kept()
    words = (
        "import django; django.setup()\n"
        "from chengyun.kernel.tests.test_recent import Source\n"
        "from chengyun.kernel.recent import recent\n"
        "recent(60)(Source().read).forget()"
    )
    home, ours = str(settings.RECENT.parent), "chengyun.config.settings"
    environ = {**os.environ, "CHENGYUN_HOME": home, "DJANGO_SETTINGS_MODULE": ours}
    subprocess.run([sys.executable, "-c", words], env=environ, check=True)
    assert kept() == "2"


@pytest.mark.django_db
def test_it_never_grows_without_end() -> None:
    source = Source()
    kept = recent(60)(source.read)
    for number in range(module.AT_MOST + 10):
        kept(str(number))
    assert kept(str(module.AT_MOST + 9)) == f"{module.AT_MOST + 9}{module.AT_MOST + 10}"
    kept("0")
    assert source.reads == module.AT_MOST + 11


@pytest.mark.django_db
def test_a_read_under_way_when_all_is_forgotten_is_not_kept() -> None:
    answers = iter(["old", "new"])

    def read() -> str:
        found = next(answers)
        if found == "old":
            kept.forget()  # another thread revokes what this one has just read
        return found

    kept = recent(60)(read)
    assert [kept(), kept(), kept()] == ["old", "new", "new"]
