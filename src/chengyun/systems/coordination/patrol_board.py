"""The board of a day's patrols: who is to be out, who is, where last, and what their way amounts to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TypeVar

from django.db.models import Count
from django.utils.timezone import get_default_timezone, localdate

from chengyun.city.cases.models import Case
from chengyun.city.people import patrols
from chengyun.city.people.models import Attendance, MustVisit, User, Visit
from chengyun.city.people.patrols import Planned
from chengyun.city.places.grounds import Place, labels_of
from chengyun.city.places.queries import address_of
from chengyun.kernel import clock
from chengyun.kernel.params import settings_of

T = TypeVar("T")
STATES = {
    "absent": ("应到未到", "red"),
    "missed": ("没有到岗", "red"),
    "on": ("在岗", "eco"),
    "off": ("已下岗", "line"),
    "due": ("未到班次", ""),
}
"""In the order of the board."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person on one day."""

    person: User
    day: date
    planned: Sequence[Planned] = ()
    stretches: Sequence[Attendance] = ()
    labels: dict[Place, str] = field(default_factory=dict)
    points: Sequence[MustVisit] = ()
    visits: Mapping[int, Sequence[Visit]] = field(default_factory=dict)
    found: int = 0

    @cached_property
    def state(self) -> str:
        if any(row.ended_at is None for row in self.stretches):
            return "on"
        if self.stretches:
            return "off"
        now = clock.now()
        if any(entry.begins <= now < entry.ends for entry in self.planned):
            return "absent"
        return "missed" if all(entry.ends <= now for entry in self.planned) else "due"

    @property
    def badge(self) -> dict[str, str]:
        words, tone = STATES[self.state]
        return {"words": words, "tone": tone}

    @property
    def marks(self) -> list[dict[str, str]]:
        """What is out of order beside the state."""
        found = []
        if self.stretches and not self.planned:
            found.append({"words": "未排班", "tone": "line"})
        if self.silent_now:
            found.append({"words": "没有位置", "tone": "amber"})
        return found

    @property
    def silent_now(self) -> bool:
        """On duty, and nothing heard for longer than a gap."""
        last = self.last
        if self.state != "on" or last is None:
            return False
        gap = timedelta(minutes=settings_of(last.area)["patrol.gap"])
        # A phone tells its positions in batches of ten minutes.
        return clock.now() - (last.last_at or last.began_at) > gap + timedelta(minutes=10)

    @property
    def last(self) -> Attendance | None:
        return self.stretches[-1] if self.stretches else None

    @property
    def last_place(self) -> str:
        row = self.last
        return (
            address_of(row.last_lon, row.last_lat)
            if row and row.last_lon is not None and row.last_lat is not None
            else ""
        )

    @property
    def places(self) -> list[str]:
        """The places by name, as planned; else those of the stretches."""
        return [
            self.labels[place] for place in dict.fromkeys(walked_by(self.planned, self.stretches))
        ]

    @property
    def hours(self) -> str:
        """The shifts, each once."""
        return "、".join(dict.fromkeys(entry.words for entry in self.planned))

    @property
    def road_metres(self) -> int:
        return sum(beat.road_metres for row in self.stretches[-1:] for beat in row.beats.all())

    @property
    def passed_metres(self) -> int:
        return sum(beat.passed_metres for row in self.stretches[-1:] for beat in row.beats.all())

    @property
    def times_due(self) -> int:
        """How often this person must come by some point."""
        return sum(point.times for point in self.points)

    @property
    def times_made(self) -> int:
        """How often of these they did."""
        mine = {row.pk for row in self.stretches}
        return sum(
            min(point.times, sum(v.attendance_id in mine for v in self.visits.get(point.pk, ())))
            for point in self.points
        )

    @property
    def outside(self) -> timedelta:
        return timedelta(seconds=sum(row.outside_seconds for row in self.stretches))

    @property
    def metres(self) -> int:
        return sum(row.metres for row in self.stretches)


def walked_by(planned: Sequence[Planned], stretches: Sequence[Attendance]) -> list[Place]:
    """The places as planned; those of the stretches where nothing is planned."""
    if planned:
        return [entry.place for entry in planned]
    return [(beat.place_type, beat.place_code) for row in stretches for beat in row.beats.all()]


@dataclass(frozen=True, kw_only=True)
class Board:
    """All persons of a day, what is out of order first."""

    day: date
    lines: Sequence[Line]

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(line.state for line in self.lines)

    @property
    def wanted(self) -> int:
        """How many are to be out on this day."""
        return sum(bool(line.planned) for line in self.lines)

    @property
    def came(self) -> int:
        """How many of them were."""
        return sum(bool(line.planned and line.stretches) for line in self.lines)

    @property
    def road_metres(self) -> int:
        return sum(line.road_metres for line in self.lines)

    @property
    def passed_metres(self) -> int:
        return sum(line.passed_metres for line in self.lines)

    @property
    def times_due(self) -> int:
        return sum(line.times_due for line in self.lines)

    @property
    def times_made(self) -> int:
        return sum(line.times_made for line in self.lines)


def board_for(user: User, day: date) -> Board:
    """The board of a day, of whom this person may follow."""
    begins, ends = bounds(day)
    roster = patrols.roster_for(user, day)
    stretches = list(patrols.stretches_for(user, begins, ends))
    people = {row.person.pk: row.person for row in roster} | {r.user_id: r.user for r in stretches}
    beats = {(b.place_type, b.place_code) for row in stretches for b in row.beats.all()}
    places = beats | {entry.place for entry in roster}
    labels, points = labels_of(places), patrols.must_visits(places, day)
    visits, found = patrols.visits_of(stretches), _found(list(people), begins, ends)
    shifts = _by_person(roster, lambda entry: entry.person.pk)
    ways = _by_person(stretches, lambda row: row.user_id)
    lines = []
    for pk, person in people.items():
        planned, mine = shifts.get(pk, []), ways.get(pk, [])
        walked = set(walked_by(planned, mine))
        lines.append(
            Line(
                person=person,
                day=day,
                planned=planned,
                stretches=mine,
                labels=labels,
                points=[p for p in points if (p.place_type, p.place_code) in walked],
                visits=visits,
                found=found.get(pk, 0),
            )
        )
    order = list(STATES)
    return Board(day=day, lines=sorted(lines, key=lambda n: (order.index(n.state), n.person.name)))


def _by_person(rows: Iterable[T], person: Callable[[T], int]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    for row in rows:
        found.setdefault(person(row), []).append(row)
    return found


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day in the city, and that of the next."""
    begins = datetime.combine(day, time(), tzinfo=get_default_timezone())
    return begins, begins + timedelta(days=1)


def _found(people: list[int], begins: datetime, ends: datetime) -> dict[int, int]:
    rows = Case.objects.filter(reporter__in=people, reported_at__gte=begins, reported_at__lt=ends)
    counted = rows.order_by().values("reporter").annotate(number=Count("pk"))
    return {row["reporter"]: row["number"] for row in counted}


def day_of(text: str) -> date:
    """The day asked for; today when none is, or when it is none."""
    today = localdate(clock.now())
    try:
        return min(date.fromisoformat(text), today + timedelta(days=7))
    except ValueError:
        return today
