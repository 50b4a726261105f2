"""Opening a case: every door comes here."""

from __future__ import annotations

from django.db import transaction

from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.making import NewCase, make
from chengyun.city.cases.services.walk_findings import note_finding
from chengyun.city.cases.specs import CaseType
from chengyun.city.people.models import User
from chengyun.kernel import registry
from chengyun.kernel.permissions import require

__all__ = ["NewCase", "open_case"]


@transaction.atomic
def open_case(report: NewCase, *, by: User | None) -> Case:
    """Make a case of a report: place, number, clock, audit and event in one transaction.

    Raises Invalid for a wrong type, source, class or description, and for a point outside the city.
    """
    require(by, "case.report")
    if registry.has(CaseType, report.type):
        require(by, registry.get(CaseType, report.type).may)
    case = make(report, by=by)
    if by is not None and by.may("walk.record"):
        note_finding(case, report.seen_at or case.reported_at, by=by)
    return case if registry.get(CaseType, case.type).classified else _assign(case, report, by)


def _assign(case: Case, report: NewCase, by: User | None) -> Case:
    """A ledger entry that already names its unit and day goes straight to the unit."""
    if report.unit is None or report.due is None:
        return case
    return act(case, "assign", {"unit": report.unit.code, "due": report.due.isoformat()}, by=None)
