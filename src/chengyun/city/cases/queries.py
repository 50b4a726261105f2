"""Reads about cases. The user comes first; what lies outside the scope does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from chengyun.city.cases.models import DISTRICT, Case, CaseClass, FilingCondition, StageClock
from chengyun.city.people.models import Unit, User
from chengyun.kernel import clock, search
from chengyun.kernel.errors import Invalid, Missing
from chengyun.kernel.installation import installation
from chengyun.kernel.params import settings_of
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Step
from chengyun.science.cells import around, ranges
from chengyun.science.coordinates import distance

RELATED = ("case_class", "condition", "unit")


def within(area: str) -> Q:
    """Cases inside an area. A district has a column of its own: its list is read in order, however large it is."""
    return Q(district=area) if len(area) == DISTRICT else inside("area", area)


def visible(user: User) -> Q:
    """The part of all cases this person works on: their areas, their units, or only their own."""
    scope, city = user.scope("case.view"), installation()
    if scope.everything or (city and city.area in scope.areas):
        return Q()
    found = Q(pk__in=())
    for area in scope.areas:
        found |= within(area)
    if scope.units:
        found |= Q(unit__in=scope.units)
    return found | _own(user) if scope.own else found


def _own(user: User) -> Q:
    return Q(reporter=user) | Q(assignee=user)


def cases_for(user: User) -> QuerySet[Case]:
    """What this person's lists are made of."""
    return Case.objects.filter(visible(user))


def in_full() -> QuerySet[Case]:
    """Cases with everything a line of a list shows; for rows already found in somebody's lists."""
    return Case.objects.select_related(*RELATED)


def open_to(user: User) -> QuerySet[Case]:
    """What this person may open: their lists, and what is their own wherever it lies."""
    seen = visible(user)
    mine = user.scope("case.view").person and seen
    return Case.objects.filter(seen | _own(user) if mine else seen)


def case_for(user: User, code: str) -> Case:
    """One case in full; Missing when it does not exist or is not this person's to see."""
    found = open_to(user).filter(code=code).select_related(*RELATED, "assignee", "reporter").first()
    if found is None:
        raise Missing(f"没有案件「{code}」，或者它不在你的范围内。")
    return found


def may_read(user: Any, pk: int) -> bool:
    """Whether this person may see the evidence of a case."""
    return bool(user.may("case.view")) and open_to(user).filter(pk=pk).exists()


def may_take(user: User, case: Case, step: Step) -> bool:
    """The noun's own guard: a verb is for whoever the case lies with, in their area, unit or name."""
    if not user.may(step.may):
        return False
    if case.assignee_id == user.pk and step.may in ("case.verify", "case.check"):
        return True
    return user.scope(step.may).covers(area=case.area, unit=case.unit_id)


def narrowed(
    cases: QuerySet[Case],
    *,
    states: Iterable[str] = (),
    case_class: str = "",
    area: str = "",
    unit: int | None = None,
    source: str = "",
    case_type: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    words: str = "",
    late: bool = False,
    soon: bool = False,
) -> QuerySet[Case]:
    """Apply the filters of the list; each is optional."""
    conditions: dict[str, Any] = {
        "state__in": tuple(states) or None,
        "unit_id": unit,
        "source": source or None,
        "type": case_type or None,
        "reported_at__gte": since,
        "reported_at__lt": until,
    }
    cases = cases.filter(**{key: value for key, value in conditions.items() if value is not None})
    if case_class:
        cases = cases.filter(case_class__in=class_ids(case_class))
    if area:
        cases = cases.filter(within(area))
    if late or soon:
        cases = cases.filter(open=True, **{"due_at__lt" if late else "warn_at__lt": clock.now()})
    return matching(cases, words) if words else cases


def case_seen(user: User, case: Case) -> bool:
    """Whether a case still lies in this person's sight after what was done to it."""
    return open_to(user).filter(pk=case.pk).exists()


def unit_named(code: str) -> Unit:
    """A unit that may be made responsible."""
    found = Unit.objects.filter(code=code, valid_to=None).first()
    if found is None:
        raise Invalid(f"没有代码为「{code}」的单位，或者它已撤销。")
    return found


def unit_id(code: str) -> int:
    """A unit by its code, for filters; one that has ended still has cases."""
    found = Unit.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid(f"没有代码为「{code}」的单位。")
    return found


def matching(cases: QuerySet[Case], words: str) -> QuerySet[Case]:
    """Cases whose code, description, address or class holds all the words."""
    terms = search.terms(words)
    if not terms:
        return cases.none()
    return cases.filter(search.match(Case, terms))


def class_ids(code: str) -> list[int]:
    """A class by its code P0101, or all of a major class by P01."""
    return list(CaseClass.objects.filter(code__startswith=code).values_list("id", flat=True))


@recent(30)
def classes_in_force(edition: str) -> dict[str, CaseClass]:
    """All classes of the edition in force, by code."""
    return {c.code: c for c in CaseClass.objects.filter(edition=edition, valid_to=None)}


def classes_for(area: str) -> list[CaseClass]:
    """The classes an area files under, in the order of the catalogue."""
    return list(classes_in_force(settings_of(area[:DISTRICT])["case.catalogue"]).values())


def class_named(code: str, area: str) -> CaseClass:
    """A class of the edition the city uses; Invalid with a sentence when there is none of that code."""
    edition = settings_of(area[:DISTRICT])["case.catalogue"]
    found = classes_in_force(edition).get(code)
    if found is None:
        raise Invalid(f"目录（{edition}）里没有类别「{code}」。")
    return found


def conditions_of(case_class: CaseClass, area: str) -> list[FilingCondition]:
    """The filing conditions that hold in an area: a district's own take the place of the catalogue's."""
    rows = list(case_class.conditions.filter(valid_to=None))
    own = [row for row in rows if row.area and area.startswith(row.area)]
    if own:
        widest = max(len(row.area) for row in own)
        return [row for row in own if len(row.area) == widest]
    return [row for row in rows if not row.area]


def condition_named(case_class: CaseClass, pk: int, area: str) -> FilingCondition:
    """A condition of a class that an area may change; Missing otherwise."""
    found = next((row for row in conditions_of(case_class, area) if row.pk == pk), None)
    if found is None:
        raise Missing("没有这一条立案条件，或者它已经停用。")
    return found


def clocks_of(case: Case) -> list[StageClock]:
    return list(StageClock.objects.filter(case=case).select_related("unit"))


def works_in_the_field(person: User, case: Case) -> bool:
    """Whether an inspector may be sent to a case: in post where it lies, in its district or for the whole city."""
    return person.is_active and any(
        post.area.startswith(case.district) or case.area.startswith(post.area)
        for post in person.standing
        if "case.check" in post.role.permissions
    )


def similar_to(user: User, case: Case, *, metres: float = 50.0, hours: int = 24) -> list[Case]:
    """Cases of the same class near in place and time, as far as this person sees them, newest first."""
    near = Q(pk__in=())
    for low, high in ranges(around(case.lon, case.lat, metres)):
        near |= Q(cell__gte=low, cell__lte=high)
    span = timedelta(hours=hours)
    same = cases_for(user).filter(near, case_class=case.case_class_id, type=case.type)
    rows = same.exclude(pk=case.pk)
    rows = rows.select_related("case_class")
    rows = rows.filter(
        reported_at__gte=case.reported_at - span, reported_at__lte=case.reported_at + span
    )
    close = [r for r in rows[:200] if distance(case.lon, case.lat, r.lon, r.lat) <= metres]
    return sorted(close, key=lambda r: r.reported_at, reverse=True)
