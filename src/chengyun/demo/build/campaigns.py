"""The special campaigns of the demo city: one over and reported on, one running, one still drafted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from chengyun.city.cases import campaigns as reads
from chengyun.city.cases.models import Campaign, Case
from chengyun.city.cases.services.campaigns import (
    Part,
    Plan,
    begin_campaign,
    close_campaign,
    count_amount,
    draft_campaign,
    put_case,
)
from chengyun.city.people.models import Unit, User
from chengyun.demo.build.play import Act
from chengyun.demo.words.campaigns import PLANNED, SUMMARY, PlannedCampaign
from chengyun.science.calendars import Calendar

MORNING, NOON, EVENING = time(9), time(11, 30), time(17)
EVERY = 3
"""Days from one count of what units did to the next."""


@dataclass(kw_only=True)
class Running:
    """One campaign on its way."""

    planned: PlannedCampaign
    starts: date
    ends: date
    drafted: date
    area: str
    units: Mapping[str, Unit]
    by: User
    crews: Mapping[str, User]
    campaign: Campaign | None = None

    def draft(self) -> None:
        p = self.planned
        parts = [
            Part(unit=self.units[key], cases=cases, share=share, amount=amount)
            for key, cases, share, amount in p.parts
        ]
        plan = Plan(
            name=p.name,
            purpose=p.purpose,
            basis=p.basis,
            starts=self.starts,
            ends=self.ends,
            areas=p.areas,
            classes=p.classes,
            leader=self.by,
            measure=p.measure,
            measure_unit=p.measure_unit,
            parts=parts,
        )
        self.campaign = draft_campaign(plan, self.area, by=self.by)

    def begin(self) -> None:
        begin_campaign(self.now, by=self.by, version=self.now.version)

    def take_out(self) -> None:
        """The first case that counts lies outside what the campaign is about."""
        first = reads.all_cases_of(self.now).order_by("reported_at", "pk").first()
        if first:
            put_case(self.now, first, self.planned.outside, counts=False, by=self.by)

    def put_in(self) -> None:
        """A case of another class that came of the same thing."""
        code, why = self.planned.besides
        found = Case.objects.filter(case_class__code=code).order_by("-pk").first()
        if found:
            put_case(self.now, found, why, counts=True, by=self.by)

    def count(self, key: str, day: date, amount: int) -> None:
        unit, crew = self.units[key], self.crews[key]
        count_amount(self.now, unit, day, amount, "主次干道和小区出入口", by=crew)

    def close(self) -> None:
        close_campaign(self.now, SUMMARY, by=self.by, version=self.now.version)

    @property
    def now(self) -> Campaign:
        assert self.campaign is not None
        return self.campaign


def acts_of_campaigns(
    now: datetime,
    days: int,
    calendar: Calendar,
    area: str,
    units: Mapping[str, Unit],
    by: User,
    crews: Mapping[str, User],
) -> Iterator[Act]:
    """What is done about each in the days that have passed."""
    today = now.astimezone(calendar.zone).date()
    first = today - timedelta(days=days)
    for planned in PLANNED:
        starts, ends = (first + timedelta(days=round(days * share)) for share in planned.span)
        running = Running(
            planned=planned,
            starts=starts,
            ends=ends,
            drafted=starts - timedelta(days=days // 5),
            area=area,
            units=units,
            by=by,
            crews=crews,
        )
        for day, hour, call in _steps(running):
            at = datetime.combine(day, hour, tzinfo=calendar.zone)
            if at < now:
                yield at, call


def _steps(running: Running) -> Iterator[tuple[date, time, partial[None]]]:
    planned, starts, ends = running.planned, running.starts, running.ends
    if not planned.begun:
        yield running.drafted, MORNING, partial(running.draft)
        return
    yield starts, MORNING, partial(running.draft)
    yield starts, NOON, partial(running.begin)
    yield starts + timedelta(days=2), EVENING, partial(running.take_out)
    yield starts + timedelta(days=3), EVENING, partial(running.put_in)
    for number, day in enumerate(range(EVERY, (ends - starts).days, EVERY)):
        for key, _, _, amount in planned.parts:
            if amount:
                done = amount // 12 + number * 7 % 40
                on = starts + timedelta(days=day)
                yield on, EVENING, partial(running.count, key, on, done)
    yield ends + timedelta(days=1), EVENING, partial(running.close)
