"""The clocks of a case's stages: starting, stopping, pausing; a due moment is stored, never computed in a list."""

from __future__ import annotations

from dataclasses import dataclass
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
OF_THE_UNIT = ("handle", "repair", "rectify")
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
    if name == "rectify":
        return Allowance(None, until)
    found = settings_of(case.district)[f"case.limit.{name}"]
    return Allowance(Limit(value=Decimal(str(found["value"])), unit=found["unit"]))


_running = composed(
    lambda case: StageClock.objects.filter(case=case, stopped_at=None).order_by("-id")[:1]
)


def turn(
    case: Case, effect: str, *, unit: Unit | None, until: datetime | None = None
) -> dict[str, Any]:
    """Apply a step's clock effect; the columns the case takes over."""
    if not effect:
        return {}
    running = next(iter(_running(case.pk)), None)
    if effect == "pause":
        return _pause(running) if running else {}
    if effect == "resume":
        return _resume(running) if running else {}
    if effect == "extend":
        return _extend(running) if running else {}
    stopped = _stop(running) if running else {}
    if effect == "stop":
        return {**stopped, "clock": "", "paused": False, "due_at": FAR, "warn_at": FAR}
    measured = unit if effect in OF_THE_UNIT else None
    return {**stopped, **start(case, effect, allowance(case, effect, until=until), unit=measured)}


def start(case: Case, name: str, allowed: Allowance, *, unit: Unit | None) -> dict[str, Any]:
    """Start a clock; the columns the case shows in lists."""
    row = prepared(case, name, allowed, unit=unit)
    insert(row)
    return shown(row)


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


def _stop(row: StageClock) -> dict[str, Any]:
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
    return {"late": True} if late and row.name in OF_THE_UNIT else {}


def _pause(row: StageClock) -> dict[str, Any]:
    change(StageClock, {"id": row.pk}, {"used_seconds": used(row), "ran_since": None})
    return {"paused": True, "due_at": FAR, "warn_at": FAR}


def _resume(row: StageClock) -> dict[str, Any]:
    row.ran_since = clock.now()
    _set_due(row)
    row.save(update_fields=("ran_since", "due_at", "warn_at", "provisional"))
    return {"paused": False, "due_at": row.due_at, "warn_at": row.warn_at}


def _extend(row: StageClock) -> dict[str, Any]:
    """The limit once more; a clock that stands goes on with it when it runs again."""
    row.extensions += 1
    if row.ran_since:
        _set_due(row)
    row.save(update_fields=("extensions", "due_at", "warn_at", "provisional"))
    return {"due_at": row.due_at, "warn_at": row.warn_at} if row.ran_since else {}


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
