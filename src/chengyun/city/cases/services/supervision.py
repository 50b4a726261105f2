"""督办: ordered, replied to, released."""

from __future__ import annotations

from chengyun.city.cases.models import Supervision
from chengyun.city.cases.services import clocks
from chengyun.city.cases.services.deeds import Deed
from chengyun.kernel import clock


def supervise(deed: Deed) -> None:
    """A new level takes the place of the one before."""
    open_rows = Supervision.objects.filter(case=deed.case, ended_at=None)
    open_rows.update(ended_at=clock.now(), release="改了督办级别")
    Supervision(
        case=deed.case,
        level=deed.said("watch_level"),
        reason=deed.said("reason"),
        by=deed.by,
        post=deed.by.post_key if deed.by else "",
        at=clock.now(),
        due_at=clocks.due_after(deed.case, "reply"),
    ).save(force_insert=True)


def reply(deed: Deed) -> None:
    """What the unit answered."""
    open_rows = Supervision.objects.filter(case=deed.case, ended_at=None)
    open_rows.update(replied_at=clock.now(), reply=deed.said("reply"))


def release(deed: Deed) -> None:
    """The end of it, with a reason."""
    open_rows = Supervision.objects.filter(case=deed.case, ended_at=None)
    open_rows.update(ended_at=clock.now(), released_by=deed.by, release=deed.said("reason"))


def let_go(deed: Deed) -> None:
    """A case that came to its end is not supervised any more."""
    if "supervised" in deed.marks and "supervised" not in deed.case.marks:
        open_rows = Supervision.objects.filter(case=deed.case, ended_at=None)
        open_rows.update(ended_at=clock.now())
