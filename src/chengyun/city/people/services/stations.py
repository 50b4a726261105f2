"""Verbs of community stations: opened, changed, closed; officers come and go; visits are recorded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate

from chengyun.city.people.models import Officer, Station, StationVisit, User
from chengyun.city.people.specs import EVERY_DAY
from chengyun.city.people.stations import CHANGE, VISIT, may_visit, served
from chengyun.city.places.queries import region_of
from chengyun.kernel import clock, files
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.models import File
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import PHONE_FAULT, is_phone

HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-—–~至到]\s*([01]?\d|2[0-3]):([0-5]\d)")
LONGEST = {
    "name": (60, "请写站名。"),
    "address": (120, "请写站的地址。"),
    "seen": (2000, "请写看到、谈到了什么。"),
}
OLDEST = timedelta(days=31)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is registered of a station; ``phone`` is the office's, ``hours`` read 09:00-11:00."""

    name: str
    address: str
    phone: str
    weekdays: str
    hours: str


@transaction.atomic
def open_station(area: str, plan: Plan, *, by: User | None) -> Station:
    """A community has a service station from today on."""
    region = region_of(area)
    if region is None or region.level != "community":
        raise wrong("area", f"没有代码为「{area}」的社区。")
    require(by, CHANGE, area=area)
    city = installation()
    station = Station(
        area=area,
        valid_from=localdate(clock.now()),
        simulated=bool(city and city.demo),
        **_checked(plan),
    )
    try:
        with transaction.atomic():
            station.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{region.name}已经有服务站了。") from error
    served.forget()
    record("station.open", station, by=by, area=area, facts=_facts(station), new=True)
    return station


@transaction.atomic
def change_station(station: Station, plan: Plan, *, by: User | None) -> None:
    """Another name, place, telephone or visit days, from now on."""
    require(by, CHANGE, area=station.area)
    _change(station, **_checked(plan))
    record("station.change", station, by=by, area=station.area, facts=_facts(station))


@transaction.atomic
def close_station(station: Station, *, by: User | None) -> None:
    """The station is no more from today on, and nobody serves there; what was recorded stays."""
    require(by, CHANGE, area=station.area)
    today = localdate(clock.now())
    _change(station, valid_to=today)
    station.officers.filter(valid_to=None).update(valid_to=today)
    served.forget()
    record("station.close", station, by=by, area=station.area, facts={"on": today})


@transaction.atomic
def assign_officer(station: Station, user: User, *, lead: bool, by: User | None) -> Officer:
    """A person serves at the station from today on."""
    require(by, CHANGE, area=station.area)
    _change(station)
    if not (user.is_active and user.may(VISIT)):
        raise wrong("person", f"{user.name}没有「记录社区走访」的权限，先请管理员给岗位。")
    row = Officer(station=station, user=user, lead=lead, valid_from=localdate(clock.now()))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        there = station.officers.filter(valid_to=None, user=user).exists()
        said = f"{user.name}已经驻在这个站。" if there else "这个站已经有站长，先请他卸任。"
        raise Conflict(said) from error
    facts = {"user": user.pk, "rank": row.rank, "valid_from": row.valid_from}
    record("station.assign", station, by=by, area=station.area, facts=facts)
    return row


@transaction.atomic
def release_officer(row: Officer, *, by: User | None) -> None:
    """From today the person serves there no more."""
    require(by, CHANGE, area=row.station.area)
    today = localdate(clock.now())
    if not Officer.objects.filter(pk=row.pk, valid_to=None).update(valid_to=today):
        raise Conflict(f"{row.user.name}已经不驻这个站了。")
    row.valid_to = today
    facts = {"user": row.user_id, "on": today}
    record("station.release", row.station, by=by, area=row.station.area, facts=facts)


@transaction.atomic
def record_visit(
    station: Station, on: date, seen: str, photos: Sequence[File] = (), *, by: User | None
) -> StationVisit:
    """An officer was in the community on a day."""
    require(by, VISIT)
    if by is not None and not may_visit(by, station):
        raise NotAllowed("只有这个社区的驻社区队员可以记走访。")
    today = localdate(clock.now())
    if not today - OLDEST <= on <= today:
        raise wrong("on", f"走访日期在最近 {OLDEST.days} 天以内，不能晚于今天。")
    visit = StationVisit(
        station=station,
        by=by,
        on=on,
        seen=_said("seen", seen),
        at=clock.now(),
        simulated=station.simulated,
    )
    _change(station)
    later = Q(last_visit_on=None) | Q(last_visit_on__lt=on)
    Station.objects.filter(later, pk=station.pk).update(last_visit_on=on)
    visit.save(force_insert=True)
    for photo in photos:
        files.attach(photo, visit, "visit", by=by)
    said, facts = {"description": visit.seen}, {"on": on, "photos": len(photos)}
    record("station.visit", visit, by=by, area=station.area, facts=facts, personal=said, new=True)
    return visit


def _change(station: Station, **columns: object) -> None:
    """A conditional update: nothing is changed about a station that was closed meanwhile."""
    rows = Station.objects.filter(pk=station.pk, valid_to=None)
    if not rows.update(**columns or {"valid_to": None}):
        raise Conflict(f"{station.name}已经撤销了。")
    for name, value in columns.items():
        setattr(station, name, value)


def _checked(plan: Plan) -> dict[str, str]:
    """The columns of a plan, in the form they are kept in."""
    if not is_phone(plan.phone):
        raise wrong("phone", PHONE_FAULT)
    weekdays = "".join(day for day in EVERY_DAY if day in plan.weekdays)
    if not weekdays or set(plan.weekdays) - set(EVERY_DAY):
        raise wrong("weekdays", "请选走访日是星期几。")
    found = HOURS.fullmatch(plan.hours.strip())
    if found is None:
        raise wrong("hours", "走访时间写成 09:00-11:00。")
    begins, ends = (f"{int(h):02d}:{m}" for h, m in (found.group(1, 2), found.group(3, 4)))
    if begins >= ends:
        raise wrong("hours", "走访结束要晚于开始。")
    return {
        "name": _said("name", plan.name),
        "address": _said("address", plan.address),
        "phone": plan.phone.strip(),
        "weekdays": weekdays,
        "hours": f"{begins}–{ends}",
    }


def _facts(station: Station) -> dict[str, str]:
    return {field.name: getattr(station, field.name) for field in fields(Plan)}


def _said(field: str, text: str) -> str:
    longest, missing = LONGEST[field]
    text = text.strip()
    if not text:
        raise wrong(field, missing)
    if len(text) > longest:
        raise wrong(field, f"最多 {longest} 字，现在有 {len(text)} 字。")
    return text
