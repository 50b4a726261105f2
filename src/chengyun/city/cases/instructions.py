"""Reads about 签批. The user comes first: the orders of their area, and those that lie with their unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from chengyun.city.cases.callers import inquiries_for
from chengyun.city.cases.campaigns import first_moment
from chengyun.city.cases.models import Case, Inquiry, Instruction
from chengyun.city.cases.questions import all_standard_answers
from chengyun.city.people.models import Post, User
from chengyun.city.people.queries import posts_in_charge

GIVE, TAKE, HANDLE = "instruction.give", "instruction.take", "case.handle"
VERB = "instruct"
"""Standard answers of this step are offered to whoever gives instructions."""
DAILY = ("hotline",)
"""The sources whose orders are laid before a leader every day."""
RELATED = ("case__unit", "case__case_class", "instruction__by")
WAITING = Q(instruction=None, answered_at=None)
"""Orders nobody has written on; whoever sent them has no reply yet."""
State = Instruction.State


def orders_for(user: User) -> QuerySet[Inquiry]:
    """The orders of the daily sources this person sees, with an instruction or without."""
    return inquiries_for(user).filter(case__source__in=DAILY)


def to_give(user: User) -> QuerySet[Inquiry]:
    """What waits for this person's instruction: nobody has replied, and nobody has written one."""
    scope = user.scope(GIVE)
    reached = scope.area_q("case__area") | Q(case__unit__in=scope.units)
    rows = Inquiry.objects.filter(reached, WAITING, case__source__in=DAILY)
    return rows.filter(limit_value__isnull=False)


def next_to_give(user: User, after: int) -> Inquiry | None:
    """The first of them after one, oldest first."""
    rows = to_give(user).filter(pk__gt=after).select_related("case__unit", "case__case_class")
    return rows.order_by("pk").first()


def to_keep(user: User) -> QuerySet[Instruction]:
    """What the teams this person is in have still to see to."""
    units = user.scope(TAKE).units
    return Instruction.objects.filter(inquiry__case__unit__in=units, state__in=Instruction.WAITS)


def team_of(case: Case) -> list[Post]:
    """The team 专班 of a case: whoever is posted to it in its unit; where nobody is, who handles there."""
    if case.unit is None:
        return []
    posted = posts_in_charge(TAKE, area=case.area, unit=case.unit)
    return posted or posts_in_charge(HANDLE, area=case.area, unit=case.unit)


def keeps(user: User, case: Case) -> bool:
    """Whether this person is in that team, or in the one of a unit above."""
    posted = user.scope(TAKE).covers(area=case.area, unit=case.unit_id)
    return posted or any(post.user_id == user.pk for post in team_of(case))


def gives(user: User, case: Case) -> bool:
    """Whether this person writes instructions on orders of that place or unit."""
    return user.may(GIVE) and user.scope(GIVE).covers(area=case.area, unit=case.unit_id)


def instruction_of(inquiry: Inquiry) -> Instruction | None:
    """The instruction on an order this person sees already."""
    found: Instruction | None = getattr(inquiry, "instruction", None)
    return found


def phrases() -> list[str]:
    """The city's own sentences for instructions."""
    return [row.text for row in all_standard_answers() if row.verb == VERB]


@dataclass(frozen=True, kw_only=True)
class Day:
    """What came on one day, and how far it is."""

    day: date
    came: int
    waiting: int
    given: int
    taken: int
    done: int


def day_of(user: User, day: date) -> Day:
    """The orders of one day: how many came, wait for an instruction, and stand in each state."""
    since, until = bounds(day)
    rows = orders_for(user).filter(came_at__gte=since, came_at__lt=until)
    counted = rows.aggregate(
        came=Count("pk"),
        waiting=Count("pk", filter=WAITING),
        **{key: Count("pk", filter=Q(instruction__state=key)) for key in State.values},
    )
    return Day(day=day, **counted)


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day and of the next."""
    return first_moment(day), first_moment(day + timedelta(days=1))
