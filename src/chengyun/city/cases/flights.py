"""Reads about 飞行任务: those of one's area, and one's own as a pilot."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.cases.models import Flight
from chengyun.city.people.models import User
from chengyun.city.people.models.users import held_on
from chengyun.city.people.queries import roles
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, Missing


def flights_for(user: User) -> QuerySet[Flight]:
    """What is flown in this person's part of the city, and by this person."""
    here = user.scope("discovery.view").area_q("area")
    return Flight.objects.filter(here | Q(pilot=user))


def with_pilots(rows: QuerySet[Flight]) -> QuerySet[Flight]:
    """What a line of the list reads besides."""
    return rows.select_related("pilot")


def flight_for(user: User, code: str) -> Flight:
    """One flight; Missing when it is not this person's to see."""
    found = with_pilots(flights_for(user)).filter(code=code).first()
    if found is None:
        raise Missing(f"没有飞行任务「{code}」，或者它不在你的范围内。")
    return found


def may_fly(user: User, flight: Flight) -> bool:
    """Its pilot says when it begins and ends, or whoever plans there."""
    own = flight.pilot_id == user.pk and user.may("flight.fly")
    return own or user.scope("flight.plan").covers(area=flight.area)


def pilots() -> QuerySet[User]:
    """Who may fly."""
    keys = [role.pk for role in roles() if "flight.fly" in role.permissions]
    held = held_on(localdate(clock.now()), "posts__")
    found = User.objects.filter(held, posts__role__in=keys, is_active=True)
    return found.distinct().order_by("username")


def pilot_named(username: str) -> User:
    """A pilot by user name; Invalid when there is none."""
    found = pilots().filter(username=username).first()
    if found is None:
        raise Invalid(f"「{username}」不能执行飞行任务，请从列表中选飞手。")
    return found
