"""Many at one door at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from chengyun.city.people.factories import PASSWORD, make_cast
from chengyun.kernel import audit
from chengyun.kernel.models import Audit


@pytest.mark.django_db(transaction=True)
def test_guessing_in_parallel_gains_nothing() -> None:
    make_cast()

    def guess(n: int) -> int:
        try:
            form = {"username": "operator", "password": f"guess-{n}"}
            return Client().post("/api/v1/token", form, "application/json").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(guess, range(12)))
    assert set(answers) <= {401, 429}
    assert answers[429] >= 1
    assert Audit.objects.filter(verb="user.lock").exists()
    form = {"username": "operator", "password": PASSWORD}
    assert Client().post("/api/v1/token", form, "application/json").status_code == 429
    assert audit.verify().sound
