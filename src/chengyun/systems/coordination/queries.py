"""What the desk reads: its queues, their counts, and what it proposes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from chengyun.city.cases import queries as cases
from chengyun.city.cases.models import Case
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import roles, units_serving
from chengyun.kernel import clock, registry
from chengyun.systems.coordination.specs import Pile

COUNTS = ("total", "late", "mine", "mine_late")
LOOK_BACK = timedelta(days=30)


def piles_of(user: User) -> list[Pile]:
    """The queues this person works on."""
    return [pile for pile in registry.all_of(Pile) if user.may(pile.may)]


def pile_named(user: User, key: str) -> Pile | None:
    """The queue asked for; else the first of this person in which work waits; None when there is none."""
    mine = piles_of(user)
    asked = next((pile for pile in mine if pile.key == key), None)
    busy = next((pile for pile in mine if size_of(user, pile)[0]), None)
    return asked or busy or (mine[0] if mine else None)


def waiting(user: User, pile: Pile) -> QuerySet[Case]:
    """The cases of a queue."""
    rows = cases.cases_for(user).filter(state__in=pile.states, open=True)
    return rows.filter(assignee=user) if pile.mine else rows


def standing(user: User) -> dict[str, dict[str, int]]:
    """Open cases by state, with how many are late and how many lie with this person; one query per request."""
    kept: dict[str, dict[str, int]] | None = user.__dict__.get("_standing_cases")
    if kept is None:
        now = clock.now()
        rows = cases.cases_for(user).filter(open=True).values("state").order_by("state")
        counted = rows.annotate(
            total=Count("pk"),
            late=Count("pk", filter=Q(due_at__lt=now)),
            mine=Count("pk", filter=Q(assignee=user)),
            mine_late=Count("pk", filter=Q(assignee=user, due_at__lt=now)),
        )
        kept = {row["state"]: {n: row[n] for n in COUNTS} for row in counted}  # type: ignore[literal-required]
        user.__dict__["_standing_cases"] = kept
    return kept


def size_of(user: User, pile: Pile) -> tuple[int, int]:
    """How many cases wait in a queue, and how many of them are late."""
    rows = [standing(user).get(state, {}) for state in pile.states]
    names = ("mine", "mine_late") if pile.mine else ("total", "late")
    total, late = (sum(row.get(name, 0) for row in rows) for name in names)
    return total, late


def counter_of(pile: Pile) -> Callable[[Any], tuple[int, int]]:
    """The count of a queue for the side bar."""
    return lambda user: size_of(user, pile)


@dataclass(frozen=True)
class Proposal:
    """The unit the desk proposes, and the sentence why."""

    unit: Unit
    why: str


def proposal_for(case: Case) -> Proposal | None:
    """Who handled this class in this district most often lately; None when nobody did."""
    if case.case_class_id is None:
        return None
    since = clock.now() - LOOK_BACK
    rows = Case.objects.filter(
        case_class=case.case_class_id, reported_at__gte=since, district=case.district
    )
    best = (
        rows.exclude(unit=None)
        .filter(unit__valid_to=None)
        .values("unit")
        .annotate(total=Count("pk"), late=Count("pk", filter=Q(late=True)))
        .order_by("-total", "unit")
        .first()
    )
    if best is None:
        return None
    unit = Unit.objects.get(pk=best["unit"])
    late = f"，其中超期 {best['late']} 件" if best["late"] else "，没有超期"
    return Proposal(unit, f"过去 30 天本区同类 {best['total']} 件由它处置{late}。")


def units_for_case(case: Case) -> list[tuple[str, str]]:
    """The units that may be made responsible for a case, as choices."""
    return [(unit.code, str(unit)) for unit in units_serving(case.area)]


def inspectors_for_case(case: Case) -> list[tuple[str, str]]:
    """The inspectors who may be sent to a case, as choices."""
    keys = [role.pk for role in roles() if "case.check" in role.permissions]
    rows = User.objects.filter(is_active=True, posts__role__in=keys, posts__valid_to=None)
    here = rows.filter(posts__area__startswith=case.district).distinct().order_by("username")
    return [(user.username, user.name) for user in here[:200]]
