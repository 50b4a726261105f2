"""飞行任务: planned, begun, finished or cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from chengyun.city.cases.flights import may_fly
from chengyun.city.cases.models import Flight
from chengyun.city.people.models import User
from chengyun.city.places.queries import names_of
from chengyun.kernel import clock, sequences
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.permissions import require

State = Flight.State
LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class NewFlight:
    """What is to be flown: over which area, when, by whom and what for."""

    purpose: str
    area: str
    begins_at: datetime
    ends_at: datetime
    pilot: User
    simulated: bool = False


@transaction.atomic
def plan_flight(new: NewFlight, *, by: User | None) -> Flight:
    """A flight that waits for its pilot; what is found on it is taken from now on."""
    require(by, "flight.plan", area=new.area)
    if not new.purpose.strip():
        raise wrong("purpose", "请写这次飞行看什么。")
    if not names_of([new.area]):
        raise wrong("area", "请从列表中选区域。")
    if new.ends_at <= new.begins_at:
        raise wrong("ends_at", "结束时间要晚于开始时间。")
    day = timezone.localtime(clock.now()).strftime("%y%m%d")
    flight = Flight(
        code=f"WRJ{day}{sequences.take(f'flight:{day}'):03d}",
        purpose=new.purpose.strip()[:120],
        area=new.area,
        begins_at=new.begins_at,
        ends_at=new.ends_at,
        pilot=new.pilot,
        simulated=new.simulated,
    )
    flight.save(force_insert=True)
    facts = {"begins_at": flight.begins_at, "ends_at": flight.ends_at, "pilot": flight.pilot_id}
    record("flight.plan", flight, by=by, area=flight.area, facts=facts, new=True)
    return flight


@transaction.atomic
def begin_flight(flight: Flight, *, by: User | None) -> None:
    """The drone is in the air."""
    _must_fly(flight, by)
    _move(flight, (State.PLANNED,), {"state": State.FLYING, "began_at": clock.now()})
    record("flight.begin", flight, by=by, area=flight.area)


@transaction.atomic
def finish_flight(flight: Flight, words: str, *, by: User | None) -> None:
    """The drone is back; ``words`` is what there is to say about it."""
    _must_fly(flight, by)
    said = _said(words)
    columns = {"state": State.FLOWN, "ended_at": clock.now(), "words": said}
    _move(flight, (State.FLYING,), columns)
    record("flight.finish", flight, by=by, area=flight.area, facts={"note": said})


@transaction.atomic
def cancel_flight(flight: Flight, words: str, *, by: User | None) -> None:
    """It is not flown after all."""
    require(by, "flight.plan", area=flight.area)
    said = _said(words)
    if not said:
        raise wrong("words", "请写为什么取消。")
    columns = {"state": State.CANCELLED, "ended_at": clock.now(), "words": said}
    _move(flight, (State.PLANNED,), columns)
    record("flight.cancel", flight, by=by, area=flight.area, facts={"reason": said})


def _must_fly(flight: Flight, by: User | None) -> None:
    if by is not None and not may_fly(by, flight):
        raise NotAllowed("只有这次飞行的飞手，或者安排飞行的人，可以记开始和完成。")


def _said(words: str) -> str:
    if len(words.strip()) > LONGEST:
        raise wrong("words", f"说明最多 {LONGEST} 字，现在有 {len(words.strip())} 字。")
    return words.strip()


def _move(flight: Flight, sources: tuple[str, ...], columns: dict[str, Any]) -> None:
    """A conditional update: whoever comes second is told how it stands."""
    if not Flight.objects.filter(pk=flight.pk, state__in=sources).update(**columns):
        now = Flight.objects.get(pk=flight.pk).get_state_display()
        raise Conflict(f"飞行任务 {flight.code} 现在是「{now}」，请看新的情况再办。")
    for name, value in columns.items():
        setattr(flight, name, value)
