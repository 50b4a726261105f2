"""马路办公: begun and ended on the phone; positions are kept between the two."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from chengyun.city.people.models import Attendance, User, Walk
from chengyun.city.people.services import duty
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.ui.words import day


@transaction.atomic
def begin_walk(
    title: str = "", *, by: User, at: datetime | None = None, simulated: bool = False
) -> Walk:
    """Begin a walk, now or when the phone says it began; one without a title is called by its day."""
    require(by, "walk.record")
    if len(title.strip()) > 60:
        raise wrong("title", "名称最多 60 字。")
    stretch = duty.begin(Attendance.Kind.WALK, by=by, at=at, simulated=simulated)
    named = title.strip() or f"{day(localdate(stretch.began_at), year=False)}马路办公"
    walk = Walk(attendance=stretch, title=named)
    walk.save(force_insert=True)
    return walk


@transaction.atomic
def end_walk(*, by: User, at: datetime | None = None) -> Walk:
    """End the walk: from this moment no position is kept."""
    require(by, "walk.record")
    rows = Walk.objects.select_related("attendance__user")
    walk = rows.filter(attendance__user=by, attendance__ended_at=None).first()
    if walk is None:
        raise Conflict("现在没有在马路办公。")
    duty.end(walk.attendance, by=by, at=at)
    return walk
