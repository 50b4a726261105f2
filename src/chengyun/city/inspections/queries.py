"""Reads about findings. The user comes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.inspections.models import RECTIFIED, VOIDED, Finding
from chengyun.city.people.models import Unit
from chengyun.city.people.queries import units_handling
from chengyun.kernel import clock
from chengyun.kernel.actions import subject_type
from chengyun.kernel.errors import FieldError, Invalid, Missing
from chengyun.kernel.files import files_of
from chengyun.kernel.models import Attachment, File
from chengyun.kernel.scope import Person
from chengyun.science.weeks import week_named

CLEARED = Q(case__open=False) & ~Q(case__state=VOIDED)
OPEN = Q(case__open=True)
STATES = (("open", "未销号"), ("late", "超期未改"), ("cleared", "已销号"), ("voided", "已作废"))


def late() -> Q:
    """What its unit has not corrected though its day has passed."""
    return OPEN & ~Q(case__state=RECTIFIED) & Q(due__lt=localdate(clock.now()))


MENDED_LATE = Q(case__late=True) & (CLEARED | Q(case__state=RECTIFIED))
"""What its unit has corrected, but only after its day."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Of some findings: how many, and how many are cleared, late and not corrected, corrected late, or voided."""

    total: int = 0
    cleared: int = 0
    late: int = 0
    mended_late: int = 0
    voided: int = 0

    @property
    def open(self) -> int:
        return self.total - self.cleared - self.voided

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            total=self.total + other.total,
            cleared=self.cleared + other.cleared,
            late=self.late + other.late,
            mended_late=self.mended_late + other.mended_late,
            voided=self.voided + other.voided,
        )


def findings_for(user: Person) -> QuerySet[Finding]:
    """Findings in the person's areas, those their units answer for, and those they recorded."""
    scope = user.scope("inspection.view")
    seen = scope.area_q("area") | Q(unit__in=scope.units) | Q(inspector=scope.person)
    rows = Finding.objects.all() if scope.everything else Finding.objects.filter(seen)
    return rows.select_related("case", "unit", "inspector")


def finding_for(user: Person, code: str) -> Finding:
    """One finding. Raises Missing outside the scope."""
    found = findings_for(user).filter(code=code).first()
    if found is None:
        raise Missing(f"没有督查问题「{code}」，或者它不在你的范围内。")
    return found


def may_see(user: Person, pk: int) -> bool:
    """Whether the photos of a finding may be shown to a person."""
    return user.may("inspection.view") and findings_for(user).filter(pk=pk).exists()


def photos_of(findings: Iterable[int]) -> dict[int, list[Attachment]]:
    """The photos of many findings in one query, by the finding's id."""
    rows = Attachment.objects.filter(
        subject_type=subject_type(Finding), subject_id__in=list(findings)
    ).select_related("file")
    found: dict[int, list[Attachment]] = defaultdict(list)
    for row in rows:
        found[row.subject_id].append(row)
    return found


def uncounted(
    office: str, checklist: str, week: date, closed: QuerySet[Any, date]
) -> QuerySet[Finding]:
    """What a bulletin of the week has to count.

    These are the office's findings of that week and the late-comers of earlier weeks whose bulletin was ``closed``
    before they were recorded: each is counted once, none is lost. One whose case was voided is not counted.
    """
    weeks = Q(week=week) | Q(week__lt=week, week__in=closed)
    rows = Finding.objects.filter(weeks, office=office, checklist=checklist, bulletin="")
    return in_order(rows.exclude(case__state=VOIDED))


def counted(bulletin: str) -> QuerySet[Finding]:
    """What a closed bulletin counts."""
    return in_order(Finding.objects.filter(bulletin=bulletin))


def in_order(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    return rows.select_related("case", "unit").order_by("found_at", "id")


def by_week(office: str, checklist: str, since: date) -> dict[date, int]:
    """How many findings an office made in each week, by its Monday."""
    rows = Finding.objects.filter(office=office, checklist=checklist, week__gte=since)
    found = rows.order_by().values("week").annotate(n=Count("id"))
    return {row["week"]: row["n"] for row in found}


def tallied(rows: QuerySet[Finding], key: str) -> dict[str, Tally]:
    """How far the correction has come at this moment, by the value of a column."""
    found = (
        rows.order_by()
        .values(key)
        .annotate(
            total=Count("id"),
            cleared=Count("id", filter=CLEARED),
            late=Count("id", filter=late()),
            mended_late=Count("id", filter=MENDED_LATE),
            voided=Count("id", filter=Q(case__state=VOIDED)),
        )
    )
    return {row.pop(key): Tally(**row) for row in found}


def tally_of(findings: Iterable[Finding]) -> Tally:
    """The same of findings that have been read already."""
    rows = list(findings)
    return Tally(
        total=len(rows),
        cleared=sum(row.is_cleared for row in rows),
        late=sum(row.is_late for row in rows),
        mended_late=sum(row.is_mended_late for row in rows),
        voided=sum(row.is_voided for row in rows),
    )


def tallied_by_bulletin(codes: Iterable[str]) -> dict[str, Tally]:
    return tallied(Finding.objects.filter(bulletin__in=list(codes)), "bulletin")


def unit_serving(area: str, code: str) -> Unit:
    """A unit that can be made responsible in an office's area, by its code."""
    found = units_handling(area).filter(code=code).first() if code else None
    if found is None:
        message = "没有这个责任单位，或者它不在你的辖区内。请从列表中选。"
        raise Invalid(message, fields=(FieldError("unit", message),))
    return found


def own_photos(user: Person, ids: Iterable[int]) -> tuple[File, ...]:
    """Photos the person has sent before, in the order asked for."""
    wanted = list(dict.fromkeys(ids))
    found = {file.pk: file for file in files_of(user.pk, wanted)} if wanted else {}
    if len(found) != len(wanted):
        message = "有照片没有传上来，请重新选择。"
        raise Invalid(message, fields=(FieldError("photos", message),))
    return tuple(found[pk] for pk in wanted)


def narrowed(
    rows: QuerySet[Finding], *, field: str = "", unit: str = "", week: str = "", state: str = ""
) -> QuerySet[Finding]:
    """Apply the filters of the list; each is optional. ``state`` is a key of ``STATES``."""
    if field:
        rows = rows.filter(field=field)
    if unit:
        rows = rows.filter(unit__code=unit)
    if week:
        rows = rows.filter(week=_monday(week))
    return rows.filter(_state(state)) if state else rows


def _monday(week: str) -> date:
    try:
        return week_named(week).start
    except ValueError as error:
        message = "周次应写成 2025-12-W2，就是 12 月第二周。"
        raise Invalid(message, fields=(FieldError("week", message),)) from error


def _state(state: str) -> Q:
    known = {
        "open": OPEN,
        "late": late(),
        "cleared": CLEARED,
        "voided": Q(case__state=VOIDED),
    }
    if state not in known:
        message = f"整改情况只能是：{'、'.join(label for _, label in STATES)}。"
        raise Invalid(message, fields=(FieldError("state", message),))
    return known[state]
