"""Reads about 小巷管家. The user comes first: those of the communities they see, and themselves."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from chengyun.city.cases.campaigns import first_moment
from chengyun.city.cases.models import Case, Steward, StewardPoint
from chengyun.city.cases.queries import cases_for
from chengyun.city.people.models import Station, User
from chengyun.city.people.models.users import held_on
from chengyun.city.people.queries import roles
from chengyun.city.people.stations import stations_for
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.params import settings_of

APPOINT, SERVE = "steward.appoint", "steward.serve"
POINTS = "steward.points"
DAY = timedelta(days=1)


def stewards_for(user: User) -> QuerySet[Steward]:
    """The stewards of the communities this person sees; a steward sees themselves."""
    seen = Q(area__in=stations_for(user).values("area")) | Q(user=user)
    return Steward.objects.filter(seen).select_related("user")


def steward_for(user: User, pk: int) -> Steward:
    """One of them with their points, serving or not any more."""
    found = with_points(stewards_for(user)).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这位小巷管家，或者不在你的范围内。")
    return found


def appoints(user: User, area: str) -> bool:
    """Whether this person appoints the stewards of a community."""
    return user.may(APPOINT) and user.scope(APPOINT).covers(area=area)


def communities_of(user: User) -> list[str]:
    """The communities with a station whose stewards this person appoints."""
    rows = Station.objects.filter(user.scope(APPOINT).area_q("area"), valid_to=None)
    return list(rows.order_by("area").values_list("area", flat=True))


def willing(user: User) -> QuerySet[User]:
    """Who may become a steward: people in post as such in the districts where this person appoints."""
    keys = [role.pk for role in roles() if SERVE in role.permissions]
    held = held_on(localdate(clock.now()), "posts__") & Q(posts__role__in=keys)
    districts = {area[:6] for area in user.scope(APPOINT).areas}
    near = Q(pk__in=())
    for district in districts:
        near |= Q(posts__area__startswith=district)
    return User.objects.filter(held & near, is_active=True).distinct().order_by("username")


def points_of(area: str) -> int:
    """How many points a report that is filed brings there."""
    return int(settings_of(area)[POINTS])


def stewardship_of(case: Case) -> Steward | None:
    """For which entrusted alley a case was reported: its reporter was a steward of that community on that day."""
    if case.reporter_id is None:
        return None
    day = localdate(case.reported_at)
    held = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    return (
        Steward.objects.filter(held, user=case.reporter_id, area=case.area).order_by("pk").first()
    )


def reports_of(row: Steward) -> QuerySet[Case]:
    """The cases somebody reported as a steward of a community."""
    rows = Case.objects.filter(
        reporter=row.user_id, area=row.area, reported_at__gte=first_moment(row.valid_from)
    )
    if row.valid_to:
        rows = rows.filter(reported_at__lt=first_moment(row.valid_to) + DAY)
    return rows.select_related("case_class", "unit").order_by("-reported_at", "-id")


def openable(user: User, row: Steward) -> QuerySet[Case]:
    """The cases of this steward that somebody may open."""
    return cases_for(user).filter(reporter=row.user_id, area=row.area)


def with_points(rows: QuerySet[Steward]) -> QuerySet[Steward]:
    """Stewards with ``total``, their points, and ``filed``, how many cases brought some and kept them."""
    lines = StewardPoint.objects.filter(steward=OuterRef("pk")).order_by().values("steward")
    kept = Count("case", filter=Q(points__gt=0)) - Count("case", filter=Q(points__lt=0))
    whole = {"total": Sum("points"), "filed": kept}
    return rows.annotate(
        **{
            key: Coalesce(
                Subquery(lines.annotate(**{key: value}).values(key), output_field=IntegerField()),
                0,
            )
            for key, value in whole.items()
        }
    )
