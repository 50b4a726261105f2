"""What readings that came late change: an alarm began earlier, was worse, never was, or is found only now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from chengyun.city.sensing.models import Alarm
from chengyun.city.sensing.own_limits import holding_now
from chengyun.city.sensing.queries import forget_counts
from chengyun.city.sensing.services.alarms import LevelChange, follow_open, machine, raise_alarm
from chengyun.city.sensing.specs import RANK_LABELS, RANKS
from chengyun.city.sensing.weather import weather_was
from chengyun.city.sensing.workflow import RAISED
from chengyun.kernel.actions import record
from chengyun.kernel.editions import flow_of

TOLD = ("began_at", "ended_at", "worst")
TAKEN_UP = timedelta(seconds=5)
"""So long after a warning is over the gateway may still use its limits."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An episode as all readings show it; ``ended_at`` None: it stands.

    ``peak``: what was read when it was worst, ``signal`` what the limits were held against then, as of a change.
    """

    began_at: datetime
    ended_at: datetime | None
    level: int
    peak: float
    signal: float | None = None


@dataclass(frozen=True, kw_only=True)
class Revision:
    """How one rule sees a series, now that readings from ``since`` on have come late.

    ``seen``: its episodes, from before the first alarm that may change. ``now``: the level by the newest reading.
    """

    since: datetime
    now: LevelChange
    seen: tuple[Seen, ...]


def begins(series: int, rule: str, since: datetime) -> datetime:
    """When the first alarm began that readings from ``since`` on may change; ``since`` when there is none."""
    first = _reached(series, rule, since).order_by("began_at").values_list("began_at", flat=True)
    return min((since, *first[:1]))


def _reached(series: int, rule: str, since: datetime) -> QuerySet[Alarm]:
    rows = Alarm.objects.filter(series=series, rule=rule)
    return rows.filter(Q(open=True) | Q(ended_at=None) | Q(ended_at__gte=since))


@transaction.atomic
def revise(revision: Revision) -> None:
    """Make the alarms of a series agree with its readings; the same revision again changes nothing.

    What was over before the first late reading stays as it was. What people have judged stays judged. What a weather
    warning that is over has raised was right by the limits of its time, and is not measured by those of today.
    """
    now, since = revision.now, revision.since
    reached = _reached(now.series, now.rule, since)
    alarms = list(reached.select_related("series__device").order_by("began_at"))
    seen: dict[int, list[Seen]] = {alarm.pk: [] for alarm in alarms}
    for each in revision.seen:
        alarm = _alarm_of(each, alarms)
        if alarm is None and _since(each.ended_at, since):
            alarm = _find(each, now)
            alarms.append(alarm)
        if alarm is not None:
            seen.setdefault(alarm.pk, []).append(each)
    for alarm in alarms:
        if _of_its_weather(alarm):
            _stand_still(alarm, now)
        elif seen[alarm.pk]:
            _correct(alarm, seen[alarm.pk], now)
        elif _since(alarm.ended_at, since):
            _disprove(alarm, now)
    forget_counts()


def _of_its_weather(alarm: Alarm) -> bool:
    """Whether it was raised by limits of a weather warning that the rule has no longer."""
    rule, area = alarm.declared, alarm.area
    if rule is None or not rule.during:
        return False
    today = holding_now()
    if rule.levels and today.own(rule, alarm.series.device.code, area):
        return False
    then = [weather_was(alarm.raised_at - back).tie(rule, area) for back in (timedelta(), TAKEN_UP)]
    tie = today.weather.tie(rule, area)
    return any(each is not None and (tie is None or each[0] != tie[0]) for each in then)


def _stand_still(alarm: Alarm, now: LevelChange) -> None:
    """Only where its value is now counts."""
    if alarm.open:
        _stand(alarm, None if now.level else now.at, now)


def _since(ended_at: datetime | None, since: datetime) -> bool:
    return ended_at is None or ended_at >= since


def _alarm_of(seen: Seen, alarms: Sequence[Alarm]) -> Alarm | None:
    """The alarm an episode belongs to: one of the same time, otherwise the one that is open."""
    overlaps = [
        alarm
        for alarm in alarms
        if (seen.ended_at is None or alarm.began_at <= seen.ended_at)
        and (alarm.ended_at is None or seen.began_at <= alarm.ended_at)
    ]
    return next(iter((*_open(overlaps), *overlaps, *_open(alarms))), None)


def _open(alarms: Iterable[Alarm]) -> list[Alarm]:
    return [alarm for alarm in alarms if alarm.open]


def _find(seen: Seen, now: LevelChange) -> Alarm:
    """An alarm that should have been there; where all is over by now, nobody is woken for it."""
    stands = seen.ended_at is None
    change = LevelChange(
        series=now.series,
        rule=now.rule,
        level=now.level if stands else seen.level,
        value=now.value if stands else seen.peak,
        at=now.at if seen.ended_at is None else seen.ended_at,
        since=seen.began_at,
        signal=now.signal if stands else seen.signal,
    )
    return raise_alarm(change, ended_at=seen.ended_at)


def _correct(alarm: Alarm, seen: Sequence[Seen], now: LevelChange) -> None:
    """What an alarm says of the past, then where it stands now."""
    ends = [each.ended_at for each in seen]
    ended_at = None if None in ends else max(each for each in ends if each is not None)
    columns: dict[str, Any] = {
        "began_at": min(each.began_at for each in seen),
        "worst": max(each.level for each in seen),
    }
    if alarm.ended_at is not None and ended_at is not None:
        columns |= {"ended_at": ended_at, "level": columns["worst"]}
    _put_right(alarm, columns)
    if alarm.open:
        _stand(alarm, ended_at, now)
    elif alarm.ended_at is None and ended_at is not None:
        _put_right(alarm, {"ended_at": ended_at, "level": columns["worst"]})


def _put_right(alarm: Alarm, columns: dict[str, Any]) -> None:
    changed = {key: value for key, value in columns.items() if getattr(alarm, key) != value}
    if not changed:
        return
    said = "；".join(_told(alarm, key, changed[key]) for key in TOLD if key in changed)
    Alarm.objects.filter(pk=alarm.pk).update(**changed)
    for key, value in changed.items():
        setattr(alarm, key, value)
    record("alarm.correct", alarm, by=None, facts={"text": f"迟到的读数：{said}"})


def _told(alarm: Alarm, key: str, value: Any) -> str:
    if key == "worst":
        return f"最高为{RANK_LABELS[RANKS[value - 1]]}，原为{RANK_LABELS[RANKS[alarm.worst - 1]]}"
    label = {"began_at": "越限始于", "ended_at": "恢复于"}[key]
    before = getattr(alarm, key)
    return f"{label} {_clock(value)}" + (f"，原为 {_clock(before)}" if before else "")


def _clock(moment: datetime) -> str:
    return f"{localtime(moment):%m-%d %H:%M:%S}"


def _stand(alarm: Alarm, ended_at: datetime | None, now: LevelChange) -> None:
    if ended_at is None:
        if alarm.cleared or alarm.level != now.level:
            follow_open(alarm, now)
    elif not alarm.cleared:
        follow_open(alarm, LevelChange(**{**vars(now), "level": 0, "at": ended_at}))


def _disprove(alarm: Alarm, now: LevelChange) -> None:
    """Nothing was beyond its limits: taken back while nobody has judged it, otherwise said to whoever did."""
    if not alarm.open:
        return
    takes_back = alarm.state == RAISED and "withdraw" in flow_of(alarm.edition_id).verbs()
    if takes_back:
        machine(alarm, "withdraw", {"ended_at": now.at, "changed_at": now.at, "open": False}, now)
    elif not alarm.cleared:
        text = "迟到的读数表明没有越限"
        record("alarm.correct", alarm, by=None, facts={"text": text})
        follow_open(alarm, LevelChange(**{**vars(now), "level": 0}))
