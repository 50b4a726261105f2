"""How a case reads to the outside: the same words on every door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chengyun.city.cases import queries
from chengyun.city.cases.models import FAR, Case
from chengyun.city.people.models import User
from chengyun.kernel import clock, workflow
from chengyun.kernel.editions import flow_of
from chengyun.kernel.specs import Step


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
    """What this person may do now with this case, the expected step first."""
    steps = workflow.steps_for(case, user, lambda step: queries.may_take(user, case, step))
    return sorted(steps, key=lambda step: (not step.primary, step.danger))


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
        "returns": case.returns,
        "reworks": case.reworks,
    }


def _known(moment: datetime) -> datetime | None:
    return None if moment == FAR else moment


def whole(case: Case, user: User) -> dict[str, Any]:
    """One case with what the caller may do now."""
    return {**summary(case), "asset": case.asset, "verbs": verbs_of(user, case)}
