"""移送: handed over, received or given back, answered, withdrawn; each wait has its own limit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from chengyun.city.cases.models import DISTRICT, Case, HandOver
from chengyun.city.people.models import Unit, User
from chengyun.kernel import clock
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


@transaction.atomic
def hand_over(case: Case, unit: Unit, reason: str, *, by: User | None) -> HandOver:
    """The body shares the case from now on; the limit to receive it runs."""
    require(by, "handover.send", area=case.area, unit=case.unit_id)
    if unit.kind != Unit.Kind.PARTNER or unit.valid_to is not None:
        raise wrong("unit", "只能移送给联动部门，请从列表中选。")
    if not case.open:
        raise Conflict(f"{case.code} 已经办结，不能移送。")
    row = HandOver(
        case=case,
        unit=unit,
        reason=_said("reason", reason),
        sent_at=clock.now(),
        sent_by=by,
        **_wait(case, "receive"),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{case.code} 已经移送给{unit}，还没有结果。") from error
    _record("handover.send", row, by, reason=row.reason)
    return row


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
def feed_back(row: HandOver, words: str, *, by: User | None) -> None:
    """What the body did."""
    require(by, "handover.take", unit=row.unit_id)
    said = _said("words", words)
    _move(row, (State.RECEIVED,), {"state": State.ANSWERED, "words": said} | _end(row))
    _record("handover.answer", row, by, reply=said)


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
