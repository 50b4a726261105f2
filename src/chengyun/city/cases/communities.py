"""Figures of communities: the cases and the promises in them, as far as a person sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from chengyun.city.cases.campaigns import DONE, first_moment
from chengyun.city.cases.meetings import overdue, promises_for
from chengyun.city.cases.models import Case, Promise
from chengyun.city.cases.queries import cases_for
from chengyun.city.cases.service_items import with_services
from chengyun.city.people.models import Station, StationVisit, User
from chengyun.city.people.stations import station_in, stations_for
from chengyun.kernel import clock

RECENTLY = 30
"""Days, today included."""
FIGURES = ("live", "late", "closed", "promised", "overdue")
"""What ``with_figures`` adds: cases in hand, late, closed of late; promises that wait, and those past their day."""


def with_figures(rows: QuerySet[Station], user: User) -> QuerySet[Station]:
    """Stations with the numbers of their communities."""
    now, cases, promises = clock.now(), cases_for(user), promises_for(user)
    since = first_moment(localdate(now) - timedelta(days=RECENTLY - 1))
    return rows.annotate(
        live=_counted(cases.filter(open=True)),
        late=_counted(cases.filter(open=True, due_at__lt=now)),
        closed=_counted(cases.filter(state__in=DONE, closed_at__gte=since)),
        promised=_counted(promises.filter(state__in=Promise.WAITS)),
        overdue=_counted(promises.filter(overdue())),
    )


def _counted(rows: QuerySet[Any]) -> Coalesce:
    here = rows.filter(area=OuterRef("area")).order_by().values("area")
    counted: Any = here.annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0)


def community_for(user: User, area: str) -> Station:
    """The station of a community with its numbers; Missing when it is not this person's to see."""
    return station_in(with_services(with_figures(stations_for(user), user)), area)


def found_on(visit: StationVisit) -> QuerySet[Case]:
    """The cases reported on a visit, in the order they were reported."""
    rows = Case.objects.filter(visit_finding__visit=visit)
    return rows.select_related("case_class", "unit").order_by("id")
