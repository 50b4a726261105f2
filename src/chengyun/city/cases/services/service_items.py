"""共建服务: bodies are registered, report to communities, take up items, report what they did; it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localdate, localtime

from chengyun.city.cases.models import Enlistment, ServiceBody, ServiceItem
from chengyun.city.cases.service_items import ARRANGE, REGISTER, RESIDENT, may_do
from chengyun.city.people.models import User
from chengyun.city.people.stations import served
from chengyun.city.places.queries import label_of, region_of
from chengyun.kernel import clock, files
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.models import File
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take as next_number
from chengyun.kernel.texts import PHONE_FAULT, is_phone

State, Witness = ServiceItem.State, ServiceItem.Witness
REACH = timedelta(days=365)
MOST_PEOPLE, MOST_HOURS = 1000, Decimal(200)
AT_MOST = {
    "name": 60,
    "offers": 300,
    "person": 40,
    "title": 80,
    "words": 500,
    "venue": 120,
    "result": 1000,
    "said": 500,
    "reason": 500,
}
MISSING = {
    "name": "请写单位的名称。",
    "offers": "请写能提供什么服务。",
    "title": "请写做什么。",
    "venue": "请写在哪里做。",
    "result": "请写做了什么。",
    "reason": "请写明原因。",
}


@dataclass(frozen=True, kw_only=True)
class Body:
    """What is registered of a body; ``phone`` is the office's."""

    name: str
    kind: str
    phone: str
    offers: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be done for a community, where, and between which days."""

    title: str
    venue: str
    first_day: date
    last_day: date
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it: how many people, how many hours each, what they did."""

    people: int
    hours: Decimal
    result: str
    photos: Sequence[File] = ()


@transaction.atomic
def register_body(area: str, given: Body, *, by: User | None) -> ServiceBody:
    """A body helps communities of an area from today on."""
    city = installation()
    if region_of(area) is None and not (city and city.area == area):
        raise wrong("area", f"没有代码为「{area}」的区、街道、社区。")
    require(by, REGISTER, area=area)
    body = ServiceBody(
        area=area,
        valid_from=localdate(clock.now()),
        simulated=_simulated(),
        **_checked(given),
    )
    _once(body, f"{body.name}已经登记过了。")
    record("service_body.add", body, by=by, area=area, facts=_facts(body), new=True)
    return body


@transaction.atomic
def change_body(body: ServiceBody, given: Body, *, by: User | None) -> None:
    """Another name, telephone or offer, from now on."""
    require(by, REGISTER, area=body.area)
    columns = _checked(given)
    try:
        with transaction.atomic():
            _change(body, **columns)
    except IntegrityError as error:
        raise Conflict(f"{columns['name']}已经登记过了。") from error
    record("service_body.change", body, by=by, area=body.area, facts=_facts(body))


@transaction.atomic
def end_body(body: ServiceBody, *, by: User | None) -> None:
    """The body helps no more from today on, and nobody of it; what was done stays."""
    require(by, REGISTER, area=body.area)
    today = localdate(clock.now())
    _change(body, valid_to=today)
    body.enlistments.filter(valid_to=None).update(valid_to=today)
    record("service_body.end", body, by=by, area=body.area, facts={"on": today})


@transaction.atomic
def enlist(body: ServiceBody, area: str, person: str = "", *, by: User | None) -> Enlistment:
    """A body, or one person of it, reports to a community."""
    if area not in served():
        raise wrong("area", "这个社区还没有服务站，先登记服务站。")
    require(by, ARRANGE, area=area)
    _change(body)
    name, today = _said("person", person), localdate(clock.now())
    row = Enlistment(body=body, area=area, person=name, valid_from=today)
    _once(row, f"{name or body.name}已经在{label_of(area)}报到了。")
    facts, said = {"body": body.name, "on": today}, {"person": name} if name else {}
    record("enlistment.add", row, by=by, area=area, facts=facts, personal=said, new=True)
    return row


@transaction.atomic
def leave(row: Enlistment, *, by: User | None) -> None:
    """From today they help there no more."""
    require(by, ARRANGE, area=row.area)
    today = localdate(clock.now())
    if not Enlistment.objects.filter(pk=row.pk, valid_to=None).update(valid_to=today):
        raise Conflict("这个报到已经结束了。")
    row.valid_to = today
    record("enlistment.end", row, by=by, area=row.area, facts={"on": today})


@transaction.atomic
def offer(row: Enlistment, given: Wanted, *, agreed: bool, by: User | None) -> ServiceItem:
    """Share a task with somebody who reported; ``agreed`` when they have said yes already."""
    require(by, ARRANGE, area=row.area)
    now = clock.now()
    if not Enlistment.objects.filter(pk=row.pk, valid_to=None, body__valid_to=None).exists():
        raise Conflict("这个报到已经结束了，请另选。")
    _check_days(given, localdate(now))
    day = localtime(now).strftime("%y%m%d")
    item = ServiceItem(
        code=f"FW{day}{next_number(f'service:{day}'):03d}",
        enlistment=row,
        area=row.area,
        title=_said("title", given.title),
        words=_said("words", given.words),
        venue=_said("venue", given.venue),
        first_day=given.first_day,
        last_day=given.last_day,
        state=State.TAKEN if agreed else State.OFFERED,
        at=now,
        by=by,
        simulated=_simulated(),
    )
    item.save(force_insert=True)
    facts: dict[str, Any] = {
        "note": item.title,
        "first_day": item.first_day,
        "last_day": item.last_day,
    }
    _record("service.offer", item, by, agreed=agreed, new=True, **facts)
    return item


@transaction.atomic
def take(item: ServiceItem, *, by: User | None, through: str = "") -> None:
    """They will do it."""
    require(by, ARRANGE, area=item.area)
    _move(item, (State.OFFERED,), state=State.TAKEN)
    _record("service.take", item, by, through=through)


@transaction.atomic
def decline(item: ServiceItem, reason: str, *, by: User | None, through: str = "") -> None:
    """They cannot do it; the community asks somebody else."""
    require(by, ARRANGE, area=item.area)
    said = _said("reason", reason)
    _move(item, (State.OFFERED,), state=State.DECLINED, said=said, ended_at=clock.now())
    _record("service.decline", item, by, reason=said, through=through)


@transaction.atomic
def report(item: ServiceItem, given: Outcome, *, by: User | None, through: str = "") -> None:
    """It is done: a resident or the community is asked to confirm."""
    require(by, ARRANGE, area=item.area)
    now = clock.now()
    if localdate(now) < item.first_day:
        raise Conflict("还没有到开始的那一天，做了再报告。")
    columns = {
        "people": _within("people", given.people, MOST_PEOPLE, "参加人数"),
        "hours": _within("hours", given.hours, MOST_HOURS, "每人时长"),
        "result": _said("result", given.result),
    }
    _move(item, (State.TAKEN,), state=State.REPORTED, reported_at=now, **columns)
    for photo in given.photos:
        files.attach(photo, item, "result", by=by)
    facts: dict[str, Any] = {
        "people": item.people,
        "hours": str(item.hours),
        "photos": len(given.photos),
    }
    _record("service.report", item, by, reply=item.result, through=through, **facts)


@transaction.atomic
def confirm(
    item: ServiceItem,
    said: str = "",
    *,
    by: User | None,
    witness: ServiceItem.Witness = Witness.STATION,
) -> None:
    """It was done as reported."""
    require(by, ARRANGE, area=item.area)
    columns = {"said": _said("said", said), "witness": witness, "ended_at": clock.now()}
    _move(item, (State.REPORTED,), state=State.CONFIRMED, **columns)
    _record("service.confirm", item, by, personal=_told(item.said), through=_through(witness))


@transaction.atomic
def send_back(
    item: ServiceItem,
    reason: str,
    *,
    by: User | None,
    witness: ServiceItem.Witness = Witness.STATION,
) -> None:
    """It was not done after all: it goes on."""
    require(by, ARRANGE, area=item.area)
    said = _said("reason", reason)
    _move(item, (State.REPORTED,), state=State.TAKEN, said=said, returns=F("returns") + 1)
    _record("service.return", item, by, personal=_told(said), through=_through(witness))


@transaction.atomic
def withdraw(item: ServiceItem, reason: str, *, by: User | None) -> None:
    """Nobody waits for it any more; its addresses end."""
    require(by, ARRANGE, area=item.area)
    said = _said("reason", reason)
    _move(item, ServiceItem.WAITS, state=State.WITHDRAWN, said=said, ended_at=clock.now())
    _record("service.withdraw", item, by, reason=said)


@transaction.atomic
def renew(item: ServiceItem, *, by: User | None) -> None:
    """The addresses given out hold no more; there are new ones."""
    require(by, ARRANGE, area=item.area)
    _move(item, ServiceItem.WAITS, turn=F("turn") + 1)
    _record("service.renew", item, by, turn=item.turn)


@transaction.atomic
def answer(item: ServiceItem, whose: str, do: str, given: Mapping[str, Any]) -> None:
    """What came through an address: of the body that serves, or of a resident; Conflict when it holds no more."""
    if do not in may_do(item, whose):
        raise Conflict("这个链接现在不能办这一步，请刷新页面看新的情况。")
    through = item.enlistment.body.name
    if whose == RESIDENT:
        _witness(item, do, given)
    elif do == "take":
        take(item, by=None, through=through)
    elif do == "decline":
        decline(item, given["words"], by=None, through=through)
    else:
        report(item, given["outcome"], by=None, through=through)


def _witness(item: ServiceItem, do: str, given: Mapping[str, Any]) -> None:
    if do == "confirm":
        confirm(item, given["words"], by=None, witness=Witness.RESIDENT)
    else:
        send_back(item, given["words"], by=None, witness=Witness.RESIDENT)


def _check_days(given: Wanted, today: date) -> None:
    if not today - REACH <= given.first_day <= today + REACH:
        raise wrong("first_day", "开始日期在前后一年以内。")
    if not given.first_day <= given.last_day <= given.first_day + REACH:
        raise wrong("last_day", "结束日期不早于开始日期，一年以内。")


def _within(field: str, value: Any, most: Any, label: str) -> Any:
    if not 0 < value <= most:
        raise wrong(field, f"{label}要大于 0，最多 {most}。")
    if value * 10 % 1:
        raise wrong(field, f"{label}最多一位小数。")
    return value


def _simulated() -> bool:
    city = installation()
    return bool(city and city.demo)


def _once(row: ServiceBody | Enlistment, there: str) -> None:
    """Write a new row; Conflict when there is one already."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(there) from error


def _change(body: ServiceBody, **columns: object) -> None:
    """A conditional update: nothing is changed about a body that ended meanwhile."""
    rows = ServiceBody.objects.filter(pk=body.pk, valid_to=None)
    if not rows.update(**columns or {"valid_to": None}):
        raise Conflict(f"{body.name}已经停用了。")
    for name, value in columns.items():
        setattr(body, name, value)


def _move(item: ServiceItem, sources: Sequence[str], **columns: Any) -> None:
    """A conditional update: whoever comes second is told how it stands."""
    if not ServiceItem.objects.filter(pk=item.pk, state__in=sources).update(**columns):
        now = ServiceItem.objects.get(pk=item.pk).get_state_display()
        raise Conflict(f"这项服务现在是「{now}」，请看新的情况再办。")
    item.refresh_from_db(fields=[*columns])


def _through(witness: ServiceItem.Witness) -> str:
    """Who acted, as the history names them: a resident answers through an address."""
    return str(witness.label) if witness == Witness.RESIDENT else ""


def _told(words: str) -> dict[str, str]:
    """What a resident said may name people: the audit keeps it apart."""
    return {"answer": words} if words else {}


def _record(
    verb: str,
    item: ServiceItem,
    by: User | None,
    *,
    new: bool = False,
    personal: Mapping[str, str] | None = None,
    through: str = "",
    **facts: Any,
) -> None:
    named = {"body": item.enlistment.body.name} | facts | ({"through": through} if through else {})
    record(verb, item, by=by, area=item.area, facts=named, personal=personal, new=new)


def _checked(given: Body) -> dict[str, str]:
    """The columns of a body, in the form they are kept in."""
    if given.kind not in ServiceBody.Kind.values:
        raise wrong("kind", "请选单位的类型。")
    if not is_phone(given.phone):
        raise wrong("phone", PHONE_FAULT)
    return {
        "kind": given.kind,
        "name": _said("name", given.name),
        "phone": given.phone.strip(),
        "offers": _said("offers", given.offers),
    }


def _facts(body: ServiceBody) -> dict[str, str]:
    return {field.name: getattr(body, field.name) for field in fields(Body)}


def _said(field: str, text: str) -> str:
    text = text.strip()
    if not text and field in MISSING:
        raise wrong(field, MISSING[field])
    if len(text) > AT_MOST[field]:
        raise wrong(field, f"最多 {AT_MOST[field]} 字，现在有 {len(text)} 字。")
    return text
