"""Acting on a case: one verb of its workflow, with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from chengyun.city.cases import fieldwork, queries
from chengyun.city.cases.models import Case
from chengyun.city.cases.services import clocks, linking
from chengyun.city.cases.services.clocks import TO_A_DAY, end_of
from chengyun.city.cases.services.consequences import CHECKS, follow_up
from chengyun.city.cases.services.deeds import Deed
from chengyun.city.cases.services.facts import MEANINGS, as_day, plain
from chengyun.city.people.models import User
from chengyun.city.people.queries import units_serving
from chengyun.kernel import clock, files, workflow
from chengyun.kernel.errors import Conflict, FieldError, Invalid, NotAllowed
from chengyun.kernel.workflow import Effects, Move

Facts = Mapping[str, Any]

ROLES = {
    "handle": "after",
    "rectify": "after",
    "settle": "after",
    "progress": "assist",
    "guard": "guard",
    "assist_done": "assist",
    "reply": "assist",
    "check_pass": "check",
    "check_fail": "check",
    "verify": "verify",
}
FIELD_STATES = ("verifying", "checking")
REWORK = ("rework", "check_fail", "redo")
FILED = ("file", "rush", "pass")
"""The verbs by which a report becomes a case that counts."""


@transaction.atomic
def act(
    case: Case,
    verb: str,
    facts: Facts,
    *,
    by: User | None,
    version: int | None = None,
    told: Facts | None = None,
) -> Case:
    """Take one step. ``version`` is what the caller saw; an older one is a Conflict that names the newer.

    ``told`` goes into the audit row beside the facts of the step: which rule took it, for one.

    Order: the table (state, marks, right, facts), the guards (is it this person's case, does anything hinder the verb),
    what the facts mean, the clock, the conditional update with audit and event, then what follows from it. Any refusal
    leaves nothing behind.
    """
    if version is not None and version != case.version:
        raise Conflict(f"{case.code} 刚被别人办过，请看新的情况再办。", version=case.version)
    move = workflow.plan(case, verb, by=by, facts=facts)
    if by is not None and not queries.may_take(by, case, move.step):
        raise NotAllowed(f"{case.code} 不归你办，不能{move.step.label}。")
    if hindrance := queries.hindrance(case, move.step, by):
        raise Conflict(f"{case.code} {hindrance}，不能{move.step.label}。", version=case.version)
    deed = _deed(case, move, facts, by)
    effects = deed.effects
    effects.facts |= told or {}
    _must_fit(case, move, effects, by)
    for check in CHECKS.get(verb, ()):
        check(deed)
    until = _until(case, move.step.clock, facts) if move.step.clock in TO_A_DAY else None
    unit = effects.columns.get("unit", case.unit)
    _look_ahead(case, effects)
    turned = clocks.turn(case, move.step.clock, unit=unit, until=until)
    effects.columns |= turned.columns
    effects.facts |= {"timing": turned.told} if turned.told else {}
    workflow.take(case, move, effects, by=by)
    follow_up(deed)
    for child in linking.followers(case):
        act(child, linking.ending(case), {"note": f"主案 {case.code}"}, by=None)
    return case


def _deed(case: Case, move: Move, facts: Facts, by: User | None) -> Deed:
    return Deed(
        case=case,
        verb=move.step.verb,
        source=case.state,
        marks=tuple(case.marks),
        facts=facts,
        by=by,
        effects=_meaning(case, move, facts, by),
    )


def _look_ahead(case: Case, effects: Effects) -> None:
    """The clock reads the condition the step is about to set."""
    if "condition" in effects.columns:
        case.condition = effects.columns["condition"]


def _meaning(case: Case, move: Move, facts: Facts, by: User | None) -> Effects:
    effects = Effects()
    for key in (*move.step.needs, *move.step.asks):
        value = facts.get(key)
        if value not in (None, "", []):
            MEANINGS.get(key, plain)(case, key, value, effects)
    _photos(case, move, facts, by, effects)
    _standing(case, move, facts, effects)
    return effects


def _must_fit(case: Case, move: Move, effects: Effects, by: User | None) -> None:
    """A case goes to a unit that works where it lies, or where the person who sends it may act."""
    unit = effects.columns.get("unit")
    if unit is None or by is None or by.scope(move.step.may).covers(area=unit.area):
        return
    if not units_serving(case.area, streets=True).filter(pk=unit.pk).exists():
        message = f"{unit}不管这个地方，请另选责任单位。"
        raise Invalid(message, fields=(FieldError("unit", message),))


def _photos(case: Case, move: Move, facts: Facts, by: User | None, effects: Effects) -> None:
    wanted = facts.get("photos") or []
    if not wanted or "photos" not in (*move.step.needs, *move.step.asks):
        return
    ids = [_number(p) for p in wanted]
    found = {f.pk: f for f in files.files_of(by.pk if by else None, ids)}
    if len(found) != len(set(ids)):
        raise Invalid(
            "有照片没有传上来，请重新选择。", fields=(FieldError("photos", "请重新选择照片。"),)
        )
    for pk in ids:
        files.attach(found[pk], case, ROLES.get(move.step.verb, "before"), by=by)
    effects.facts["photos"] = len(ids)


def _standing(case: Case, move: Move, facts: Facts, effects: Effects) -> None:
    """Columns that follow from the step: who holds the case, when it ended, how often it returned."""
    now = clock.now()
    if move.target in FIELD_STATES:
        sent = effects.columns.get("assignee") or fieldwork.field_worker_for(case)
        effects.columns["assignee"] = sent
        effects.facts |= {"inspector": sent.pk} if sent else {}
    elif move.source in FIELD_STATES:
        effects.columns["assignee"] = None
    if move.step.verb in FILED:
        effects.columns["filed_at"] = now
    if move.target != move.source and move.flow.state(move.target).final:
        effects.columns |= {"open": False, "closed_at": now}
    if move.step.verb == "return":
        effects.columns |= {"unit": None, "returns": case.returns + 1}
    if move.step.verb in REWORK:
        effects.columns["reworks"] = case.reworks + 1


def _until(case: Case, name: str, facts: Facts) -> Any:
    if facts.get("due"):
        return end_of(as_day(facts["due"]))
    last = case.clocks.filter(name=name).order_by("id").last()
    return last.due_at if last else None


def _number(value: Any) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 19 else -1
