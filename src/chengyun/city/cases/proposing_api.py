"""The doors of duplicates and of dispatch rules for programs. They only read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.cases import proposals, queries, rulebook, rulewords, similarity
from chengyun.city.cases.proposals import Question
from chengyun.city.cases.schemas import Code, Line
from chengyun.city.places.queries import locate
from chengyun.kernel import clock
from chengyun.kernel.api import Moment, caller, problems
from chengyun.kernel.errors import Missing
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable

router = Router(tags=["案件"])

Words = Annotated[str, StringConstraints(max_length=400), Storable]


class Similar(Schema):
    """A case that may be the same thing: ``score`` from 0 to 1, ``why`` in one sentence."""

    code: str
    state: str
    class_code: str | None = Field(None, alias="class")
    description: str
    address: str
    reported_at: datetime
    score: float
    metres: float
    hours: float
    same_class: bool | None
    same_asset: bool
    same_photo: bool
    words: list[str]
    why: str


class Place(Schema):
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class Unreported(Place):
    """A report that is being written down."""

    class_code: Code = Field("", alias="class")
    description: Words = ""
    asset: Code = ""
    type: Code = "standard"


class Asked(Place):
    """A case that need not exist."""

    class_code: Code = Field("", alias="class")
    asset: Code = ""
    source: Code = ""
    at: Moment | None = None


class RuleNamed(Schema):
    area: str
    edition: int
    number: int
    name: str


class ProposalAnswer(Schema):
    """Who should handle a case; ``origin`` is finding, rule, part, team, past, or "" where nothing speaks for any unit.

    ``team`` is the code of the team of the place, or "".
    """

    unit: str | None
    unit_name: str | None
    origin: str
    why: str
    rule: RuleNamed | None
    team: str
    skipped: list[str]


class RuleLine(RuleNamed):
    conditions: dict[str, Any]
    said: str
    unit: str
    unit_name: str
    to_team: bool
    automatic: bool
    ended: bool


@router.get("/cases/{code}/similar", response={200: list[Similar], **problems(404)}, by_alias=True)
def similar_cases(request: HttpRequest, code: Code) -> Any:
    """可能和这件案件是同一件事的案件，最像的在前。"""
    user = caller(request)
    require(user, "case.view")
    report = similarity.report_of(queries.case_for(user, code))
    return [similarity.as_answer(match) for match in similarity.similar_to(user, report)]


@router.get("/similar", response={200: list[Similar], **problems(404)}, by_alias=True)
def similar(request: HttpRequest, asked: Query[Unreported]) -> Any:
    """上报之前查重：这个位置、这些话，可能已经有人报过的案件。"""
    user = caller(request)
    require(user, "case.view")
    said = asked.model_dump(exclude={"lon", "lat"})
    report = similarity.report_at(asked.lon, asked.lat, **said)
    if report is None:
        raise Missing("这个位置不在本市范围内。")
    return [similarity.as_answer(match) for match in similarity.similar_to(user, report)]


@router.get("/dispatch/proposal", response={200: ProposalAnswer, **problems(404)})
def dispatch_proposal(request: HttpRequest, asked: Query[Asked]) -> Any:
    """一件设想的案件该派给谁，为什么。"""
    user = caller(request)
    require(user, "dispatch.rule.view")
    place = locate(asked.lon, asked.lat)
    if place is None or not user.scope("dispatch.rule.view").covers(area=place.area):
        raise Missing("这个位置不在你的范围内。")
    question = Question(
        area=place.area,
        lon=asked.lon,
        lat=asked.lat,
        at=asked.at or clock.now(),
        case_class=queries.class_named(asked.class_code, place.area) if asked.class_code else None,
        asset=asked.asset,
        source=asked.source,
        grid=place.grid,
    )
    found = proposals.proposal_to(question)
    if found is None:
        nothing = "没有规则管它，部件和过去 30 天也看不出来，请自己选单位。"
        return {
            "unit": None,
            "unit_name": None,
            "origin": "",
            "why": nothing,
            "rule": None,
            "team": "",
            "skipped": [],
        }
    return {
        "unit": found.unit.code,
        "unit_name": str(found.unit),
        "origin": found.origin,
        "why": found.why,
        "rule": _named(found.rule) if found.rule else None,
        "team": found.team.team.code if found.team else "",
        "skipped": list(found.skipped),
    }


@router.get("/dispatch/rules", response={200: list[RuleLine], **problems(404)})
def dispatch_rules(request: HttpRequest, area: Line) -> Any:
    """一个区域现行的派遣规则，按问的次序；区县自己的在前，沿用全市的在后。"""
    user = caller(request)
    require(user, "dispatch.rule.view")
    if not user.scope("dispatch.rule.view").covers(area=area):
        raise Missing("没有这个区域，或者它不在你的范围内。")
    return [
        {
            **_named(rule),
            "conditions": rule.row.conditions,
            "said": rulewords.said(rule),
            "unit": rule.row.unit.code,
            "unit_name": str(rule.row.unit),
            "to_team": rule.row.to_team,
            "automatic": rule.row.automatic,
            "ended": rule.ended,
        }
        for rule in rulebook.rules_for(area)
    ]


def _named(rule: rulebook.Rule) -> dict[str, Any]:
    return {
        "area": rule.edition.area,
        "edition": rule.edition.number,
        "number": rule.number,
        "name": rule.row.name,
    }
