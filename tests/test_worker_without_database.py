"""The database goes away under the worker and comes back: the worker goes on."""

from __future__ import annotations

import pytest
from django.db import connection

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.kernel.models import Message
from tests.gateway import within
from tests.serving import worker

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = (
    "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def cut_off() -> int:
    """End every other connection to this database, as its restart would; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OTHERS}")  # noqa: S608
        return len(cursor.fetchall())


def test_a_worker_goes_on_when_the_database_is_back() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a file does not go away")
    cast = make_working_city()
    drive(make_case(cast), cast, "dispatched")
    told = Message.objects.filter(kind="case.dispatched")
    with worker() as process:
        try:
            assert within(60, told.exists)
            for _ in range(3):
                assert within(60, cut_off)
            drive(make_case(cast), cast, "dispatched")
            assert within(60, lambda: told.count() == 2)
            assert process.poll() is None
        finally:
            process.kill()
