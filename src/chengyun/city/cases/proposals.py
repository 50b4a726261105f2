"""Who should handle a case, and the sentence why: the rules, then the part's own units, the team, the past.

A unit that was named as competent on a joint action comes before all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.timezone import localdate, localtime

from chengyun.city.assets.models import Asset
from chengyun.city.cases import queries, rulewords
from chengyun.city.cases.joint import named_for
from chengyun.city.cases.models import DISTRICT, Case, CaseClass
from chengyun.city.cases.rulebook import Rule, rules_for
from chengyun.city.cases.teams import Filled, team_at
from chengyun.city.people.models import Unit
from chengyun.city.people.queries import serves
from chengyun.city.places.queries import road_of
from chengyun.kernel import clock
from chengyun.kernel.workcalendar import calendar_for
from chengyun.science import rulebook
from chengyun.science.rulebook import Situation

LOOK_BACK = timedelta(days=30)
OFTEN = 5
"""Of so many units that handled most, the first that works where the case lies."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is known of a case when somebody asks who should handle it; it need not exist.

    ``named``: the unit whoever found it says is competent, and the joint action it was found on.
    ``returned_by``: the units that have sent it back, which are not proposed again.
    """

    area: str
    lon: float
    lat: float
    at: datetime
    case_class: CaseClass | None = None
    asset: str = ""
    source: str = ""
    grid: str = ""
    named: tuple[Unit, str] | None = None
    returned_by: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part 部件 with the units that answer for it."""

    name: str
    keeper: Unit | None
    owner: Unit | None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The unit proposed, and the sentence why.

    ``origin``: finding, rule, part, team or past; ``skipped``: what was passed over; ``team``: the one of the place.
    """

    unit: Unit
    why: str
    origin: str
    rule: Rule | None = None
    skipped: tuple[str, ...] = ()
    team: Filled | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the rules say: the one that answers, if any, with the unit it names here, and those passed over with why.

    ``receiver`` is the unit in words where it is the lead of a team.
    """

    rule: Rule | None = None
    unit: Unit | None = None
    receiver: str = ""
    skipped: tuple[str, ...] = ()


def question_of(case: Case, at: datetime | None = None) -> Question:
    """The question a case asks, now unless another moment is given."""
    return Question(
        area=case.area,
        lon=case.lon,
        lat=case.lat,
        at=at or clock.now(),
        case_class=case.case_class,
        asset=case.asset,
        source=case.source,
        grid=case.grid,
        named=named_for(case),
        returned_by=frozenset(queries.units_that_returned(case)),
    )


def part_of(code: str) -> Part | None:
    """The part of a code with its units; no query without a code."""
    return parts_of([code]).get(code) if code else None


def parts_of(codes: list[str]) -> dict[str, Part]:
    """Many parts by their codes, in one query."""
    rows = Asset.objects.filter(code__in=codes).select_related("keeper", "owner")
    return {a.code: Part(name=f"{a.name} {a.code}", keeper=a.keeper, owner=a.owner) for a in rows}


def situation_of(asked: Question, part: Part | None, *, roads: bool = True) -> Situation:
    """A question as the rules read it; ``roads`` False spares looking for the nearest road."""
    local = localtime(asked.at)
    return Situation(
        at=local,
        working=calendar_for(asked.area[:DISTRICT]).is_workday(localdate(asked.at)),
        area=asked.area,
        class_code=asked.case_class.code if asked.case_class else "",
        owner=part.owner.code if part and part.owner else "",
        keeper=part.keeper.code if part and part.keeper else "",
        road=road_of(asked.lon, asked.lat) if roads else "",
        source=asked.source,
    )


def team_for(asked: Question) -> Filled | None:
    """The team of the place a question is about."""
    return team_at(asked.area, asked.grid, asked.lon, asked.lat)


def answer_to(
    rules: list[Rule],
    given: Situation,
    *,
    returned_by: frozenset[int] = frozenset(),
    team: Filled | None = None,
) -> Answer:
    """The first rule that fits, whose unit is there, works where the case lies and has not sent it back."""
    skipped: list[str] = []
    for rule in rules:
        if not rulebook.fits(rule.conditions, given):
            continue
        lead = team.lead if team and rule.row.to_team else None
        unit = lead or rule.row.unit
        if not (fault := _unfit(rule, unit, given.area, returned_by)):
            receiver = f"工作专班「{team.team}」的牵头单位{lead}" if team and lead else ""
            return Answer(rule=rule, unit=unit, receiver=receiver, skipped=tuple(skipped))
        skipped.append(fault)
    return Answer(skipped=tuple(skipped))


def _unfit(rule: Rule, unit: Unit, area: str, returned_by: frozenset[int]) -> str:
    if unit.valid_to is not None:
        return f"{rule.title}的单位{unit}已撤销，跳过。"
    if not serves(unit, area):
        return f"{rule.title}的{unit}不管这个地方，跳过。"
    return f"{rule.title}的{unit}已经回退过这件案件，跳过。" if unit.pk in returned_by else ""


def proposal_to(asked: Question, rules: list[Rule] | None = None) -> Proposal | None:
    """The proposal for a question by these rules, those in force unless given; None when nothing says anything."""
    rules = rules_for(asked.area) if rules is None else rules
    part, team = part_of(asked.asset), team_for(asked)
    needs_road = any(rule.conditions.roads for rule in rules)
    given = situation_of(asked, part, roads=needs_road)
    answer = answer_to(rules, given, returned_by=asked.returned_by, team=team)
    found = (
        _by_finding(asked)
        or by_rule(answer, asked.case_class)
        or _by_part(part, asked)
        or _by_team(team, asked)
        or _by_past(asked)
    )
    return replace(found, skipped=answer.skipped, team=team) if found else None


def by_rule(answer: Answer, case_class: CaseClass | None) -> Proposal | None:
    """The proposal of the rule that answers for a case of a class."""
    if answer.rule is None or answer.unit is None:
        return None
    name = case_class.name if case_class else ""
    why = rulewords.said(answer.rule, name, answer.receiver)
    return Proposal(unit=answer.unit, why=why, origin="rule", rule=answer.rule)


def _by_finding(asked: Question) -> Proposal | None:
    """The unit that was named as competent on the spot."""
    if asked.named is None:
        return None
    unit, action = asked.named
    if unit.pk in asked.returned_by or not serves(unit, asked.area):
        return None
    return Proposal(unit=unit, why=f"联合行动「{action}」现场认定由{unit}办理。", origin="finding")


def _by_team(team: Filled | None, asked: Question) -> Proposal | None:
    """The unit that leads the team of the place."""
    unit = team.lead if team else None
    if team is None or unit is None or unit.pk in asked.returned_by:
        return None
    if not serves(unit, asked.area):
        return None
    why = f"这里由工作专班「{team.team}」负责，{unit}牵头。"
    return Proposal(unit=unit, why=why, origin="team")


def _by_part(part: Part | None, asked: Question) -> Proposal | None:
    """The unit that keeps the part, else the one that owns it."""
    if part is None:
        return None
    for unit, word in ((part.keeper, "养护单位"), (part.owner, "权属单位")):
        if unit and unit.pk not in asked.returned_by and serves(unit, asked.area):
            return Proposal(unit=unit, why=f"部件 {part.name} 的{word}是{unit}。", origin="part")
    return None


def _by_past(asked: Question) -> Proposal | None:
    """Who handled this class in this district most often lately."""
    if asked.case_class is None:
        return None
    since = asked.at - LOOK_BACK
    district = asked.area[:DISTRICT]
    rows = Case.objects.filter(
        case_class=asked.case_class, reported_at__gte=since, district=district
    )
    counted = (
        rows.exclude(unit=None)
        .exclude(unit__in=asked.returned_by)
        .values("unit")
        .annotate(total=Count("pk"), late=Count("pk", filter=Q(late=True)))
        .order_by("-total", "unit")[:OFTEN]
    )
    best = {row["unit"]: row for row in counted}
    units = Unit.objects.in_bulk(best)
    found = next((pk for pk in best if serves(units[pk], asked.area)), None)
    if found is None:
        return None
    total, overdue = best[found]["total"], best[found]["late"]
    late = f"，其中超期 {overdue} 件" if overdue else "，没有超期"
    why = f"过去 30 天本区同类 {total} 件由它处置{late}。"
    return Proposal(unit=units[found], why=why, origin="past")
