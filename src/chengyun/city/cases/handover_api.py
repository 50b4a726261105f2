"""移送 for programs: hand a case over, receive it, give it back, answer, withdraw."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from chengyun.city.cases import handovers as reads
from chengyun.city.cases import queries
from chengyun.city.cases.models import HandOver
from chengyun.city.cases.schemas import Code, Long
from chengyun.city.cases.services import handovers as service
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require

router = Router(tags=["移送"])
Pk = Annotated[int, Path(ge=1, le=2**63 - 1)]


class HandOverOut(Schema):
    """A case shared with another body; ``due_at`` is that of what is waited for now."""

    id: int
    case: str
    unit: str
    unit_name: str
    reason: str
    kind: str
    evidence: list[str]
    outcome: str
    state: str
    state_label: str
    sent_at: datetime
    due_at: datetime
    received_at: datetime | None
    ended_at: datetime | None
    late_received: bool
    late_answered: bool
    words: str


class HandOverList(Schema):
    items: list[HandOverOut]
    next: str


class NewHandOver(Schema):
    """``kind``: ``help``, or ``lead`` 案件线索, with everything of ``handover.evidence`` by name."""

    unit: Code
    reason: Long
    kind: Code = "help"
    evidence: Annotated[list[Code], Field(max_length=30)] = []


class Said(Schema):
    """Why it is given back or withdrawn, or what was done; ``outcome`` of a lead."""

    words: Long = ""
    outcome: Code = ""


class Wanted(Part):
    state: Code = ""


def shown(row: HandOver) -> dict[str, Any]:
    """A 移送 as every answer gives it."""
    same = (
        "reason", "state", "sent_at", "due_at", "received_at", "ended_at", "late_received",
        "late_answered", "words", "kind", "evidence", "outcome",
    )  # fmt: skip
    return {
        "id": row.pk,
        "case": row.case.code,
        "unit": row.unit.code,
        "unit_name": str(row.unit),
        "state_label": row.get_state_display(),
        **{name: getattr(row, name) for name in same},
    }


@router.get("/handovers", response={200: HandOverList, **problems()})
def handovers(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """移送列表：自己范围内案件的，和移送给自己单位的。"""
    user = caller(request)
    require(user, "case.view")
    rows = reads.handovers_for(user)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    return part_of(reads.with_cases(rows), ("-id",), wanted, shown)


@router.post("/cases/{code}/handovers", response={201: HandOverOut, **problems(404, 409)})
@idempotent
def send(request: HttpRequest, code: Code, body: NewHandOver) -> tuple[int, Any]:
    """把一件案件移送给联动部门。"""
    user = caller(request)
    require(user, "case.view")
    case = queries.case_for(user, code)
    unit = queries.unit_named(body.unit)
    given = service.Handing(reason=body.reason, kind=body.kind, evidence=body.evidence)
    return 201, shown(service.hand_over(case, unit, given, by=user))


@router.post("/handovers/{pk}/{do}", response={200: HandOverOut, **problems(404, 409)})
@idempotent
@transaction.atomic
def take(
    request: HttpRequest,
    pk: Pk,
    do: Literal["receive", "return", "answer", "withdraw"],
    body: Said,
) -> tuple[int, Any]:
    """接收、退回、反馈或撤回。"""
    user = caller(request)
    require(user, "case.view")
    row = reads.handover_for(user, pk)
    if do == "receive":
        service.receive(row, by=user)
    elif do == "answer":
        service.feed_back(row, body.words, by=user, outcome=body.outcome)
    elif do == "return":
        service.give_back(row, body.words, by=user)
    else:
        service.withdraw(row, body.words, by=user)
    return 200, shown(row)
