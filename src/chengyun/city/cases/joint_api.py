"""联合行动 for programs: plan, route, checklists, begin; entries, cases of findings, results; end, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from chengyun.city.cases import joint as reads
from chengyun.city.cases.campaigns import campaign_for
from chengyun.city.cases.models import JointAction, JointEntry
from chengyun.city.cases.queries import unit_named
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services import joint as service
from chengyun.city.people.models import User
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.errors import wrong
from chengyun.kernel.permissions import require
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["联合行动"])
Small = Annotated[int, Field(ge=0, le=32767)]


class PlanIn(Schema):
    """A joint action of an ``area``; ``unit`` leads, ``units`` take part, ``campaign`` is the one it belongs to."""

    area: Code
    name: Line
    begins_at: Moment
    ends_at: Moment
    gather: Line
    unit: Code
    units: list[Code] = Field([], max_length=service.UNITS_AT_MOST)
    campaign: Code = ""


class StopIn(Schema):
    name: Line
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    crs: Crs = "wgs84"


class ChecklistIn(Schema):
    unit: Code
    lines: list[Line] = Field(max_length=service.ITEMS_AT_MOST)


class EntryIn(Schema):
    """What ``unit`` found of the item of that number of its checklist at the stop of that number."""

    unit: Code
    stop: Small
    item: Small
    found: Code
    words: Long = ""


class CaseIn(Schema):
    """The entry that becomes a case, and the unit that is competent."""

    entry: int = Field(ge=1, le=2**62)
    description: Long
    competent: Code
    class_code: Code = Field("", alias="class")


class ResultIn(Schema):
    unit: Code
    people: Small
    result: Long


class Words(Schema):
    words: Long


class EntryOut(Schema):
    """An entry; ``case`` was made of it for the unit ``competent``; both "" where none was."""

    pk: int
    stop: int
    unit: str
    item: int
    item_words: str
    found: str
    found_label: str
    words: str
    at: datetime
    case: str
    competent: str


class StopOut(Schema):
    order: int
    name: str
    lon: float
    lat: float


class PartOut(Schema):
    unit: str
    unit_name: str
    checklist: list[str]
    people: int | None
    result: str


class ActionLine(Schema):
    code: str
    name: str
    area: str
    begins_at: datetime
    ends_at: datetime
    gather: str
    state: str
    state_label: str
    words: str


class ActionOut(ActionLine):
    campaign: str
    unit: str
    stops: list[StopOut]
    parts: list[PartOut]
    entries: list[EntryOut]


class ActionList(Schema):
    items: list[ActionLine]
    next: str


class Wanted(Part):
    state: Code = ""


SAME = ("code", "name", "area", "begins_at", "ends_at", "gather", "state", "words")
ONE = {200: ActionOut, **problems(404, 409)}


@router.get("/joint-actions", response={200: ActionList, **problems()})
def joint_actions(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """联合行动列表，新的在前。"""
    rows = reads.actions_for(_reader(request))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    return part_of(rows, ("-begins_at", "-id"), wanted, _line)


@router.post("/joint-actions", response={201: ActionOut, **problems(404)})
@idempotent
def plan(request: HttpRequest, body: PlanIn) -> tuple[int, Any]:
    """安排一次联合行动，参加单位收到消息。"""
    user = _reader(request)
    given = body.model_dump(include={"name", "begins_at", "ends_at", "gather"})
    wanted = service.Plan(
        unit=unit_named(body.unit),
        units=[unit_named(code) for code in dict.fromkeys(body.units)],
        campaign=campaign_for(user, body.campaign) if body.campaign else None,
        **given,
    )
    return 201, _whole(user, service.plan_action(wanted, body.area, by=user).code)


@router.get("/joint-actions/{code}", response={200: ActionOut, **problems(404)})
def joint_action(request: HttpRequest, code: Code) -> Any:
    """一次联合行动：路线、各单位的清单和结果、检查记录。"""
    return _whole(_reader(request), code)


@router.post("/joint-actions/{code}/stops", response=ONE)
@idempotent
def add_stop(request: HttpRequest, code: Code, body: StopIn) -> tuple[int, Any]:
    """路线上加一站。"""
    user, row = _found(request, code)
    lon, lat = point_to_wgs84(body.lon, body.lat, body.crs)
    service.add_stop(row, body.name, lon, lat, by=user)
    return 200, _whole(user, code)


@router.put("/joint-actions/{code}/checklists", response=ONE)
@idempotent
def write_checklist(request: HttpRequest, code: Code, body: ChecklistIn) -> tuple[int, Any]:
    """写一个单位的检查清单，代替原来的。"""
    user, row = _found(request, code)
    service.write_checklist(reads.part_of(row, body.unit), body.lines, by=user)
    return 200, _whole(user, code)


@router.post("/joint-actions/{code}/begin", response=ONE)
@idempotent
def begin(request: HttpRequest, code: Code) -> tuple[int, Any]:
    """开始。"""
    user, row = _found(request, code)
    service.begin(row, by=user)
    return 200, _whole(user, code)


@router.post("/joint-actions/{code}/entries", response=ONE)
@idempotent
def enter(request: HttpRequest, code: Code, body: EntryIn) -> tuple[int, Any]:
    """填报一站的一项；转成案件以前可以再填。"""
    user, row = _found(request, code)
    part = reads.part_of(row, body.unit)
    item = part.items.filter(order=body.item).first()
    if item is None:
        raise wrong("item", f"{part.unit}的清单没有第 {body.item} 项。")
    service.enter(reads.stop_of(row, body.stop), item, body.found, body.words, by=user)
    return 200, _whole(user, code)


@router.post("/joint-actions/{code}/cases", response=ONE)
@idempotent
def make_case(request: HttpRequest, code: Code, body: CaseIn) -> tuple[int, Any]:
    """把一项有问题的记录转成案件，写明该谁办。"""
    user, row = _found(request, code)
    finding = service.Finding(
        description=body.description,
        competent=unit_named(body.competent),
        class_code=body.class_code,
    )
    service.make_case(reads.entry_of(row, body.entry), finding, by=user)
    return 200, _whole(user, code)


@router.post("/joint-actions/{code}/results", response=ONE)
@idempotent
def report_part(request: HttpRequest, code: Code, body: ResultIn) -> tuple[int, Any]:
    """一个单位填报到了几人、结果怎样。"""
    user, row = _found(request, code)
    service.report_part(reads.part_of(row, body.unit), body.people, body.result, by=user)
    return 200, _whole(user, code)


@router.post("/joint-actions/{code}/finish", response=ONE)
@idempotent
def finish(request: HttpRequest, code: Code, body: Words) -> tuple[int, Any]:
    """结束，写总结；各单位都填报了结果以后。"""
    user, row = _found(request, code)
    service.finish(row, body.words, by=user)
    return 200, _whole(user, code)


@router.post("/joint-actions/{code}/cancel", response=ONE)
@idempotent
def cancel(request: HttpRequest, code: Code, body: Words) -> tuple[int, Any]:
    """取消还没有开始的，写明原因。"""
    user, row = _found(request, code)
    service.cancel(row, body.words, by=user)
    return 200, _whole(user, code)


def _reader(request: HttpRequest) -> User:
    user: User = caller(request)
    require(user, "case.view")
    return user


def _found(request: HttpRequest, code: str) -> tuple[User, JointAction]:
    user = _reader(request)
    return user, reads.action_for(user, code)


def _line(row: JointAction) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in SAME}
    return same | {"state_label": row.get_state_display()}


def _entry(row: JointEntry) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "stop": row.stop.order,
        "unit": row.item.part.unit.code,
        "item": row.item.order,
        "item_words": row.item.words,
        "found": row.found,
        "found_label": row.get_found_display(),
        "words": row.words,
        "at": row.at,
        "case": row.case.code if row.case else "",
        "competent": row.competent.code if row.competent else "",
    }


def _whole(user: User, code: str) -> dict[str, Any]:
    row = reads.action_for(user, code)
    parts = row.parts.select_related("unit").prefetch_related("items")
    return {
        **_line(row),
        "campaign": row.campaign.code if row.campaign else "",
        "unit": row.unit.code,
        "stops": [
            {name: getattr(s, name) for name in StopOut.model_fields} for s in row.stops.all()
        ],
        "parts": [
            {
                "unit": part.unit.code,
                "unit_name": str(part.unit),
                "checklist": [item.words for item in part.items.all()],
                "people": part.people,
                "result": part.result,
            }
            for part in parts
        ],
        "entries": [_entry(each) for each in reads.entries_of(row)],
    }
