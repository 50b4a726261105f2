"""专项行动 for programs: list, read, draft, change, begin, close; put cases in or take them out; count amounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.cases import campaigns as reads
from chengyun.city.cases import queries
from chengyun.city.cases.campaign_figures import Line, figures_of
from chengyun.city.cases.models import Campaign
from chengyun.city.cases.schemas import Code, Long
from chengyun.city.cases.services import campaigns as service
from chengyun.city.people.models import User
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.errors import wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable

router = Router(tags=["专项行动"])
Version = Annotated[int, Field(ge=0, le=service.LARGEST)]
Goal = Annotated[int, Field(ge=1, le=service.LARGEST)]
Words = Annotated[str, StringConstraints(max_length=500), Storable]


class PartIn(Schema):
    """A unit that takes part; ``goal_share`` is the share done in time, in whole percent."""

    unit: Code
    goal_cases: Goal | None = None
    goal_share: Annotated[int, Field(ge=1, le=100)] | None = None
    goal_amount: Goal | None = None


class PlanIn(Schema):
    """A campaign as it is to be. No ``areas``: the whole ``area``; no ``classes``: all of them."""

    name: Words
    purpose: Words
    basis: Words = ""
    starts: date
    ends: date
    areas: list[Code] = Field([], max_length=200)
    classes: list[Code] = Field([], max_length=300)
    only_units: bool = False
    leader: Code = ""
    measure: Words = ""
    measure_unit: Words = ""
    units: list[PartIn] = Field([], max_length=300)


class NewCampaign(PlanIn):
    area: Code


class ChangedCampaign(PlanIn):
    version: Version


class Seen(Schema):
    version: Version


class Closing(Seen):
    summary: Long


class ByHand(Schema):
    case: Code
    counts: bool
    reason: Words


class Amount(Schema):
    unit: Code
    day: date
    amount: Goal
    words: Words = ""


class TallyOut(Schema):
    total: int
    done: int
    in_time: int
    open: int
    overdue: int


class LineOut(TallyOut):
    """How far a unit has come; ``rank`` 0 does not take part, unit ``-`` are cases nobody has yet."""

    unit: str
    name: str
    rank: int
    amount: int
    goal_cases: int | None
    goal_share: int | None
    goal_amount: int | None


class CampaignLine(Schema):
    code: str
    name: str
    area: str
    purpose: str
    basis: str
    starts: date
    ends: date
    state: str
    state_label: str
    version: int
    begun_at: datetime | None
    closed_at: datetime | None


class CampaignOut(CampaignLine):
    """A campaign with its figures as they stand for whoever asks; ``report`` are those of its closing."""

    areas: list[str]
    classes: list[str]
    only_units: bool
    leader: str
    measure: str
    measure_unit: str
    summary: str
    total: TallyOut
    amount: int
    units: list[LineOut]
    states: dict[str, int]
    report: dict[str, Any]


class CampaignList(Schema):
    items: list[CampaignLine]
    next: str


class Wanted(Part):
    state: Code = ""


SHORT = tuple(name for name in CampaignLine.model_fields if name != "state_label")
SAME = ("areas", "classes", "only_units", "measure", "measure_unit", "summary", "report")


def line(campaign: Campaign) -> dict[str, Any]:
    found = {name: getattr(campaign, name) for name in SHORT}
    return found | {"state_label": campaign.get_state_display()}


def whole(user: User, campaign: Campaign) -> dict[str, Any]:
    """A campaign as every answer gives it."""
    parts = reads.parts_shown(user, campaign)
    figures = figures_of(campaign, reads.cases_of(user, campaign), parts)
    return {
        **line(campaign),
        **{name: getattr(campaign, name) for name in SAME},
        "leader": campaign.leader.username if campaign.leader else "",
        "total": figures.total,
        "amount": figures.amount,
        "units": [_unit(each) for each in figures.lines],
        "states": figures.states,
    }


def _unit(each: Line) -> dict[str, Any]:
    same = ("name", "rank", "amount", "goal_cases", "goal_share", "goal_amount")
    tally = {name: getattr(each.tally, name) for name in TallyOut.model_fields}
    return {"unit": each.code, **tally, **{name: getattr(each, name) for name in same}}


@router.get("/campaigns", response={200: CampaignList, **problems()})
def campaigns(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """专项行动列表：经过自己区域的，和自己单位参加的；草拟的只有组织者看得到。"""
    user = caller(request)
    require(user, "case.view")
    rows = reads.campaigns_for(user)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    return part_of(rows, ("-starts", "-id"), wanted, line)


@router.post("/campaigns", response={201: CampaignOut, **problems()})
@idempotent
def draft(request: HttpRequest, body: NewCampaign) -> tuple[int, Any]:
    """草拟一次专项行动。"""
    user = caller(request)
    require(user, "case.view")
    return 201, whole(user, service.draft_campaign(_plan(body), body.area, by=user))


@router.get("/campaigns/{code}", response={200: CampaignOut, **problems(404)})
def campaign(request: HttpRequest, code: Code) -> Any:
    """一次专项行动：方案、各单位进度和排名。"""
    user = caller(request)
    require(user, "case.view")
    return whole(user, reads.campaign_for(user, code))


@router.put("/campaigns/{code}", response={200: CampaignOut, **problems(404, 409)})
@idempotent
def change(request: HttpRequest, code: Code, body: ChangedCampaign) -> tuple[int, Any]:
    """修改方案。"""
    user, found = _found(request, code)
    service.change_campaign(found, _plan(body), by=user, version=body.version)
    return 200, whole(user, found)


@router.post("/campaigns/{code}/begin", response={200: CampaignOut, **problems(404, 409)})
@idempotent
def begin(request: HttpRequest, code: Code, body: Seen) -> tuple[int, Any]:
    """开始。"""
    user, found = _found(request, code)
    service.begin_campaign(found, by=user, version=body.version)
    return 200, whole(user, found)


@router.post("/campaigns/{code}/close", response={200: CampaignOut, **problems(404, 409)})
@idempotent
def close(request: HttpRequest, code: Code, body: Closing) -> tuple[int, Any]:
    """结束并写总结；数字以这一刻为准存下。"""
    user, found = _found(request, code)
    service.close_campaign(found, body.summary, by=user, version=body.version)
    return 200, whole(user, found)


@router.post("/campaigns/{code}/cases", response={200: CampaignOut, **problems(404, 409)})
@idempotent
@transaction.atomic
def put_case(request: HttpRequest, code: Code, body: ByHand) -> tuple[int, Any]:
    """人工计入一件案件，或者不计一件，写明原因。"""
    user, found = _found(request, code)
    case = queries.case_for(user, body.case)
    service.put_case(found, case, body.reason, counts=body.counts, by=user)
    return 200, whole(user, found)


@router.post("/campaigns/{code}/amounts", response={200: CampaignOut, **problems(404, 409)})
@idempotent
@transaction.atomic
def count_amount(request: HttpRequest, code: Code, body: Amount) -> tuple[int, Any]:
    """填报一个单位一天的数量。"""
    user, found = _found(request, code)
    unit = queries.unit_named(body.unit)
    service.count_amount(found, unit, body.day, body.amount, body.words, by=user)
    return 200, whole(user, found)


def _found(request: HttpRequest, code: str) -> tuple[User, Campaign]:
    user = caller(request)
    require(user, "case.view")
    return user, reads.campaign_for(user, code)


def _plan(body: PlanIn) -> service.Plan:
    given = body.model_dump(exclude={"units", "leader", "area", "version"})
    parts = [
        service.Part(
            unit=queries.unit_named(part.unit),
            cases=part.goal_cases,
            share=part.goal_share,
            amount=part.goal_amount,
        )
        for part in body.units
    ]
    return service.Plan(**given, parts=parts, leader=_leader(body.leader))


def _leader(username: str) -> User | None:
    if not username:
        return None
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise wrong("leader", f"没有「{username}」这个账号。")
    return found
