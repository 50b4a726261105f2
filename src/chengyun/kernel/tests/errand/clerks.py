"""Who acts in the tests, and the service a noun has: it looks up the edition and adds its own clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from chengyun.kernel import editions, workflow
from chengyun.kernel.actions import record
from chengyun.kernel.scope import Person, Scope
from chengyun.kernel.tests.errand.models import Permit
from chengyun.kernel.workflow import Effects


@dataclass
class Clerk:
    """A person of the kernel: what it may do and where."""

    pk: int
    rights: frozenset[str] = frozenset()
    reach: Scope = field(default_factory=lambda: Scope(everything=True))
    post_key: str = "clerk"

    def may(self, permission: str) -> bool:
        return permission in self.rights

    def scope(self, permission: str) -> Scope:
        return self.reach if self.may(permission) else Scope()


def clerk(pk: int, *rights: str, area: str = "") -> Clerk:
    """Somebody with these rights, in one area or everywhere."""
    reach = Scope(areas=(area,)) if area else Scope(everything=True)
    return Clerk(pk=pk, rights=frozenset(rights), reach=reach)


@transaction.atomic
def ask(
    code: str,
    *,
    area: str = "371502",
    flow: str = "dig",
    state: str = "",
    marks: tuple[str, ...] = (),
    by: Person | None = None,
) -> Permit:
    """A new permit under the edition in force, put into ``state`` with ``marks`` for tests that begin in the middle."""
    edition = editions.current(flow, area)
    table = editions.flow_of(edition.pk)
    where = state or table.start
    permit = Permit(
        code=code,
        area=area,
        workflow=flow,
        edition=edition,
        state=where,
        branches=dict.fromkeys(table.state(where).branches, "open"),
        marks=list(marks),
        watch=table.start_clock,
    )
    permit.save(force_insert=True)
    record("dig.ask", permit, by=by, area=area, edition=edition.pk, new=True)
    return permit


@transaction.atomic
def act(permit: Permit, verb: str, by: Person | None = None, **facts: Any) -> Permit:
    """One step with its clock."""
    move = workflow.plan(permit, verb, by=by, facts=facts)
    effects = Effects(facts=dict(facts))
    if move.step.clock:
        effects.columns["watch"] = "" if move.step.clock == "stop" else move.step.clock
    workflow.take(permit, move, effects, by=by)
    return permit
