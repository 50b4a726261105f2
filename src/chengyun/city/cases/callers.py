"""Reads about 来件 and those who sent them. The user comes first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.crypto import salted_hmac

from chengyun.city.cases import queries
from chengyun.city.cases.models import Caller, Case, Inquiry, IntakeRun
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import subject_type
from chengyun.kernel.errors import Missing
from chengyun.kernel.models.history import Personal

SALT = "chengyun.caller"
PHONE = "reporter_phone"
EARLIER = 6
SHORTEST = 7


def mark_of(phone: str) -> str:
    """The mark of a telephone number, the same for every way to write it; "" for what is none."""
    digits = re.sub(r"\D", "", phone.strip().removeprefix("+86"))
    if len(digits) < SHORTEST:
        return ""
    return salted_hmac(SALT, digits, algorithm="sha256").hexdigest()


def phone_of(case: int) -> str:
    """The telephone of whoever reported a case, by its key; "" when none was left or it was erased."""
    kept = Personal.objects.filter(
        subject_type=subject_type(Case), subject_id=case, key=PHONE, erased_at=None
    )
    return kept.values_list("value", flat=True).last() or ""


def inquiries_for(user: User) -> QuerySet[Inquiry]:
    """The inquiries somebody waits on whose cases this person sees."""
    seen = queries.cases_for(user).filter(pk=OuterRef("case"))
    return Inquiry.objects.filter(Exists(seen), limit_value__isnull=False)


def with_cases(rows: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
    """What a line of the list reads besides."""
    return rows.select_related("case__case_class", "case__unit")


def inquiry_for(user: User, code: str) -> Inquiry:
    """The inquiry of one case; Missing when there is none or it is not this person's to see."""
    case = queries.case_for(user, code)
    found = inquiry_of(case)
    if found is None or found.limit is None:
        raise Missing(f"案件 {code} 不是来件，没有人等回复。")
    return found


def inquiry_of(case: Case) -> Inquiry | None:
    """The inquiry of a case this person sees already."""
    found: Inquiry | None = getattr(case, "inquiry", None)
    return found


def to_answer(user: User) -> QuerySet[Inquiry]:
    """What waits for a reply now: its case has ended, or its limit is nearly used up."""
    pressing = Q(case__open=False) | Q(warn_at__lt=clock.now())
    rows = Inquiry.objects.filter(pressing, answered_at=None, limit_value__isnull=False)
    return rows.filter(Exists(_answerable(user).filter(pk=OuterRef("case"))))


def _answerable(user: User) -> QuerySet[Case]:
    return queries.cases_for(user).filter(user.scope("inquiry.answer").area_q("area"))


def earlier_cases(user: User, phone: str) -> list[Case]:
    """The latest cases reported from a telephone, as far as this person may know who reported them."""
    mark = mark_of(phone)
    scope = user.scope("case.reporter.view")
    if not mark or scope.empty:
        return []
    mine = Caller.objects.filter(mark=mark).values("case")
    known = scope.area_q("area") | Q(unit__in=scope.units)
    rows = queries.cases_for(user).filter(known, pk__in=mine).select_related(*queries.RELATED)
    return list(rows.order_by("-reported_at", "-id")[:EARLIER])


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The inquiries of a unit in a span of time; shares are left to whoever shows them."""

    unit: str
    came: int
    answered: int
    in_time: int
    visited: int
    content: int


def rates(user: User, since: datetime, until: datetime) -> list[Rates]:
    """By unit, those with most inquiries first. ``content``: 满意 or 基本满意, of those that were reached."""
    reached = ~Q(satisfied__in=("", Inquiry.Satisfied.UNREACHED))
    rows = inquiries_for(user).filter(came_at__gte=since, came_at__lt=until)
    counted = (
        rows.values("case__unit__name", "case__unit__short_name")
        .order_by()
        .annotate(
            came=Count("pk"),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            in_time=Count("pk", filter=Q(answered_at__isnull=False, late=False)),
            visited=Count("pk", filter=reached),
            content=Count("pk", filter=Q(satisfied__in=("yes", "fair"))),
        )
    )
    found = [
        Rates(
            unit=row["case__unit__short_name"] or row["case__unit__name"] or "还没有派",
            **{name: row[name] for name in FIGURES},  # type: ignore[literal-required]
        )
        for row in counted
    ]
    return sorted(found, key=lambda rates: (-rates.came, rates.unit))


def sum_of(rows: list[Rates]) -> Rates:
    """All units together."""
    return Rates(unit="合计", **{name: sum(getattr(row, name) for row in rows) for name in FIGURES})


FIGURES = ("came", "answered", "in_time", "visited", "content")


def runs_for(user: User) -> QuerySet[IntakeRun]:
    """Files this person brought in, and those of the areas where they may."""
    scope = user.scope("inquiry.take")
    return IntakeRun.objects.filter(scope.area_q("area") | Q(owner_id=user.pk))


def run_for(user: User, pk: int) -> IntakeRun:
    """One file; Missing when it is not this person's to see."""
    found = runs_for(user).select_related("file", "report").filter(pk=pk).first()
    if found is None:
        raise Missing("没有这次导入，或者它不在你的管辖范围内。")
    return found
