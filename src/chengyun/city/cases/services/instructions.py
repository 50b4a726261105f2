"""签批: a leader writes on an order; the team takes it up, reports on the way, reports that it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from chengyun.city.cases.instructions import GIVE, keeps
from chengyun.city.cases.models import Inquiry, Instruction
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.permissions import require

State = Instruction.State
AT_MOST = {"words": 500, "report": 1000}
MISSING = {"words": "请写签批意见。", "report": "请写明落实的情况。"}


@transaction.atomic
def give(inquiry: Inquiry, words: str, *, by: User | None) -> Instruction:
    """Write on an order, once; the team of the unit it lies with is told, now or when it is sent to one."""
    case = inquiry.case
    require(by, GIVE, area=case.area, unit=case.unit_id)
    if inquiry.limit is None:
        raise Conflict(f"{case.code} 没有人等回复，不用签批。")
    row = Instruction(inquiry=inquiry, words=_said("words", words), at=clock.now(), by=by)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        first = Instruction.objects.select_related("by").get(inquiry=inquiry)
        raise Conflict(f"{case.code} 已经由{first.by or '系统'}签批：{first.words}") from error
    _record("instruction.give", row, by, note=row.words)
    return row


@transaction.atomic
def take_up(row: Instruction, *, by: User | None) -> None:
    """The team has it in hand."""
    _must_keep(row, by)
    _move(row, (State.GIVEN,), state=State.TAKEN, taken_at=clock.now(), taken_by=by)
    _record("instruction.take", row, by)


@transaction.atomic
def report(row: Instruction, words: str, *, done: bool, by: User | None) -> None:
    """How far it is; with ``done``, what came of it: whoever wrote the instruction is told."""
    _must_keep(row, by)
    said, now = _said("report", words), clock.now()
    columns: dict[str, Any] = {"state": State.TAKEN}
    if row.taken_at is None:
        columns |= {"taken_at": now, "taken_by": by}
    if done:
        columns |= {"state": State.DONE, "result": said, "done_at": now}
    _move(row, Instruction.WAITS, **columns)
    _record("instruction.finish" if done else "instruction.progress", row, by, reply=said)


def _must_keep(row: Instruction, by: User | None) -> None:
    case = row.inquiry.case
    if case.unit is None:
        raise Conflict(f"{case.code} 还没有派给单位，派了以后由那个单位的专班落实。")
    if by is not None and not keeps(by, case):
        raise NotAllowed(f"这件由{case.unit}的专班落实，你不在里面。")


def _move(row: Instruction, sources: Sequence[str], **columns: Any) -> None:
    """A conditional update: whoever comes second is told how it stands."""
    if not Instruction.objects.filter(pk=row.pk, state__in=sources).update(**columns):
        now = Instruction.objects.get(pk=row.pk).get_state_display()
        raise Conflict(f"这件签批现在是「{now}」，请看新的情况再办。")
    for name, value in columns.items():
        setattr(row, name, value)


def _record(verb: str, row: Instruction, by: User | None, **facts: str) -> None:
    record(verb, row.inquiry.case, by=by, facts=facts, area=row.inquiry.case.area)


def _said(key: str, text: str) -> str:
    text, field = text.strip(), "words"
    if not text:
        raise wrong(field, MISSING[key])
    if len(text) > AT_MOST[key]:
        raise wrong(field, f"最多 {AT_MOST[key]} 字，现在有 {len(text)} 字。")
    return text
