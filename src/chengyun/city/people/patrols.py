"""Reads about patrols 巡查: who is to walk which place when, who does, and what their way amounts to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate, localtime
from shapely.geometry.base import BaseGeometry

from chengyun.city.people.models import (
    Attendance,
    Beat,
    Binding,
    MustVisit,
    Post,
    TrackPoint,
    User,
    Visit,
)
from chengyun.city.people.models.users import held_on
from chengyun.city.people.queries import attendances_for, standing_in
from chengyun.city.people.shifts import Shift, shifts_in
from chengyun.city.people.specs import ON_PATROL
from chengyun.city.places.grounds import NAMED, Ground, Place, ground_of
from chengyun.kernel.errors import Missing
from chengyun.kernel.params import settings_of
from chengyun.science.coordinates import Plane
from chengyun.science.tracks import Bools, Floats, Way, within

LONGEST = timedelta(hours=48)
"""No stretch on duty is longer (``duty.longest_hours``)."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One shift of one person at one place on one day; ``stands_in_for`` is set when it is the substitute's."""

    binding: Binding
    person: User
    stands_in_for: User | None
    day: date
    shift: Shift
    known: bool
    """Whether the city has a shift of that name; if not, the hours are those of the usual one."""

    @property
    def begins(self) -> datetime:
        return self.shift.on(self.day)[0]

    @property
    def ends(self) -> datetime:
        return self.shift.on(self.day)[1]

    @property
    def words(self) -> str:
        """早班 06:00–14:00."""
        return f"{self.binding.shift or self.shift.name} {self.shift.words}"

    @property
    def place(self) -> Place:
        return self.binding.place_type, self.binding.place_code


@dataclass(frozen=True, kw_only=True)
class Positions:
    """Positions of a stretch in the order of time: WGS 84 degrees and seconds."""

    lon: Floats
    lat: Floats
    at: Floats
    gap: float
    _ways: dict[Plane, Way] = field(default_factory=dict)

    def on(self, plane: Plane) -> Way:
        """As a way in metres of a plane."""
        if plane not in self._ways:
            x, y = plane.to_plane(self.lon, self.lat)
            self._ways[plane] = Way(x=x, y=y, at=self.at, gap=self.gap)
        return self._ways[plane]

    def during(self, first: float, last: float) -> Positions:
        """Those between two moments in seconds."""
        held = (self.at >= first) & (self.at <= last)
        return Positions(lon=self.lon[held], lat=self.lat[held], at=self.at[held], gap=self.gap)

    @property
    def way(self) -> Way:
        """As a way in metres around its first position."""
        lon, lat = (self.lon[0], self.lat[0]) if len(self.at) else (0.0, 0.0)
        return self.on(Plane(lon=float(lon), lat=float(lat)))


def in_force(first: date, last: date) -> Q:
    """Bindings that hold on some day from ``first`` to ``last``."""
    return (Q(valid_to=None) | Q(valid_to__gt=first)) & Q(valid_from__lte=last)


def planned(bindings: Iterable[Binding], days: Sequence[date]) -> list[Planned]:
    """The shifts that bindings of the patrolling kinds mean on these days."""
    shifts = shifts_in(settings_of("")["patrol.shifts"])
    return [
        entry
        for binding in bindings
        for day in days
        if (entry := _entry(binding, day, shifts)) is not None
    ]


def _entry(binding: Binding, day: date, shifts: Sequence[Shift]) -> Planned | None:
    over = binding.valid_to is not None and binding.valid_to <= day
    if over or binding.valid_from > day or str(day.isoweekday()) not in binding.weekdays:
        return None
    own = next((shift for shift in shifts if shift.name == binding.shift), None)
    duty = standing_in(binding, day)
    return Planned(
        binding=binding,
        person=duty.person,
        stands_in_for=duty.stands_in_for,
        day=day,
        shift=own or shifts[0],
        known=own is not None or not binding.shift,
    )


def patrolling(first: date, last: date) -> QuerySet[Binding]:
    """Bindings of the kinds that walk their places, with the persons."""
    rows = Binding.objects.filter(in_force(first, last), kind__in=ON_PATROL, user__is_active=True)
    return rows.select_related("user", "substitute").order_by("place_type", "place_code", "pk")


def roster_for(user: User, day: date) -> list[Planned]:
    """The shifts of a day of whom this person may follow."""
    area = user.scope("duty.view").area_q("area")
    posts = Post.objects.filter(held_on(day), area, user=OuterRef("user"))
    return planned(patrolling(day, day).filter(Exists(posts)), [day])


def planned_of(person: User, day: date) -> list[Planned]:
    """The shifts of one person on a day, those they stand in for included."""
    rows = patrolling(day, day).filter(Q(user=person) | Q(substitute=person))
    return [entry for entry in planned(rows, [day]) if entry.person == person]


def latest_of(person: User, day: date) -> Attendance | None:
    """The newest stretch on duty that a person began on a day."""
    rows = Attendance.objects.filter(user=person, kind=Attendance.Kind.DUTY)
    row = rows.prefetch_related("beats").first()
    return row if row and localdate(row.began_at) == day else None


def stretches_for(user: User, begins: datetime, ends: datetime) -> QuerySet[Attendance]:
    """Stretches on duty that reach into a time, of whom this person may follow."""
    rows = attendances_for(user).filter(
        Q(ended_at=None) | Q(ended_at__gt=begins),
        kind=Attendance.Kind.DUTY,
        began_at__lt=ends,
        began_at__gt=begins - LONGEST,
    )
    return rows.prefetch_related("beats").order_by("began_at", "id")


def duty_for(user: User, pk: int) -> Attendance:
    """One stretch on duty, one's own or of whom one may follow."""
    rows = attendances_for(user).filter(kind=Attendance.Kind.DUTY)
    found = rows.prefetch_related("beats").filter(pk=pk).first()
    if found is None:
        raise Missing("没有这次在岗记录，或者它不在你的范围内。")
    return found


def places_of(person: User, day: date) -> list[Place]:
    """The places a person walks on a day, as their own or standing in."""
    mine = Binding.objects.filter(in_force(day, day), Q(user=person) | Q(substitute=person))
    rows = mine.filter(place_type__in=NAMED).select_related("user", "substitute")
    walked = [row for row in rows.order_by("pk") if standing_in(row, day).person == person]
    return list(dict.fromkeys((row.place_type, row.place_code) for row in walked))


def must_visits(places: Iterable[Place], day: date) -> list[MustVisit]:
    """The points that whoever walks these places must come by on a day."""
    wanted = set(places)
    rows = MustVisit.objects.filter(in_force(day, day), place_code__in={code for _, code in wanted})
    return [row for row in rows.order_by("id") if (row.place_type, row.place_code) in wanted]


def must_visits_for(user: User) -> QuerySet[MustVisit]:
    """Those of the areas whose people one may follow, ended ones included."""
    return MustVisit.objects.filter(user.scope("duty.view").area_q("area"))


def must_visit_for(user: User, pk: int) -> MustVisit:
    """One of them."""
    found = must_visits_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个必到点，或者它不在你的范围内。")
    return found


def visits_of(stretches: Iterable[Attendance]) -> dict[int, list[Visit]]:
    """The visits of stretches by point, in the order of time."""
    found: dict[int, list[Visit]] = {}
    for visit in Visit.objects.filter(attendance__in=[row.pk for row in stretches]):
        found.setdefault(visit.point_id, []).append(visit)
    return found


def moment_of(seconds: float) -> datetime:
    """Seconds of a way as a moment."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def grounds_of(beats: Iterable[Beat]) -> dict[int, Ground]:
    """What is drawn of the places of a stretch, by beat."""
    found = ((beat.pk, ground_of(beat.place_type, beat.place_code)) for beat in beats)
    return {pk: ground for pk, ground in found if ground is not None}


def until_then(stretch: Attendance) -> list[int]:
    """The stretches of the same person on the same day up to this one, itself included."""
    day = localtime(stretch.began_at).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Attendance.objects.filter(user=stretch.user_id, kind=stretch.kind)
    found = rows.filter(began_at__gte=day, began_at__lte=stretch.began_at)
    return list(found.order_by().values_list("pk", flat=True))


def positions_of(area: str, *stretches: int) -> Positions:
    """Where somebody was on some stretches, without what is too coarse to say so."""
    settings = settings_of(area)
    rows = TrackPoint.objects.filter(attendance__in=stretches)
    rows = rows.exclude(accuracy__gt=settings["patrol.coarsest"])
    told = list(rows.order_by("at").values_list("at", "lon", "lat"))
    lon, lat = np.array([row[1:] for row in told], dtype=np.float64).reshape(-1, 2).T
    at = np.array([row[0].timestamp() for row in told], dtype=np.float64)
    return Positions(lon=lon, lat=lat, at=at, gap=settings["patrol.gap"] * 60)


def outside(positions: Positions, grounds: Iterable[Ground], edge: float) -> Bools:
    """Whether each position is farther than ``edge`` metres from every place; never where no place is drawn."""
    outlines: dict[Plane, list[BaseGeometry]] = {}
    for ground in grounds:
        outlines.setdefault(ground.plane, []).append(ground.outline)
    inside = np.full(len(positions.at), not outlines)
    for plane, shapes in outlines.items():
        inside |= within(positions.on(plane), np.array(shapes, dtype=object), reach=edge)
    return ~inside


def latest_visits(user: User, point: MustVisit) -> list[Visit]:
    """Who came to a point lately, of whom this person may follow; newest first."""
    seen = attendances_for(user).filter(pk=OuterRef("attendance")).order_by()
    rows = Visit.objects.filter(Exists(seen), point=point).select_related("attendance__user")
    return list(rows.order_by("-at", "-id")[:50])
