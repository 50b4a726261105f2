"""挂账 that has come to its day: the case goes on by itself."""

from __future__ import annotations

import logging

from django.utils.timezone import localdate

from chengyun.city.cases.models import CaseRequest
from chengyun.city.cases.services.acting import act
from chengyun.kernel import clock
from chengyun.kernel.errors import Conflict

log = logging.getLogger(__name__)
AT_ONCE = 200


def resume_due() -> int:
    """Resume what is due, each case in its own transaction; how many went on."""
    rows = CaseRequest.objects.filter(kind="suspend", approved=True, ended_at=None)
    due = (
        rows.filter(until__lte=localdate(clock.now()))
        .select_related("case")
        .order_by("until", "id")
    )
    return sum(_resume(row) for row in due[:AT_ONCE])


def _resume(row: CaseRequest) -> int:
    try:
        act(row.case, "resume", {"note": "挂账到期，自动恢复"}, by=None)
    except Conflict as faster:
        log.info("%s was resumed by somebody else: %s", row.case.code, faster)
        return 0
    return 1
