"""吹哨报到: blown, received, arrived at, made a case of, closed with what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from chengyun.city.cases.models import Arrival, Case, Whistle
from chengyun.city.cases.services.making import NewCase, make
from chengyun.city.cases.whistles import ANSWER, BLOW, units_to_call, why_not
from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import locate
from chengyun.kernel import clock, files
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.models import File
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

State = Arrival.State
LONGEST = timedelta(days=7)
MOST_UNITS = 30
AT_MOST = {"matter": 500, "address": 120, "words": 300, "outcome": 1000}
MISSING = {
    "matter": "请写明什么事。",
    "address": "请写明地点，到路口、门牌或参照物。",
    "outcome": "请写明共同处置的结果。",
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """A unit that is called, and until when it has to be there."""

    unit: Unit
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where and about what; ``lon`` and ``lat`` are WGS 84."""

    matter: str
    address: str
    lon: float
    lat: float


@transaction.atomic
def blow(spot: Spot, calls: Sequence[Call], *, by: User | None) -> Whistle:
    """Call units to a spot; each is told, with its own moment."""
    place = locate(spot.lon, spot.lat)
    if place is None:
        raise wrong("point", "这个位置不在城市范围内。")
    require(by, BLOW)
    if by is not None and (sentence := why_not(by, place.area)):
        raise NotAllowed(sentence)
    now, city = clock.now(), installation()
    _check(calls, place.area, now)
    day = localtime(now).strftime("%y%m%d")
    whistle = Whistle(
        code=f"CS{day}{take(f'whistle:{day}'):03d}",
        area=place.area,
        unit=by.unit if by else None,
        by=by,
        matter=_said("matter", spot.matter),
        address=_said("address", spot.address),
        lon=spot.lon,
        lat=spot.lat,
        at=now,
        simulated=bool(city and city.demo),
    )
    whistle.save(force_insert=True)
    said = {"description": whistle.matter}
    record("whistle.blow", whistle, by=by, area=place.area, personal=said, new=True)
    for call in calls:
        Arrival(whistle=whistle, unit=call.unit, due_at=call.due_at).save(force_insert=True)
        facts = _named(call.unit) | {"due": call.due_at}
        record("whistle.call", whistle, by=by, area=place.area, facts=facts)
    return whistle


@transaction.atomic
def receive(arrival: Arrival, *, by: User | None) -> None:
    """The unit has heard it and is coming."""
    require(by, ANSWER, unit=arrival.unit_id)
    columns = {"state": State.RECEIVED, "received_at": clock.now(), "who": by}
    _move(arrival, (State.CALLED,), columns)
    record("whistle.receive", arrival.whistle, by=by, facts=_named(arrival.unit))


@transaction.atomic
def arrive(
    arrival: Arrival,
    *,
    words: str = "",
    point: tuple[float, float] | None = None,
    photos: Sequence[File] = (),
    by: User | None,
) -> None:
    """The unit is there; whether it came late stays. Who is there without having answered has received it, too."""
    require(by, ANSWER, unit=arrival.unit_id)
    now = clock.now()
    columns: dict[str, Any] = {
        "state": State.ARRIVED,
        "arrived_at": now,
        "received_at": arrival.received_at or now,
        "who": by,
        "words": _said("words", words),
        "late": now > arrival.due_at,
    }
    if point:
        columns |= {"lon": point[0], "lat": point[1]}
    _move(arrival, Arrival.WAITED_FOR, columns)
    for photo in photos:
        files.attach(photo, arrival.whistle, "arrival", by=by, caption=str(arrival.unit))
    facts = _named(arrival.unit) | {"late": columns["late"], "note": columns["words"]}
    record("whistle.arrive", arrival.whistle, by=by, facts=facts)


@transaction.atomic
def make_case(whistle: Whistle, class_code: str = "", *, by: User | None) -> Case:
    """What the units cannot settle on the spot becomes a case, once."""
    _must_call(whistle, by)
    new = NewCase(
        source="whistle",
        description=whistle.matter,
        lon=whistle.lon,
        lat=whistle.lat,
        address=whistle.address,
        class_code=class_code,
        simulated=whistle.simulated,
    )
    case = make(new, by=by)
    _change(whistle, {"case": case}, unmade=True)
    named = {"code": case.code, "name": case.short_code}
    record("whistle.make_case", whistle, by=by, facts={"case": named})
    return case


@transaction.atomic
def close(whistle: Whistle, outcome: str, *, by: User | None) -> None:
    """What came of it. Units that are not there yet have not come."""
    _must_call(whistle, by)
    closed = {
        "state": Whistle.State.CLOSED,
        "outcome": _said("outcome", outcome),
        "closed_at": clock.now(),
    }
    _change(whistle, closed)
    missing = whistle.arrivals.filter(state__in=Arrival.WAITED_FOR)
    absent = missing.update(state=State.ABSENT, late=True)
    facts = {"result": whistle.outcome, "absent": absent}
    record("whistle.close", whistle, by=by, facts=facts)


def _must_call(whistle: Whistle, by: User | None) -> None:
    """The caller, their unit, or whoever may call in this area."""
    require(by, BLOW)
    if by is None or whistle.by_id == by.pk or (whistle.unit_id and whistle.unit_id == by.unit_id):
        return
    if not by.scope(BLOW).covers(area=whistle.area):
        raise NotAllowed("这次吹哨不是你叫的，请交给吹哨人办理。")


def _check(calls: Sequence[Call], area: str, now: datetime) -> None:
    if not calls:
        raise wrong("units", "请选要叫的单位。")
    if len(calls) > MOST_UNITS:
        raise wrong("units", f"一次最多叫 {MOST_UNITS} 个单位。")
    units = [call.unit.pk for call in calls]
    if len({*units}) != len(units):
        raise wrong("units", "同一个单位叫了两次。")
    fitting = set(units_to_call(area).filter(pk__in=units).values_list("pk", flat=True))
    for call in calls:
        if call.unit.pk not in fitting:
            raise wrong("units", f"{call.unit}不管这里，不能叫。")
        if not now < call.due_at <= now + LONGEST:
            raise wrong("due", "报到时间要在现在以后、七天以内。")


def _move(arrival: Arrival, sources: Sequence[str], columns: dict[str, Any]) -> None:
    """A conditional update: whoever comes second is told how it stands."""
    rows = Arrival.objects.filter(pk=arrival.pk, state__in=sources)
    if not rows.update(**columns):
        now = Arrival.objects.get(pk=arrival.pk).get_state_display()
        raise Conflict(f"{arrival.unit}现在是「{now}」，请看新的情况再办。")
    for name, value in columns.items():
        setattr(arrival, name, value)


def _change(whistle: Whistle, columns: dict[str, Any], *, unmade: bool = False) -> None:
    rows = Whistle.objects.filter(pk=whistle.pk, state=Whistle.State.OPEN)
    if unmade:
        rows = rows.filter(case=None)
    if not rows.update(**columns):
        now = Whistle.objects.select_related("case").get(pk=whistle.pk)
        made = f"已经转成案件 {now.case.short_code}" if now.case and now.open else "已经办结"
        raise Conflict(f"这次吹哨{made}，请看新的情况再办。")
    for name, value in columns.items():
        setattr(whistle, name, value)


def _named(unit: Unit) -> dict[str, Any]:
    return {"unit": {"code": unit.code, "name": str(unit)}}


def _said(field: str, text: str) -> str:
    text = text.strip()
    if not text and field in MISSING:
        raise wrong(field, MISSING[field])
    if len(text) > AT_MOST[field]:
        raise wrong(field, f"最多 {AT_MOST[field]} 字，现在有 {len(text)} 字。")
    return text
