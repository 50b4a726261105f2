"""Who may be sent to a case in the street: the inspectors in post where it lies, whose grid it is before all others."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.cases.models import DISTRICT, Case
from chengyun.city.people.models import User
from chengyun.city.people.models.users import held_on
from chengyun.city.people.queries import people_bound_to, roles
from chengyun.city.places.queries import locate
from chengyun.kernel import clock


def field_workers(case: Case) -> QuerySet[User]:
    """The inspectors who may be sent to a case."""
    keys = [role.pk for role in roles() if "case.check" in role.permissions]
    around = [case.area[:digits] for digits in range(2, DISTRICT)]
    here = Q(posts__area__startswith=case.district) | Q(posts__area__in=around)
    held = held_on(localdate(clock.now()), "posts__")
    found = User.objects.filter(here, held, posts__role__in=keys, is_active=True)
    return found.distinct().order_by("username")


def field_worker_for(case: Case) -> User | None:
    """Whose grid it is, the unit grid before the responsibility grid; else who reported it, if that is an inspector."""
    place = locate(case.lon, case.lat)
    codes = (case.grid, place.responsibility if place else "")
    bound = [duty for code in codes if code for duty in people_bound_to(code)]
    people = [duty.person for duty in bound] + ([case.reporter] if case.reporter else [])
    return next((p for p in people if works_in_the_field(p, case)), None)


def works_in_the_field(person: User, case: Case) -> bool:
    """Whether an inspector may be sent to a case: in post where it lies, in its district or for the whole city."""
    return person.is_active and any(
        post.area.startswith(case.district) or case.area.startswith(post.area)
        for post in person.standing
        if "case.check" in post.role.permissions
    )
