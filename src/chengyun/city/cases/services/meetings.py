"""例会 and 承诺事项: called, minuted; promised, reported done, confirmed or sent back, withdrawn, made a case of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import localdate, localtime

from chengyun.city.cases.agreements import AGREE, end_of, next_review
from chengyun.city.cases.meetings import (
    HOLD,
    KEEP,
    Venue,
    convenes,
    kinds_of,
    may_hold,
    units_with,
)
from chengyun.city.cases.models import Agreement, Case, Meeting, Promise
from chengyun.city.cases.services.making import NewCase, make
from chengyun.city.people.models import Unit, User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

State = Promise.State
SOURCE = "community"
LONGEST_AGO, FURTHEST = timedelta(days=365), timedelta(days=3 * 365)
AT_MOST = {
    "topic": 120,
    "venue": 120,
    "offices": 300,
    "attendees": 300,
    "minutes": 4000,
    "what": 300,
    "words": 1000,
    "reason": 1000,
}
MISSING = {
    "topic": "请写议题。",
    "venue": "请写开会的地点。",
    "minutes": "请写纪要。",
    "what": "请写承诺做什么。",
    "words": "请写明做了什么。",
    "reason": "请写明原因。",
}


@dataclass(frozen=True, kw_only=True)
class Called:
    """A meeting somebody calls: of which kind, about what, where and when, and which units are asked to come."""

    kind: str
    topic: str
    venue: str
    held_at: datetime
    units: Sequence[Unit] = ()


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """Who came besides the units, by their offices; their names, which are kept apart; what was said."""

    offices: str
    attendees: str
    minutes: str


@transaction.atomic
def call_meeting(place: Venue, called: Called, *, by: User | None) -> Meeting:
    """Call a meeting for a place; the units are told."""
    require(by, HOLD)
    if by is not None and not may_hold(by, place):
        raise NotAllowed("只有这里的路长等各类长、街道、社区、驻社区队员和值班人员可以召集例会。")
    if called.kind not in kinds_of(place.area):
        raise wrong("kind", f"例会没有「{called.kind}」这一种。")
    return arrange(place, called, by=by)


def arrange(
    place: Venue, called: Called, *, by: User | None, agreement: Agreement | None = None
) -> Meeting:
    """Store a meeting of somebody who may call it, in their transaction; the units are told."""
    now, city = clock.now(), installation()
    if not now - LONGEST_AGO < called.held_at < now + LONGEST_AGO:
        raise wrong("held_at", "会议时间在前后一年以内。")
    _check_units(called.units, place.area, agreement)
    day = localtime(now).strftime("%y%m%d")
    meeting = Meeting(
        code=f"HY{day}{take(f'meeting:{day}'):03d}",
        kind=called.kind,
        area=place.area,
        road=place.road,
        place=place.label,
        topic=_said("topic", called.topic),
        venue=_said("venue", called.venue),
        held_at=called.held_at,
        unit=by.unit if by else None,
        by=by,
        agreement=agreement,
        simulated=bool(city and city.demo),
    )
    meeting.save(force_insert=True)
    meeting.units.set(called.units)
    facts = {"kind": meeting.kind, "place": meeting.place, "at": meeting.held_at}
    facts["units"] = [str(unit) for unit in called.units]
    record("meeting.call", meeting, by=by, area=meeting.area, facts=facts, new=True)
    return meeting


@transaction.atomic
def write_minutes(meeting: Meeting, given: Minutes, *, by: User | None) -> None:
    """Write down who came and what was said, once the meeting has begun."""
    _must_convene(meeting, by)
    now = clock.now()
    if now < meeting.held_at:
        raise Conflict("还没有到开会的时间，会后再写纪要。")
    columns = {
        "offices": _said("offices", given.offices),
        "minutes": _said("minutes", given.minutes),
        "minuted_at": now,
    }
    names = _said("attendees", given.attendees)
    if not Meeting.objects.filter(pk=meeting.pk, minuted_at=None).update(**columns):
        raise Conflict("这次例会的纪要已经写好了。")
    for name, value in columns.items():
        setattr(meeting, name, value)
    if meeting.agreement:
        _reviewed(meeting.agreement, localdate(meeting.held_at))
    said = {"summary": meeting.minutes} | ({"attendees": names} if names else {})
    record("meeting.minute", meeting, by=by, area=meeting.area, personal=said)


@transaction.atomic
def promise(meeting: Meeting, unit: Unit, what: str, due: date, *, by: User | None) -> Promise:
    """A unit has promised something until the end of a day; it is told."""
    _must_convene(meeting, by)
    return undertake(meeting, meeting.agreement, unit, what, due, by=by)


def undertake(
    meeting: Meeting | None,
    agreement: Agreement | None,
    unit: Unit,
    what: str,
    due: date,
    *,
    by: User | None,
) -> Promise:
    """What a unit takes upon itself at a meeting or by an agreement, in the caller's transaction."""
    now, source = clock.now(), meeting or agreement
    assert source is not None
    _check_units([unit], source.area, agreement)
    today = localdate(now)
    if not today <= due <= today + FURTHEST:
        raise wrong("due", "完成日期从今天起，三年以内。")
    row = Promise(
        code=f"{source.code}-{take(f'promise:{source.code}')}",
        meeting=meeting,
        agreement=agreement,
        area=source.area,
        unit=unit,
        what=_said("what", what),
        made_at=now,
        due_at=end_of(due),
    )
    row.save(force_insert=True)
    facts = _named(unit) | {"note": row.what, "due": row.due_at}
    record("promise.make", row, by=by, area=row.area, facts=facts, new=True)
    return row


@transaction.atomic
def report_done(row: Promise, words: str, *, by: User | None) -> None:
    """The unit says it has done it; whoever called the meeting is asked to confirm."""
    require(by, KEEP, unit=row.unit_id)
    said = _said("words", words)
    _move(row, (State.OPEN,), state=State.DONE, words=said, done_at=clock.now())
    _record("promise.do", row, by, reply=said)


@transaction.atomic
def confirm(row: Promise, *, by: User | None) -> None:
    """It was kept; late, when it was reported done after its day."""
    _must_follow(row, by)
    late = row.done_at is not None and row.done_at >= row.due_at
    _move(row, (State.DONE,), state=State.KEPT, ended_at=clock.now(), late=late)
    _record("promise.confirm", row, by, late=late)


@transaction.atomic
def send_back(row: Promise, reason: str, *, by: User | None) -> None:
    """It was not kept after all: the unit has to do more."""
    _must_follow(row, by)
    said = _said("reason", reason)
    _move(row, (State.DONE,), state=State.OPEN, done_at=None, returns=F("returns") + 1)
    _record("promise.return", row, by, reason=said)


@transaction.atomic
def withdraw(row: Promise, reason: str, *, by: User | None) -> None:
    """Nobody waits for it any more."""
    _must_follow(row, by)
    said = _said("reason", reason)
    _move(row, Promise.WAITS, state=State.WITHDRAWN, words=said, ended_at=clock.now())
    _record("promise.withdraw", row, by, reason=said)


@transaction.atomic
def make_case(row: Promise, lon: float, lat: float, address: str = "", *, by: User | None) -> Case:
    """What was promised becomes a case as well, once; the promise goes on."""
    _must_follow(row, by)
    new = NewCase(
        source=SOURCE,
        description=row.what,
        lon=lon,
        lat=lat,
        address=address,
        simulated=row.origin.simulated,
    )
    case = make(new, by=by)
    if not Promise.objects.filter(pk=row.pk, state__in=Promise.WAITS, case=None).update(case=case):
        raise Conflict("这一项已经转成案件，或者已经了结，请看新的情况。")
    row.case = case
    _record("promise.make_case", row, by, case={"code": case.code, "name": case.short_code})
    return case


def _reviewed(agreement: Agreement, day: date) -> None:
    """A joint review was held: the next is due so many months later, or none where no rhythm was agreed."""
    due = next_review(day, agreement.review_months)
    earlier = Q(due_at=None) | Q(due_at__lt=due) if due else Q()
    Agreement.objects.filter(earlier, pk=agreement.pk).update(due_at=due)


def _must_convene(meeting: Meeting, by: User | None) -> None:
    require(by, HOLD)
    if by is not None and not convenes(by, meeting):
        raise NotAllowed("这次例会不是你召集的，请交给召集人办理。")


def _must_follow(row: Promise, by: User | None) -> None:
    """Whoever confirms, sends back, withdraws: the convenor, or who looks after the agreement."""
    if row.meeting:
        _must_convene(row.meeting, by)
    else:
        require(by, AGREE, area=row.area)


def _check_units(units: Sequence[Unit], area: str, agreement: Agreement | None) -> None:
    wanted = {unit.pk for unit in units}
    fitting = set(units_with(area, agreement).filter(pk__in=wanted).values_list("pk", flat=True))
    for unit in units:
        if unit.pk not in fitting:
            raise wrong("unit", f"{unit}不管这里，请另选单位。")


def _move(row: Promise, sources: Sequence[str], **columns: Any) -> None:
    """A conditional update: whoever comes second is told how it stands."""
    if not Promise.objects.filter(pk=row.pk, state__in=sources).update(**columns):
        now = Promise.objects.get(pk=row.pk).get_state_display()
        raise Conflict(f"这项承诺现在是「{now}」，请看新的情况再办。")
    row.refresh_from_db(fields=[*columns])


def _record(verb: str, row: Promise, by: User | None, **facts: Any) -> None:
    record(verb, row, by=by, facts=_named(row.unit) | facts, area=row.area)


def _named(unit: Unit) -> dict[str, Any]:
    return {"unit": {"code": unit.code, "name": str(unit)}}


def _said(field: str, text: str) -> str:
    text = text.strip()
    if not text and field in MISSING:
        raise wrong(field, MISSING[field])
    if len(text) > AT_MOST[field]:
        raise wrong(field, f"最多 {AT_MOST[field]} 字，现在有 {len(text)} 字。")
    return text
