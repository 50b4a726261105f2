"""Workflows by edition: the shipped table is edition 1, a city's own copies follow; a subject keeps its edition."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import transaction

from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Invalid
from chengyun.kernel.models.machinery import WorkflowEdition
from chengyun.kernel.permissions import require
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import Person
from chengyun.kernel.specs import Act, Field, Mark, Misdeclared, State, Step, Workflow

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The first shipped table holds for history entered later, too."""


def declare(flow: Workflow) -> None:
    """Declare a workflow and the audit acts of its verbs."""
    registry.add(flow)
    registry.add(
        *(Act(key=f"{flow.key}.{verb}", label=_label(flow, verb)) for verb in flow.verbs())
    )


def _label(flow: Workflow, verb: str) -> str:
    return next(step.label for step in flow.steps if step.verb == verb)


def as_body(flow: Workflow) -> dict[str, Any]:
    return asdict(flow)


def from_body(body: dict[str, Any]) -> Workflow:
    """The workflow of a stored edition; raises Misdeclared when it is unsound."""
    return Workflow(**_parts(body))


def unchecked(body: dict[str, Any]) -> Workflow:
    """The workflow of a draft, sound or not, for the checker to look at."""
    flow = object.__new__(Workflow)
    for name, value in _parts(body).items():
        object.__setattr__(flow, name, value)
    return flow


def _parts(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": body["key"],
        "label": body["label"],
        "stages": tuple(body["stages"]),
        "states": tuple(State(**_tuples(s)) for s in body["states"]),
        "facts": tuple(Field(**_choices(f)) for f in body["facts"]),
        "steps": tuple(Step(**_tuples(s)) for s in body["steps"]),
        "start": body["start"],
        "start_clock": body["start_clock"],
        "clocks": tuple(body["clocks"]),
        "marks": tuple(Mark(**_tuples(m)) for m in body.get("marks", ())),
        "given": tuple(body.get("given", ())),
    }


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}


def _choices(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"choices": tuple(tuple(c) for c in values["choices"])}


@lru_cache(maxsize=256)
def flow_of(edition_id: int) -> Workflow:
    """The workflow a subject was opened under. Editions never change, so it is kept in memory."""
    return from_body(WorkflowEdition.objects.get(pk=edition_id).body)


@recent(5)
def current(workflow: str, area: str) -> WorkflowEdition:
    """The edition in force in an area: the narrowest area's newest one whose day has come."""
    prefixes = ["", *(area[:n] for n in range(1, len(area) + 1))]
    rows = WorkflowEdition.objects.filter(
        workflow=workflow, area__in=prefixes, effective_from__lte=clock.now()
    )
    found = sorted(
        rows.defer("body"), key=lambda e: (len(e.area), e.effective_from or e.number, e.number)
    )
    if not found:
        raise Misdeclared(f"workflow {workflow} has no edition in force; run `chengyun migrate`")
    return found[-1]


def ship() -> int:
    """Store every declared workflow whose table differs from its newest shipped edition; how many were stored."""
    stored = 0
    for flow in registry.all_of(Workflow):
        last = (
            WorkflowEdition.objects.filter(workflow=flow.key, area="").order_by("-number").first()
        )
        if last is None or from_body(last.body) != flow:
            number = last.number + 1 if last else 1
            WorkflowEdition(
                workflow=flow.key,
                number=number,
                body=as_body(flow),
                effective_from=clock.now() if last else EVER,
                note="随程序发布",
            ).save(force_insert=True)
            stored += 1
    return stored


@transaction.atomic
def put_in_force(
    flow: Workflow, area: str, note: str, *, by: Person | None, start: datetime | None = None
) -> WorkflowEdition:
    """A city's own edition, in force for new subjects of the area from ``start``, from now unless given."""
    require(by, "workflow.change", area=area)
    if flow.key not in {f.key for f in registry.all_of(Workflow)}:
        raise Invalid(f"没有「{flow.key}」这个流程。")
    last = WorkflowEdition.objects.filter(workflow=flow.key, area=area).order_by("-number").first()
    edition = WorkflowEdition(
        workflow=flow.key,
        number=last.number + 1 if last else 1,
        area=area,
        body=as_body(flow),
        effective_from=max(start or clock.now(), clock.now()),
        note=note,
    )
    edition.save(force_insert=True)
    record(
        "workflow.put_in_force",
        edition,
        by=by,
        area=area,
        facts={"workflow": flow.key, "note": note},
        new=True,
    )
    current.forget()
    return edition
