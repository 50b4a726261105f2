"""Reads about 漏报 and about what was found on walks. The user comes first."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from chengyun.city.cases.models import Case, Missed, WalkFinding
from chengyun.city.people.models import Attendance, User, Walk
from chengyun.kernel.errors import Missing

RELATED = ("case__case_class", "attendance__user", "judged_by")


def missed_for(user: User) -> QuerySet[Missed]:
    """Passes by cases of the areas whose people one may follow."""
    return Missed.objects.filter(user.scope("duty.view").area_q("case__area"))


def with_cases(rows: QuerySet[Missed]) -> QuerySet[Missed]:
    """What a line of the list reads besides."""
    return rows.select_related(*RELATED)


def missed_one_for(user: User, pk: int) -> Missed:
    """One of them."""
    found = with_cases(missed_for(user)).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这条漏报线索，或者它不在你的范围内。")
    return found


def missed_of(user: User, stretch: Attendance) -> list[Missed]:
    """What may have been missed on a stretch, what does not count left out."""
    rows = missed_for(user).filter(attendance=stretch).exclude(state=Missed.State.DISMISSED)
    return list(with_cases(rows).order_by("passed_at"))


def findings_of(walk: Walk) -> QuerySet[Case]:
    """The cases found on a walk, in the order they were reported."""
    rows = Case.objects.filter(walk_finding__walk=walk)
    return rows.select_related("case_class", "unit").order_by("id")


def counted(walks: list[Walk]) -> dict[int, tuple[int, int]]:
    """How many cases were found on each walk, and how many of them are closed."""
    rows = WalkFinding.objects.filter(walk__in=walks).order_by().values("walk")
    told = rows.annotate(found=Count("pk"), closed=Count("pk", filter=Q(case__open=False)))
    return {row["walk"]: (row["found"], row["closed"]) for row in told}
