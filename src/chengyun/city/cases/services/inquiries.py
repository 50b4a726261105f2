"""来件: what begins with a report whose sender waits for a reply, the reply, and the call afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from chengyun.city.cases.callers import mark_of
from chengyun.city.cases.models import DISTRICT, Caller, Case, Inquiry
from chengyun.city.cases.specs import Source
from chengyun.city.people.models import User
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.params import settings_of
from chengyun.kernel.permissions import require
from chengyun.kernel.statements import insert
from chengyun.kernel.workcalendar import calendar_for
from chengyun.science import workclock
from chengyun.science.workclock import Limit

NUMBER_AT_MOST = 40
WORDS_AT_MOST = 1000
HUNDRED = 100


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the sender was told, and how."""

    how: str
    words: str


def begin(case: Case, number: str, book: str, came_at: datetime | None) -> None:
    """The inquiry of a case that is being made, where its source has one, in the caller's transaction.

    A number given before is a Conflict.
    """
    number = number.strip()
    if len(number) > NUMBER_AT_MOST:
        raise wrong("number", f"来件编号最多 {NUMBER_AT_MOST} 字。")
    awaited = registry.get(Source, case.source).reply is not None
    if not (awaited or number):
        return
    since = min(came_at or case.reported_at, case.reported_at)
    row = Inquiry(
        case=case,
        book=book or case.source,
        number=number,
        came_at=since,
        **(_clock(case, since) if awaited else {}),
    )
    _must_be_new(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        _must_be_new(row)
        raise


def _must_be_new(row: Inquiry) -> None:
    if not row.number:
        return
    known = Inquiry.objects.filter(book=row.book, number=row.number).select_related("case").first()
    if known:
        raise Conflict(f"来件 {row.number} 已经登记过，案号 {known.case.code}，没有再登记。")


def _clock(case: Case, since: datetime) -> dict[str, Any]:
    """Limit and moments of the reply, by what the city has set for the source."""
    found = settings_of(case.area[:DISTRICT])[f"case.reply.{case.source}"]
    limit = Limit(value=Decimal(str(found["value"])), unit=found["unit"])
    return {"limit_value": limit.value, "limit_unit": limit.unit} | _moments(case, limit, since)


def _moments(case: Case, limit: Limit, since: datetime) -> dict[str, Any]:
    calendar = calendar_for(case.area[:DISTRICT])
    whole = workclock.amount(limit, calendar)
    share = settings_of(case.area[:DISTRICT])["case.warn_share"]
    due = workclock.add(since, whole, limit.unit, calendar)
    warn = workclock.add(since, whole * share // HUNDRED, limit.unit, calendar)
    return {"due_at": due.at, "warn_at": warn.at, "provisional": due.provisional}


def remember(case: Case, phone: str) -> None:
    """By which telephone the reporter of a case is known again."""
    if mark := mark_of(phone):
        insert(Caller(case=case, mark=mark))


def forget(case: Case) -> None:
    """Whoever reported is not known again by this case."""
    Caller.objects.filter(case=case).delete()


@transaction.atomic
def answer_inquiry(inquiry: Inquiry, reply: Reply, *, by: User | None) -> Inquiry:
    """The sender was told: the clock of the reply stops, and stays late if it came late."""
    case, now = inquiry.case, clock.now()
    require(by, "inquiry.answer", area=case.area, unit=case.unit_id)
    if inquiry.limit is None:
        raise Conflict(f"{case.code} 没有人等回复。")
    _must_say(reply)
    columns: dict[str, Any] = {
        "answered_at": now,
        "answered_by": by,
        "how": reply.how,
        "late": now > inquiry.due_at,
    }
    _take(inquiry, {"answered_at": None}, columns, f"{case.code} 的来件已经回复过，不用再回复。")
    how = Inquiry.How(reply.how).label
    facts: dict[str, Any] = {"reply": f"（{how}）{reply.words.strip()}", "late": inquiry.late}
    record("inquiry.answer", case, by=by, facts=facts, area=case.area)
    return inquiry


def _must_say(reply: Reply) -> None:
    if reply.how not in Inquiry.How.values:
        raise wrong("how", f"回复方式只能是：{'、'.join(Inquiry.How.labels)}。")
    if not reply.words.strip():
        raise wrong("words", "请写明怎样回复来件人。")
    if len(reply.words) > WORDS_AT_MOST:
        raise wrong("words", f"回复内容最多 {WORDS_AT_MOST} 字。")


@transaction.atomic
def visit_caller(inquiry: Inquiry, satisfied: str, words: str, *, by: User | None) -> Inquiry:
    """回访 after the reply: whether the sender is satisfied."""
    case = inquiry.case
    require(by, "inquiry.answer", area=case.area, unit=case.unit_id)
    if satisfied not in Inquiry.Satisfied.values:
        raise wrong("satisfied", f"满意度只能是：{'、'.join(Inquiry.Satisfied.labels)}。")
    if satisfied == Inquiry.Satisfied.NO and not words.strip():
        raise wrong("words", "来件人不满意，请写明为什么。")
    if len(words) > WORDS_AT_MOST:
        raise wrong("words", f"说明最多 {WORDS_AT_MOST} 字。")
    if inquiry.answered_at is None:
        raise Conflict(f"{case.code} 的来件还没有回复，先回复再回访。")
    columns = {"visited_at": clock.now(), "satisfied": satisfied}
    _take(inquiry, {"visited_at": None}, columns, f"{case.code} 的来件已经回访过。")
    said = f"{Inquiry.Satisfied(satisfied).label}。{words.strip()}"
    record(
        "inquiry.visit", case, by=by, facts={"note": said, "satisfied": satisfied}, area=case.area
    )
    return inquiry


def _take(
    inquiry: Inquiry, where: Mapping[str, Any], columns: dict[str, Any], sentence: str
) -> None:
    """A conditional update: whoever comes second is told so."""
    if not Inquiry.objects.filter(pk=inquiry.pk, **where).update(**columns):
        raise Conflict(sentence)
    for name, value in columns.items():
        setattr(inquiry, name, value)


def recompute_replies(*, by: User | None) -> int:
    """The calendar changed: due moments that were provisional and still wait are computed again; how many moved."""
    require(by, "calendar.change")
    waiting = Inquiry.objects.filter(provisional=True, answered_at=None).select_related("case")
    return sum(_recomputed(row, by) for row in waiting)


@transaction.atomic
def _recomputed(row: Inquiry, by: User | None) -> bool:
    limit = row.limit
    if limit is None:
        return False
    before, columns = row.due_at, _moments(row.case, limit, row.came_at)
    Inquiry.objects.filter(pk=row.pk, answered_at=None).update(**columns)
    if columns["due_at"] == before:
        return False
    facts = {"before": before, "due": columns["due_at"]}
    record("inquiry.recompute", row.case, by=by, facts=facts, area=row.case.area)
    return True
