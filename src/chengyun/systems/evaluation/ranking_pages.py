"""Pages of figures: the ranking of a period, the cases behind each number, and all indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from chengyun.city.indicators.declared import STANDING
from chengyun.city.indicators.queries import (
    NOT,
    PART,
    WHOLE,
    Answer,
    Behind,
    Figure,
    Question,
    behind,
    chosen_wholes,
    figures,
    history_of,
    indicators_of,
)
from chengyun.city.indicators.specs import Indicator
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.city.places.queries import label_of
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import city_area
from chengyun.kernel.models.history import Seal
from chengyun.kernel.pages import door, page
from chengyun.kernel.specs import Act
from chengyun.kernel.ui.words import NOTHING, moment
from chengyun.systems.evaluation import rankings
from chengyun.systems.evaluation.printing import MEDIA_TYPE
from chengyun.systems.evaluation.ranking_word import ranking_file
from chengyun.systems.evaluation.rankings import Asked, asked_of, question_of

AT_ONCE = 50


@dataclass(frozen=True)
class Row:
    """One act behind a number."""

    case: str
    url: str
    at: str
    what: str
    where: str
    unit: str
    late: bool | None


@door(may="indicator.view")
def ranking(request: HttpRequest) -> HttpResponse:
    """The groups of a period in their rank."""
    user, asked = person_of(request), asked_of(request.GET)
    question = question_of(user, asked)
    answer = _answer(question)
    before, after = rankings.steps_of(asked)
    return page(
        request,
        asked=asked,
        before=before,
        after=after,
        kinds=rankings.kinds_of(asked),
        origins=rankings.origins_of(asked),
        groups=rankings.groups_of(asked),
        columns=[
            (each, asked.url(sort=each.key), each == asked.sort)
            for each in rankings.columns_of(asked)
        ],
        tiles=_tiles(user, asked, answer),
        lines=rankings.lines_of(asked, answer, question),
        total=rankings.total_of(asked, answer),
        told=_told(answer, asked.origin),
        running=rankings.running(asked),
        word=asked.url("evaluation:ranking_word"),
        every=asked.url("evaluation:indicators"),
    )


@door(may="indicator.view")
def ranking_word(request: HttpRequest) -> HttpResponse:
    """The ranking as a Word file."""
    user, asked = person_of(request), asked_of(request.GET)
    question = question_of(user, asked)
    answer = _answer(question)
    lines = rankings.lines_of(asked, answer, question)
    name, content = ranking_file(
        asked,
        lines,
        rankings.total_of(asked, answer),
        told=_told(answer, asked.origin),
        area=_home(question),
        wholes=chosen_wholes(_home(question)),
    )
    file = HttpResponse(content, content_type=MEDIA_TYPE)
    file["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return file


@door(may="indicator.view")
def figure(request: HttpRequest, key: str) -> HttpResponse:
    """One number: how it comes about, and the cases it was counted of."""
    user, asked = person_of(request), asked_of(request.GET)
    indicator = _indicator(key)
    group = request.GET.get("group")
    question = question_of(user, asked)
    answer = _answer(question)
    found = _found(answer, question, indicator, group)
    side = _side(request.GET, indicator)
    whole = chosen_wholes(_home(question)).get(indicator.key, "")
    number = Behind(question=question, indicator=indicator, whole=whole, side=side, group=group)
    first = _number(request.GET.get("from", ""))
    count, acts = behind(number, first=first, most=AT_ONCE)
    here = {} if group is None else {"group": group}
    return page(
        request,
        asked=asked,
        indicator=indicator,
        found=found,
        shown=rankings.shown(found),
        name=_group(answer, question, group),
        parts=_explained(found, whole),
        sides=_sides(asked, indicator, whole, side, here),
        rows=[_row(act, asked.origin) for act in acts],
        count=count,
        first=first,
        last=first + len(acts),
        newer=_turn(asked, indicator, {**here, "side": side}, first - AT_ONCE) if first else "",
        older=_turn(asked, indicator, {**here, "side": side}, first + AT_ONCE)
        if first + len(acts) < count
        else "",
        back_url=asked.url(),
        told=_told(answer, asked.origin),
    )


@door(may="indicator.view")
def indicators(request: HttpRequest) -> HttpResponse:
    """All indicators of a period, what each counts, and those that wait for facts."""
    user, asked = person_of(request), asked_of(request.GET)
    question = question_of(user, asked)
    answer = _answer(question)
    earlier = _answer(question_of(user, asked.before))
    before, after = rankings.steps_of(asked, "evaluation:indicators")
    home = chosen_wholes(_home(question))
    lines = [
        (
            each,
            answer.total.get(each.key),
            _shown(answer.total.get(each.key)),
            _shown(earlier.total.get(each.key)),
            asked.figure(each),
            _parts(each, home.get(each.key, "")),
        )
        for each in registry.all_of(Indicator)
        if each in indicators_of(asked.by)
    ]
    return page(
        request,
        asked=asked,
        before=before,
        after=after,
        back_url=asked.url(),
        running=rankings.running(asked),
        lines=lines,
        told=_told(answer, asked.origin),
    )


def _answer(question: Question) -> Answer:
    return figures(question, tuple(sorted(chosen_wholes(_home(question)).items())))


def _home(question: Question) -> str:
    """The area whose settings hold: that of the post, the whole city's where it reaches all of it."""
    return next((area for area in question.areas if area.isdigit()), city_area())


def _tiles(user: User, asked: Asked, answer: Answer) -> list[dict[str, str]]:
    """The rates of all together, against the period before and a year ago."""
    before = _answer(question_of(user, asked.before)).total
    tiles = []
    for each in rankings.columns_of(asked):
        figure = answer.total.get(each.key)
        if figure is None or each.unit != "%":
            continue
        tiles.append(
            {
                "name": each.label,
                "value": "" if figure.value is None else str(figure.value),
                "of": rankings.of(figure),
                "before": _shown(before.get(each.key)),
                "url": asked.figure(each),
            }
        )
    return tiles


def _shown(figure: Figure | None) -> str:
    return NOTHING if figure is None else rankings.shown(figure)


def _told(answer: Answer, origin: str) -> datetime | None:
    """Up to when the facts went."""
    if history := history_of(origin):
        return history.as_of
    seal = Seal.objects.filter(pk=answer.position).first()
    return seal.at if seal else None


def _indicator(key: str) -> Indicator:
    if not registry.has(Indicator, key) or registry.get(Indicator, key).awaits:
        raise Missing("没有这个指标，或者它还没有数据。")
    return registry.get(Indicator, key)


def _found(answer: Answer, question: Question, indicator: Indicator, group: str | None) -> Figure:
    whole = answer.total.get(indicator.key)
    if whole is None:
        raise Missing("这样分组没有这个指标。")
    if group is not None and group not in rankings.named(question, answer):
        raise Missing("没有这个分组。")
    return whole if group is None else answer.groups.get(group, {}).get(indicator.key, whole.none)


def _explained(figure: Figure, whole: str) -> list[tuple[str, str, str]]:
    """What a figure is made of: name, number and what it counts, of each of its parts."""
    indicator = figure.indicator
    if indicator.seconds:
        counted = registry.get(Indicator, whole)
        return [
            ("合计小时", str(figure.hours), indicator.sentence),
            (counted.label, str(figure.whole), counted.sentence),
        ]
    if not indicator.whole:
        return []
    part, divided = (registry.get(Indicator, key) for key in (indicator.part, whole))
    return [
        (part.label, str(figure.part), part.sentence),
        (divided.label, str(figure.whole), divided.sentence),
    ]


def _group(answer: Answer, question: Question, group: str | None) -> str:
    if group is None:
        return "合计"
    return rankings.named(question, answer).get(group, group)


def _parts(indicator: Indicator, whole: str) -> tuple[str, str]:
    """What a figure is made of, in words: of a rate part and whole, of a difference what is taken from what."""
    part = registry.get(Indicator, indicator.part).label if indicator.part else indicator.label
    other = whole or indicator.less
    return part, registry.get(Indicator, other).label if other else ""


def _side(values: Mapping[str, str], indicator: Indicator) -> str:
    asked = values.get("side", PART)
    return asked if asked in (PART, WHOLE, NOT) and indicator.part and indicator.whole else PART


def _sides(
    asked: Asked, indicator: Indicator, whole: str, side: str, here: Mapping[str, str]
) -> list[tuple[str, str, bool]]:
    if not (indicator.part and indicator.whole):
        return []
    part, all_of_it = _parts(indicator, whole)
    labels = ((PART, part), (WHOLE, all_of_it), (NOT, f"{all_of_it}里没算进{part}的"))
    return [
        (label, asked.figure(indicator, side=key, **here), key == side) for key, label in labels
    ]


def _turn(asked: Asked, indicator: Indicator, here: Mapping[str, str], first: int) -> str:
    return asked.figure(indicator, **here, **{"from": str(max(first, 0))})


def _row(act: Mapping[str, Any], origin: str) -> Row:
    """Of another system there is no case to open, and its clock is the one that is told."""
    history = history_of(origin)
    return Row(
        case=act["case"],
        url="" if origin else reverse("coordination:case", args=[act["case"]]),
        at=""
        if act["verb"] == STANDING
        else f"{act['at'].astimezone(ZoneInfo(history.zone)):%Y-%m-%d %H:%M}"
        if history
        else moment(act["at"], now=clock.now()),
        what=_what(act),
        where=act["area"] if origin else label_of(act["area"]),
        unit=act["unit_name"],
        late=_late(act),
    )


def _late(act: Mapping[str, Any]) -> bool | None:
    """Whether the act came late; of a case that is still open, whether it is overdue."""
    if act["verb"] != STANDING:
        late: bool | None = act["late"]
        return late
    return act["was_late"] or (act["due"] is not None and act["due"] < act["at"])


def _what(act: Mapping[str, Any]) -> str:
    if act["verb"] == STANDING:
        return "到统计期末还没有办结"
    whole = act["verb"] if "." in act["verb"] else f"{act['flow']}.{act['verb']}"
    return registry.get(Act, whole).label if registry.has(Act, whole) else act["verb"]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
