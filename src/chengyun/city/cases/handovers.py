"""Reads about 移送. The user comes first: whoever sees the case, or works in the body it was handed to."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from chengyun.city.cases import queries
from chengyun.city.cases.models import DISTRICT, Case, HandOver
from chengyun.city.people.chiefs import names_fault, names_in
from chengyun.city.people.models import Unit, User
from chengyun.kernel.errors import Missing
from chengyun.kernel.params import settings_of

EVIDENCE = "handover.evidence"


def bodies() -> QuerySet[Unit]:
    """The bodies a case may be handed over to."""
    return Unit.objects.filter(kind=Unit.Kind.PARTNER, valid_to=None).order_by("code")


def evidence_asked(area: str) -> list[str]:
    """What has to come with a lead there, by name."""
    return names_in(settings_of(area[:DISTRICT])[EVIDENCE])


def evidence_fault(text: object) -> str:
    """Why these are no names of evidence, "" when they are."""
    return names_fault(text) if names_in(str(text)) else "至少写一项材料。"


def handovers_for(user: User) -> QuerySet[HandOver]:
    """Those of the cases this person's lists show, and those to the units this person answers for."""
    units = user.scope("handover.take").units
    seen = queries.cases_for(user).filter(pk=OuterRef("case"))
    return HandOver.objects.filter(Q(unit__in=units) | Exists(seen))


def with_cases(rows: QuerySet[HandOver]) -> QuerySet[HandOver]:
    """What a line of the list reads besides."""
    return rows.select_related("case__case_class", "case__unit", "unit")


def handover_for(user: User, pk: int) -> HandOver:
    """One 移送; Missing when it is not this person's to see."""
    related = handovers_for(user).select_related("case__case_class", "unit", "sent_by")
    found = related.filter(pk=pk).first()
    if found is None:
        raise Missing("没有这次移送，或者它不在你的范围内。")
    return found


def handovers_of(case: Case) -> list[HandOver]:
    """Everybody a case was handed over to, newest first."""
    rows = HandOver.objects.filter(case=case).select_related("unit", "sent_by")
    return list(rows.order_by("-id"))


def to_take(user: User) -> QuerySet[HandOver]:
    """What this person's body has to receive or to answer."""
    units = user.scope("handover.take").units
    return HandOver.objects.filter(unit__in=units, state__in=HandOver.OPEN)
