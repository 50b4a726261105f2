"""Reads about 吹哨报到. The user comes first: those around their area, of their unit, to their unit, or their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.cases.models import Arrival, Whistle
from chengyun.city.people.chiefs import chief_kinds
from chengyun.city.people.models import Binding, Unit, User
from chengyun.city.people.models.users import held_on
from chengyun.city.people.queries import units_serving
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing

BLOW, ANSWER = "whistle.blow", "whistle.answer"
CALLERS = (Unit.Kind.STREET, Unit.Kind.COMMUNITY)
State = Arrival.State


def whistles_for(user: User) -> QuerySet[Whistle]:
    """What this person sees of them."""
    scope = user.scope("case.view")
    called = Arrival.objects.filter(unit__in=scope.units).values("whistle")
    mine = Q(pk__in=called) | Q(unit__in=scope.units) | Q(by=user)
    return Whistle.objects.filter(scope.area_q("area") | mine)


def with_callers(rows: QuerySet[Whistle]) -> QuerySet[Whistle]:
    """What a line of the list reads besides."""
    return rows.select_related("unit", "by", "case").prefetch_related("arrivals__unit")


def whistle_for(user: User, code: str) -> Whistle:
    """One of them; Missing when it is not this person's to see."""
    found = with_callers(whistles_for(user)).filter(code=code).first()
    if found is None:
        raise Missing(f"没有吹哨「{code}」，或者它不在你的范围内。")
    return found


def may_read(user: Any, pk: int) -> bool:
    """Whether this person may see the photos of one."""
    return bool(user.may("case.view")) and whistles_for(user).filter(pk=pk).exists()


def arrival_of(whistle: Whistle, unit: str) -> Arrival:
    """One unit that was called; Missing when it was not."""
    found = whistle.arrivals.select_related("unit").filter(unit__code=unit).first()
    if found is None:
        raise Missing(f"这次吹哨没有叫代码为「{unit}」的单位。")
    return found


def waiting_for(user: User) -> QuerySet[Arrival]:
    """Where this person's units still have to come."""
    units = user.scope(ANSWER).units
    return Arrival.objects.filter(
        unit__in=units, state__in=Arrival.WAITED_FOR, whistle__state=Whistle.State.OPEN
    )


def units_to_call(area: str) -> QuerySet[Unit]:
    """Who may be called to a spot: the units that work there, street offices and partners included."""
    around = [area[:n] for n in range(2, len(area) + 1)]
    partners = Unit.objects.filter(kind=Unit.Kind.PARTNER, valid_to=None, area__in=around)
    return (units_serving(area, streets=True) | partners).order_by("code")


def why_not(user: User, area: str) -> str:
    """Why this person may not call units to a spot in an area; "" when they may."""
    if acts_for(user, area, BLOW) or is_chief(user):
        return ""
    return "只有路长、街长等各类长，和这里的街道、社区可以吹哨。"


def acts_for(user: User, area: str, permission: str) -> bool:
    """Whether a person acts for an area: in post there, or of the office of its street or community."""
    if any(area.startswith(each) for each in user.scope(permission).areas):
        return True
    unit = user.unit
    return bool(unit and unit.kind in CALLERS and area.startswith(unit.area))


def is_chief(user: User) -> bool:
    """Whether this person is a chief of some place today, or stands in for one."""
    return bool(chief_places(user))


def chief_places(user: User) -> set[str]:
    """The codes of the places this person is a chief of today, or stands in for one."""
    today = localdate(clock.now())
    stands_in = Q(substitute=user, substitute_from__lte=today, substitute_to__gte=today)
    held = held_on(today) & Q(kind__in=chief_kinds())
    rows = Binding.objects.filter(held & (Q(user=user) | stands_in))
    return set(rows.values_list("place_code", flat=True))


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The calls of a unit in a span of time."""

    code: str
    unit: str
    called: int
    in_time: int
    late: int
    absent: int
    waited: int

    @property
    def over(self) -> int:
        """The calls that have had their end."""
        return self.called - self.waited


HOW = {
    "in_time": Q(state=State.ARRIVED, late=False),
    "late": Q(state=State.ARRIVED, late=True),
    "absent": Q(state=State.ABSENT),
    "waited": Q(state__in=Arrival.WAITED_FOR),
}


def arrivals_for(user: User, since: datetime, until: datetime) -> QuerySet[Arrival]:
    """The calls of that time this person sees; where they see no area, those to their units and by their units."""
    rows = Arrival.objects.filter(
        whistle__in=whistles_for(user), whistle__at__gte=since, whistle__at__lt=until
    )
    scope = user.scope("case.view")
    if scope.areas or scope.everything:
        return rows
    return rows.filter(Q(unit__in=scope.units) | Q(whistle__unit__in=scope.units))


def rates(user: User, since: datetime, until: datetime) -> list[Rates]:
    """By unit, the most often called first."""
    rows = arrivals_for(user, since, until).order_by()
    grouped = rows.values("unit__code", "unit__name", "unit__short_name")
    counts: dict[str, Any] = {name: Count("pk", filter=how) for name, how in HOW.items()}
    counted: Any = grouped.annotate(called=Count("pk"), **counts)
    found = [
        Rates(
            code=row["unit__code"],
            unit=row["unit__short_name"] or row["unit__name"],
            **{name: row[name] for name in ("called", *HOW)},
        )
        for row in counted
    ]
    return sorted(found, key=lambda one: (-one.called, one.unit))
