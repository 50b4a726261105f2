"""Reads about 共建协议. The user comes first: those of their area, and those their units are a side of."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from chengyun.city.cases.campaigns import first_moment
from chengyun.city.cases.models import Agreement, Promise
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import units_serving
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing

AGREE = "agreement.change"
State = Promise.State


def agreements_for(user: User) -> QuerySet[Agreement]:
    """The agreements of this person's area, those their units answer for, and those their units are a side of."""
    scope = user.scope("case.view")
    sides = Agreement.units.through.objects.filter(unit__in=scope.units).values("agreement")
    mine = Q(unit__in=scope.units) | Q(pk__in=sides)
    return Agreement.objects.filter(scope.area_q("area") | mine)


def agreement_for(user: User, code: str) -> Agreement:
    """One of them; Missing when it is not this person's to see."""
    found = agreements_for(user).select_related("unit", "by").filter(code=code).first()
    if found is None:
        raise Missing(f"没有共建协议「{code}」，或者它不在你的范围内。")
    return found


def looks_after(user: User, agreement: Agreement) -> bool:
    """Whether this person changes it, gives its tasks and calls its reviews."""
    return user.may(AGREE) and user.scope(AGREE).covers(area=agreement.area)


def homes_of(user: User) -> list[str]:
    """The areas whose agreements this person registers."""
    return sorted(user.scope(AGREE).areas)


def own_units(area: str) -> QuerySet[Unit]:
    """Who may answer for an agreement of an area: its bureaus and centres, and who works there."""
    above = [area[:n] for n in range(2, len(area) + 1)]
    desks = (Unit.Kind.BUREAU, Unit.Kind.CENTRE)
    offices = Unit.objects.filter(kind__in=desks, valid_to=None, area__in=above)
    return (units_serving(area, streets=True) | offices).order_by("code")


SMALL = (Unit.Kind.STREET, Unit.Kind.COMMUNITY, Unit.Kind.COMPANY)


def sides(area: str) -> QuerySet[Unit]:
    """Who may be another side on the platform: bodies of other areas, and partners."""
    others = Unit.objects.filter(valid_to=None).exclude(kind__in=SMALL)
    return others.exclude(pk__in=own_units(area).values("pk")).order_by("code")


def with_figures(rows: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """How many tasks there are, how many are done and how many late, and what a line reads besides."""
    late = Q(tasks__state=State.OPEN, tasks__due_at__lt=clock.now())
    late |= Q(tasks__state=State.DONE, tasks__done_at__gte=F("tasks__due_at"))
    return rows.select_related("unit").annotate(
        given=Count("tasks", filter=~Q(tasks__state=State.WITHDRAWN)),
        kept=Count("tasks", filter=Q(tasks__state=State.KEPT)),
        overdue=Count("tasks", filter=late),
    )


def end_of(day: date) -> datetime:
    """The moment a day is over."""
    return first_moment(day + timedelta(days=1))


def next_review(held: date, months: int | None) -> datetime | None:
    """Until when the review after this one is in time; None where no rhythm was agreed."""
    if not months:
        return None
    year, month = divmod(held.year * 12 + held.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return end_of(date(year, month + 1, min(held.day, last)))
