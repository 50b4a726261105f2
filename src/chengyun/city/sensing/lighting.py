"""亮灯率, 完好率 and 事故处置及时率, each as a numerator and a denominator; where nothing was heard there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Substr

from chengyun.city.cases.models import Case, StageClock
from chengyun.city.people.models import User
from chengyun.city.sensing.models import LampNight

DISTRICT = 6
"""So many digits of an area name its district."""


@dataclass(frozen=True)
class Rate:
    """``part`` of ``whole``; nothing is known when the whole is 0."""

    part: int
    whole: int

    @property
    def known(self) -> bool:
        return self.whole > 0

    def reaches(self, percent: float) -> bool:
        """Whether it reaches a target, exactly."""
        return self.part * 100 >= percent * self.whole


@dataclass(frozen=True, kw_only=True)
class NightLine:
    """One night of the lamps, or the cabinets, of one district."""

    night: date
    area: str
    kind: str
    lit: Rate
    intact: Rate


def nights_of(user: User, since: date, until: date = date.max) -> list[NightLine]:
    """The nights of every district of this person's part of the city, by kind of device, the newest first.

    亮灯率: of all looks at lamps that ought to burn, at how many they burned. 完好率: of all lamps that were seen, how
    many did at every look what their plan wanted.
    """
    rows = LampNight.objects.filter(_mine(user), night__range=(since, until))
    right = Q(lit=F("due"), dark=F("idle"))
    told = (
        rows.annotate(district=Substr("area", 1, DISTRICT))
        .values("night", "district", "device__kind")
        .annotate(
            burned=Sum("lit"), wanted=Sum("due"), good=Count("id", filter=right), all=Count("id")
        )
        .order_by("-night", "district", "-device__kind")
    )
    return [
        NightLine(
            night=each["night"],
            area=each["district"],
            kind=each["device__kind"],
            lit=Rate(each["burned"], each["wanted"]),
            intact=Rate(each["good"], each["all"]),
        )
        for each in told
    ]


def last_night_before(user: User, day: date) -> date | None:
    """The newest night before a day of which anything is known."""
    rows = LampNight.objects.filter(_mine(user), night__lt=day)
    return rows.order_by("-night").values_list("night", flat=True).first()


def _mine(user: User) -> Q:
    return user.scope("monitoring.view").area_q("area")


def timely(user: User, rules: Iterable[str], begin: datetime, end: datetime) -> Rate:
    """Of the cases that alarms of some rules opened in a time, how many were closed and never late."""
    late = StageClock.objects.filter(case=OuterRef("pk"), late=True)
    rows = Case.objects.filter(
        user.scope("monitoring.view").area_q("area"),
        alarms__rule__in=list(rules),
        reported_at__gte=begin,
        reported_at__lt=end,
    )
    kept = rows.filter(~Exists(late), closed_at__isnull=False)
    return Rate(_many(kept), _many(rows))


def _many(rows: QuerySet[Case]) -> int:
    return rows.values("pk").distinct().count()
