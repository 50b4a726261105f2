"""After the holiday plan of a year is entered: due moments that were provisional are computed again."""

from __future__ import annotations

from django.db import transaction

from chengyun.city.cases.models import Case, StageClock
from chengyun.city.cases.services import clocks
from chengyun.city.people.models import User
from chengyun.kernel.actions import record
from chengyun.kernel.permissions import require

AT_ONCE = 200


def recompute_dues(*, by: User | None) -> int:
    """Recompute every running provisional clock, in small transactions; how many due moments moved."""
    require(by, "calendar.change")
    waiting = list(
        StageClock.objects.filter(provisional=True, stopped_at=None)
        .exclude(ran_since=None)
        .values_list("pk", flat=True)
    )
    return sum(_some(waiting[i : i + AT_ONCE], by) for i in range(0, len(waiting), AT_ONCE))


@transaction.atomic
def _some(ids: list[int], by: User | None) -> int:
    moved = 0
    for row in StageClock.objects.filter(pk__in=ids, stopped_at=None).select_related("case"):
        before = row.due_at
        if clocks.recompute(row):
            moved += 1
            case = row.case
            Case.objects.filter(pk=case.pk, clock=row.name).update(
                due_at=row.due_at, warn_at=row.warn_at
            )
            timing = {"due": row.due_at.isoformat()}
            facts = {"clock": row.name, "before": before, "due": row.due_at, "timing": timing}
            record(f"{case.workflow}.recompute", case, by=by, facts=facts, area=case.area)
    return moved
