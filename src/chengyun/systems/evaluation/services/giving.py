"""Verbs on what people give: scores and vetoes, which another person approves, and what does not count."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.permissions import require
from chengyun.science.periods import Period
from chengyun.science.schemes import plain
from chengyun.science.scoring import Item, Scheme
from chengyun.systems.evaluation.models import (
    AssessmentScheme,
    ScoreEntry,
    ScoreExclusion,
)
from chengyun.systems.evaluation.scores import (
    APPROVE,
    CHANGE,
    edition_of,
    groups_now,
    rules_of,
)


@transaction.atomic
def enter(
    scheme: AssessmentScheme,
    period: Period,
    group: str,
    item: str,
    score: Decimal | None,
    reason: str,
    *,
    by: User | None,
) -> ScoreEntry:
    """The score of an item or, without one, a veto that a group met; it counts once another person approves."""
    require(by, CHANGE, area=scheme.area)
    rules = rules_of(edition_of(scheme, period))
    _must_be_group(scheme, group)
    must_be_written(reason)
    kind = _kind(rules, item, score)
    entry = ScoreEntry(
        scheme=scheme,
        period=period.key,
        group=group,
        item=item,
        kind=kind,
        score=score,
        reason=reason.strip(),
        entered_by=by,
        entered_at=clock.now(),
    )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("这一项已经有一个分等着审核。") from error
    facts = _facts(entry) | {"reason": entry.reason}
    record("score.enter", entry, by=by, area=scheme.area, facts=facts, new=True)
    return entry


def _kind(rules: Scheme, item: str, score: Decimal | None) -> str:
    """Whether a key is that of an item with a score it can have, or of a veto."""
    if any(veto.key == item for veto in rules.vetoes):
        return "veto"
    found = rules.item(item)
    if found is None:
        raise wrong("item", "这一期的方案里没有这一项。")
    if found.method != "manual" and found.missing != "await":
        raise wrong("item", f"「{found.label}」按指标算，不由人给分。")
    must_fit(found, score)
    return "score"


def must_fit(item: Item, score: Decimal | None) -> None:
    """Refuse a score that an item cannot have."""
    if score is None or not 0 <= score <= item.full:
        raise wrong("score", f"「{item.label}」的分要在 0 到 {plain(item.full)} 之间。")


def _must_be_group(scheme: AssessmentScheme, group: str) -> None:
    if group not in groups_now(scheme):
        raise wrong("group", "方案不考核这个对象。")


def must_be_written(reason: str) -> None:
    """Refuse what nobody gave a reason for."""
    if not 1 <= len(reason.strip()) <= 500:
        raise wrong("reason", "请写理由，最多 500 字。")


def _facts(entry: ScoreEntry) -> dict[str, Any]:
    return {
        "scheme": entry.scheme.key,
        "period": entry.period,
        "group": entry.group,
        "item": entry.item,
        "score": entry.score,
    }


@transaction.atomic
def decide(entry: ScoreEntry, approve: bool, answer: str, *, by: User | None) -> ScoreEntry:
    """Approve or refuse what another person entered."""
    require(by, APPROVE, area=entry.scheme.area)
    if by is not None and entry.entered_by_id == by.pk:
        raise NotAllowed("这个分是你自己录的，要由另一个人审核。")
    if not approve:
        must_be_written(answer)
    state = ScoreEntry.APPROVED if approve else ScoreEntry.REFUSED
    changes = {
        "state": state,
        "decided_by": by,
        "decided_at": clock.now(),
        "answer": answer.strip()[:500],
    }
    mine = ScoreEntry.objects.filter(pk=entry.pk, state=ScoreEntry.WAITING)
    if not mine.update(**changes):
        raise Conflict("这个分刚被别人审核过了。")
    verb = "score.approve" if approve else "score.refuse"
    record(verb, entry, by=by, area=entry.scheme.area, facts=_facts(entry) | {"reason": answer})
    entry.refresh_from_db()
    return entry


@transaction.atomic
def exclude(
    scheme: AssessmentScheme, period: Period, group: str, item: str, reason: str, *, by: User | None
) -> ScoreExclusion:
    """A group, an item, or an item of a group does not count in a period."""
    require(by, CHANGE, area=scheme.area)
    must_be_written(reason)
    if not group and not item:
        raise wrong("group", "请选不计入谁，或者不计入哪一项。")
    if group:
        _must_be_group(scheme, group)
    if item and rules_of(edition_of(scheme, period)).item(item) is None:
        raise wrong("item", "这一期的方案里没有这一项。")
    out = ScoreExclusion(
        scheme=scheme,
        period=period.key,
        group=group,
        item=item,
        reason=reason.strip(),
        made_by=by,
        made_at=clock.now(),
    )
    try:
        with transaction.atomic():
            out.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("这已经不计入了。") from error
    facts = {"scheme": scheme.key, "period": period.key, "group": group, "item": item}
    facts |= {"reason": out.reason}
    record("score.exclude", out, by=by, area=scheme.area, facts=facts, new=True)
    return out


@transaction.atomic
def readmit(out: ScoreExclusion, *, by: User | None) -> None:
    """It counts again; sheets computed before stay as they are."""
    require(by, CHANGE, area=out.scheme.area)
    mine = ScoreExclusion.objects.filter(pk=out.pk, ended_at=None)
    if not mine.update(ended_at=clock.now()):
        raise Conflict("这已经恢复计入了。")
    facts = {"period": out.period, "group": out.group, "item": out.item}
    record("score.readmit", out, by=by, area=out.scheme.area, facts=facts)
