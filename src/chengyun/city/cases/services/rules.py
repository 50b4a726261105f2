"""Editing dispatch rules: always in a draft, which then comes into force as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from chengyun.city.cases import queries, rulebook
from chengyun.city.cases.models import DispatchEdition, DispatchRule
from chengyun.city.cases.rulebook import Rule
from chengyun.city.cases.specs import Source
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import serves
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid
from chengyun.kernel.permissions import require
from chengyun.science.rulebook import LISTS, Conditions

CHANGE = "dispatch.rule.change"
RULES_AT_MOST = 200
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, kw_only=True)
class NewRule:
    """A rule as it is written down."""

    name: str
    unit: Unit
    conditions: Conditions = Conditions()
    basis: str = ""
    automatic: bool = False
    to_team: bool = False


@transaction.atomic
def begin_draft(area: str, *, by: User | None) -> DispatchEdition:
    """A draft that begins as what the area has in force; an area without rules of its own begins with none."""
    require(by, CHANGE, area=area)
    last = DispatchEdition.objects.filter(area=area).aggregate(last=Max("number"))["last"] or 0
    draft = DispatchEdition(area=area, number=last + 1, made_at=clock.now())
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("这里已经有一份草稿，请接着改它。") from error
    own = [r for r in rulebook.rules_for(area) if r.edition.area == area]
    DispatchRule.objects.bulk_create(_copied(rule, draft) for rule in own)
    facts = {"edition": draft.number, "rules": len(own)}
    record("dispatch.draft", draft, by=by, area=area, facts=facts, new=True)
    return draft


def _copied(rule: Rule, draft: DispatchEdition) -> DispatchRule:
    row = rule.row
    return DispatchRule(
        edition=draft,
        order=rule.number,
        name=row.name,
        conditions=row.conditions,
        unit=row.unit,
        to_team=row.to_team,
        basis=row.basis,
        automatic=row.automatic,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


@transaction.atomic
def add_rule(
    draft: DispatchEdition, new: NewRule, *, by: User | None, version: int | None = None
) -> DispatchRule:
    """One more rule, the last of the draft."""
    require(by, CHANGE, area=draft.area)
    _must_be_sound(draft, new)
    _touch(draft, version)
    found = draft.rules.aggregate(last=Max("order"))["last"] or 0
    if draft.rules.count() >= RULES_AT_MOST:
        raise Invalid(f"一版最多 {RULES_AT_MOST} 条规则。")
    row = DispatchRule(edition=draft, order=found + 1, **_columns(new))
    row.save(force_insert=True)
    _told(draft, "add", row, by=by)
    return row


@transaction.atomic
def change_rule(
    row: DispatchRule, new: NewRule, *, by: User | None, version: int | None = None
) -> None:
    """Another wording of a rule; its place in the order stays."""
    draft = row.edition
    require(by, CHANGE, area=draft.area)
    _must_be_sound(draft, new)
    _touch(draft, version)
    columns = _columns(new)
    if not DispatchRule.objects.filter(pk=row.pk, edition=draft).update(**columns):
        raise Conflict("这一条规则刚被别人删掉了。")
    for name, value in columns.items():
        setattr(row, name, value)
    _told(draft, "change", row, by=by)


@transaction.atomic
def move_rule(
    row: DispatchRule, place: int, *, by: User | None, version: int | None = None
) -> None:
    """Put a rule at another place of the order, from 1; the others close up."""
    draft = row.edition
    require(by, CHANGE, area=draft.area)
    _touch(draft, version)
    others = [r for r in draft.rules.order_by("order", "id") if r.pk != row.pk]
    others.insert(max(0, min(place - 1, len(others))), row)
    for number, rule in enumerate(others, start=1):
        rule.order = number
    DispatchRule.objects.bulk_update(others, ["order"])
    _told(draft, "move", row, by=by)


@transaction.atomic
def drop_rule(row: DispatchRule, *, by: User | None, version: int | None = None) -> None:
    """Take a rule out of the draft."""
    draft = row.edition
    require(by, CHANGE, area=draft.area)
    _touch(draft, version)
    _told(draft, "drop", row, by=by)
    draft.rules.filter(order__gt=row.order).update(order=F("order") - 1)
    row.delete()


@transaction.atomic
def drop_draft(draft: DispatchEdition, *, by: User | None, version: int | None = None) -> None:
    """Give up a draft; what is in force stays."""
    require(by, CHANGE, area=draft.area)
    _touch(draft, version)
    facts = {"edition": draft.number, "rules": draft.rules.count()}
    record("dispatch.drop", draft, by=by, area=draft.area, facts=facts)
    draft.rules.all().delete()
    draft.delete()


@transaction.atomic
def put_in_force(
    draft: DispatchEdition,
    *,
    by: User | None,
    at: datetime | None = None,
    note: str = "",
    version: int | None = None,
) -> DispatchEdition:
    """The draft holds from a moment on, now unless given; the audit row carries every rule of it."""
    require(by, CHANGE, area=draft.area)
    now = clock.now()
    if at is not None and at < now:
        message = "启用时刻不能早于现在。"
        raise Invalid(message, fields=(FieldError("at", message),))
    rules = rulebook.rules_of(draft)
    if ended := [rule for rule in rules if rule.ended]:
        raise Invalid(f"{ended[0].title}的单位{ended[0].row.unit}已撤销，请先改掉。")
    _touch(draft, version)
    changes = {"in_force_from": at or now, "note": note.strip()[:200]}
    DispatchEdition.objects.filter(pk=draft.pk).update(**changes)
    for name, value in changes.items():
        setattr(draft, name, value)
    facts = {
        "edition": draft.number,
        "note": draft.note,
        "since": draft.in_force_from,
        "rules": [_facts(rule.row) for rule in rules],
    }
    record("dispatch.put_in_force", draft, by=by, area=draft.area, facts=facts)
    rulebook.forget_rules()
    return draft


def _touch(draft: DispatchEdition, version: int | None) -> None:
    """Only the draft changes, and only as it was seen."""
    seen = draft.version if version is None else version
    mine = DispatchEdition.objects.filter(pk=draft.pk, in_force_from=None, version=seen)
    if not mine.update(version=seen + 1):
        raise Conflict("这份草稿刚被别人改过或已经启用，请看新的内容再改。")
    draft.version = seen + 1


def _told(draft: DispatchEdition, what: str, row: DispatchRule, *, by: User | None) -> None:
    facts = {"edition": draft.number, "what": what, "rule": _facts(row)}
    record("dispatch.change", draft, by=by, area=draft.area, facts=facts)


def _facts(row: DispatchRule) -> dict[str, Any]:
    dates = {"since": row.valid_from, "until": row.valid_to}
    return {
        "order": row.order,
        "name": row.name,
        "unit": row.unit.code,
        **({"to_team": True} if row.to_team else {}),
        "conditions": row.conditions,
        "basis": row.basis,
        "automatic": row.automatic,
        **{key: value for key, value in dates.items() if value},
    }


def _columns(new: NewRule) -> dict[str, Any]:
    asked = new.conditions
    kept: dict[str, Any] = {name: list(getattr(asked, name)) for name in LISTS}
    kept |= {"begin": asked.begin, "end": asked.end}
    kept = {key: value for key, value in kept.items() if value}
    if asked.working is not None:
        kept["working"] = asked.working
    return {
        "name": new.name.strip(),
        "conditions": kept,
        "unit": new.unit,
        "to_team": new.to_team,
        "basis": new.basis.strip(),
        "automatic": new.automatic,
        "valid_from": asked.since,
        "valid_to": asked.until,
    }


def _must_be_sound(draft: DispatchEdition, new: NewRule) -> None:
    wrong = tuple(FieldError(field, message) for field, message in _faults(draft, new))
    if wrong:
        raise Invalid(wrong[0].message, fields=wrong)


def _faults(draft: DispatchEdition, new: NewRule) -> Iterator[tuple[str, str]]:
    asked = new.conditions
    if not new.name.strip() or len(new.name) > 40:
        yield "name", "请给规则起个名字，最多 40 字。"
    if len(new.basis) > 120:
        yield "basis", "依据最多 120 字。"
    if not serves(new.unit, draft.area):
        yield "unit", f"{new.unit}已撤销，或者不管这个区域的案件。"
    yield from _faults_of_codes(draft.area, asked)
    yield from _faults_of_units(asked)
    yield from _faults_of_times(asked)


def _faults_of_codes(area: str, asked: Conditions) -> Iterator[tuple[str, str]]:
    known = [c.code for c in queries.classes_for(area)]
    for code in asked.classes:
        if not any(each.startswith(code) for each in known):
            yield "classes", f"现行目录里没有类别「{code}」。"
    for code in asked.areas:
        if not code.startswith(area):
            yield "areas", f"区域「{code}」不在这份规则的范围内。"
    for key in asked.sources:
        if not registry.has(Source, key):
            yield "sources", f"没有「{key}」这个来源。"


def _faults_of_units(asked: Conditions) -> Iterator[tuple[str, str]]:
    codes = {*asked.owners, *asked.keepers}
    known = set(Unit.objects.filter(code__in=codes).values_list("code", flat=True))
    for field in ("owners", "keepers"):
        for code in getattr(asked, field):
            if code not in known:
                yield field, f"没有代码为「{code}」的单位。"


def _faults_of_times(asked: Conditions) -> Iterator[tuple[str, str]]:
    if bool(asked.begin) != bool(asked.end):
        yield "end", "时段的起和止要一起填。"
    for field in ("begin", "end"):
        text = getattr(asked, field)
        if text and not HOUR.fullmatch(text):
            yield field, "时刻要写成 08:00。"
    if any(day not in range(1, 8) for day in asked.weekdays):
        yield "weekdays", "星期只能是一到日。"
    if asked.since and asked.until and asked.since > asked.until:
        yield "until", "有效期的止日早于起日。"
