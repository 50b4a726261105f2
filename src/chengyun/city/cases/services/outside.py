"""What comes in through an address given to somebody without an account, and the end of what was not answered."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from chengyun.city.cases.invitations import steps_at
from chengyun.city.cases.models import Case, Invitation
from chengyun.city.cases.services.acting import act
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict

log = logging.getLogger(__name__)

ENDS = {Invitation.Kind.HANDLER: "uninvite", Invitation.Kind.REPORTER: "drop_question"}
AT_ONCE = 200


def opened(row: Invitation) -> None:
    """The address was opened for the first time. Not in the audit: looking changes nothing."""
    Invitation.objects.filter(pk=row.pk, opened_at=None).update(opened_at=clock.now())


@transaction.atomic
def answer(row: Invitation, verb: str, facts: Mapping[str, Any], *, version: int | None) -> Case:
    """Take a step of the case for whoever holds the address; photos among the facts belong to nobody yet.

    Conflict when the address no longer holds or the step is not open through it.
    """
    if verb not in [step.verb for step in steps_at(row)]:
        raise Conflict("这个链接现在不能办这一步，请刷新页面看新的情况。", version=row.case.version)
    case = act(row.case, verb, facts, by=None, version=version, told={"through": row.outsider})
    if row.kind == Invitation.Kind.HANDLER:
        told = {"act": f"{case.workflow}.{verb}", "case": {"name": case.code}}
        record("invitation.answer", row, by=None, facts=told, area=case.area)
    return case


def expire_due() -> int:
    """End what was not answered by its day, each case in its own transaction; how many ended."""
    rows = Invitation.objects.filter(ended_at=None, expires_at__lte=clock.now())
    due = rows.select_related("case").order_by("expires_at", "id")
    return sum(_expire(row) for row in due[:AT_ONCE])


def _expire(row: Invitation) -> int:
    try:
        act(row.case, ENDS[Invitation.Kind(row.kind)], {"note": "到期没有答复"}, by=None)
    except Conflict as faster:
        log.info("%s went on without an answer: %s", row.case.code, faster)
        return 0
    return 1
