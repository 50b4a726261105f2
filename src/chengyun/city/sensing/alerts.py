"""Reads about 预警. The user comes first: whoever watches the place, or works in a unit that must act."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import units_handling
from chengyun.city.sensing.models import Alarm, Alert, AlertUnit
from chengyun.city.sensing.specs import Rank
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.params import settings_of

ISSUE, ACKNOWLEDGE, VIEW = "alert.issue", "alert.acknowledge", "alert.view"
UNANSWERED = Q(units__acknowledged_at=None)
RELATED = ("alarm__series__device", "issued_by", "lifted_by")


def alerts_for(user: User) -> QuerySet[Alert]:
    """Those of this person's part of the city, and those to the units this person answers for."""
    scope = user.scope(VIEW)
    theirs = AlertUnit.objects.filter(alert=OuterRef("pk"), unit__in=scope.units)
    return Alert.objects.filter(scope.area_q("area") | Exists(theirs))


def alert_for(user: User, code: str) -> Alert:
    """One 预警 with its units; Missing when it is not this person's to see."""
    found = with_units(alerts_for(user)).filter(code=code).first()
    if found is None:
        raise Missing(f"没有预警「{code}」，或者它不在你的范围内。")
    return found


def with_units(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """With everything an answer tells of them."""
    units = AlertUnit.objects.select_related("unit", "acknowledged_by").order_by("id")
    return rows.select_related(*RELATED).prefetch_related(Prefetch("units", units))


def counted(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """With how many units must act (``asked``) and how many have not acknowledged (``waiting``)."""
    return rows.select_related(*RELATED).annotate(
        asked=Count("units"), waiting=Count("units", filter=UNANSWERED)
    )


def overdue(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Those that stand and that a unit has not acknowledged in time."""
    waiting = AlertUnit.objects.filter(alert=OuterRef("pk"), acknowledged_at=None)
    return rows.filter(Exists(waiting), lifted_at=None, due_at__lt=clock.now())


def standing(user: User) -> QuerySet[Alert]:
    """What stands now, the worst first, of the same level the oldest."""
    return alerts_for(user).filter(lifted_at=None).order_by("-level", "issued_at", "id")


def alerts_of(alarm: Alarm) -> list[Alert]:
    """Everything issued because of an alarm, newest first."""
    return list(counted(Alert.objects.filter(alarm=alarm)).order_by("-id"))


def units_to_alert(area: str) -> list[Unit]:
    """The units that may have to act at a place."""
    return list(units_handling(area).order_by("code"))


def minutes_of(area: str, rank: Rank) -> int:
    """How long units have to acknowledge a 预警 of a level."""
    return int(settings_of(area)[f"alert.limit.{rank}"])


def to_acknowledge(user: User) -> QuerySet[AlertUnit]:
    """What this person's units have not acknowledged yet."""
    units = user.scope(ACKNOWLEDGE).units
    return AlertUnit.objects.filter(
        unit__in=units, acknowledged_at=None, alert__lifted_at=None
    ).select_related("alert", "unit")


def mine(user: User, rows: Iterable[AlertUnit]) -> list[AlertUnit]:
    """Of the units of an alert those for which this person may still acknowledge it."""
    units = user.scope(ACKNOWLEDGE).units
    return [row for row in rows if row.unit_id in units and row.acknowledged_at is None]


def count_waiting(user: User) -> tuple[int, int]:
    """How many this person's units have to acknowledge, and how many of them are late."""
    rows = to_acknowledge(user)
    late = Count("id", filter=Q(alert__due_at__lt=clock.now()))
    found = rows.aggregate(all=Count("id"), late=late)
    return found["all"], found["late"]


def readers(alerts: Iterable[int], people: Iterable[User]) -> dict[int, set[int]]:
    """Who of some people may open which alerts."""
    rows = Alert.objects.filter(pk__in=list(alerts)).prefetch_related("units")
    scopes = {person.pk: person.scope(VIEW) for person in people if person.may(VIEW)}
    return {
        row.pk: {
            person
            for person, scope in scopes.items()
            if scope.covers(area=row.area)
            or any(each.unit_id in scope.units for each in row.units.all())
        }
        for row in rows
    }
