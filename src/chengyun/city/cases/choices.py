"""What a fact of a step may be for one very case: units, inspectors, filing conditions."""

from __future__ import annotations

from collections.abc import Callable

from chengyun.city.cases import fieldwork, queries
from chengyun.city.cases.models import Case
from chengyun.city.people.queries import units_serving


def choices_of(case: Case, key: str) -> list[tuple[str, str]]:
    """What a fact of a step may be for this very case; [] where the fact says so itself."""
    maker = CHOICES.get(key)
    return maker(case) if maker else []


def units_for_case(case: Case) -> list[tuple[str, str]]:
    """The units that may be made responsible for a case, as choices; not the one that has it or gave it back."""
    last = queries.last_return(case) if "wrong_unit" in case.marks else None
    out = last.unit_id if last else case.unit_id
    serving = units_serving(case.area, streets=True)
    return [(unit.code, str(unit)) for unit in serving if unit.pk != out]


def helpers_for_case(case: Case) -> list[tuple[str, str]]:
    """The units that may help with a case, as choices."""
    return [(unit.code, str(unit)) for unit in units_serving(case.area)]


def inspectors_for_case(case: Case) -> list[tuple[str, str]]:
    """The inspectors who may be sent to a case, as choices."""
    return [(user.username, user.name) for user in fieldwork.field_workers(case)[:200]]


def conditions_for_case(case: Case) -> list[tuple[str, str]]:
    """The filing conditions of the class a case has."""
    found = queries.conditions_of(case.case_class, case.area) if case.case_class else []
    return [(str(c.pk), f"{c.text}　{c.limit}") for c in found]


CHOICES: dict[str, Callable[[Case], list[tuple[str, str]]]] = {
    "unit": units_for_case,
    "helpers": helpers_for_case,
    "inspector": inspectors_for_case,
    "condition": conditions_for_case,
}
