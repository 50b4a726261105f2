"""Going on duty and off it, and the points of the way between: tracked on duty only, and seen by whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localdate

from chengyun.city.people import patrols
from chengyun.city.people.models import Attendance, Beat, TrackPoint, User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, Invalid
from chengyun.kernel.installation import city_area
from chengyun.kernel.params import settings_of
from chengyun.kernel.permissions import require

OFFLINE_AT_MOST = timedelta(hours=24)
"""How long after the fact a phone without a network may tell."""
AT_ONCE = 500
OPEN = {
    Attendance.Kind.DUTY: "你已经在岗，不用再上岗。",
    Attendance.Kind.WALK: "马路办公还没有结束，先结束它。",
}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One moment of a way."""

    at: datetime
    lon: float
    lat: float
    accuracy: float | None = None


Kind = Attendance.Kind


@transaction.atomic
def go_on_duty(*, by: User, at: datetime | None = None, simulated: bool = False) -> Attendance:
    """Begin a stretch on duty, now or when the phone says it began, in the places one answers for that day."""
    require(by, "duty.record")
    row = begin(Kind.DUTY, by=by, at=at, simulated=simulated)
    Beat.objects.bulk_create(
        Beat(attendance=row, place_type=kind, place_code=code)
        for kind, code in patrols.places_of(by, localdate(row.began_at))
    )
    return row


def begin(
    kind: Attendance.Kind, *, by: User, at: datetime | None = None, simulated: bool = False
) -> Attendance:
    """Begin a stretch in the caller's transaction; a person is in one at a time."""
    began = _told(at)
    last = Attendance.objects.filter(user=by).first()
    if last and last.ended_at is None:
        raise Conflict(OPEN[Kind(last.kind)])
    if last and last.ended_at and began < last.ended_at:
        raise Conflict("这个时间你还在上一班，没有重复上岗。")
    row = Attendance(user=by, kind=kind, area=_area(by), began_at=began, simulated=simulated)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(OPEN[Kind.DUTY]) from error
    facts = {"at": began.isoformat()}
    verb = "duty.begin" if kind == Kind.DUTY else "walk.begin"
    record(verb, row, by=by, area=row.area, facts=facts, new=True)
    return row


@transaction.atomic
def go_off_duty(*, by: User, at: datetime | None = None) -> Attendance:
    """End the stretch: from this moment no position is kept."""
    require(by, "duty.record")
    row = Attendance.objects.filter(user=by, kind=Kind.DUTY, ended_at=None).first()
    if row is None:
        raise Conflict("你现在不在岗。")
    return end(row, by=by, at=at)


def end(row: Attendance, *, by: User, at: datetime | None = None) -> Attendance:
    """End a stretch in the caller's transaction, now or when the phone says it ended."""
    return _end(row, max(row.began_at, _told(at)), by=by)


def _end(row: Attendance, ended: datetime, *, by: User | None) -> Attendance:
    rows = Attendance.objects.filter(pk=row.pk, ended_at=None)
    if not rows.update(ended_at=ended, heard=F("heard") + 1):
        raise Conflict("已经结束了。")
    row.ended_at = ended
    verb = "duty.end" if row.kind == Kind.DUTY else "walk.end"
    record(verb, row, by=by, area=row.area, facts={"at": ended.isoformat()})
    return row


@transaction.atomic
def add_points(points: Sequence[Point], *, by: User) -> int:
    """Keep the points of a way; how many are new. A point outside every stretch on duty refuses all of them."""
    require(by, "walk.record" if by.may("walk.record") else "duty.record")
    if len(points) > AT_ONCE:
        raise Invalid(f"一次最多 {AT_ONCE} 个点。")
    if not points:
        return 0
    stretches = _stretches(by, points)
    rows = [_row(stretches, point) for point in points]
    known = set(
        TrackPoint.objects.filter(
            attendance__in={row.attendance_id for row in rows}, at__in={row.at for row in rows}
        ).values_list("attendance_id", "at")
    )
    new = {(row.attendance_id, row.at): row for row in rows}
    fresh = [row for key, row in new.items() if key not in known]
    TrackPoint.objects.bulk_create(fresh, ignore_conflicts=True)
    _hear(fresh)
    return len(fresh)


def _hear(fresh: Sequence[TrackPoint]) -> None:
    """The figures of these stretches are behind; the newest point is where the person was last."""
    newest = {point.attendance_id: point for point in sorted(fresh, key=lambda point: point.at)}
    for pk, point in newest.items():
        rows = Attendance.objects.filter(pk=pk)
        rows.update(heard=F("heard") + 1)
        rows.exclude(last_at__gte=point.at).update(
            last_at=point.at, last_lon=point.lon, last_lat=point.lat
        )


def _stretches(user: User, points: Sequence[Point]) -> list[Attendance]:
    last, first = max(p.at for p in points), min(p.at for p in points)
    rows = Attendance.objects.filter(user=user, began_at__lte=last)
    return [row for row in rows[:AT_ONCE] if row.ended_at is None or row.ended_at >= first]


def _row(stretches: Sequence[Attendance], point: Point) -> TrackPoint:
    now = clock.now()
    at = min(point.at, now)
    for row in stretches:
        if row.began_at <= at <= (row.ended_at or now):
            return TrackPoint(
                attendance=row, at=at, lon=point.lon, lat=point.lat, accuracy=point.accuracy
            )
    raise Conflict("有的位置不在你在岗的时间里，没有记录。")


def tidy_duty() -> None:
    """Who forgot to go off duty goes; ways older than the city keeps them go for ever, what they amounted to stays."""
    now, settings = clock.now(), settings_of(city_area())
    longest = timedelta(hours=settings["duty.longest_hours"])
    for row in Attendance.objects.filter(ended_at=None, began_at__lt=now - longest):
        with transaction.atomic():
            _end(row, row.began_at + longest, by=None)
    oldest = now - timedelta(days=settings["duty.track_days"])
    TrackPoint.objects.filter(at__lt=oldest).delete()
    Attendance.objects.filter(last_at__lt=oldest, last_lon__isnull=False).update(
        last_lon=None, last_lat=None
    )


def _told(at: datetime | None) -> datetime:
    """A moment a phone tells: not in the future, and not too long ago to be believed."""
    now = clock.now()
    if at is None or at > now:
        return now
    if at < now - OFFLINE_AT_MOST:
        raise Invalid("上岗、下岗的时间最多补报 24 小时。")
    return at


def _area(user: User) -> str:
    return user.standing[0].area if user.standing else ""
