"""What the desk reads: its queues, their counts, and what it proposes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from chengyun.city.cases import instructions, meetings, whistles
from chengyun.city.cases import queries as cases
from chengyun.city.cases.models import Case
from chengyun.city.cases.proposals import Proposal, proposal_to, question_of
from chengyun.city.people.models import Unit, User
from chengyun.kernel import clock, registry
from chengyun.kernel.reads import figures
from chengyun.systems.coordination.specs import Pile

COUNTS = ("total", "late", "mine", "mine_late")
PROMISED, CALLED = "promises", "whistles"
TO_INSTRUCT, INSTRUCTED = "to_instruct", "instructed"
NONE = (0, 0)

_by_state, _by_pile = figures(), figures()


def piles_of(user: User) -> list[Pile]:
    """The queues this person works on."""
    mine = [pile for pile in registry.all_of(Pile) if user.may(pile.may)]
    return sorted(mine, key=lambda pile: not (pile.first_for and user.may(pile.first_for)))


def pile_named(user: User, key: str) -> Pile | None:
    """The queue asked for; else the first of this person in which work waits; None when there is none."""
    mine = piles_of(user)
    asked = next((pile for pile in mine if pile.key == key), None)
    busy = next((pile for pile in mine if size_of(user, pile)[0]), None)
    return asked or busy or next((pile for pile in mine if pile.states), None)


def waiting(user: User, pile: Pile) -> QuerySet[Case]:
    """The cases of a queue."""
    if pile.rows:
        return cases.open_to(user).filter(pk__in=pile.rows(user).values("case"))
    rows = cases.cases_for(user).filter(state__in=pile.states, open=True)
    return rows.filter(assignee=user) if pile.mine else rows


def standing(user: User) -> dict[str, dict[str, int]]:
    """Open cases by state, with how many are late and how many lie with this person; one query per request."""
    kept: dict[str, dict[str, int]] | None = user.__dict__.get("_standing_cases")
    if kept is None:
        counted = _by_state(user.reach, lambda now: _states(user, now), clock.now())
        kept = {state: dict(zip(COUNTS, row, strict=True)) for state, *row in counted}
        user.__dict__["_standing_cases"] = kept
    return kept


def _states(user: User, now: datetime) -> QuerySet[Case, Any]:
    rows = cases.cases_for(user).filter(open=True).values("state").order_by("state")
    counted = rows.annotate(
        total=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now)),
        mine=Count("pk", filter=Q(assignee=user)),
        mine_late=Count("pk", filter=Q(assignee=user, due_at__lt=now)),
    )
    return counted.values_list("state", *COUNTS)


def size_of(user: User, pile: Pile) -> tuple[int, int]:
    """How many cases wait in a queue, and how many of them are late."""
    if pile.rows:
        return _counted(user).get(pile.key, NONE)
    rows = [standing(user).get(state, {}) for state in pile.states]
    names = ("mine", "mine_late") if pile.mine else ("total", "late")
    total, late = (sum(row.get(name, 0) for row in rows) for name in names)
    return total, late


def promised(user: User) -> tuple[int, int]:
    """How many promises this person's units have still to keep, and how many of them are late."""
    return _counted(user).get(PROMISED, NONE)


def called(user: User) -> tuple[int, int]:
    """To how many places this person's units are called, and to how many they are late."""
    return _counted(user).get(CALLED, NONE)


def to_instruct(user: User) -> tuple[int, int]:
    """How many orders wait for this person's instruction, and how many of them are late."""
    return _counted(user).get(TO_INSTRUCT, NONE)


def instructed(user: User) -> tuple[int, int]:
    """How many instructions this person's teams have still to see to, and how many replies of them are late."""
    return _counted(user).get(INSTRUCTED, NONE)


def _counted(user: User) -> dict[str, tuple[int, int]]:
    """The numbers of all queues of rows of this person by one query per request; none for an empty one."""
    kept: dict[str, tuple[int, int]] | None = user.__dict__.get("_counted_piles")
    if kept is None:
        found = _by_pile(user.reach, lambda now: _piles(user, now), clock.now())
        kept = {pile: (total, overdue) for pile, total, overdue in found}
        user.__dict__["_counted_piles"] = kept
    return kept


def _piles(user: User, now: datetime) -> QuerySet[Any, Any]:
    with clock.at(now):
        parts = [_count_of(user, each, now) for each in piles_of(user) if each.rows]
        if user.may(meetings.KEEP):
            parts.append(_numbers(PROMISED, meetings.to_keep(user), Q(due_at__lt=now)))
        if user.may(whistles.ANSWER):
            parts.append(_numbers(CALLED, whistles.waiting_for(user), Q(due_at__lt=now)))
        if user.may(instructions.GIVE):
            waits = instructions.to_give(user)
            parts.append(_numbers(TO_INSTRUCT, waits, Q(due_at__lt=now)))
        if user.may(instructions.TAKE):
            late = Q(inquiry__due_at__lt=now, inquiry__answered_at=None)
            parts.append(_numbers(INSTRUCTED, instructions.to_keep(user), late))
    nobody = Case.objects.none().values_list("code", "version", "version")
    return nobody.union(*parts, all=True)


def _count_of(user: User, pile: Pile, now: datetime) -> Any:
    assert pile.rows is not None
    past = pile.rows(user).filter(case=OuterRef("pk"), due_at__lt=now)
    return _numbers(pile.key, waiting(user, pile).annotate(past=Exists(past)), Q(past=True))


def _numbers(key: str, rows: QuerySet[Any], late: Q) -> Any:
    """One row with the numbers of a queue, none when it is empty."""
    named = rows.annotate(pile=Cast(Value(key), TextField())).order_by().values("pile")
    counted = named.annotate(total=Count("pk"), overdue=Count("pk", filter=late))
    return counted.values_list("pile", "total", "overdue")


def counter_of(pile: Pile) -> Callable[[Any], tuple[int, int]]:
    """The count of a queue for the side bar."""
    return lambda user: size_of(user, pile)


def proposal_for(case: Case) -> Proposal | None:
    """Who should handle a case and why; asked once for one loaded case."""
    if "_proposal" not in case.__dict__:
        case.__dict__["_proposal"] = proposal_to(question_of(case))
    kept: Proposal | None = case.__dict__["_proposal"]
    return kept


def seen(user: User) -> QuerySet[Case]:
    """The cases this person may look at; none without the permission."""
    rows = cases.cases_for(user) if user.may("case.view") else Case.objects.none()
    return rows.select_related(*cases.RELATED)


def cases_of_part(user: User, code: str) -> QuerySet[Case]:
    """The cases of a part."""
    return cases.narrowed(seen(user), asset=code)


def in_hand_of_unit(unit: Unit) -> tuple[int, int]:
    """How many open cases a unit has, and how many of them are late; whoever sees the unit may know."""
    return _open_and_late(Q(unit=unit))


def in_hand_of_person(person: User) -> tuple[int, int]:
    """How many open cases lie with a person, and how many of them are late."""
    return _open_and_late(Q(assignee=person))


def _open_and_late(whose: Q) -> tuple[int, int]:
    late = Count("pk", filter=Q(due_at__lt=clock.now()))
    found = Case.objects.filter(whose, open=True).aggregate(total=Count("pk"), late=late)
    return found["total"], found["late"]
