"""The patrols of the last days, what they passed and did not report, and a leader's walk."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from chengyun.city.cases.models import Missed
from chengyun.city.cases.services.missed import judge, look_for_missed
from chengyun.city.people import patrols
from chengyun.city.people.models import User
from chengyun.city.people.services.duty import AT_ONCE, Point, add_points, go_off_duty, go_on_duty
from chengyun.city.people.services.must_visits import add_must_visit
from chengyun.city.people.services.patrols import measure_all
from chengyun.city.people.services.walks import begin_walk, end_walk
from chengyun.city.places.grounds import Ground, ground_of
from chengyun.demo.build.play import Act
from chengyun.demo.scenario.planned import PlannedWalk
from chengyun.demo.scenario.walking import Stroll, stroll
from chengyun.demo.words.patrols import MUST_VISITS
from chengyun.science.calendars import Calendar

AXES = ("lon", "lat")
DAYS = 4
ON_DUTY = 8
"""How many of the inspectors are played."""
BEGINS, ENDS = time(8, 30), time(17, 30)
MISSING = (4, 2)
"""Which inspector did not come on which day before today."""


@dataclass(kw_only=True)
class Shift:
    """One inspector on one day."""

    person: User
    grounds: list[Ground]
    begins: datetime
    ends: datetime
    until: datetime
    rng: random.Random
    strays: bool

    def begin(self) -> None:
        go_on_duty(by=self.person, simulated=True)

    def walk(self) -> None:
        """All positions of the day at once, as a phone tells them that had no network until now."""
        way = stroll(self.grounds, self.begins, self.until, self.rng, strays=self.strays)
        points = list(_points(way))
        for first in range(0, len(points), AT_ONCE):
            add_points(points[first : first + AT_ONCE], by=self.person)

    def end(self) -> None:
        go_off_duty(by=self.person)


def _points(way: Stroll) -> Iterator[Point]:
    for at, lon, lat in zip(way.at, way.lon.tolist(), way.lat.tolist(), strict=True):
        yield Point(at=at, lon=lon, lat=lat, accuracy=6.0)


def acts_of_patrols(
    inspectors: tuple[User, ...], now: datetime, calendar: Calendar, seed: int
) -> Iterator[Act]:
    """The last days and today; the ways are measured each evening, as the worker would have done it."""
    today = now.astimezone(calendar.zone).date()
    for ago in reversed(range(DAYS + 1)):
        day = today - timedelta(days=ago)
        for number, person in enumerate(inspectors[:ON_DUTY]):
            if (number, ago) != MISSING:
                rng = random.Random(f"{seed} {number} {day}")  # noqa: S311
                yield from _of_day(person, day, now, calendar, rng)
        evening = datetime.combine(day, time(18, 30), tzinfo=calendar.zone)
        yield min(evening, now), measure_all


def _of_day(
    person: User, day: date, now: datetime, calendar: Calendar, rng: random.Random
) -> Iterator[Act]:
    begins, ends = (
        datetime.combine(day, at, tzinfo=calendar.zone) + timedelta(minutes=rng.randrange(-12, 9))
        for at in (BEGINS, ENDS)
    )
    until = min(ends, now - timedelta(minutes=1))
    if begins > until:
        return
    places = patrols.places_of(person, day)
    grounds = [ground for place in places if (ground := ground_of(*place)) is not None]
    shift = Shift(
        person=person,
        grounds=[ground for ground in grounds if ground.metres > 0],
        begins=begins,
        ends=ends,
        until=until,
        rng=rng,
        strays=rng.random() < 0.2,
    )
    yield begins, shift.begin
    yield until, shift.walk
    if ends < now:
        yield ends, shift.end


def add_must_visits(inspectors: tuple[User, ...], day: date, seed: int) -> None:
    """A few points on the roads of each of these inspectors."""
    rng = random.Random(seed)  # noqa: S311
    names = iter(MUST_VISITS)
    for person in inspectors[:ON_DUTY]:
        place = patrols.places_of(person, day)[0]
        ground = ground_of(*place)
        if ground is None or ground.metres == 0:
            continue
        for _ in range(2):
            road = ground.roads[rng.randrange(len(ground.roads))]
            spot = road.interpolate(rng.uniform(0.2, 0.8), normalized=True)
            lon, lat = ground.plane.to_degrees(spot.x, spot.y)
            add_must_visit(
                next(names), float(lon), float(lat), radius=40, times=1, by=None, simulated=True
            )


VERDICTS = (
    ("missed", "问题明显，经过时应当看到"),
    ("dismissed", "问题在经过之后才出现"),
)


def acts_of_missed(supervisor: User, now: datetime) -> Iterator[Act]:
    """Each day the passes are looked for, and the supervisor has a word on the first of them."""
    for ago in reversed(range(DAYS)):
        yield now - timedelta(days=ago, minutes=5), look
    for number, (verdict, reason) in enumerate(VERDICTS):
        yield now - timedelta(minutes=4 - number), _judging(verdict, reason, supervisor)


def look() -> None:
    look_for_missed()


def _judging(verdict: str, reason: str, by: User) -> Callable[[], None]:
    def say() -> None:
        row = Missed.objects.filter(state=Missed.State.OPEN).order_by("id").first()
        if row:
            judge(row, verdict, reason, by=by)

    return say


def acts_of_walk(leader: User, walk: PlannedWalk | None) -> Iterator[Act]:
    """The leader's walk; what was found on it is played among the cases."""
    if walk is None:
        return
    yield walk.begins, lambda: _begin(leader)
    yield walk.ends, lambda: _end(leader, walk)


def _begin(leader: User) -> None:
    begin_walk(by=leader, simulated=True)


def _end(leader: User, walk: PlannedWalk) -> None:
    stops = [(walk.begins, walk.stops[0][1]), *walk.stops, (walk.ends, walk.stops[-1][1])]
    at = np.array([moment.timestamp() for moment, _ in stops])
    when = np.arange(at[0], at[-1], 90.0)
    lon, lat = (np.interp(when, at, [getattr(spot, name) for _, spot in stops]) for name in AXES)
    points = [
        Point(at=patrols.moment_of(second), lon=x, lat=y, accuracy=6.0)
        for second, x, y in zip(when.tolist(), lon.tolist(), lat.tolist(), strict=True)
    ]
    add_points(points, by=leader)
    end_walk(by=leader)
