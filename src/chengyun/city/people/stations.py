"""Reads about community stations. The user comes first: those of their area, of their street, or where they serve."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.people.models import Binding, Officer, Station, StationVisit, Unit, User
from chengyun.city.people.models.users import held_on
from chengyun.city.people.queries import OnDuty, roles, standing_in
from chengyun.city.places.grounds import responsibility_grids
from chengyun.city.places.queries import label_of, regions
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import inside

CHANGE, VISIT = "station.change", "station.visit"
AT_HOME = (Unit.Kind.STREET, Unit.Kind.COMMUNITY)
WEEK = 7


def stations_for(user: User) -> QuerySet[Station]:
    """The stations in use this person sees; who sees only what is their own, a resident, sees none as a neighbour."""
    serving = Officer.objects.filter(held_on(localdate(clock.now())), user=user)
    scope = user.scope("case.view")
    seen = scope.area_q("area") | Q(pk__in=serving.values("station"))
    if user.unit and user.unit.kind in AT_HOME and not scope.own:
        seen |= inside("area", user.unit.area)
    return Station.objects.filter(seen, valid_to=None)


def station_for(user: User, area: str) -> Station:
    """The station of a community; Missing when it is not this person's to see."""
    return station_in(stations_for(user), area)


def station_in(rows: QuerySet[Station], area: str) -> Station:
    """The station of a community among those somebody sees."""
    found = rows.filter(area=area).first()
    if found is None:
        raise Missing("这个社区没有服务站，或者它不在你的范围内。")
    return found


@recent(30)
def served() -> list[str]:
    """The codes of all communities that have a station."""
    rows = Station.objects.filter(valid_to=None).order_by("area")
    return list(rows.values_list("area", flat=True))


def unserved(user: User) -> list[tuple[str, str]]:
    """Code and name of the communities that have no station yet, where this person registers them."""
    found = [
        code
        for area in user.scope(CHANGE).areas
        for code in regions(within=area, level="community").values_list("code", flat=True)
    ]
    there = {*served()}
    return [(code, label_of(code)) for code in found if code not in there]


def with_officers(rows: QuerySet[Station]) -> QuerySet[Station]:
    """Stations and who serves there now, as ``serving``."""
    held = held_on(localdate(clock.now()))
    serving = Officer.objects.filter(held, user__is_active=True).select_related("user")
    return rows.prefetch_related(Prefetch("officers", queryset=serving, to_attr="serving"))


def officers_of(station: Station) -> list[Officer]:
    """Everybody who was ever assigned to it, who serves now first."""
    rows = list(station.officers.select_related("user__unit"))
    return sorted(rows, key=lambda row: row.valid_to is not None)


def officer_of(station: Station, pk: int) -> Officer:
    """One of them."""
    found = station.officers.select_related("user").filter(pk=pk).first()
    if found is None:
        raise Missing("这个站没有这位队员。")
    return found


def assignable(area: str) -> QuerySet[User]:
    """Who may be assigned to the station of a community: people in post around it who may record visits."""
    keys = [role.pk for role in roles() if VISIT in role.permissions]
    around = [area[:n] for n in range(2, len(area))]
    near = inside("posts__area", area) | Q(posts__area__in=around)
    held = held_on(localdate(clock.now()), "posts__") & Q(posts__role__in=keys)
    return User.objects.filter(near & held, is_active=True).distinct().select_related("unit")


def may_visit(user: User, station: Station) -> bool:
    """Whether this person records visits there: an officer of the station, or in post for the community."""
    if not user.may(VISIT):
        return False
    if user.scope(VISIT).covers(area=station.area):
        return True
    return station.officers.filter(held_on(localdate(clock.now())), user=user).exists()


def visits_of(station: Station) -> QuerySet[StationVisit]:
    return station.visits.select_related("by").order_by("-on", "-id")


def visit_for(user: User, pk: int) -> StationVisit:
    """One visit to a station this person sees."""
    rows = StationVisit.objects.select_related("station", "by")
    found = rows.filter(pk=pk, station__in=stations_for(user)).first()
    if found is None:
        raise Missing("没有这次走访，或者它不在你的范围内。")
    return found


def may_read(user: Any, pk: int) -> bool:
    """Whether this person may see the photos of a visit."""
    rows = StationVisit.objects.filter(pk=pk, station__in=stations_for(user))
    return bool(user.may("case.view")) and rows.exists()


def last_day(weekdays: str, today: date) -> date:
    """The last of a station's days that is over."""
    days = (today - timedelta(days=n) for n in range(1, WEEK + 1))
    return next(day for day in days if str(day.isoweekday()) in weekdays)


def unvisited(rows: QuerySet[Station], today: date) -> QuerySet[Station]:
    """Of these stations, those whose last day passed without a visit since."""
    found = Q(pk__in=())
    for weekdays in rows.order_by().values_list("weekdays", flat=True).distinct():
        day = last_day(weekdays, today)
        none = Q(last_visit_on=None) | Q(last_visit_on__lt=day)
        found |= Q(weekdays=weekdays, valid_from__lte=day) & none
    return rows.filter(found)


def is_unvisited(row: Station, today: date) -> bool:
    """Whether the last day of this one passed without a visit since."""
    day = last_day(row.weekdays, today)
    return row.valid_from <= day and (row.last_visit_on is None or row.last_visit_on < day)


def chiefs_of(area: str) -> list[OnDuty]:
    """Who answers for a community: chiefs of it and of what it lies in, and who walks its responsibility grids."""
    above = [area[:n] for n in range(4, len(area) + 1)]
    grids = responsibility_grids().filter(area=area).values("code")
    here = Q(place_type="region", place_code__in=above)
    here |= Q(place_type="responsibility", place_code__in=grids)
    today = localdate(clock.now())
    rows = Binding.objects.filter(held_on(today) & here).select_related("user", "substitute")
    ordered = rows.order_by("place_type", "-place_code", "kind", "pk")
    return [standing_in(row, today) for row in ordered]
