"""移送: handed over, received or given back, answered, withdrawn; each wait has its own limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from chengyun.city.cases.handovers import evidence_asked
from chengyun.city.cases.models import DISTRICT, Case, HandOver
from chengyun.city.people.models import Unit, User
from chengyun.kernel import clock, files
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.params import settings_of
from chengyun.kernel.permissions import require
from chengyun.kernel.workcalendar import calendar_for
from chengyun.science import workclock
from chengyun.science.workclock import Limit

State = HandOver.State
HUNDRED = 100
LONGEST = {"reason": 500, "words": 1000}
MISSING = {"reason": "请写明为什么。", "words": "请写明办理结果。"}


@dataclass(frozen=True, kw_only=True)
class Handing:
    """Why a case is handed over, as what, and which evidence comes with it."""

    reason: str
    kind: str = HandOver.Kind.HELP
    evidence: Sequence[str] = ()


@transaction.atomic
def hand_over(case: Case, unit: Unit, given: Handing, *, by: User | None) -> HandOver:
    """The body shares the case from now on; the limit to receive it runs. A lead needs its evidence."""
    require(by, "handover.send", area=case.area, unit=case.unit_id)
    if unit.kind != Unit.Kind.PARTNER or unit.valid_to is not None:
        raise wrong("unit", "只能移送给联动部门，请从列表中选。")
    if not case.open:
        raise Conflict(f"{case.code} 已经办结，不能移送。")
    row = HandOver(
        case=case,
        unit=unit,
        reason=_said("reason", given.reason),
        kind=given.kind,
        evidence=_evidence(case, given),
        sent_at=clock.now(),
        sent_by=by,
        **_wait(case, "receive"),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{case.code} 已经移送给{unit}，还没有结果。") from error
    told = {"note": f"随附：{'、'.join(row.evidence)}"} if row.evidence else {}
    _record("handover.send", row, by, reason=f"（{row.get_kind_display()}）{row.reason}", **told)
    return row


def _evidence(case: Case, given: Handing) -> list[str]:
    """What comes with it: of a lead everything the city asks for, and a photo that is there to be seen."""
    if given.kind not in HandOver.Kind.values:
        raise wrong("kind", f"移送只能是：{'、'.join(HandOver.Kind.labels)}。")
    asked, there = evidence_asked(case.area), {*given.evidence}
    if unknown := there - {*asked}:
        raise wrong("evidence", f"材料里没有「{'、'.join(sorted(unknown))}」这一项。")
    if given.kind != HandOver.Kind.LEAD:
        return [name for name in asked if name in there]
    if missing := [name for name in asked if name not in there]:
        raise wrong("evidence", f"移送线索还差：{'、'.join(missing)}。")
    if not files.attachments_of(case):
        raise wrong("evidence", "移送线索要有现场照片，请先在案件里补上。")
    return asked


@transaction.atomic
def receive(row: HandOver, *, by: User | None) -> None:
    """The body takes it on; the limit to answer runs."""
    require(by, "handover.take", unit=row.unit_id)
    now = clock.now()
    late = now > row.due_at
    columns = {"state": State.RECEIVED, "received_at": now, "late_received": late}
    _move(row, (State.SENT,), columns | _wait(row.case, "answer"))
    _record("handover.receive", row, by)


@transaction.atomic
def give_back(row: HandOver, reason: str, *, by: User | None) -> None:
    """Not theirs: the case is the sender's alone again."""
    require(by, "handover.take", unit=row.unit_id)
    words = _said("reason", reason)
    _move(row, HandOver.OPEN, {"state": State.RETURNED, "words": words} | _end(row))
    _record("handover.return", row, by, reason=words)


@transaction.atomic
def feed_back(row: HandOver, words: str, *, by: User | None, outcome: str = "") -> None:
    """What the body did; of a lead, with its outcome."""
    require(by, "handover.take", unit=row.unit_id)
    said = _said("words", words)
    if row.kind == HandOver.Kind.LEAD and outcome not in HandOver.Outcome.values:
        raise wrong("outcome", f"反馈线索要选处理结果：{'、'.join(HandOver.Outcome.labels)}。")
    kept = {"outcome": outcome} if row.kind == HandOver.Kind.LEAD else {}
    _move(row, (State.RECEIVED,), {"state": State.ANSWERED, "words": said} | kept | _end(row))
    told = f"{row.get_outcome_display()}。{said}" if row.outcome else said
    _record("handover.answer", row, by, reply=told)


@transaction.atomic
def withdraw(row: HandOver, reason: str, *, by: User | None) -> None:
    """The sender takes it back before it is answered."""
    require(by, "handover.send", area=row.case.area, unit=row.case.unit_id)
    words = _said("reason", reason)
    _move(row, HandOver.OPEN, {"state": State.WITHDRAWN, "words": words} | _end(row))
    _record("handover.withdraw", row, by, reason=words)


def _said(key: str, text: str) -> str:
    text = text.strip()
    if not text:
        raise wrong(key, MISSING[key])
    if len(text) > LONGEST[key]:
        raise wrong(key, f"最多 {LONGEST[key]} 字，现在有 {len(text)} 字。")
    return text


def _wait(case: Case, name: str) -> dict[str, Any]:
    """When what is waited for now is due."""
    area = case.area[:DISTRICT]
    found, calendar, now = (
        settings_of(area)[f"handover.limit.{name}"],
        calendar_for(area),
        clock.now(),
    )
    limit = Limit(value=Decimal(str(found["value"])), unit=found["unit"])
    whole = workclock.amount(limit, calendar)
    share = settings_of(area)["case.warn_share"]
    return {
        "due_at": workclock.add(now, whole, limit.unit, calendar).at,
        "warn_at": workclock.add(now, whole * share // HUNDRED, limit.unit, calendar).at,
    }


def _end(row: HandOver) -> dict[str, Any]:
    """The wait is over; whether it came late is kept with what was waited for."""
    late = clock.now() > row.due_at
    which = "late_received" if row.state == State.SENT else "late_answered"
    return {"ended_at": clock.now(), which: late}


def _move(row: HandOver, sources: tuple[str, ...], columns: dict[str, Any]) -> None:
    """A conditional update: whoever comes second is told how it stands."""
    if not HandOver.objects.filter(pk=row.pk, state__in=sources).update(**columns):
        now = HandOver.objects.get(pk=row.pk)
        raise Conflict(
            f"{row.case.code} 移送{row.unit}现在是「{now.get_state_display()}」，请看新的情况再办。"
        )
    for name, value in columns.items():
        setattr(row, name, value)


def _record(verb: str, row: HandOver, by: User | None, **facts: str) -> None:
    unit = {"code": row.unit.code, "name": str(row.unit)}
    record(verb, row.case, by=by, facts={"unit": unit, **facts}, area=row.case.area)
