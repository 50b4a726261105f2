"""Running numbers never repeat, however many take them at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from chengyun.kernel.sequences import at_least, take

THREADS, EACH = 8, 20


@pytest.mark.django_db
def test_numbers_run_from_one() -> None:
    assert [take("a"), take("a"), take("b"), take("a", 5), take("a")] == [1, 2, 1, 7, 8]


@pytest.mark.django_db
def test_numbers_in_use_are_skipped() -> None:
    at_least("a", 10)
    assert take("a") == 11
    at_least("a", 3)
    assert take("a") == 12


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_different_numbers() -> None:
    taken: list[int] = []
    start = threading.Barrier(THREADS)

    def run() -> None:
        start.wait()
        taken.extend(take("shared") for _ in range(EACH))
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, THREADS * EACH + 1))
