"""Fill the small city with open cases whose clocks run, then let the sweep look at them; print what it took (JSON).

What is due is told as the worker would: rows of the history, in its own transactions. Nobody reads them here.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from chengyun.city.cases.factories import drive, make_case, make_working_city  # noqa: E402
from chengyun.city.cases.models import Case, LimitMark, StageClock  # noqa: E402
from chengyun.city.cases.services.deadlines import sweep  # noqa: E402
from chengyun.kernel import clock  # noqa: E402

BLOCK = 2000
LATER = timedelta(hours=1)
APART = timedelta(milliseconds=100)
"""Clocks reach their warning one after the other."""


def main() -> None:
    count, few, many = (int(word) for word in sys.argv[1:4])
    call_command("migrate", verbosity=0)
    first = fill(count)
    taken = [look(first - timedelta(seconds=1))]
    taken.append(look(first + APART * (few - 1)))
    taken.append(look(first + APART * (few + many - 1)))
    print(json.dumps({"open": Case.objects.filter(open=True).count(), "taken": taken}))


def fill(count: int) -> datetime:
    """So many cases under way; the moment at which the first of them comes near its limit."""
    pattern = drive(make_case(cast := make_working_city()), cast, "handling")
    row = StageClock.objects.get(case=pattern, stopped_at=None)
    first = clock.now() + LATER
    for block in _blocks(count):
        cases = Case.objects.bulk_create([_copy(pattern, code=f"9{n:09}") for n in block])
        pairs = zip(block, cases, strict=True)
        StageClock.objects.bulk_create(
            [_running(row, case, first + APART * n) for n, case in pairs]
        )
    StageClock.objects.filter(pk=row.pk).update(warn_at=first + timedelta(days=9))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return first


def _blocks(count: int) -> Iterator[range]:
    for start in range(0, count, BLOCK):
        yield range(start, min(start + BLOCK, count))


def _copy(row: Any, **changes: Any) -> Any:
    columns = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return type(row)(**{**columns, "id": None, **changes})


def _running(row: StageClock, case: Case, warn_at: datetime) -> StageClock:
    copy: StageClock = _copy(row, case_id=case.pk, warn_at=warn_at, due_at=warn_at + 9 * LATER)
    return copy


def look(at: datetime) -> dict[str, float]:
    """One run at a moment: how many clocks were told of, in which time, with how many statements."""
    counted, marks = [0], LimitMark.objects.count()

    def count(execute: Any, *words: Any) -> Any:
        counted[0] += 1
        return execute(*words)

    with clock.at(at), connection.execute_wrapper(count):
        began = time.perf_counter()
        sweep()
        seconds = time.perf_counter() - began
    told = LimitMark.objects.count() - marks
    return {"told": told, "seconds": seconds, "statements": counted[0]}


main()
