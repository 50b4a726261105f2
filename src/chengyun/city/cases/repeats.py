"""Problems that come again: the same class at the same spot, often enough in the time the city has set.

Computed when asked, never stored. Reports of one occasion (nearer in time than duplicates are) count once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet

from chengyun.city.cases.models import DISTRICT, Case
from chengyun.city.cases.queries import RELATED, cases_for
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.installation import city_area
from chengyun.kernel.params import settings_of
from chengyun.science.cells import around, ranges
from chengyun.science.coordinates import Plane, distance
from chengyun.science.repeats import clusters, occasions

AT_MOST = 50_000
"""Reports looked at, the newest; more than a big city has in a month."""
SHOWN = 100
GONE = ("voided", "refused", "declined")


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What counts as coming again."""

    times: int
    metres: float
    days: int
    apart: timedelta

    @property
    def words(self) -> str:
        return f"{self.days} 天里，{self.metres:g} 米以内，同一类出现 {self.times} 次以上"


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """One spot where one class came again; ``cases`` newest first."""

    cases: Sequence[Case]
    times: int

    @property
    def last(self) -> Case:
        return self.cases[0]

    @property
    def open(self) -> int:
        return sum(case.open for case in self.cases)

    @property
    def unit(self) -> str:
        """The unit that handled most of them."""
        units = Counter(str(case.unit) for case in self.cases if case.unit)
        return units.most_common(1)[0][0] if units else ""


def measure_for(area: str) -> Measure:
    params = settings_of(area[:DISTRICT])
    return Measure(
        times=params["case.repeat.times"],
        metres=float(params["case.repeat.metres"]),
        days=params["case.repeat.days"],
        apart=timedelta(hours=params["case.similar.hours"]),
    )


def area_of(user: User) -> str:
    """The area whose measure a person's list goes by."""
    return user.standing[0].area if user.standing else city_area()


def repeats_for(user: User) -> list[Repeat]:
    """Repeated problems among the cases this person sees, the most often first. Two queries."""
    measure = measure_for(area_of(user))
    rows = _reports(user, measure).order_by("-reported_at", "-id")
    found = list(rows.values_list("pk", "case_class", "lon", "lat", "reported_at")[:AT_MOST])
    if not found:
        return []
    gathered = _gathered(found, measure)[:SHOWN]
    wanted = [found[n][0] for group in gathered for n in group]
    cases = {c.pk: c for c in Case.objects.filter(pk__in=wanted).select_related(*RELATED)}
    repeats = [_repeat([cases[found[n][0]] for n in group], measure) for group in gathered]
    return sorted(repeats, key=lambda r: (-r.times, -len(r.cases), -r.last.pk))


def _reports(user: User, measure: Measure) -> QuerySet[Case]:
    since = clock.now() - timedelta(days=measure.days)
    rows = cases_for(user).filter(type="standard", reported_at__gte=since)
    return rows.exclude(case_class=None).exclude(state__in=GONE)


def _gathered(found: Sequence[tuple[Any, ...]], measure: Measure) -> list[list[int]]:
    kinds, lon, lat = (np.array([row[n] for row in found]) for n in (1, 2, 3))
    plane = Plane(lon=float(np.mean(lon)), lat=float(np.mean(lat)))
    x, y = plane.to_plane(lon, lat)
    groups = clusters(
        kinds,
        x,
        y,
        _seconds([row[4] for row in found]),
        reach=measure.metres,
        least=measure.times,
        apart=measure.apart.total_seconds(),
    )
    return [group.tolist() for group in groups]


def _seconds(moments: Sequence[datetime]) -> list[float]:
    return [moment.timestamp() for moment in moments]


def _repeat(cases: Sequence[Case], measure: Measure) -> Repeat:
    newest = sorted(cases, key=lambda case: (case.reported_at, case.pk), reverse=True)
    moments = _seconds([case.reported_at for case in newest])
    return Repeat(cases=newest, times=occasions(moments, measure.apart.total_seconds()))


def repeat_around(user: User, case: Case) -> Repeat:
    """What came again where a case lies, itself included; it may be the only one."""
    measure = measure_for(case.area)
    near = Q(pk=case.pk)
    for low, high in ranges(around(case.lon, case.lat, measure.metres)):
        near |= Q(cell__gte=low, cell__lte=high)
    rows = _reports(user, measure).filter(near, case_class=case.case_class_id)
    cases = list(rows.select_related(*RELATED).order_by("-reported_at", "-id")[:SHOWN])
    away = distance([c.lon for c in cases], [c.lat for c in cases], case.lon, case.lat)
    close = [c for c, metres in zip(cases, away, strict=True) if metres <= measure.metres]
    return _repeat(close or [case], measure)
