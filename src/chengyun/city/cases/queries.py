"""Reads about cases. The user comes first; what lies outside the scope does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from chengyun.city.cases.codes import meant
from chengyun.city.cases.models import (
    DISTRICT,
    Case,
    CaseClass,
    CaseLink,
    CaseRequest,
    FilingCondition,
    HandOver,
    Share,
    StageClock,
    Supervision,
)
from chengyun.city.people.models import Unit, User
from chengyun.kernel import clock, search
from chengyun.kernel.errors import Invalid, Missing
from chengyun.kernel.installation import installation
from chengyun.kernel.params import settings_of
from chengyun.kernel.reads import composed
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Step

RELATED = ("case_class", "condition", "unit")
COMMON = 5_000
"""A word of so many cases is common."""
WHOLE = (*RELATED, "assignee", "reporter", "inquiry__answered_by")


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
    """What this person may open: their lists, their own wherever it lies, what their unit helps with or was handed."""
    seen, scope = visible(user), user.scope("case.view")
    if scope.person and seen:
        seen |= _own(user)
    if scope.units and seen:
        seen |= Q(pk__in=Share.objects.filter(unit__in=scope.units).values("case"))
        shared = HandOver.objects.filter(unit__in=scope.units, state__in=HandOver.SHARING)
        seen |= Q(pk__in=shared.values("case"))
    return Case.objects.filter(seen)


def case_for(user: User, code: str) -> Case:
    """The case in full that is meant by a code, of several the newest; Missing when it is not this person's to see."""
    rows = open_to(user).filter(code__in=meant(code)).order_by("-code")
    found = rows.select_related(*WHOLE).first()
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
    if step.verb == "assist_done":
        return shares_of(user, case).exists()
    return user.scope(step.may).covers(area=case.area, unit=case.unit_id)


def hindrance(case: Case, step: Step, user: User | None) -> str:
    """Why a step the table allows cannot be taken after all: what is in the way, for a sentence; "" when nothing is."""
    if step.verb in ("ask_extension", "ask_suspend") and case.due_at < clock.now():
        return "已经超时"
    if step.verb == "ask_appeal" and not case.late:
        return "没有超时"
    if step.verb == "release" and user is not None:
        row = Supervision.objects.filter(case=case, ended_at=None).last()
        if row and row.post not in ("", user.post_key):
            return "由别的岗位督办"
    return ""


WAITING = {
    "extension": ("extension_asked",),
    "suspend": ("suspend_asked",),
    "return": ("return_asked",),
    "void": ("void_asked",),
    "appeal": ("appeal_first", "appeal_second"),
}
"""Under which marks a request of each kind waits."""


def waiting(case: Case) -> QuerySet[CaseRequest]:
    """What is asked about a case and not answered yet."""
    return CaseRequest.objects.filter(case=case, decided_at=None)


def waiting_request(case: Case, kind: str) -> CaseRequest | None:
    """The request of one kind that waits."""
    return waiting(case).filter(kind=kind).last()


def last_return(case: Case) -> CaseRequest | None:
    """The latest 回退 that was asked, whether or not it was granted yet."""
    return CaseRequest.objects.filter(case=case, kind="return").last()


def requests_of(case: Case) -> list[CaseRequest]:
    """Everything that was asked about a case, newest first: nothing of one that nobody has acted on."""
    if case.version == 1:
        return []
    related = CaseRequest.objects.filter(case=case).select_related("unit", "asked_by", "decided_by")
    return list(related.order_by("-id"))


def to_decide(user: User) -> QuerySet[CaseRequest]:
    """The requests that wait for this very person's yes or no."""
    mine = Q(pk__in=())
    for permission, asked in DECIDERS:
        if user.may(permission):
            mine |= asked
    return CaseRequest.objects.filter(mine, decided_at=None)


def to_help_with(user: User) -> QuerySet[Share]:
    """What the units of this person still have to do on cases others lead."""
    mine = Share.objects.filter(unit__in=user.scope("case.handle").units, state=Share.State.OPEN)
    return mine.annotate(due_at=F("case__due_at"))


def to_reply_to(user: User) -> QuerySet[Supervision]:
    """督办 of this person's units that wait for their reply."""
    theirs = Case.objects.filter(pk=OuterRef("case"), unit__in=user.scope("case.handle").units)
    return Supervision.objects.filter(Exists(theirs), ended_at=None, replied_at=None)


DECIDERS = (
    ("case.extend", Q(kind="extension", round=1)),
    ("case.extend.second", Q(kind="extension", round__gt=1)),
    ("case.suspend", Q(kind="suspend")),
    ("case.dispatch", Q(kind="return")),
    ("case.void", Q(kind="void")),
    ("case.appeal.review", Q(kind="appeal", reviewed_at=None)),
    ("case.appeal.decide", Q(kind="appeal", reviewed_at__isnull=False)),
)
"""Whose yes each kind of request waits for."""


def shares_of(user: User, case: Case) -> QuerySet[Share]:
    """What this person's units still have to do on a case another unit leads."""
    units = user.scope("case.handle").units
    return Share.objects.filter(case=case, unit__in=units, state=Share.State.OPEN)


def helpers_of(case: Case) -> list[Share]:
    """The units that help with a case, or did; none unless it was ever shared."""
    if "shared" not in case.marks:
        return []
    return list(Share.objects.filter(case=case).select_related("unit"))


def supervision_of(case: Case) -> Supervision | None:
    """The 督办 that is on, if any."""
    if "supervised" not in case.marks:
        return None
    return Supervision.objects.filter(case=case, ended_at=None).select_related("by").last()


def suspended_for(seen: QuerySet[Case]) -> QuerySet[CaseRequest]:
    """The open problems 问题库 among these cases: what is put aside, with its day."""
    rows = CaseRequest.objects.filter(kind="suspend", approved=True, ended_at=None)
    rows = rows.filter(Exists(seen.filter(pk=OuterRef("case"))))
    return rows.select_related("case__case_class", "case__unit")


def supervised_for(seen: QuerySet[Case]) -> QuerySet[Supervision]:
    """What is supervised among these cases."""
    rows = Supervision.objects.filter(ended_at=None)
    rows = rows.filter(Exists(seen.filter(pk=OuterRef("case"))))
    return rows.select_related("case__case_class", "case__unit", "by")


def merged_into(case: Case) -> list[CaseLink]:
    """The cases that were merged into this one."""
    rows = CaseLink.objects.filter(parent=case, kind=CaseLink.Kind.MERGE)
    return list(rows.select_related("child"))


def links_of(case: Case) -> list[CaseLink]:
    """Which cases this one belongs together with, as parent or as child; few cases have any."""
    if not {"parent", "merged_in", "split_up", "split_off"} & {*case.marks}:
        return []
    rows = CaseLink.objects.filter(Q(parent=case) | Q(child=case))
    return list(rows.select_related("child__case_class", "parent__case_class"))


def narrowed(
    cases: QuerySet[Case],
    *,
    states: Iterable[str] = (),
    case_class: str = "",
    area: str = "",
    unit: int | None = None,
    unsent: bool = False,
    source: str = "",
    case_type: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    asset: str = "",
    words: str = "",
    newest: int = 0,
    live: bool = False,
    late: bool = False,
    soon: bool = False,
) -> QuerySet[Case]:
    """Apply the filters of the list; each is optional."""
    conditions: dict[str, Any] = {
        "state__in": tuple(states) or None,
        "unit_id": unit,
        "unit__isnull": unsent or None,
        "source": source or None,
        "type": case_type or None,
        "asset": asset or None,
        "open": live or None,
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
    return matching(cases, words, newest=newest) if words else cases


def case_seen(user: User, case: Case) -> bool:
    """Whether a case still lies in this person's sight after what was done to it."""
    return open_to(user).filter(pk=case.pk).exists()


def unit_named(code: str) -> Unit:
    """A unit that may be made responsible."""
    found = Unit.objects.filter(code=code, valid_to=None).first()
    if found is None:
        raise Invalid(f"没有代码为「{code}」的单位，或者它已撤销。")
    return found


@recent(60)
def unit_id(code: str) -> int:
    """A unit by its code, for filters; one that has ended still has cases. A code never comes to mean another unit."""
    found = Unit.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid(f"没有代码为「{code}」的单位。")
    return found


def matching(cases: QuerySet[Case], words: str, *, newest: int = 0) -> QuerySet[Case]:
    """Cases whose code, description, address or class holds all the words; ``newest`` bounds how far back is looked."""
    terms = search.terms(words)
    if not terms:
        return cases.none()
    common = not newest and many_hold(words, COMMON)
    return cases.filter(search.match(Case, terms, newest=newest, common=common))


@recent(60)
def many_hold(words: str, newest: int) -> bool:
    """Whether more cases hold these words than a search of the newest looks at."""
    terms = search.terms(words)
    return bool(terms) and search.reaches(Case, terms, newest)


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


_conditions = composed(
    lambda case_class: FilingCondition.objects.select_related("case_class").filter(
        case_class=case_class, valid_to=None
    )
)


def conditions_of(case_class: CaseClass, area: str) -> list[FilingCondition]:
    """The filing conditions that hold in an area: a district's own take the place of the catalogue's."""
    rows = _conditions(case_class.pk)
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


def units_that_returned(case: Case) -> list[int]:
    """The units a case lay with and lies with no more: they sent it back."""
    if not case.returns:
        return []
    had = StageClock.objects.filter(case=case).exclude(unit=None).exclude(unit=case.unit_id)
    return list(had.values_list("unit", flat=True).distinct())
