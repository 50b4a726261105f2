"""What became of the alarms of a time: how many were real, how soon somebody answered, which come again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TypeVar

from django.db.models import Min

from chengyun.city.people.models import User
from chengyun.city.sensing.models import Alarm, Device
from chengyun.city.sensing.queries import alarms_for
from chengyun.city.sensing.specs import RANKS
from chengyun.city.sensing.workflow import (
    CLOSED,
    CONFIRMED,
    FAULTY,
    HANDLING,
    RAISED,
    REFUTED,
    WITHDRAWN,
)
from chengyun.kernel import clock
from chengyun.kernel.models import Audit
from chengyun.kernel.params import settings_of

K = TypeVar("K", bound=Hashable)
REAL = (CONFIRMED, HANDLING, CLOSED)
ANSWERS = ("alarm.confirm", "alarm.open_case", "alarm.refute", "alarm.blame")


@dataclass(frozen=True, kw_only=True)
class One:
    """An alarm as it is counted; ``answered_at`` is None until somebody judged it, ``limit`` how long that may take."""

    device: int
    rule: str
    worst: int
    state: str
    raised_at: datetime
    answered_at: datetime | None
    limit: timedelta
    case: bool

    @property
    def waited(self) -> timedelta | None:
        return self.answered_at - self.raised_at if self.answered_at else None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Of ``raised`` alarms; of ``due``, whose time to answer is over or used, ``in_time`` were answered within it."""

    raised: int
    real: int
    refuted: int
    faulty: int
    withdrawn: int
    unanswered: int
    cases: int
    due: int
    in_time: int
    answer: timedelta | None

    @property
    def judged(self) -> int:
        """Those a person has said something of."""
        return self.real + self.refuted + self.faulty


def alarms_raised(user: User, begin: datetime, end: datetime) -> list[One]:
    """The alarms of a person's part of the city that were raised from ``begin`` to before ``end``."""
    rows = alarms_for(user).filter(raised_at__gte=begin, raised_at__lt=end)
    answers = Audit.objects.filter(subject_type=Alarm._meta.label_lower, verb__in=ANSWERS)
    answers = answers.filter(subject_id__in=rows.order_by().values("pk"))
    first = dict(answers.order_by().values_list("subject_id").annotate(Min("at")))
    columns = ("pk", "series__device", "rule", "worst", "state", "raised_at", "area", "case")
    return [
        One(
            device=device,
            rule=rule,
            worst=worst,
            state=state,
            raised_at=raised_at,
            answered_at=first.get(pk),
            limit=_limit(area, worst),
            case=case is not None,
        )
        for pk, device, rule, worst, state, raised_at, area, case in rows.values_list(*columns)
    ]


def _limit(area: str, level: int) -> timedelta:
    minutes: int = settings_of(area)[f"alarm.escalate.{RANKS[level - 1]}"]
    return timedelta(minutes=minutes)


def counted(alarms: Iterable[One], by: Callable[[One], K]) -> dict[K, Counts]:
    """What became of some alarms, by a property of them."""
    groups: dict[K, list[One]] = {}
    for each in alarms:
        groups.setdefault(by(each), []).append(each)
    return {key: counts_of(several) for key, several in groups.items()}


def counts_of(alarms: list[One]) -> Counts:
    """What became of some alarms together."""
    states, now = Counter(each.state for each in alarms), clock.now()
    judged = [each for each in alarms if each.state != WITHDRAWN]
    waits = [each.waited.total_seconds() for each in judged if each.waited is not None]
    due = [each for each in judged if each.waited or now - each.raised_at > each.limit]
    return Counts(
        raised=len(alarms),
        real=sum(states[state] for state in REAL),
        refuted=states[REFUTED],
        faulty=states[FAULTY],
        withdrawn=states[WITHDRAWN],
        unanswered=states[RAISED],
        cases=sum(each.case for each in alarms),
        due=len(due),
        in_time=sum(each.waited is not None and each.waited <= each.limit for each in due),
        answer=timedelta(seconds=median(waits)) if waits else None,
    )


def devices_called(keys: Iterable[int]) -> dict[int, Device]:
    """Some devices by their keys."""
    return Device.objects.in_bulk(list(keys))
