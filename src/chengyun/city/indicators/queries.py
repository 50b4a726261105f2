"""Figures: what the indicators say of a period, and the acts behind each number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import make_aware

from chengyun.city.cases.models import Case
from chengyun.city.indicators.specs import Group, Indicator
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import subject_type
from chengyun.kernel.installation import city_area
from chengyun.kernel.models.history import Audit
from chengyun.kernel.params import settings_of
from chengyun.kernel.recent import recent
from chengyun.science.periods import Period

if TYPE_CHECKING:
    import ibis

    from chengyun.lake.engines import Opener
    from chengyun.lake.origins import Origin

FLOW = "case"
HUNDREDTH = Decimal("0.01")
HOUR = 3600
PART, WHOLE, NOT = "part", "whole", "not"


@dataclass(frozen=True)
class Figure:
    """A number as it was counted: of a rate the part and the whole, of a duration seconds and their number."""

    indicator: Indicator
    part: int
    whole: int | None = None

    @property
    def value(self) -> Decimal | None:
        """As shown: a count, a percentage or hours to two places, half up; None where there is nothing to divide by."""
        if self.whole is None:
            return Decimal(self.part)
        if not self.whole:
            return None
        shown = Decimal(self.part) / self.whole
        shown = shown / HOUR if self.indicator.seconds else shown * 100
        return shown.quantize(HUNDREDTH, ROUND_HALF_UP)

    @property
    def none(self) -> Figure:
        """The same of a group of which there is nothing."""
        return Figure(self.indicator, 0, None if self.whole is None else 0)

    @property
    def hours(self) -> Decimal:
        """Of a duration, the hours of all together."""
        return (Decimal(self.part) / HOUR).quantize(HUNDREDTH, ROUND_HALF_UP)


Figures = dict[str, Figure]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: which days, where, told apart by what, of which source of facts."""

    period: Period
    by: Group
    areas: tuple[str, ...] = ("",)
    origin: str = ""


@dataclass(frozen=True)
class Answer:
    """The figures of each group, and of all together; up to which seal the facts went."""

    groups: dict[str, Figures]
    total: Figures
    position: int


def asked(question: Question, wholes: Mapping[str, str], *, opener: Opener | None = None) -> Answer:
    """Compute all indicators that say something of such groups.

    ``wholes``: what a rate is counted of, by its key. ``opener``: the engine, where it is not DuckDB in this process.
    """
    from chengyun.lake import facts

    wanted, span = indicators_of(question.by), moments(question.period, question.origin)
    with facts.read(settings.FACTS, *span, question.origin, opener=opener) as opened:
        acts = _inside(opened.acts, question)
        sums = _sums(acts)
        by = acts.group_by(group=question.by.value(acts))
        groups: list[dict[str, Any]] = opened.asked(by.aggregate(**sums)).to_pylist()
    total = {key: sum(row[key] for row in groups) for key in sums}
    told = {row["group"]: _figures(wanted, wholes, row) for row in sorted(groups, key=_by_group)}
    return Answer(told, _figures(wanted, wholes, total), opened.position)


@recent(20)
def figures(question: Question, wholes: tuple[tuple[str, str], ...]) -> Answer:
    """The same, kept for a moment: a page, its words and its file ask one after the other."""
    return asked(question, dict(wholes))


@dataclass(frozen=True, kw_only=True)
class Behind:
    """Which acts stand behind a number: ``PART``, ``WHOLE``, or the cases of the whole that the part has ``NOT``."""

    question: Question
    indicator: Indicator
    whole: str = ""
    side: str = PART
    group: str | None = None


def behind(number: Behind, *, first: int, most: int) -> tuple[int, list[dict[str, Any]]]:
    """The acts a number counts, oldest first: how many, and some of them from the ``first`` on."""
    from chengyun.lake import facts

    question = number.question
    span = moments(question.period, question.origin)
    with facts.read(settings.FACTS, *span, question.origin) as opened:
        acts = _inside(opened.acts, question)
        if number.group is not None:
            acts = acts.filter(question.by.value(acts) == number.group)
        rows = _side(acts, number)
        count = opened.asked(rows.aggregate(n=rows.count())).to_pylist()[0]["n"]
        page = rows.order_by(rows["at"], rows.id).limit(most, offset=first)
        return count, opened.asked(page).to_pylist()


def _side(acts: ibis.Table, number: Behind) -> ibis.Table:
    if number.side == PART:
        return acts.filter(_counted(number.indicator)(acts))
    divided, counted = _counted(registry.get(Indicator, number.whole)), _counted(number.indicator)
    whole = acts.filter(divided(acts))
    if number.side == WHOLE:
        return whole
    elsewhere = acts.filter(counted(acts) & ~divided(acts)).select("case").distinct()
    return whole.filter(~counted(whole)).anti_join(elsewhere, "case")


def indicators_of(group: Group) -> list[Indicator]:
    """The indicators that say something of a kind of groups, in their order."""
    return [each for each in registry.all_of(Indicator) if group.kind in each.by]


def chosen_wholes(area: str) -> dict[str, str]:
    """What each rate is counted of in an area, "" for the whole city."""
    known, own = registry.all_of(Indicator), settings_of(area or city_area())
    return {
        each.key: own.get(f"indicator.{each.key}.whole", each.whole[0])
        for each in known
        if each.whole
    }


def moments(period: Period, origin: str = "") -> tuple[datetime, datetime]:
    """From the first to before the last moment of a period, where the facts are from; of one that goes on, to now.

    The history of another system is told in its own zone, and to where it was taken.
    """
    zone, upto = None, clock.now()
    if told := history_of(origin):
        zone, upto = ZoneInfo(told.zone), told.as_of
    begin, end = _midnight(period.start, zone), _midnight(period.end + timedelta(days=1), zone)
    return begin, max(begin, min(end, upto))


def untold(end: datetime, position: int) -> bool:
    """Whether something was done with a case before a moment that facts up to a seal do not have yet."""
    later = Audit.objects.filter(subject_type=subject_type(Case), at__lt=end)
    return later.filter(Q(seal=None) | Q(seal__gt=position)).exists()


def history_of(origin: str) -> Origin | None:
    """What is told of the history of another system; None of this city's own, and of one nobody put in."""
    if not origin:
        return None
    from chengyun.lake import origins

    return origins.known(settings.FACTS, origin)


def histories() -> list[str]:
    """The other systems whose history was put in."""
    from chengyun.lake import origins

    return origins.names(settings.FACTS)


def _midnight(day: date, zone: ZoneInfo | None) -> datetime:
    return make_aware(datetime.combine(day, time.min), zone).astimezone(UTC)


def _inside(acts: ibis.Table, question: Question) -> ibis.Table:
    """The acts on cases of the standard kind in the areas that are asked for."""
    acts = acts.filter(acts.flow == FLOW)
    if "" not in question.areas:
        acts = acts.filter([_any(acts.area.startswith(area) for area in question.areas)])
    return acts.filter(question.by.only(acts)) if question.by.only else acts


def _any(conditions: Iterable[Any]) -> Any:
    import ibis

    return ibis.or_(*conditions)


def _sums(acts: ibis.Table) -> dict[str, Any]:
    """The whole numbers everything is made of, by indicator."""
    sums = {}
    for each in registry.all_of(Indicator):
        if each.rows:
            sums[each.key] = each.rows(acts).sum().fill_null(0)
        if each.seconds:
            sums[each.key] = _counted(each)(acts).ifelse(each.seconds(acts), 0).sum().fill_null(0)
    return sums


def _counted(indicator: Indicator) -> Any:
    """Which acts a number counts: of a rate and a duration, those of the part or of the number divided by."""
    if indicator.rows:
        return indicator.rows
    return _counted(registry.get(Indicator, indicator.part or indicator.whole[0]))


def _by_group(row: Mapping[str, Any]) -> str:
    return str(row["group"])


def _figures(
    wanted: Sequence[Indicator], wholes: Mapping[str, str], sums: Mapping[str, Any]
) -> Figures:
    return {each.key: _figure(each, wholes, sums) for each in wanted if not each.awaits}


def _figure(indicator: Indicator, wholes: Mapping[str, str], sums: Mapping[str, Any]) -> Figure:
    whole = int(sums[wholes[indicator.key]]) if indicator.whole else None
    return Figure(indicator, _number(indicator, sums), whole)


def _number(indicator: Indicator, sums: Mapping[str, Any]) -> int:
    """The whole number of a count, of the part of a rate, or the sum of seconds."""
    if indicator.key in sums:
        return int(sums[indicator.key])
    part = _number(registry.get(Indicator, indicator.part), sums)
    return part - int(sums[indicator.less]) if indicator.less else part
