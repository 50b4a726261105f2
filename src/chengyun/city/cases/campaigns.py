"""Reads about 专项行动. The user comes first; which cases count is a question asked of the cases, never a copy."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.timezone import get_current_timezone

from chengyun.city.cases import queries
from chengyun.city.cases.models import (
    DISTRICT,
    Campaign,
    CampaignAmount,
    CampaignCase,
    CampaignUnit,
    Case,
    CaseClass,
)
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import posts_in_charge, units_serving
from chengyun.kernel.errors import Missing
from chengyun.kernel.params import settings_of

DONE = ("closed", "cleared")
DROPPED = ("refused", "declined", "voided", "merged")
"""What ended without being a problem of its own counts nowhere."""
SMALLEST_AREA = 2
LISTED = 200
MAJOR = 3
"""Characters of a major class: P01."""


def campaigns_for(user: User) -> QuerySet[Campaign]:
    """Those of this person's area and of the areas around it, and those with their units; drafts if they organise."""
    scope = user.scope("case.view")
    around = {area[:n] for area in scope.areas for n in range(SMALLEST_AREA, len(area))}
    taking_part = CampaignUnit.objects.filter(unit__in=scope.units)
    seen = scope.area_q("area") | Q(area__in=around) | Q(pk__in=taking_part.values("campaign"))
    mine = user.scope("campaign.change").area_q("area")
    return Campaign.objects.filter(mine | (seen & ~Q(state=Campaign.State.DRAFT)))


def campaign_for(user: User, code: str) -> Campaign:
    """One campaign; Missing when it is not this person's to see."""
    found = campaigns_for(user).select_related("leader").filter(code=code).first()
    if found is None:
        raise Missing(f"没有专项行动「{code}」，或者它不在你的范围内。")
    return found


def titles_for(user: User) -> list[tuple[str, str]]:
    """Code and name of those this person sees, newest first, for a filter."""
    rows = campaigns_for(user).order_by("-starts", "-id")
    return list(rows.values_list("code", "name"))


def parts_of(campaign: Campaign) -> list[CampaignUnit]:
    """The units that take part, with what each is to reach."""
    return list(campaign.units.select_related("unit"))


def parts_shown(user: User, campaign: Campaign) -> list[CampaignUnit]:
    """Of these, the ones whose cases this person sees: all within an area, or only their own units."""
    scope = user.scope("case.view")
    parts = parts_of(campaign)
    if scope.everything or scope.areas:
        return parts
    return [part for part in parts if part.unit_id in scope.units]


def leaders_for(area: str) -> list[User]:
    """Who may be in charge of a campaign of an area: whoever leads or organises there."""
    posts = [
        *posts_in_charge("case.lead", area=area),
        *posts_in_charge("campaign.change", area=area),
    ]
    keys = {post.user_id for post in posts}
    return list(User.objects.filter(pk__in=keys).order_by("name"))


def units_to_ask(area: str) -> QuerySet[Unit]:
    """The units that can take part in a campaign of an area."""
    return units_serving(area, streets=True).order_by("code")


def by_hand(user: User, campaign: Campaign) -> list[CampaignCase]:
    """What was put in or taken out by hand among the cases this person sees, newest first."""
    seen = queries.cases_for(user).values("pk")
    rows = campaign.by_hand.filter(case__in=seen).select_related("case__case_class", "by")
    return list(rows[:LISTED])


def amounts_of(campaign: Campaign) -> list[CampaignAmount]:
    """What the units have counted, newest first."""
    return list(campaign.amounts.select_related("unit", "by")[:LISTED])


def classes_of(campaign: Campaign) -> QuerySet[CaseClass]:
    """The classes it is about, of the catalogue its area uses; all of them where it names none."""
    edition = settings_of(campaign.area[:DISTRICT])["case.catalogue"]
    rows = CaseClass.objects.filter(edition=edition)
    about = Q()
    for code in campaign.classes:
        about |= Q(code__startswith=code)
    return rows.filter(about)


def class_titles(area: str) -> dict[str, str]:
    """What a campaign may be about: every major class and after it its classes, by code."""
    found: dict[str, str] = {}
    for one in queries.classes_for(area):
        found.setdefault(one.code[:MAJOR], f"{one.get_kind_display()} · {one.major}")
        found[one.code] = one.name
    return found


def first_moment(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=get_current_timezone())


def counted(campaign: Campaign) -> Q:
    """The cases that count: what the rule says, without what was taken out, with what was put in by hand."""
    hand = dict(campaign.by_hand.values_list("case", "counts"))
    found = _rule(campaign)
    if out := [case for case, counts in hand.items() if not counts]:
        found &= ~Q(pk__in=out)
    if put_in := [case for case, counts in hand.items() if counts]:
        found |= Q(pk__in=put_in)
    return found & ~Q(state__in=DROPPED)


def _rule(campaign: Campaign) -> Q:
    """Reported in its areas and days, of its classes, and of its units where only those count."""
    since = first_moment(campaign.starts)
    until = first_moment(campaign.ends + timedelta(days=1))
    found = Q(reported_at__gte=since, reported_at__lt=until)
    places = Q(pk__in=())
    for area in campaign.areas:
        places |= queries.within(area)
    found &= places
    if campaign.classes:
        found &= Q(case_class__in=classes_of(campaign).values("pk"))
    if campaign.only_units:
        found &= Q(unit__in=campaign.units.values("unit"))
    return found


def cases_of(user: User, campaign: Campaign) -> QuerySet[Case]:
    """Of these, what this person sees."""
    return queries.cases_for(user).filter(counted(campaign))


def all_cases_of(campaign: Campaign) -> QuerySet[Case]:
    """All of them, for the report that everybody who takes part reads."""
    return Case.objects.filter(counted(campaign))


def ended(cases: QuerySet[Case], how: str) -> QuerySet[Case]:
    """Cases that are done: all of them, or those done "in_time" or "late"."""
    done = forgivable(cases).filter(state__in=DONE)
    return {"in_time": done.exclude(LATE), "late": done.filter(LATE)}.get(how, done)


LATE = Q(late=True) & ~Q(marks_text__contains='"exempt"')
"""Late, and not forgiven on appeal: asked of ``forgivable`` cases."""


def forgivable(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases with their marks as text, which every database can search."""
    return cases.alias(marks_text=Cast("marks", TextField()))
