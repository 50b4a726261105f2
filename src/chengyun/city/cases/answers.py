"""How a case reads to the outside: the same words on every door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chengyun.city.cases import queries
from chengyun.city.cases.models import FAR, Case, CaseRequest, Share
from chengyun.city.people.models import User
from chengyun.kernel import clock, workflow
from chengyun.kernel.editions import flow_of
from chengyun.kernel.specs import Step

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


def verbs_of(user: User, case: Case) -> list[dict[str, Any]]:
    return [
        {"verb": s.verb, "label": s.label, "needs": list(s.needs), "asks": list(s.asks)}
        for s in steps_open_to(user, case)
    ]


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
        "supervision": queries.supervision_of(case),
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
