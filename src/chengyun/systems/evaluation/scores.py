"""Scores of a period: the figures of the lake, what people gave, and an edition of a scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.indicators.queries import (
    Answer,
    Figure,
    Question,
    asked,
    chosen_wholes,
    figures,
)
from chengyun.city.indicators.specs import Group, Indicator
from chengyun.city.people.models import Unit
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Conflict, Missing
from chengyun.kernel.installation import city_area
from chengyun.kernel.scope import Person
from chengyun.science.periods import Period, parse
from chengyun.science.schemes import as_body, from_body
from chengyun.science.scoring import Measured, Outcome, Points, Scheme, scored
from chengyun.systems.evaluation.models import (
    AssessmentScheme,
    SchemeEdition,
    ScoreEntry,
    ScoreExclusion,
    ScoreSheet,
)
from chengyun.systems.evaluation.rankings import DISTRICT, named, places_of

Content = dict[str, Any]
KINDS = ("district", "unit")
"""What may be scored: the groups whose figures stand for somebody."""
VIEW, CHANGE, APPROVE, APPEAL = "scheme.view", "scheme.change", "scheme.approve", "score.appeal"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What people said of a scheme's groups in a period."""

    given: list[dict[str, str]] = field(default_factory=list)
    vetoes: list[dict[str, str]] = field(default_factory=list)
    excluded: list[dict[str, str]] = field(default_factory=list)


def schemes_for(user: Person) -> QuerySet[AssessmentScheme]:
    """The schemes of the person's areas, and those that score them."""
    scope = user.scope(VIEW)
    rows = AssessmentScheme.objects.all()
    if scope.everything:
        return rows
    units = Unit.objects.filter(pk__in=scope.units).values_list("area", flat=True)
    own = {*scope.areas, *units}
    wider = {area[:n] for area in own for n in range(1, len(area) + 1)}
    return rows.filter(scope.area_q("area") | Q(area__in=wider))


def scheme_for(user: Person, key: str) -> AssessmentScheme:
    """One of them; Missing where it is none of theirs."""
    found = schemes_for(user).filter(key=key).first()
    if found is None:
        raise Missing("没有这个考核方案，或者它不考核你的区域。")
    return found


def sheets_for(user: Person, scheme: AssessmentScheme) -> QuerySet[ScoreSheet]:
    """The sheets of a scheme: those published; whoever computes them sees all."""
    rows = scheme.sheets.all()
    return rows if user.scope(CHANGE).covers(area=scheme.area) else rows.exclude(published_at=None)


def sheet_for(user: Person, key: str, pk: int) -> ScoreSheet:
    """One sheet; Missing while it is not published to them."""
    scheme = scheme_for(user, key)
    found = sheets_for(user, scheme).filter(pk=pk).select_related("edition").first()
    if found is None:
        raise Missing("没有这份成绩，或者它还没有发布。")
    return found


def draft_of(scheme: AssessmentScheme) -> SchemeEdition | None:
    return scheme.editions.filter(in_force_from=None).first()


def in_force(scheme: AssessmentScheme, day: date) -> SchemeEdition | None:
    """The edition that holds on a day: of those begun by then the one that began last."""
    begun = scheme.editions.filter(in_force_from__lte=day)
    return begun.order_by("-in_force_from", "-number").first()


def edition_of(scheme: AssessmentScheme, period: Period) -> SchemeEdition:
    """The edition a period is scored by: the one that held when it began."""
    found = in_force(scheme, period.start)
    if found is None:
        raise Conflict(f"{period.label}开始的时候，「{scheme}」还没有启用的版本。")
    return found


def rules_of(edition: SchemeEdition) -> Scheme:
    return from_body(edition.body)


def question_of(scheme: AssessmentScheme, period: Period) -> Question:
    """What is asked of the facts, everywhere in the scheme's area."""
    area = "" if scheme.area == city_area() else scheme.area
    return Question(period=period, by=registry.get(Group, scheme.by), areas=(area,))


def groups_of(scheme: AssessmentScheme, answer: Answer, question: Question) -> dict[str, str]:
    """The groups that are scored and what they are called; a case that lies nowhere is nobody's."""
    names = named(question, answer)
    if scheme.by == "district":
        return {key: name for key, name in names.items() if len(key) == DISTRICT}
    return {key: name for key, name in names.items() if key}


def groups_now(scheme: AssessmentScheme) -> dict[str, str]:
    """The groups as they are known today, without asking the facts: districts all, units that serve the area."""
    if scheme.by == "district":
        period = Period(localdate(clock.now()), localdate(clock.now()))
        nothing = Answer({}, {}, 0)
        return groups_of(scheme, nothing, question_of(scheme, period))
    units = Unit.objects.filter(area__startswith=scheme.area, kind="department", valid_to=None)
    return {unit.code: str(unit) for unit in units.order_by("code")}


def indicators_for(scheme: AssessmentScheme) -> list[Indicator]:
    """The figures such groups may be scored by."""
    kind = registry.get(Group, scheme.by).kind
    every = registry.all_of(Indicator)
    return [each for each in every if kind in each.by and not each.awaits]


def said_of(scheme: AssessmentScheme, period: str) -> Said:
    """What stands for a period: the newest approved entry of each item, vetoes, and exclusions."""
    newest: dict[tuple[str, str], ScoreEntry] = {}
    approved = scheme.entries.filter(period=period, state=ScoreEntry.APPROVED)
    for entry in approved.select_related("entered_by", "decided_by").order_by("decided_at", "id"):
        newest[entry.group, entry.item] = entry
    given = [each for each in newest.values() if each.kind != "veto"]
    vetoes = [each for each in newest.values() if each.kind == "veto"]
    out = scheme.exclusions.filter(period=period, ended_at=None).order_by("id")
    return Said(
        given=[told_of(each) | {"score": f"{each.score:.2f}"} for each in given],
        vetoes=[told_of(each) for each in vetoes],
        excluded=[_exclusion(each) for each in out],
    )


def told_of(entry: ScoreEntry) -> dict[str, str]:
    """What a sheet keeps of an entry: of a correction why it was granted."""
    return {
        "group": entry.group,
        "item": entry.item,
        "kind": entry.kind,
        "reason": entry.answer if entry.kind == "correction" else entry.reason,
        "by": str(entry.entered_by or "系统"),
        "approved": str(entry.decided_by or "系统"),
    }


def _exclusion(out: ScoreExclusion) -> dict[str, str]:
    return {"group": out.group, "item": out.item, "reason": out.reason}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a period is scored from: figures, groups with their names, what rates are counted of, what people said."""

    answer: Answer
    groups: dict[str, str]
    wholes: Mapping[str, str]
    said: Said


def counted(scheme: AssessmentScheme, period: Period, *, fresh: bool = True) -> Counted:
    """Ask the lake; an answer of the last seconds will do unless ``fresh``."""
    question, wholes = question_of(scheme, period), chosen_wholes(scheme.area)
    answer = asked(question, wholes) if fresh else figures(question, tuple(sorted(wholes.items())))
    return Counted(
        answer=answer,
        groups=groups_of(scheme, answer, question),
        wholes=wholes,
        said=said_of(scheme, period.key),
    )


def content_of(rules: Scheme, told: Counted) -> Content:
    """Everything a sheet holds."""
    content: Content = {
        "scheme": as_body(rules),
        "cases": bool(told.answer.groups),
        "wholes": {
            item.indicator: told.wholes[item.indicator]
            for item in rules.items
            if item.indicator in told.wholes
        },
        "groups": [
            {"group": key, "name": name, "figures": _figures(rules, told.answer, key)}
            for key, name in told.groups.items()
        ],
        "given": told.said.given,
        "vetoes": told.said.vetoes,
        "excluded": told.said.excluded,
    }
    return content | {"results": results_of(content)}


def _figures(rules: Scheme, answer: Answer, group: str) -> dict[str, list[Any]]:
    """Of each item its whole numbers and the figure as printed: [part, whole, value]."""
    told = answer.groups.get(group, {})
    found = {}
    for item in rules.items:
        if item.indicator in answer.total:
            figure: Figure = told.get(item.indicator, answer.total[item.indicator].none)
            value = None if figure.value is None else str(figure.value)
            found[item.key] = [figure.part, figure.whole, value]
    return found


def results_of(content: Content) -> list[dict[str, Any]]:
    """The groups in their rank, from nothing but what the content holds."""
    rules = from_body(content["scheme"])
    told = [(row, _outcome(rules, row, content)) for row in content["groups"]]
    ordered = sorted(told, key=lambda each: (_rank(each[1]), each[0]["group"]))
    places = places_of([outcome.total for _, outcome in ordered])
    return [
        _result(row, outcome, place) for (row, outcome), place in zip(ordered, places, strict=True)
    ]


def _outcome(rules: Scheme, row: Mapping[str, Any], content: Content) -> Outcome:
    group = row["group"]
    out = [each for each in content["excluded"] if each["group"] in ("", group)]
    whole = any(not each["item"] for each in out)
    items = [i.key for i in rules.items] if whole else [each["item"] for each in out]
    values = {
        key: None if value is None else Decimal(value)
        for key, (_, _, value) in row["figures"].items()
    }
    given = {
        each["item"]: Decimal(each["score"]) for each in content["given"] if each["group"] == group
    }
    vetoes = frozenset(each["item"] for each in content["vetoes"] if each["group"] == group)
    return scored(
        rules,
        Measured(group=group, values=values, given=given, excluded=frozenset(items), vetoes=vetoes),
    )


def _rank(outcome: Outcome) -> tuple[bool, Decimal]:
    return outcome.total is None, -(outcome.total or Decimal(0))


def _result(row: Mapping[str, Any], outcome: Outcome, place: str) -> dict[str, Any]:
    return {
        "group": row["group"],
        "name": row["name"],
        "place": place,
        "total": _text(outcome.total),
        "before": _text(outcome.before),
        "grade": outcome.grade,
        "items": {each.item: _kept(each) for each in outcome.items},
    }


def _kept(points: Points) -> dict[str, str | None]:
    return {
        "why": points.why,
        "score": _text(points.score),
        "weight": _text(points.weight),
        "points": _text(points.points),
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:.2f}"


def awaited(content: Content) -> list[tuple[str, str]]:
    """Group and item of every score that a person has yet to give."""
    return [
        (row["group"], key)
        for row in content["results"]
        for key, item in row["items"].items()
        if item["why"] == "await"
    ]


def without_awaited(content: Content) -> Content:
    """As it would be if nothing were counted that a person has yet to give: for a look ahead."""
    out = [{"group": g, "item": i, "reason": "还没有给分"} for g, i in awaited(content)]
    ahead = content | {"excluded": [*content["excluded"], *out]}
    return ahead | {"results": results_of(ahead)}


def differing(old: Content, new: Content) -> bool:
    """Whether two computations began from different numbers, words of people or rules."""
    keys = ("scheme", "wholes", "groups", "given", "vetoes", "excluded")
    return any(old[key] != new[key] for key in keys)


def period_of(text: str) -> Period:
    """A period that has begun; Missing else."""
    try:
        found = parse(text)
    except ValueError as error:
        raise Missing(str(error)) from error
    if found.start > localdate(clock.now()):
        raise Missing(f"{found.label}还没有开始。")
    return found


def may_appeal(user: Person, scheme: AssessmentScheme, group: str) -> bool:
    """Whether a person may speak for a group."""
    scope = user.scope(APPEAL)
    if scheme.by == "district":
        return scope.covers(area=group)
    unit = Unit.objects.filter(code=group).first()
    return unit is not None and scope.covers(area=unit.area, unit=unit.pk)


def editions_now(schemes: Sequence[AssessmentScheme]) -> tuple[dict[int, SchemeEdition], set[int]]:
    """Of several schemes the edition that holds today, and which have a draft."""
    rows = SchemeEdition.objects.filter(scheme__in=schemes).defer("body")
    today, held, drafts = localdate(clock.now()), {}, set()
    for row in rows.order_by("in_force_from", "number"):
        if row.in_force_from is None:
            drafts.add(row.scheme_id)
        elif row.in_force_from <= today:
            held[row.scheme_id] = row
    return held, drafts


def newest_sheets(schemes: Sequence[AssessmentScheme]) -> dict[int, ScoreSheet]:
    """Of several schemes the published scores of the newest period."""
    rows = ScoreSheet.objects.filter(scheme__in=schemes).exclude(published_at=None)
    return {row.scheme_id: row for row in rows.defer("content").order_by("start", "end", "number")}
