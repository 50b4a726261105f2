"""Reads about 共建服务. The user comes first: bodies of their area, items of the communities they see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import (
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from chengyun.city.cases.models import Enlistment, ServiceBody, ServiceItem
from chengyun.city.people.models import Station, User
from chengyun.city.people.models.users import held_on
from chengyun.city.people.stations import station_in, stations_for
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.files import attachments_of
from chengyun.kernel.models import Attachment
from chengyun.kernel.params import settings_of

REGISTER, ARRANGE = "service.register", "service.arrange"
CONFIRM_DAYS = "service.confirm_days"
BODY, RESIDENT = "body", "resident"
"""For whom an address without account is: the body that serves, a resident who confirms."""
SALTS = {key: f"chengyun.service.{key}" for key in (BODY, RESIDENT)}
SEPARATOR = "."
State = ServiceItem.State
HOURS = ExpressionWrapper(
    F("people") * F("hours"), output_field=DecimalField(max_digits=12, decimal_places=1)
)

CONFIRMED = Q(state=State.CONFIRMED)
SUMS: dict[str, Any] = {
    "waiting": Count("pk", filter=Q(state__in=ServiceItem.WAITS)),
    "confirmed": Count("pk", filter=CONFIRMED),
    "by_residents": Count("pk", filter=CONFIRMED & Q(witness=ServiceItem.Witness.RESIDENT)),
    "hours": Sum(HOURS, filter=CONFIRMED),
}


def bodies_for(user: User) -> QuerySet[ServiceBody]:
    """The bodies this person sees: of their area, of what it lies in, and those that serve in a community they see."""
    scope = user.scope("case.view")
    around = {area[:n] for area in scope.areas for n in range(2, len(area))}
    here = Enlistment.objects.filter(area__in=stations_for(user).values("area"))
    seen = scope.area_q("area") | Q(area__in=around) | Q(pk__in=here.values("body"))
    return ServiceBody.objects.filter(seen)


def body_for(user: User, pk: int) -> ServiceBody:
    """One of them, in use or not."""
    found = bodies_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个共建单位，或者它不在你的范围内。")
    return found


def registers(user: User, area: str) -> bool:
    """Whether this person registers bodies of an area."""
    return user.may(REGISTER) and user.scope(REGISTER).covers(area=area)


def arranges(user: User, area: str) -> bool:
    """Whether this person arranges and confirms the services of a community."""
    return user.may(ARRANGE) and user.scope(ARRANGE).covers(area=area)


def communities_of(user: User) -> list[str]:
    """The communities with a station whose services this person arranges."""
    rows = Station.objects.filter(user.scope(ARRANGE).area_q("area"), valid_to=None)
    return list(rows.order_by("area").values_list("area", flat=True))


def station_at(user: User, area: str) -> Station:
    """The station of a community this person sees."""
    return station_in(stations_for(user), area)


def enlistments_for(user: User) -> QuerySet[Enlistment]:
    """Who reported to the communities this person sees, and is there now."""
    here = Q(area__in=stations_for(user).values("area"))
    held = held_on(localdate(clock.now())) & here & Q(body__valid_to=None)
    return Enlistment.objects.filter(held).select_related("body")


def enlistment_for(user: User, pk: int) -> Enlistment:
    """One of them."""
    found = enlistments_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个报到，或者它已经结束。")
    return found


def items_for(user: User) -> QuerySet[ServiceItem]:
    """The items of the communities this person sees."""
    rows = ServiceItem.objects.filter(area__in=stations_for(user).values("area"))
    return rows.select_related("enlistment__body", "by")


def item_for(user: User, code: str) -> ServiceItem:
    """One of them."""
    found = items_for(user).filter(code=code).first()
    if found is None:
        raise Missing(f"没有编号为「{code}」的服务事项，或者它不在你的范围内。")
    return found


def may_read(user: Any, pk: int) -> bool:
    """Whether this person may see the photos of an item."""
    return bool(user.may("case.view")) and items_for(user).filter(pk=pk).exists()


def overdue() -> Q:
    """Items whose last day is over and of which nothing was reported."""
    return Q(state__in=ServiceItem.OUTSIDE, last_day__lt=localdate(clock.now()))


def sums_of(rows: QuerySet[ServiceItem]) -> dict[str, Any]:
    """Of some items: how many are confirmed, by residents, and still wait; the hours of service confirmed."""
    found: dict[str, Any] = rows.aggregate(**SUMS)
    return found | {"hours": found["hours"] or Decimal(0)}


def with_services(rows: QuerySet[Station]) -> QuerySet[Station]:
    """Stations with the same sums of their communities, as ``served_waiting`` and so on."""
    here = ServiceItem.objects.filter(area=OuterRef("area")).order_by().values("area")
    return rows.annotate(
        **{
            f"served_{key}": Coalesce(
                Subquery(here.annotate(**{key: value}).values(key)),
                0,
                output_field=HOURS.output_field if key == "hours" else IntegerField(),
            )
            for key, value in SUMS.items()
        }
    )


def with_sums(rows: QuerySet[ServiceBody], user: User) -> QuerySet[ServiceBody]:
    """Bodies with the same sums, of the communities this person sees."""
    here = Q(enlistments__area__in=stations_for(user).values("area"))
    confirmed = here & Q(enlistments__items__state=State.CONFIRMED)
    hours = ExpressionWrapper(
        F("enlistments__items__people") * F("enlistments__items__hours"),
        output_field=HOURS.output_field,
    )
    witness = Q(enlistments__items__witness=ServiceItem.Witness.RESIDENT)
    return rows.annotate(
        communities=Count(
            "enlistments__area", filter=here & Q(enlistments__valid_to=None), distinct=True
        ),
        confirmed=Count("enlistments__items", filter=confirmed),
        by_residents=Count("enlistments__items", filter=confirmed & witness),
        hours=Coalesce(Sum(hours, filter=confirmed), 0, output_field=HOURS.output_field),
    )


def enlisted(body: ServiceBody, user: User) -> QuerySet[Any]:
    """Who of a body reported where, ended or not, in the communities this person sees; each with its sums."""
    here = body.enlistments.filter(area__in=stations_for(user).values("area"))
    confirmed = Q(items__state=State.CONFIRMED)
    hours = ExpressionWrapper(
        F("items__people") * F("items__hours"), output_field=HOURS.output_field
    )
    return here.annotate(
        confirmed=Count("items", filter=confirmed),
        hours=Coalesce(Sum(hours, filter=confirmed), 0, output_field=HOURS.output_field),
    ).order_by("area", "person", "id")


def token_of(item: ServiceItem, whose: str) -> str:
    """The key of an address: the item, its turn, and the city's signature under both."""
    return Signer(salt=SALTS[whose], sep=SEPARATOR).sign(f"{item.pk}-{item.turn}")


def item_at(token: str) -> tuple[ServiceItem, str]:
    """The item an address belongs to and for whom it is; Missing when it was never given, or another came after it."""
    for whose, salt in SALTS.items():
        try:
            key, _, turn = Signer(salt=salt, sep=SEPARATOR).unsign(token).partition("-")
        except BadSignature:
            continue
        found = ServiceItem.objects.select_related("enlistment__body").filter(pk=int(key)).first()
        if found and found.turn == int(turn):
            return found, whose
        raise Missing("这个链接已经收回。请请发链接的人重新发。")
    raise Missing("没有这个链接。请检查是否复制完整，或请发链接的人重新发。")


def may_do(item: ServiceItem, whose: str) -> Sequence[str]:
    """What may be done through an address now."""
    if whose == BODY:
        ways = {State.OFFERED: ("take", "decline"), State.TAKEN: ("report",)}
        return ways.get(State(item.state), ())
    return ("confirm", "return") if _asked(item) else ()


def _asked(item: ServiceItem) -> bool:
    """Whether a resident may still answer: it was reported, not too long ago."""
    if item.state != State.REPORTED or item.reported_at is None:
        return False
    days = settings_of(item.area)[CONFIRM_DAYS]
    return bool(clock.now() < item.reported_at + timedelta(days=days))


def photo_at(token: str, pk: int) -> Attachment:
    """A photo of the result, for whoever holds an address through which something may be done."""
    item, whose = item_at(token)
    found = next((one for one in attachments_of(item) if one.pk == pk), None)
    if found is None or found.file.width is None or not may_do(item, whose):
        raise Missing("没有这张照片，或者链接已经失效。")
    return found
