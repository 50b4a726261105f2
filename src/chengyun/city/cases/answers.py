"""How a case reads to the outside: the same words on every door."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chengyun.city.cases import choices, queries
from chengyun.city.cases.evidence import SENT, evidence_of
from chengyun.city.cases.models import FAR, Case, CaseRequest, Share, Supervision
from chengyun.city.people.models import User
from chengyun.kernel import clock, workflow
from chengyun.kernel.editions import flow_of
from chengyun.kernel.history import acts_on
from chengyun.kernel.specs import Field, Step, Workflow

Choices = list[tuple[str, str]]
Chooser = Callable[[Case, str], Choices]

CHILD = {"merge": "接收并案", "split": "拆出"}


def light_of(case: Case) -> str:
    """green, amber, red, paused, kept or missed; "" where no clock ever ran."""
    if not case.open:
        return "missed" if case.late else "kept"
    if case.paused:
        return "paused"
    if case.due_at == FAR:
        return ""
    now = clock.now()
    return "red" if now > case.due_at else "amber" if now >= case.warn_at else "green"


def steps_open_to(user: User, case: Case) -> list[Step]:
    """What this person may do now with this case: answers to what waits, then the expected step, then the rest."""

    def may(step: Step) -> bool:
        return queries.may_take(user, case, step) and not queries.hindrance(case, step, user)

    steps = workflow.steps_for(case, user, may)
    waits = {key for keys in queries.WAITING.values() for key in keys}
    return sorted(
        steps,
        key=lambda s: (not waits & {*s.where}, not s.primary, s.aside, s.danger),
    )


def _no_choices(case: Case, key: str) -> Choices:
    return []


def verbs_of(user: User, case: Case, choices: Chooser = _no_choices) -> list[dict[str, Any]]:
    """What this person may do now, and what each step needs to know; ``choices`` looks up those of this case."""
    flow = flow_of(case.edition_id)
    return [
        {
            "verb": step.verb,
            "label": step.label,
            "needs": list(step.needs),
            "asks": list(step.asks),
            "facts": _facts(flow, step, case, choices),
            "primary": step.primary,
            "danger": step.danger,
        }
        for step in steps_open_to(user, case)
    ]


def verbs_after(user: User, case: Case, verb: str) -> list[dict[str, Any]]:
    """What this person may do once they have taken a step: somebody without a network goes on with it."""
    step = flow_of(case.edition_id).step(verb, case.state)
    if step is None or not step.target:
        return []
    then = copy(case)
    then.state = step.target
    return verbs_of(user, then)


def _facts(flow: Workflow, step: Step, case: Case, choices: Chooser) -> list[dict[str, Any]]:
    wanted = [(key, True) for key in step.needs] + [(key, False) for key in step.asks]
    return [_fact(flow.fact(key), required, choices(case, key)) for key, required in wanted]


def _fact(field: Field, required: bool, found: Choices) -> dict[str, Any]:
    return {
        "key": field.key,
        "label": field.label,
        "kind": field.kind,
        "required": required,
        "choices": [{"value": v, "label": label} for v, label in found or field.choices],
        "unit": field.unit,
        "hint": field.hint,
        "max_length": field.max_length,
        "minimum": field.minimum,
        "maximum": field.maximum,
    }


def summary(case: Case) -> dict[str, Any]:
    """One line of a list."""
    state = flow_of(case.edition_id).state(case.state)
    return {
        "code": case.code,
        "type": case.type,
        "source": case.source,
        "state": case.state,
        "state_label": state.label,
        "stage": state.stage,
        "version": case.version,
        "class": case.case_class.code if case.case_class else None,
        "class_name": case.case_class.name if case.case_class else None,
        "description": case.description,
        "address": case.address,
        "lon": case.lon,
        "lat": case.lat,
        "area": case.area,
        "grid": case.grid,
        "unit": case.unit.code if case.unit else None,
        "unit_name": str(case.unit) if case.unit else None,
        "reported_at": case.reported_at,
        "closed_at": case.closed_at,
        "due_at": _known(case.due_at),
        "light": light_of(case),
        "late": case.late,
        "exempt": "exempt" in case.marks,
        "marks": [{"key": m.key, "label": m.label} for m in workflow.marks_of(case)],
        "returns": case.returns,
        "reworks": case.reworks,
    }


def _known(moment: datetime) -> datetime | None:
    return None if moment == FAR else moment


def whole(case: Case, user: User) -> dict[str, Any]:
    """One case with what the caller may do now, and what was asked and answered about it."""
    return {
        **summary(case),
        "asset": case.asset,
        "answers": case.answers,
        "verbs": verbs_of(user, case),
        "requests": [_request(row) for row in queries.requests_of(case)],
        "supervision": _supervision(queries.supervision_of(case)),
        "shares": [_share(row) for row in queries.helpers_of(case)],
        "links": [{"code": code, "how": how} for how, code, _ in links_of(case)],
    }


def _request(row: CaseRequest) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "kind_label": row.get_kind_display(),
        "round": row.round,
        "reason": row.reason,
        "cause": row.cause,
        "until": row.until,
        "asked_at": row.asked_at,
        "due_at": row.due_at,
        "outcome": row.outcome,
        "approved": row.approved,
        "decided_at": row.decided_at,
        "note": row.note,
    }


def _supervision(row: Supervision | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "level": row.level,
        "level_label": row.level_label,
        "reason": row.reason,
        "at": row.at,
        "due_at": row.due_at,
        "replied_at": row.replied_at,
        "reply": row.reply,
    }


def _share(row: Share) -> dict[str, Any]:
    return {
        "unit": row.unit.code,
        "unit_name": str(row.unit),
        "state": row.state,
        "state_label": row.get_state_display(),
        "note": row.note,
    }


def links_of(case: Case) -> list[tuple[str, str, Case]]:
    """How the case belongs together with others: 并入 or 拆自 its parent, 接收并案 or 拆出 its children."""
    found = []
    for link in queries.links_of(case):
        down = link.parent_id == case.pk
        other = link.child if down else link.parent
        how = CHILD[link.kind] if down else link.get_kind_display()
        found.append((how, other.code, other))
    return found


def detail(case: Case, user: User) -> dict[str, Any]:
    """One case as a form needs it: the choices of each fact, and the evidence."""
    return {
        **whole(case, user),
        "verbs": verbs_of(user, case, choices.choices_of),
        "evidence": [asdict(row) for row in evidence_of(case, acts_on(case, SENT))],
    }
