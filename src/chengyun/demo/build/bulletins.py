"""The weekly bulletins of the weeks that are over."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

from chengyun.city.people.models import User
from chengyun.demo.build.play import Act
from chengyun.kernel import audit
from chengyun.science.calendars import Calendar
from chengyun.science.weeks import week_of
from chengyun.systems.evaluation.services import (
    approve_bulletin,
    draft_bulletin,
    issue_bulletin,
)


def acts_of_bulletins(
    first: datetime, now: datetime, calendar: Calendar, by: User
) -> Iterator[Act]:
    """On the first work day after each week its bulletin is drafted, approved and issued."""
    start = first.astimezone(calendar.zone).date()
    monday = start - timedelta(days=start.weekday())
    while monday + timedelta(days=7) <= now.astimezone(calendar.zone).date():
        day = monday + timedelta(days=7)
        while not calendar.is_workday(day):
            day += timedelta(days=1)
        at = datetime.combine(day, time(9, 40), tzinfo=calendar.zone)
        if at < now:
            yield at, issuing(week_of(monday).key, by)
        monday += timedelta(days=7)


def issuing(week: str, by: User) -> Callable[[], None]:
    def issue() -> None:
        audit.seal_new()
        bulletin = draft_bulletin(week, by=by)
        approve_bulletin(bulletin, by=by)
        issue_bulletin(bulletin, by=by)

    return issue
