"""The sweep over running clocks: each moment of a limit is told once, whoever looks or does not.

Near the limit, past it, and, as long as nobody acts, to those above: each leaves an audit row of its own on the case,
from which the messages are made like those of any other act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from chengyun.city.cases.models import LimitMark, StageClock
from chengyun.city.cases.services.clocks import moment_of
from chengyun.kernel import clock
from chengyun.kernel.actions import record_many
from chengyun.kernel.errors import Conflict
from chengyun.kernel.params import settings_of
from chengyun.kernel.reads import composed

AT_ONCE = 200
"""So many in one transaction: it holds the write lock of SQLite for some tens of milliseconds."""
AT_MOST = 3_000
"""So many in one run, which then takes a second or two; a city that stood still is told in the runs that follow."""
OF_UNITS = ("handle", "rectify")
LEVELS = {LimitMark.SUPERVISOR: "supervisor", LimitMark.LEADER: "leader"}


@dataclass(frozen=True)
class Passed:
    """A clock and the levels it has reached that nobody was told of."""

    clock: StageClock
    levels: tuple[int, ...]


def sweep() -> int:
    """Tell every moment that has come and was not told; how many clocks were touched."""
    now = clock.now()
    _forget_stopped(now)
    due = _marked(now, AT_MOST)
    due += _unmarked(now, AT_MOST - len(due))
    for first in range(0, len(due), AT_ONCE):
        _tell(due[first : first + AT_ONCE], now)
    return len(due)


def _running() -> QuerySet[StageClock]:
    return StageClock.objects.filter(stopped_at=None, ran_since__isnull=False)


def _unmarked(now: datetime, most: int) -> list[int]:
    return _near(now)[:most]


_near = composed(
    lambda now: (
        _running()
        .filter(warn_at__lte=now, mark=None)
        .order_by("warn_at", "id")
        .values_list("pk", flat=True)[:AT_MOST]
    )
)


def _marked(now: datetime, most: int) -> list[int]:
    return _due(now)[:most]


_due = composed(
    lambda now: (
        LimitMark.objects.filter(next_at__lte=now, clock__ran_since__isnull=False)
        .order_by("next_at")
        .values_list("pk", flat=True)[:AT_MOST]
    )
)


def _forget_stopped(now: datetime) -> None:
    """A clock that was stopped has nothing more to tell."""
    stopped = LimitMark.objects.filter(next_at__lte=now, clock__stopped_at__isnull=False)
    stopped.update(next_at=None)


def _tell(clocks: Sequence[int], now: datetime) -> None:
    """One transaction. Who acts on one of the cases in this moment comes first: a later run tells what is left."""
    try:
        with transaction.atomic():
            _mark(clocks, now)
    except Conflict:
        for pk in clocks if len(clocks) > 1 else ():
            _tell([pk], now)


def _mark(clocks: Sequence[int], now: datetime) -> None:
    """The cases are held: who acts on one of them waits, instead of being told that somebody was faster."""
    rows = _running().filter(pk__in=clocks).select_related("case", "mark")
    rows = rows.select_for_update(of=("case",), skip_locked=True, no_key=True)
    passed, marks = [], []
    for row in rows.defer("case__description", "case__search", "case__data"):
        told = row.mark.told if hasattr(row, "mark") else 0
        ways = moments(row)
        reached = max(told, *(level for level, at in ways if at <= now), 0)
        later = min((at for level, at in ways if level > reached), default=None)
        marks.append(LimitMark(clock=row, told=reached, next_at=later, at=now))
        passed.append(Passed(row, tuple(range(told + 1, reached + 1))))
    LimitMark.objects.bulk_create(
        marks,
        update_conflicts=True,
        unique_fields=["clock"],
        update_fields=["told", "next_at", "at"],
    )
    _record(passed)


def moments(row: StageClock) -> list[tuple[int, datetime]]:
    """When each level of a running clock is reached; of the quarter hours of the desk no leader is told."""
    shares = settings_of(row.area)
    above = [
        (level, max(row.due_at, moment_of(row, shares[f"case.escalate.{name}"])))
        for level, name in LEVELS.items()
        if level != LimitMark.LEADER or row.name in OF_UNITS
    ]
    return [(LimitMark.NEAR, row.warn_at), (LimitMark.OVER, row.due_at), *above]


def _record(passed: Sequence[Passed]) -> None:
    """Past the limit it is not told any more that it is near."""
    near = [p for p in passed if p.levels == (LimitMark.NEAR,)]
    _rows("limit.near", near, {})
    _rows("limit.over", [p for p in passed if LimitMark.OVER in p.levels], {})
    for level, name in LEVELS.items():
        _rows("limit.escalate", [p for p in passed if level in p.levels], {"level": name})


def _rows(verb: str, passed: Sequence[Passed], more: dict[str, Any]) -> None:
    names = {p.clock.case_id: p.clock for p in passed}
    record_many(
        verb,
        [p.clock.case for p in passed],
        by=None,
        facts_of=lambda case: _facts(names[case.pk], more),
        area_of=lambda case: str(case.area),
        new=False,
    )


def _facts(row: StageClock, more: dict[str, Any]) -> dict[str, Any]:
    share = settings_of(row.area).get(f"case.escalate.{more.get('level')}")
    return {"clock": row.name, "due": row.due_at, **more, **({"share": share} if share else {})}
