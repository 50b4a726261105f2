"""The weekly bulletins of the weeks that are over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from chengyun.city.people.models import User
from chengyun.demo.build.play import Act
from chengyun.demo.scenario.inspecting import first_monday
from chengyun.kernel import audit
from chengyun.science.calendars import Calendar
from chengyun.science.weeks import week_of
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.services.bulletins import (
    approve_bulletin,
    draft_bulletin,
    issue_bulletin,
)


@dataclass(kw_only=True)
class Notice:
    """One bulletin on its way."""

    week: str
    by: User
    bulletin: Bulletin | None = None

    def draft(self) -> None:
        self.bulletin = draft_bulletin(self.week, by=self.by)

    def approve(self) -> None:
        assert self.bulletin is not None
        approve_bulletin(self.bulletin, by=self.by)

    def issue(self) -> None:
        """The newest seal is printed in it, so what has happened is sealed first."""
        assert self.bulletin is not None
        audit.seal_new()
        issue_bulletin(self.bulletin, by=self.by)


def acts_of_bulletins(
    first: datetime, now: datetime, calendar: Calendar, by: User
) -> Iterator[Act]:
    """On the first work day after each week its bulletin is drafted, approved and issued."""
    monday = first_monday(first.astimezone(calendar.zone).date())
    while (day := monday + timedelta(days=7)) <= now.astimezone(calendar.zone).date():
        while not calendar.is_workday(day):
            day += timedelta(days=1)
        notice = Notice(week=week_of(monday).key, by=by)
        steps = (
            (time(9, 5), notice.draft),
            (time(10, 20), notice.approve),
            (time(11), notice.issue),
        )
        for hour, step in steps:
            at = datetime.combine(day, hour, tzinfo=calendar.zone)
            if at < now:
                yield at, step
        monday += timedelta(days=7)
