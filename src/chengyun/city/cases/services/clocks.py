"""The clocks of a case's stages: starting, stopping, pausing; a due moment is stored, never computed in a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

from django.utils import timezone

from chengyun.city.cases.models import FAR, Case, StageClock
from chengyun.city.people.models import Unit
from chengyun.kernel import clock
from chengyun.kernel.params import settings_of
from chengyun.kernel.reads import composed
from chengyun.kernel.statements import change, insert
from chengyun.kernel.workcalendar import calendar_for
from chengyun.science import workclock
from chengyun.science.workclock import Limit

FIXED_DAY = "date"
HUNDRED = 100
TO_A_DAY = ("rectify", "settle")
"""The clocks that run to a day somebody has set."""
OF_THE_UNIT = ("handle", "repair", *TO_A_DAY)
"""The clocks of the unit's own work: past one of them a case counts as late. The others measure posts of the centre."""


@dataclass(frozen=True)
class Allowance:
    """What the next clock is given: a limit on the work clock, or a fixed moment."""

    limit: Limit | None
    until: datetime | None = None


def allowance(case: Case, name: str, *, until: datetime | None) -> Allowance:
    """The filing condition's limit for handling, the given day for a ledger entry, else the city's parameter."""
    if name == "handle" and case.condition:
        return Allowance(case.condition.limit)
    if name in TO_A_DAY:
        return Allowance(None, until)
    found = settings_of(case.district)[f"case.limit.{name}"]
    return Allowance(Limit(value=Decimal(str(found["value"])), unit=found["unit"]))


_running = composed(
    lambda case: StageClock.objects.filter(case=case, stopped_at=None).order_by("-id")[:1]
)


@dataclass(frozen=True)
class Turn:
    """What a step does to the clock: the columns the case takes over, and what its history says of it."""

    columns: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)

    def __or__(self, later: Turn) -> Turn:
        return Turn(self.columns | later.columns, self.told | later.told)


def turn(case: Case, effect: str, *, unit: Unit | None, until: datetime | None = None) -> Turn:
    """Apply a step's clock effect."""
    if not effect:
        return Turn()
    running = next(iter(_running(case.pk)), None)
    if effect in IN_PLACE:
        return IN_PLACE[effect](running) if running else Turn()
    stopped = _stop(running) if running else Turn()
    if effect == "stop":
        return stopped | Turn({"clock": "", "paused": False, "due_at": FAR, "warn_at": FAR})
    measured = unit if effect in OF_THE_UNIT else None
    row = prepared(case, effect, allowance(case, effect, until=until), unit=measured)
    insert(row)
    return stopped | Turn(shown(row), begun(row))


def prepared(case: Case, name: str, allowed: Allowance, *, unit: Unit | None) -> StageClock:
    """A clock that starts now, not stored yet: a case that is being opened is stored before it."""
    now = clock.now()
    row = StageClock(
        case=case, name=name, unit=unit, area=case.district, started_at=now, ran_since=now
    )
    _set_limit(row, allowed)
    _set_due(row)
    return row


def shown(row: StageClock) -> dict[str, Any]:
    """What a case shows of its running clock in lists."""
    return {"clock": row.name, "paused": False, "due_at": row.due_at, "warn_at": row.warn_at}


def begun(row: StageClock) -> dict[str, Any]:
    """What the history says of a clock that begins."""
    return {"began": row.name, "due": _told(row.due_at)}


def _told(due: datetime) -> str:
    return "" if due == FAR else due.isoformat()


def _set_limit(row: StageClock, allowed: Allowance) -> None:
    if allowed.limit:
        row.limit_value, row.limit_unit = allowed.limit.value, allowed.limit.unit
    else:
        row.limit_unit = FIXED_DAY
        row.due_at = allowed.until or FAR


def _set_due(row: StageClock) -> None:
    """Due and warning moments from what is left of the limit now that the clock runs."""
    since = row.ran_since or row.started_at
    share = settings_of(row.area)["case.warn_share"]
    if row.limit_value is None:
        row.warn_at = since + (row.due_at - since) * share // HUNDRED if row.due_at < FAR else FAR
        return
    calendar = calendar_for(row.area)
    unit = cast(workclock.Unit, row.limit_unit)
    once = workclock.amount(Limit(value=row.limit_value, unit=unit), calendar)
    whole = once * (1 + row.extensions)
    spent = timedelta(seconds=row.used_seconds)
    due = workclock.add(since, whole - spent, unit, calendar)
    row.due_at, row.provisional = due.at, due.provisional
    row.warn_at = workclock.add(since, whole * share // HUNDRED - spent, unit, calendar).at


def moment_of(row: StageClock, share: int) -> datetime:
    """When a running clock has used so many hundredths of its limit; beyond a hundred it is late by the rest."""
    since = row.ran_since or row.started_at
    if row.limit_value is None:
        return row.started_at + (row.due_at - row.started_at) * share // HUNDRED
    calendar = calendar_for(row.area)
    unit = cast(workclock.Unit, row.limit_unit)
    whole = workclock.amount(Limit(value=row.limit_value, unit=unit), calendar)
    spent = timedelta(seconds=row.used_seconds)
    return workclock.add(since, whole * share // HUNDRED - spent, unit, calendar).at


def used(row: StageClock) -> int:
    """Seconds used so far, on the clock's own kind of time."""
    if row.ran_since is None:
        return row.used_seconds
    if row.limit_value is None:
        return row.used_seconds + int((clock.now() - row.ran_since).total_seconds())
    unit = cast(workclock.Unit, row.limit_unit)
    ran = workclock.used(row.ran_since, clock.now(), unit, calendar_for(row.area))
    return row.used_seconds + int(ran.total_seconds())


def _stop(row: StageClock) -> Turn:
    late = row.ran_since is not None and clock.now() > row.due_at
    spent = used(row)
    stopped = {
        "stopped_at": clock.now(),
        "ran_since": None,
        "used_seconds": spent,
        "late": late,
        "provisional": False,
    }
    change(StageClock, {"id": row.pk}, stopped)
    told = {
        "ended": row.name,
        "since": row.started_at.isoformat(),
        "was_due": _told(row.due_at),
        "late": late,
        "used": spent,
    }
    return Turn({"late": True} if late and row.name in OF_THE_UNIT else {}, told)


def _pause(row: StageClock) -> Turn:
    change(StageClock, {"id": row.pk}, {"used_seconds": used(row), "ran_since": None})
    return Turn({"paused": True, "due_at": FAR, "warn_at": FAR}, {"due": ""})


def _resume(row: StageClock) -> Turn:
    row.ran_since = clock.now()
    _set_due(row)
    row.save(update_fields=("ran_since", "due_at", "warn_at", "provisional"))
    moments = {"due_at": row.due_at, "warn_at": row.warn_at}
    return Turn({"paused": False, **moments}, {"due": _told(row.due_at)})


def _extend(row: StageClock) -> Turn:
    """The limit once more; a clock that stands goes on with it when it runs again."""
    row.extensions += 1
    if row.ran_since:
        _set_due(row)
    row.save(update_fields=("extensions", "due_at", "warn_at", "provisional"))
    if row.ran_since is None:
        return Turn()
    return Turn({"due_at": row.due_at, "warn_at": row.warn_at}, {"due": _told(row.due_at)})


IN_PLACE: dict[str, Callable[[StageClock], Turn]] = {
    "pause": _pause,
    "resume": _resume,
    "extend": _extend,
}
"""What is done to the clock that runs, without another being started."""


def due_after(case: Case, name: str) -> datetime:
    """When something asked now must be answered, by the city's limit of that name."""
    found = allowance(case, name, until=None).limit
    assert found is not None
    calendar = calendar_for(case.district)
    return workclock.add(clock.now(), workclock.amount(found, calendar), found.unit, calendar).at


def recompute(row: StageClock) -> bool:
    """Compute a running clock's due moment again after the calendar changed; whether it moved."""
    before = row.due_at
    _set_due(row)
    StageClock.objects.filter(pk=row.pk, stopped_at=None).update(
        due_at=row.due_at, warn_at=row.warn_at, provisional=row.provisional
    )
    return row.due_at != before


def end_of(day: date) -> datetime:
    """The end of a day in the city's zone."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
