"""What a leader reports while on a walk belongs to it."""

from __future__ import annotations

from datetime import datetime

from chengyun.city.cases.models import Case, WalkFinding
from chengyun.city.people.models import User
from chengyun.city.people.walks import walk_at
from chengyun.kernel.actions import record


def note_finding(case: Case, at: datetime, *, by: User) -> None:
    """Link a case to the walk its reporter was on when they saw it, in the caller's transaction."""
    walk = walk_at(by, at)
    if walk is None:
        return
    WalkFinding(walk=walk, case=case).save(force_insert=True)
    record("walk.find", case, by=by, facts={"walk": walk.pk}, area=case.area)
