"""Reads about 联合行动. The user comes first: those of their area, and those their units take part in."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from chengyun.city.cases.models import Campaign, Case, JointAction, JointEntry, JointPart, JointStop
from chengyun.city.cases.whistles import units_to_call
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import units_serving
from chengyun.kernel.errors import Missing

PLAN, ENTER = "campaign.change", "joint.enter"
SOURCE = "joint"
"""The source of what is found on a joint action."""
State = JointAction.State
Found = JointEntry.Found


def actions_for(user: User) -> QuerySet[JointAction]:
    """What this person sees of them."""
    scope = user.scope("case.view")
    parts = JointPart.objects.filter(unit__in=scope.units).values("action")
    return JointAction.objects.filter(scope.area_q("area") | Q(pk__in=parts))


def action_for(user: User, code: str) -> JointAction:
    """One of them; Missing when it is not this person's to see."""
    rows = actions_for(user).select_related("unit", "campaign", "by")
    found = rows.filter(code=code).first()
    if found is None:
        raise Missing(f"没有联合行动「{code}」，或者它不在你的范围内。")
    return found


def with_figures(rows: QuerySet[JointAction]) -> QuerySet[JointAction]:
    """How many stops, units, problems and cases each has."""
    problem = Q(stops__entries__found=Found.PROBLEM)
    return rows.select_related("unit").annotate(
        stopped=Count("stops", distinct=True),
        units=Count("parts", distinct=True),
        problems=Count("stops__entries", filter=problem, distinct=True),
        made=Count("stops__entries__case", distinct=True),
    )


def organises(user: User, action: JointAction) -> bool:
    """Whether this person plans it, begins and ends it."""
    return user.may(PLAN) and user.scope(PLAN).covers(area=action.area)


def enters(user: User, unit: int) -> bool:
    """Whether this person writes down what a unit finds."""
    return user.may(ENTER) and user.scope(ENTER).covers(unit=unit)


def stop_of(action: JointAction, order: int) -> JointStop:
    """One stop by its place in the route."""
    found = action.stops.filter(order=order).first()
    if found is None:
        raise Missing(f"这次行动没有第 {order} 站。")
    return found


def part_of(action: JointAction, unit: str) -> JointPart:
    """A unit that takes part, by its code."""
    found = action.parts.select_related("unit").filter(unit__code=unit).first()
    if found is None:
        raise Missing(f"代码为「{unit}」的单位没有参加这次行动。")
    return found


def entry_of(action: JointAction, pk: int) -> JointEntry:
    """One entry."""
    rows = JointEntry.objects.select_related("stop__action", "item__part__unit", "case")
    found = rows.filter(pk=pk, stop__action=action).first()
    if found is None:
        raise Missing("这次行动没有这一项记录。")
    return found


def entries_of(action: JointAction) -> QuerySet[JointEntry]:
    """Everything that was found, stop by stop."""
    rows = JointEntry.objects.filter(stop__action=action)
    related = ("stop", "item__part__unit", "case__unit", "case__case_class", "competent", "by")
    return rows.select_related(*related).order_by("stop__order", "item__part_id", "item__order")


def units_to_join(area: str) -> QuerySet[Unit]:
    """Who may take part: whoever is called to a spot there, partners included."""
    return units_to_call(area)


def units_competent(area: str) -> QuerySet[Unit]:
    """To whom a finding may go as a case."""
    return units_serving(area, streets=True).order_by("code")


def campaigns_at(area: str) -> QuerySet[Campaign]:
    """The campaigns of an area and around it an action may belong to."""
    around = [area[:n] for n in range(2, len(area) + 1)]
    return Campaign.objects.filter(area__in=around).exclude(state=Campaign.State.CLOSED)


def named_for(case: Case) -> tuple[Unit, str] | None:
    """The unit named as competent on the joint action a case was found on, and the name of that action."""
    if case.source != SOURCE:
        return None
    rows = JointEntry.objects.filter(case=case).select_related("competent", "stop__action")
    found = rows.first()
    if found is None or found.competent is None:
        return None
    return found.competent, found.stop.action.name
