"""Reads about 信访件. The user comes first."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from chengyun.city.cases import queries
from chengyun.city.cases.models import Case, Petition
from chengyun.city.people.models import User
from chengyun.kernel.errors import Missing

VIEW = "petition.view"
WHOLE = ("case__unit", "case__case_class", "case__condition", "earlier")
FLAGS = {
    "mass": Q(mass=True),
    "repeated": Q(repeated=True),
    "either": Q(mass=True) | Q(repeated=True),
}


def petitions_for(user: User) -> QuerySet[Petition]:
    """The petitions of this person's area, or that lie with their unit."""
    scope = user.scope(VIEW)
    seen = queries.cases_for(user).filter(pk=OuterRef("case"))
    reached = scope.area_q("case__area") | Q(case__unit__in=scope.units)
    return Petition.objects.filter(reached, Exists(seen))


def petition_for(user: User, code: str) -> Petition:
    """The petition of a case; Missing when it is none or not this person's to see."""
    case = queries.case_for(user, code)
    found = petition_of(case)
    if found is None:
        raise Missing(f"案件 {code} 不是信访件。")
    return found


def petition_of(case: Case) -> Petition | None:
    """What a case this person sees already has as a petition."""
    return Petition.objects.filter(case=case).select_related(*WHOLE).first()
