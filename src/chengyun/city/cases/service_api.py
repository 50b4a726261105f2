"""共建服务 for programs: bodies, who reported where, items, and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from chengyun.city.cases import service_items as reads
from chengyun.city.cases.models import Enlistment, ServiceBody, ServiceItem
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services import service_items as service
from chengyun.city.people.models import User
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require

router = Router(tags=["共建服务"])
Pk = Annotated[int, Path(ge=1, le=2**63 - 1)]


class BodyIn(Schema):
    """``kind``: unit, association or social_work."""

    name: Line
    kind: Code
    phone: Code
    offers: Long


class BodyNew(BodyIn):
    area: Code


class EnlistmentOut(Schema):
    """``person`` is "" where the body itself reported, and for whoever does not arrange services."""

    id: int
    body: int
    body_name: str
    area: str
    person: str
    valid_from: date
    valid_to: date | None


class BodyOut(Schema):
    """``confirmed`` items, of these ``by_residents``; ``hours`` of service confirmed."""

    id: int
    name: str
    kind: str
    area: str
    phone: str
    offers: str
    valid_to: date | None
    communities: int
    confirmed: int
    by_residents: int
    hours: Decimal


class BodyWhole(BodyOut):
    enlistments: list[EnlistmentOut]


class BodyList(Schema):
    items: list[BodyOut]
    next: str


class EnlistIn(Schema):
    area: Code
    person: Line = ""


class ItemIn(Schema):
    enlistment: Annotated[int, Field(ge=1, le=2**63 - 1)]
    title: Line
    venue: Line
    first_day: date
    last_day: date
    words: Long = ""
    agreed: bool = False


class Words(Schema):
    words: Long = ""


class OutcomeIn(Schema):
    """``hours`` are those of each of the ``people``."""

    people: Annotated[int, Field(ge=1, le=1000)]
    hours: Annotated[Decimal, Field(gt=0, le=200, decimal_places=1)]
    result: Long


class ServiceItemOut(Schema):
    """``witness``: resident or station, "" while nobody confirmed."""

    code: str
    area: str
    body: str
    title: str
    venue: str
    words: str
    first_day: date
    last_day: date
    state: str
    state_label: str
    people: int
    hours: Decimal
    result: str
    reported_at: datetime | None
    witness: str
    said: str
    returns: int
    ended_at: datetime | None


class ItemList(Schema):
    items: list[ServiceItemOut]
    next: str


class WantedItems(Part):
    state: Code = ""
    area: Code = ""
    overdue: bool = False


TENTH = Decimal("0.1")
OF_BODY = tuple(name for name in BodyOut.model_fields)
OF_ITEM = tuple(name for name in ServiceItemOut.model_fields if name not in ("body", "state_label"))


def shown_body(row: ServiceBody) -> dict[str, Any]:
    """A body with its sums, as every answer gives it."""
    same = {name: getattr(row, name) for name in OF_BODY}
    return same | {"hours": same["hours"].quantize(TENTH)}


def shown_item(row: ServiceItem) -> dict[str, Any]:
    """An item as every answer gives it."""
    same = {name: getattr(row, name) for name in OF_ITEM}
    return same | {"body": row.enlistment.body.name, "state_label": row.get_state_display()}


def shown_enlistment(row: Enlistment, user: User) -> dict[str, Any]:
    return {
        "id": row.pk,
        "body": row.body_id,
        "body_name": row.body.name,
        "area": row.area,
        "person": row.person if user.may(reads.ARRANGE) else "",
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


@router.get("/service-bodies", response={200: BodyList, **problems()})
def bodies(request: HttpRequest, wanted: Query[Part]) -> Any:
    """共建单位和各自做了多少，停用的也在内。"""
    user = _viewer(request)
    return part_of(reads.with_sums(reads.bodies_for(user), user), ("id",), wanted, shown_body)


@router.post("/service-bodies", response={201: BodyWhole, **problems(409)})
@idempotent
def register(request: HttpRequest, body: BodyNew) -> tuple[int, Any]:
    """登记一个共建单位。"""
    user, given = _viewer(request), body.dict()
    made = service.register_body(given.pop("area"), service.Body(**given), by=user)
    return 201, _whole(user, made.pk)


@router.get("/service-bodies/{pk}", response={200: BodyWhole, **problems(404)})
def body_one(request: HttpRequest, pk: Pk) -> Any:
    """一个共建单位和它的报到。"""
    user = _viewer(request)
    return _whole(user, pk)


@router.post("/service-bodies/{pk}/change", response={200: BodyWhole, **problems(404, 409)})
@idempotent
def change(request: HttpRequest, pk: Pk, body: BodyIn) -> tuple[int, Any]:
    """修改名称、类型、电话、能提供的服务。"""
    user = _viewer(request)
    service.change_body(reads.body_for(user, pk), service.Body(**body.dict()), by=user)
    return 200, _whole(user, pk)


@router.post("/service-bodies/{pk}/end", response={200: BodyWhole, **problems(404, 409)})
@idempotent
def end(request: HttpRequest, pk: Pk) -> tuple[int, Any]:
    """停用，报到同时结束。"""
    user = _viewer(request)
    service.end_body(reads.body_for(user, pk), by=user)
    return 200, _whole(user, pk)


@router.post(
    "/service-bodies/{pk}/enlistments", response={201: EnlistmentOut, **problems(404, 409)}
)
@idempotent
def enlist(request: HttpRequest, pk: Pk, body: EnlistIn) -> tuple[int, Any]:
    """到一个社区报到；person 写姓名就是个人报到。"""
    user = _viewer(request)
    row = service.enlist(reads.body_for(user, pk), body.area, body.person, by=user)
    return 201, shown_enlistment(row, user)


@router.post("/enlistments/{pk}/end", response={200: EnlistmentOut, **problems(404, 409)})
@idempotent
def leave(request: HttpRequest, pk: Pk) -> tuple[int, Any]:
    """结束一个报到。"""
    user = _viewer(request)
    row = reads.enlistment_for(user, pk)
    service.leave(row, by=user)
    return 200, shown_enlistment(row, user)


@router.get("/service-items", response={200: ItemList, **problems()})
def items(request: HttpRequest, wanted: Query[WantedItems]) -> Any:
    """服务事项，新登记的在前。"""
    rows = reads.items_for(_viewer(request))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.area:
        rows = rows.filter(area=wanted.area)
    if wanted.overdue:
        rows = rows.filter(reads.overdue())
    return part_of(rows, ("-id",), wanted, shown_item)


@router.post("/service-items", response={201: ServiceItemOut, **problems(404, 409)})
@idempotent
def offer(request: HttpRequest, body: ItemIn) -> tuple[int, Any]:
    """请报到的单位或个人做一件事；agreed 为真就不用再认领。"""
    user, given = _viewer(request), body.dict()
    row, agreed = reads.enlistment_for(user, given.pop("enlistment")), given.pop("agreed")
    made = service.offer(row, service.Wanted(**given), agreed=agreed, by=user)
    return 201, shown_item(made)


@router.get("/service-items/{code}", response={200: ServiceItemOut, **problems(404)})
def item(request: HttpRequest, code: Code) -> Any:
    """一件服务事项。"""
    return shown_item(reads.item_for(_viewer(request), code))


@router.post("/service-items/{code}/take", response={200: ServiceItemOut, **problems(404, 409)})
@idempotent
def take(request: HttpRequest, code: Code) -> tuple[int, Any]:
    """对方认领了。"""
    user, row = _found(request, code)
    service.take(row, by=user)
    return 200, shown_item(row)


@router.post("/service-items/{code}/decline", response={200: ServiceItemOut, **problems(404, 409)})
@idempotent
def decline(request: HttpRequest, code: Code, body: Words) -> tuple[int, Any]:
    """对方不认领，写明原因。"""
    user, row = _found(request, code)
    service.decline(row, body.words, by=user)
    return 200, shown_item(row)


@router.post("/service-items/{code}/report", response={200: ServiceItemOut, **problems(404, 409)})
@idempotent
def report(request: HttpRequest, code: Code, body: OutcomeIn) -> tuple[int, Any]:
    """报告做完：几人、每人几小时、做了什么。"""
    user, row = _found(request, code)
    service.report(row, service.Outcome(**body.dict()), by=user)
    return 200, shown_item(row)


@router.post("/service-items/{code}/confirm", response={200: ServiceItemOut, **problems(404, 409)})
@idempotent
def confirm(request: HttpRequest, code: Code, body: Words) -> tuple[int, Any]:
    """社区确认做好了；居民凭链接确认，不走接口。"""
    user, row = _found(request, code)
    service.confirm(row, body.words, by=user)
    return 200, shown_item(row)


@router.post("/service-items/{code}/return", response={200: ServiceItemOut, **problems(404, 409)})
@idempotent
def send_back(request: HttpRequest, code: Code, body: Words) -> tuple[int, Any]:
    """没有做好，写明哪里。"""
    user, row = _found(request, code)
    service.send_back(row, body.words, by=user)
    return 200, shown_item(row)


@router.post("/service-items/{code}/withdraw", response={200: ServiceItemOut, **problems(404, 409)})
@idempotent
def withdraw(request: HttpRequest, code: Code, body: Words) -> tuple[int, Any]:
    """撤销，写明原因。"""
    user, row = _found(request, code)
    service.withdraw(row, body.words, by=user)
    return 200, shown_item(row)


def _viewer(request: HttpRequest) -> User:
    user: User = caller(request)
    require(user, "case.view")
    return user


def _found(request: HttpRequest, code: str) -> tuple[User, ServiceItem]:
    user = _viewer(request)
    return user, reads.item_for(user, code)


def _whole(user: User, pk: Pk) -> dict[str, Any]:
    body = reads.body_for(user, pk)
    row = reads.with_sums(reads.bodies_for(user), user).get(pk=body.pk)
    rows = reads.enlisted(body, user).select_related("body")
    return shown_body(row) | {"enlistments": [shown_enlistment(each, user) for each in rows]}
