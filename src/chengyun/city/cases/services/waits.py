"""What waits for somebody beside the clock of a case: a yes, a reply to 督办, a body, a caller, a promise, a review.

Each is told once when its moment has passed, by an audit row on the case, the promise or the agreement, as every
message is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F

from chengyun.city.cases.models import (
    Agreement,
    CaseRequest,
    HandOver,
    Inquiry,
    Promise,
    Supervision,
)
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict
from chengyun.kernel.reads import Read, composed

AT_MOST = 500
"""So many of a kind in one run; the rest is told in the runs that follow."""

Rows = models.QuerySet[Any]


@dataclass(frozen=True, kw_only=True)
class Wait:
    """One kind of waiting: the act that tells it is late, the rows that wait, what is said of one and of what.

    ``related`` is what is read with each of them.
    """

    verb: str
    rows: Callable[[], Rows]
    facts: Callable[[Any], dict[str, Any]]
    subject: Callable[[Any], Any] = lambda row: row.case
    related: tuple[str, ...] = ("case",)


def _unit(row: HandOver | Promise) -> dict[str, Any]:
    return {"unit": {"code": row.unit.code, "name": str(row.unit)}}


WAITS = (
    Wait(
        verb="limit.request",
        rows=lambda: CaseRequest.objects.filter(decided_at=None),
        facts=lambda row: {"request": row.kind},
    ),
    Wait(
        verb="limit.reply",
        rows=lambda: Supervision.objects.filter(ended_at=None, replied_at=None),
        facts=lambda row: {},
    ),
    Wait(
        verb="limit.handover",
        rows=lambda: HandOver.objects.filter(state__in=HandOver.OPEN).select_related("unit"),
        facts=_unit,
    ),
    Wait(
        verb="limit.inquiry",
        rows=lambda: Inquiry.objects.filter(answered_at=None, limit_value__isnull=False),
        facts=lambda row: {},
    ),
    Wait(
        verb="limit.promise",
        rows=lambda: Promise.objects.filter(state=Promise.State.OPEN).select_related("unit"),
        facts=_unit,
        subject=lambda row: row,
    ),
    Wait(
        verb="limit.review",
        rows=lambda: Agreement.objects.filter(state=Agreement.State.RUNNING, due_at__isnull=False),
        facts=lambda row: {},
        subject=lambda row: row,
        related=("unit",),
    ),
)


def sweep_waits() -> int:
    """Tell what has become late and was not told; how many."""
    return sum(_tell(wait, row) for wait in WAITS for row in _late(wait))


def _late(wait: Wait) -> list[Any]:
    return _READS[wait.verb](clock.now())


def _read(wait: Wait) -> Read[Any]:
    def late(now: datetime) -> Rows:
        rows = _untold(wait).filter(due_at__lte=now).select_related(*wait.related)
        return rows.order_by("due_at", "id")[:AT_MOST]

    return composed(late)


_READS = {wait.verb: _read(wait) for wait in WAITS}


def _untold(wait: Wait) -> Rows:
    return wait.rows().exclude(told_due=F("due_at"))


def _tell(wait: Wait, row: Any) -> bool:
    """Whether it was told; who acts on the case in this moment comes first, and the next run looks again."""
    try:
        with transaction.atomic():
            mine = _untold(wait).filter(pk=row.pk, due_at=row.due_at)
            if not mine.update(told_due=row.due_at):
                return False
            facts = {"due": row.due_at, **wait.facts(row)}
            subject = wait.subject(row)
            record(wait.verb, subject, by=None, facts=facts, area=subject.area)
    except Conflict:
        return False
    return True
