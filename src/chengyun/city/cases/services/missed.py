"""漏报: passes that may have missed a problem are found by the worker; whether they did, a person says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from chengyun.city.cases.models import Case, Missed
from chengyun.city.people import patrols
from chengyun.city.people.models import Attendance, User
from chengyun.city.places.queries import locate
from chengyun.kernel import clock
from chengyun.kernel.actions import record, record_many
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.params import settings_of
from chengyun.kernel.permissions import require
from chengyun.science.coordinates import Plane, distance
from chengyun.science.tracks import nearest

State = Missed.State
CITIZENS = ("public", "hotline", "web", "media")
"""Sources whose reports somebody on patrol might have made before."""
GONE = ("voided", "refused", "declined")
LATEST = timedelta(hours=26)
"""A phone may tell its positions a day later."""
REASON_AT_MOST = 500


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What makes a pass worth a look: how near, and how long before the report."""

    reach: int
    before: timedelta


def measure_of(area: str) -> Measure:
    """As the district has set it."""
    settings = settings_of(area)
    return Measure(reach=settings["missed.reach"], before=timedelta(hours=settings["missed.hours"]))


def look_for_missed() -> int:
    """Look at what citizens reported lately; how many passes are new."""
    since = clock.now() - LATEST
    rows = Case.objects.filter(reported_at__gte=since, source__in=CITIZENS)
    return sum(_look(case) for case in rows.exclude(state__in=GONE).order_by("id"))


def _look(case: Case) -> int:
    measure = measure_of(case.area)
    known = set(Missed.objects.filter(case=case).values_list("attendance", flat=True))
    found = []
    for stretch in _near_in_time(case, measure):
        passed = None if stretch.pk in known else _pass(case, stretch, measure)
        if passed and not _reported(case, stretch.user_id, measure):
            found.append(_row(case, stretch, *passed))
    if found:
        _store(found)
    return len(found)


def _near_in_time(case: Case, measure: Measure) -> Iterable[Attendance]:
    """Who answers for the place of a case and was on duty before it was reported."""
    place = locate(case.lon, case.lat)
    codes = [code for code in (place.responsibility, place.grid) if code] if place else []
    first = case.reported_at - measure.before
    rows = Attendance.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=first),
        kind=Attendance.Kind.DUTY,
        beats__place_code__in=codes,
        began_at__lt=case.reported_at,
        last_at__gt=first,
    )
    return rows.distinct().order_by("id")


def _pass(case: Case, stretch: Attendance, measure: Measure) -> tuple[float, datetime] | None:
    positions = patrols.positions_of(stretch.area, stretch.pk)
    first, last = (case.reported_at - measure.before).timestamp(), case.reported_at.timestamp()
    way = positions.during(first, last).on(Plane(lon=case.lon, lat=case.lat))
    found = nearest(way, 0.0, 0.0)
    if found is None or found[0] > measure.reach:
        return None
    return found[0], patrols.moment_of(found[1])


def _reported(case: Case, person: int, measure: Measure) -> bool:
    """Whether they reported something at the place themselves in that time."""
    rows = Case.objects.filter(
        reporter=person,
        reported_at__gte=case.reported_at - measure.before,
        reported_at__lte=case.reported_at,
    )
    return any(
        distance(case.lon, case.lat, lon, lat) <= measure.reach
        for lon, lat in rows.values_list("lon", "lat")
    )


def _row(case: Case, stretch: Attendance, metres: float, at: datetime) -> Missed:
    return Missed(
        case=case, attendance=stretch, passed_at=at, metres=round(metres), found_at=clock.now()
    )


@transaction.atomic
def _store(rows: list[Missed]) -> None:
    for row in rows:
        row.save(force_insert=True)
    record_many(
        "missed.find",
        rows,
        by=None,
        facts_of=lambda row: {"case": row.case.code, "duty": row.attendance_id},
        area_of=lambda row: row.case.area,
    )


@transaction.atomic
def judge(row: Missed, verdict: str, reason: str, *, by: User | None) -> Missed:
    """A person's word on a pass: 漏报 or 不算, and why."""
    require(by, "patrol.judge", area=row.case.area)
    said = reason.strip()
    if verdict not in (State.MISSED, State.DISMISSED):
        raise wrong("verdict", "请选择漏报或不算。")
    if not said or len(said) > REASON_AT_MOST:
        raise wrong("reason", f"请写明理由，最多 {REASON_AT_MOST} 字。")
    columns = {"state": verdict, "reason": said, "judged_by": by, "judged_at": clock.now()}
    if not Missed.objects.filter(pk=row.pk, state=State.OPEN).update(**columns):
        now = Missed.objects.get(pk=row.pk)
        raise Conflict(f"刚有人认定为「{now.get_state_display()}」，没有重复认定。")
    for name, value in columns.items():
        setattr(row, name, value)
    facts = {"case": row.case.code, "judged": row.get_state_display(), "reason": said}
    record("missed.judge", row, by=by, area=row.case.area, facts=facts)
    return row
