"""Reads about bulletins. The user comes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate, localtime

from chengyun.city.inspections import queries as inspections
from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.queries import Tally
from chengyun.city.inspections.specs import WEEKLY, Checklist
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import subject_type
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import installation
from chengyun.kernel.models import Audit, Seal
from chengyun.kernel.params import settings_of
from chengyun.kernel.scope import Person, Scope
from chengyun.kernel.ui.words import day
from chengyun.kernel.workcalendar import calendar_for
from chengyun.science.weeks import Week
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.notice import Item, Names, Notice, compose, from_json
from chengyun.systems.evaluation.workflow import DRAFT, ISSUED


@dataclass(frozen=True, kw_only=True)
class Line:
    """One bulletin of the list with how far its corrections have come."""

    bulletin: Bulletin
    tally: Tally

    @property
    def pk(self) -> str:
        return self.bulletin.code


def bulletins_for(user: Person) -> QuerySet[Bulletin]:
    """Bulletins of the person's areas; issued ones also reach the areas and units they speak of."""
    scope = user.scope("bulletin.view")
    rows = Bulletin.objects.all()
    return rows if scope.everything else rows.filter(scope.area_q("area") | _issued_to(scope))


def bulletins_in(rows: QuerySet[Bulletin], state: str) -> QuerySet[Bulletin]:
    """Those that are issued ("issued"), those that wait for it ("open"), or all ("")."""
    issued = Q(state=ISSUED)
    return rows.filter(issued if state == "issued" else ~issued) if state else rows


def _issued_to(scope: Scope) -> Q:
    wider = {area[:n] for area in scope.areas for n in range(1, len(area))}
    about = Finding.objects.filter(bulletin=OuterRef("code"), unit__in=scope.units)
    return Q(state=ISSUED) & (Q(area__in=wider) | Q(Exists(about)))


def bulletin_for(user: Person, code: str) -> Bulletin:
    found = bulletins_for(user).filter(code=code).first()
    if found is None:
        raise Missing(f"没有通报「{code}」，或者它还没有印发给你。")
    return found


def neighbours_of(user: Person, bulletin: Bulletin) -> dict[str, Any]:
    """The same office's bulletins of the weeks before and after, as far as the person sees them."""
    rows = list(bulletins_for(user).filter(area=bulletin.area).order_by("week").defer("content"))
    before = [row for row in rows if row.week < bulletin.week]
    after = [row for row in rows if row.week > bulletin.week]
    return {"before": before[-1] if before else None, "after": after[0] if after else None}


def bulletin_of_week(area: str, week: date) -> Bulletin | None:
    return Bulletin.objects.filter(area=area, week=week).first()


def findings_in(bulletin: Bulletin) -> QuerySet[Finding]:
    """What the bulletin counts: bound to it once it is approved, else what it would count now."""
    if not bulletin.is_draft:
        return inspections.counted(bulletin.code)
    closed = Bulletin.objects.filter(area=bulletin.area).exclude(state=DRAFT)
    weeks = closed.values_list("week", flat=True)
    return inspections.uncounted(bulletin.area, WEEKLY, bulletin.week, weeks)


def notice_of(bulletin: Bulletin, findings: Iterable[Finding] | None = None) -> Notice:
    """What the bulletin says: as it was approved, or as it stands in the draft.

    ``findings``, when they have been read already, are not read again.
    """
    if bulletin.content:
        return from_json(bulletin.content)
    return composed(bulletin, findings_in(bulletin) if findings is None else findings)


def composed(bulletin: Bulletin, findings: Iterable[Finding]) -> Notice:
    """The notice of these findings; every declared field has its line, one without findings too.

    As long as the week goes on it says up to which moment it has counted.
    """
    fields = {field.key: field.label for field in registry.get(Checklist, WEEKLY).fields}
    items = [_item(finding) for finding in findings]
    until = "" if is_over(bulletin.period) else _moment()
    return compose(names_of(bulletin.area), bulletin.period, fields, items, until)


def is_over(week: Week) -> bool:
    """Whether the last day of a week has passed."""
    return week.end < localdate(clock.now())


def _moment() -> str:
    now = localtime(clock.now())
    return f"{day(now.date(), year=False)} {now:%H:%M}"


def drafter_of(bulletin: Bulletin) -> int | None:
    """Who began the bulletin; None when the system did."""
    rows = Audit.objects.filter(subject_type=subject_type(bulletin), subject_id=bulletin.pk)
    return rows.order_by("seq").values_list("actor_id", flat=True).first()


def names_of(area: str) -> Names:
    """What the bodies of an area are called; the bureau's name follows the city's unless it is set."""
    settings = settings_of(area)
    city = installation()
    return Names(
        bureau=settings["bureau.name"] or f"{city.name if city else ''}城市管理局",
        office=settings["evaluation.office"],
        subject=settings["bulletin.subject"],
    )


def progress_of(notice: Notice, findings: Iterable[Finding]) -> list[tuple[str, Tally]]:
    """The correction of each field's findings, and of all of them last."""
    by_field: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_field[finding.field].append(finding)
    lines = [
        (figure.label, inspections.tally_of(by_field[figure.key])) for figure in notice.figures
    ]
    return [*lines, ("合计", sum((tally for _, tally in lines), Tally()))]


def lines_of(bulletins: Iterable[Bulletin]) -> list[Line]:
    """The bulletins with their tallies; a draft is counted as it stands now."""
    rows = list(bulletins)
    bound = inspections.tallied_by_bulletin(row.code for row in rows if not row.is_draft)
    return [
        Line(bulletin=row, tally=_now(row) if row.is_draft else bound.get(row.code, Tally()))
        for row in rows
    ]


def _now(draft: Bulletin) -> Tally:
    return sum(inspections.tallied(findings_in(draft), "field").values(), Tally())


def recent_weeks(bulletin: Bulletin, weeks: int = 8) -> list[tuple[str, int]]:
    """How many findings the office made in each of the last weeks, the bulletin's own last."""
    period = bulletin.period
    past = [period.back(n) for n in range(weeks - 1, -1, -1)]
    found = inspections.by_week(bulletin.area, WEEKLY, past[0].start)
    return [(f"{w.end.month}-{w.ordinal}", found.get(w.start, 0)) for w in past]


def drafts_waiting(user: Any) -> tuple[int, int]:
    """Bulletins not issued yet; late are those whose day of issue has passed."""
    scope = user.scope("bulletin.issue")
    weeks = Bulletin.objects.filter(scope.area_q("area")).exclude(state=ISSUED)
    found = [_day_of_issue(bulletin) for bulletin in weeks.only("week", "area")]
    today = localdate(clock.now())
    return len(found), sum(due < today for due in found)


def _day_of_issue(bulletin: Bulletin) -> date:
    """The first working day after its week."""
    calendar = calendar_for(bulletin.area)
    due = bulletin.period.end + timedelta(days=1)
    while not calendar.is_workday(due):
        due += timedelta(days=1)
    return due


def findings_waiting(user: Any) -> tuple[int, int]:
    """Findings not cleared yet, and those past their day."""
    rows = inspections.findings_for(user).filter(inspections.OPEN)
    found = rows.aggregate(total=Count("pk"), late=Count("pk", filter=inspections.late()))
    return found["total"], found["late"]


def _item(finding: Finding) -> Item:
    return Item(
        id=finding.pk,
        code=finding.code,
        case=finding.case.code,
        field=finding.field,
        place=finding.place,
        description=finding.description,
        unit=str(finding.unit),
        due=finding.due.isoformat(),
    )


def found_in(area: str, week: Week) -> list[tuple[str, str]]:
    """How many findings of each field an office has made in a week, in words."""
    rows = Finding.objects.filter(office=area, checklist=WEEKLY, week=week.start)
    found = inspections.tallied(rows, "field")
    fields = registry.get(Checklist, WEEKLY).fields
    return [(field.label, f"{found.get(field.key, Tally()).total} 处") for field in fields]


def weeks_begun(area: str) -> set[str]:
    """The weeks for which an office has a bulletin."""
    weeks = Bulletin.objects.filter(area=area).values_list("week", flat=True)
    return {Week(week).key for week in weeks}


def newest_seal() -> Seal | None:
    """The newest link of the city-wide chain over the history."""
    return Seal.objects.order_by("-id").first()
