"""Verbs on appeals against a published score: one that is granted becomes one more sheet."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, Missing, NotAllowed
from chengyun.kernel.permissions import require
from chengyun.science.periods import parse
from chengyun.systems.evaluation.models import (
    ScoreAppeal,
    ScoreEntry,
    ScoreSheet,
)
from chengyun.systems.evaluation.scores import (
    APPEAL,
    APPROVE,
    Content,
    may_appeal,
    results_of,
    rules_of,
    told_of,
)
from chengyun.systems.evaluation.services.giving import must_be_written, must_fit
from chengyun.systems.evaluation.services.sheets import keep, release


@transaction.atomic
def appeal(
    sheet: ScoreSheet, group: str, item: str, reason: str, *, by: User | None
) -> ScoreAppeal:
    """Whoever speaks for a group says what is wrong with an item of a published sheet."""
    require(by, APPEAL)
    if by is not None and not may_appeal(by, sheet.scheme, group):
        raise NotAllowed("只能替本区域、本单位申诉。")
    if not sheet.published_at or _line(sheet, group, item) is None:
        raise Missing("没有发布过这一项成绩。")
    if latest_of(sheet).pk != sheet.pk:
        raise Conflict("这一期后来又发布过新的成绩，请对新的申诉。")
    must_be_written(reason)
    row = ScoreAppeal(
        sheet=sheet,
        group=group,
        item=item,
        reason=reason.strip(),
        made_by=by,
        made_at=clock.now(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("这一项已经申诉了，等着答复。") from error
    facts = {"sheet": sheet.pk, "group": group, "item": item, "reason": row.reason}
    record("score.appeal", row, by=by, area=sheet.scheme.area, facts=facts, new=True)
    return row


def latest_of(sheet: ScoreSheet) -> ScoreSheet:
    """The newest published sheet of the same period."""
    rows = sheet.scheme.sheets.filter(period=sheet.period).exclude(published_at=None)
    return rows.order_by("-number").first() or sheet


def _line(sheet: ScoreSheet, group: str, item: str) -> dict[str, Any] | None:
    rows = (row for row in sheet.content["results"] if row["group"] == group)
    found: dict[str, Any] | None = next((row["items"].get(item) for row in rows), None)
    return found


@transaction.atomic
def refuse_appeal(row: ScoreAppeal, answer: str, *, by: User | None) -> None:
    """The score stands; the answer says why."""
    must_be_written(answer)
    _decide(row, ScoreAppeal.REFUSED, answer, by=by)
    record("score.refuse_appeal", row, by=by, area=row.area, facts={"reason": answer.strip()})


@transaction.atomic
def grant_appeal(
    row: ScoreAppeal, score: Decimal | None, answer: str, *, by: User | None
) -> ScoreSheet:
    """Another score for the item: one more sheet, published, of the numbers of the newest one; the old one stays."""
    must_be_written(answer)
    base = latest_of(row.sheet)
    item = rules_of(base.edition).item(row.item)
    if item is None:
        raise Conflict("新的方案里没有这一项了。")
    must_fit(item, score)
    _decide(row, ScoreAppeal.GRANTED, answer, by=by)
    entry = _correction(row, base, score, by=by)
    reason, period = f"申诉成立：{row.answer}", parse(base.period)
    content = _corrected(base.content, entry)
    sheet = keep(base.edition, period, content, base.position, reason, base, by=by)
    release(sheet, by=by)
    ScoreAppeal.objects.filter(pk=row.pk).update(led_to=sheet)
    facts = {"sheet": sheet.pk, "score": score, "reason": row.answer}
    record("score.grant_appeal", row, by=by, area=row.area, facts=facts)
    return sheet


def _correction(
    row: ScoreAppeal, base: ScoreSheet, score: Decimal | None, *, by: User | None
) -> ScoreEntry:
    """What was granted, so that later computations of the period keep it."""
    entry = ScoreEntry(
        scheme=base.scheme,
        period=base.period,
        group=row.group,
        item=row.item,
        kind="correction",
        score=score,
        reason=row.reason,
        entered_by=row.made_by,
        entered_at=row.made_at,
        state=ScoreEntry.APPROVED,
        decided_by=by,
        decided_at=row.decided_at,
        answer=row.answer,
    )
    entry.save(force_insert=True)
    return entry


def _corrected(content: Content, entry: ScoreEntry) -> Content:
    """The same whole numbers with one more score that a person gave."""
    new = copy.deepcopy(content)
    kept = [e for e in new["given"] if (e["group"], e["item"]) != (entry.group, entry.item)]
    new["given"] = [*kept, told_of(entry) | {"score": f"{entry.score:.2f}"}]
    return new | {"results": results_of(new)}


def _decide(row: ScoreAppeal, state: str, answer: str, *, by: User | None) -> None:
    require(by, APPROVE, area=row.area)
    if by is not None and row.made_by_id == by.pk:
        raise NotAllowed("自己的申诉要由别人答复。")
    changes = {
        "state": state,
        "answer": answer.strip()[:500],
        "decided_by": by,
        "decided_at": clock.now(),
    }
    if not ScoreAppeal.objects.filter(pk=row.pk, state=ScoreAppeal.WAITING).update(**changes):
        raise Conflict("这个申诉刚被别人答复了。")
    row.refresh_from_db()
