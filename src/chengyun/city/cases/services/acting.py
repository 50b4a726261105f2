"""Acting on a case: one verb of its workflow, with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from chengyun.city.cases import queries
from chengyun.city.cases.models import Case, FilingCondition
from chengyun.city.cases.services import clocks
from chengyun.city.cases.services.clocks import end_of
from chengyun.city.cases.services.naming import search_text
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import people_bound_to, units_serving
from chengyun.city.places.queries import locate
from chengyun.kernel import clock, files, workflow
from chengyun.kernel.errors import Conflict, FieldError, Invalid, NotAllowed
from chengyun.kernel.workflow import Effects, Move

Facts = Mapping[str, Any]

ROLES = {
    "handle": "after",
    "rectify": "after",
    "check_pass": "check",
    "check_fail": "check",
    "verify": "verify",
}
FIELD_STATES = ("verifying", "checking")
REWORK = ("rework", "check_fail", "redo")


@transaction.atomic
def act(
    case: Case, verb: str, facts: Facts, *, by: User | None, version: int | None = None
) -> Case:
    """Take one step. ``version`` is what the caller saw; an older one is a Conflict that names the newer.

    Order: the table (state, right, facts), the guard (is it this person's case), what the facts mean, the clock, then
    the conditional update with audit and event. Any refusal leaves nothing behind.
    """
    if version is not None and version != case.version:
        raise Conflict(f"{case.code} 刚被别人办过，请看新的情况再办。", version=case.version)
    move = workflow.plan(case, verb, by=by, facts=facts)
    if by is not None and not queries.may_take(by, case, move.step):
        raise NotAllowed(f"{case.code} 不归你办，不能{move.step.label}。")
    effects = _meaning(case, move, facts, by)
    _must_fit(case, move, effects, by)
    until = _until(case, facts) if move.step.clock == "rectify" else None
    unit = effects.columns.get("unit", case.unit)
    _look_ahead(case, effects)
    effects.columns |= clocks.turn(case, move.step.clock, unit=unit, until=until)
    workflow.take(case, move, effects, by=by)
    return case


def _look_ahead(case: Case, effects: Effects) -> None:
    """The clock reads the condition the step is about to set."""
    if "condition" in effects.columns:
        case.condition = effects.columns["condition"]


def _meaning(case: Case, move: Move, facts: Facts, by: User | None) -> Effects:
    effects = Effects()
    for key in (*move.step.needs, *move.step.asks):
        value = facts.get(key)
        if value not in (None, "", []):
            MEANINGS.get(key, _plain)(case, key, value, effects)
    _photos(case, move, facts, by, effects)
    _standing(case, move, facts, effects)
    return effects


def _must_fit(case: Case, move: Move, effects: Effects, by: User | None) -> None:
    """A case goes to a unit that works where it lies, or where the person who sends it may act."""
    unit = effects.columns.get("unit")
    if unit is None or by is None or by.scope(move.step.may).covers(area=unit.area):
        return
    if not units_serving(case.area).filter(pk=unit.pk).exists():
        message = f"{unit}不管这个地方，请另选责任单位。"
        raise Invalid(message, fields=(FieldError("unit", message),))


def _plain(case: Case, key: str, value: Any, effects: Effects) -> None:
    effects.facts[key] = str(value)


def _class(case: Case, key: str, value: Any, effects: Effects) -> None:
    found = queries.class_named(str(value), case.area)
    effects.columns["case_class"] = found
    effects.columns["search"] = search_text(case.code, case.description, case.address, found)
    effects.facts["class"] = {"code": found.code, "name": found.name}


def _condition(case: Case, key: str, value: Any, effects: Effects) -> None:
    case_class = effects.columns.get("case_class", case.case_class)
    allowed = queries.conditions_of(case_class, case.area) if case_class else []
    found = next((c for c in allowed if str(c.pk) == str(value)), None)
    if found is None:
        raise Invalid(
            "这个类别没有这一条立案条件。", fields=(FieldError("condition", "请从列表中选。"),)
        )
    effects.columns["condition"] = found
    effects.facts["condition"] = _condition_facts(found)


def _condition_facts(row: FilingCondition) -> dict[str, str]:
    return {
        "text": row.text,
        "limit": str(row.limit),
        "closing": row.closing,
    }


def _unit(case: Case, key: str, value: Any, effects: Effects) -> None:
    found = Unit.objects.filter(code=str(value), valid_to=None).first()
    if found is None:
        raise Invalid(
            "没有这个单位，或者它已撤销。", fields=(FieldError("unit", "请从列表中选。"),)
        )
    effects.columns["unit"] = found
    effects.facts["unit"] = {"code": found.code, "name": str(found)}


def _inspector(case: Case, key: str, value: Any, effects: Effects) -> None:
    found = User.objects.filter(username=str(value), is_active=True).first()
    if found is None or not queries.works_in_the_field(found, case):
        raise Invalid("没有这名监督员。", fields=(FieldError("inspector", "请从列表中选。"),))
    effects.columns["assignee"] = found
    effects.facts["inspector"] = found.pk


def _day(case: Case, key: str, value: Any, effects: Effects) -> None:
    effects.facts[key] = _as_day(value).isoformat()


def _nothing(case: Case, key: str, value: Any, effects: Effects) -> None:
    """Photos need the acting person and are stored by ``_photos``."""


MEANINGS: dict[str, Callable[[Case, str, Any, Effects], None]] = {
    "class": _class,
    "condition": _condition,
    "unit": _unit,
    "inspector": _inspector,
    "due": _day,
    "photos": _nothing,
}


def _photos(case: Case, move: Move, facts: Facts, by: User | None, effects: Effects) -> None:
    wanted = facts.get("photos") or []
    if not wanted or "photos" not in (*move.step.needs, *move.step.asks):
        return
    ids = [_number(p) for p in wanted]
    found = {f.pk: f for f in files.files_of(by.pk, ids)} if by else {}
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
        effects.columns["assignee"] = effects.columns.get("assignee") or _inspector_for(case)
    elif move.source in FIELD_STATES:
        effects.columns["assignee"] = None
    if move.step.verb == "file":
        effects.columns["filed_at"] = now
    if move.flow.state(move.target).final:
        effects.columns |= {"open": False, "closed_at": now}
    if move.step.verb == "return":
        effects.columns |= {"unit": None, "returns": case.returns + 1}
    if move.step.verb in REWORK:
        effects.columns["reworks"] = case.reworks + 1


def _inspector_for(case: Case) -> User | None:
    """Whose grid it is, the unit grid before the responsibility grid; else who reported it, if that is an inspector."""
    place = locate(case.lon, case.lat)
    codes = (case.grid, place.responsibility if place else "")
    bound = [duty for code in codes if code for duty in people_bound_to(code)]
    people = [duty.person for duty in bound] + ([case.reporter] if case.reporter else [])
    return next((p for p in people if queries.works_in_the_field(p, case)), None)


def _until(case: Case, facts: Facts) -> Any:
    if facts.get("due"):
        return end_of(_as_day(facts["due"]))
    last = case.clocks.filter(name="rectify").order_by("id").last()
    return last.due_at if last else None


def _as_day(value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(
            "日期应写成 2026-01-31。", fields=(FieldError("due", "日期应写成 2026-01-31。"),)
        ) from error


def _number(value: Any) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 19 else -1
