"""Figures as people read them: groups in their rank, each number with what it was counted of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases.models import CaseClass
from chengyun.city.cases.specs import Source
from chengyun.city.indicators.queries import (
    Answer,
    Figure,
    Figures,
    Question,
    histories,
    history_of,
)
from chengyun.city.indicators.specs import Group, Indicator
from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import names_of, regions
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid, NotAllowed
from chengyun.kernel.installation import city_area
from chengyun.kernel.ui.words import NOTHING
from chengyun.science.periods import Period, month_of, parse

PLACE_COLUMNS = (
    "report", "inst", "inst_rate", "intime_dispose_rate", "close_rate", "intime_close_rate",
    "rework_rate", "avg_dispose_duration",
)  # fmt: skip
UNIT_COLUMNS = (
    "dispatch", "dispose", "intime_dispose_rate", "overtime_todo_dispose", "intime_close_rate",
    "rework_rate", "back_rate", "avg_dispose_duration",
)  # fmt: skip
CLASS_COLUMNS = (
    "inst", "dispatch", "dispose", "intime_dispose_rate", "close_rate", "intime_close_rate",
    "rework_rate", "avg_dispose_duration",
)  # fmt: skip
COLUMNS = {"unit": UNIT_COLUMNS, "class": CLASS_COLUMNS}
"""What a ranking shows of each group, by the kind of its groups."""
USUAL = "intime_dispose_rate"
DISTRICT, MAJOR = 6, 3
"""Digits of the code of a district; signs of the code of a major class."""
UNNAMED = "没有写明"
FIRST_DAYS = timedelta(days=3)
NOWHERE = ("-",)
"""The areas of somebody whose post reaches none."""
KINDS = (("month", "月"), ("quarter", "季度"), ("half", "半年"), ("year", "年"))


@dataclass(frozen=True)
class Asked:
    """What the address of a page asks for; ``origin`` is another system whose history was put in."""

    period: Period
    by: Group
    sort: Indicator
    origin: str = ""

    def url(self, page: str = "evaluation:ranking", **changes: str) -> str:
        return f"{reverse(page)}?{self._words(changes)}"

    def figure(self, indicator: Indicator, **changes: str) -> str:
        """Where one number of an indicator is opened."""
        return f"{reverse('evaluation:figure', args=[indicator.key])}?{self._words(changes)}"

    def _words(self, changes: Mapping[str, str]) -> str:
        kept = {"period": self.period.key, "by": self.by.key, "sort": self.sort.key}
        origin = {"origin": self.origin} if self.origin else {}
        return urlencode({**kept, **origin, **changes})

    @property
    def before(self) -> Asked:
        """The same of the period before."""
        return replace(self, period=self.period.back(1))


@dataclass(frozen=True)
class Cell:
    """One number of a ranking: as shown, what it was counted of, and where its cases are."""

    shown: str
    of: str
    url: str


@dataclass(frozen=True)
class Line:
    """One group with its place; ``place`` is "" where there is nothing to rank by."""

    place: str
    key: str
    name: str
    cells: tuple[Cell, ...]


def asked_of(values: Mapping[str, str]) -> Asked:
    """Read the address; what it does not say is this month, by district, by the usual indicator."""
    by = values.get("by") or "district"
    sort = values.get("sort") or USUAL
    if not registry.has(Group, by) or not registry.has(Indicator, sort):
        raise Invalid("没有这样的分组或指标。")
    origin = values.get("origin", "")
    if origin and origin not in histories():
        raise Invalid(f"没有导入过来源「{origin[:40]}」。")
    found = Asked(
        _period(values, origin), registry.get(Group, by), registry.get(Indicator, sort), origin
    )
    if found.by.kind not in found.sort.by or found.sort.awaits:
        raise Invalid(f"按{found.by.label}分组没有「{found.sort.label}」可排。")
    return found


def _period(values: Mapping[str, str], origin: str) -> Period:
    first, last = values.get("from", ""), values.get("to", "")
    text = f"{first}..{last}" if first and last else values.get("period", "")
    if not text:
        told = history_of(origin)
        return month_of(localdate(told.as_of)) if told else _usual()
    try:
        found = parse(text)
    except ValueError as error:
        raise Invalid(str(error)) from error
    if found.start > localdate(clock.now()):
        raise Invalid(f"{found.label}还没有开始。")
    return found


def _usual() -> Period:
    """This month; in its first days, when there is little to tell yet, the one before."""
    return month_of(localdate(clock.now()) - FIRST_DAYS)


def question_of(user: User, asked: Asked) -> Question:
    """What a person may ask: the figures of the areas their post reaches; other histories only of the whole city."""
    scope = user.scope("indicator.view")
    everywhere = scope.covers(area=city_area())
    if asked.origin and not everywhere:
        raise NotAllowed("导入的历史要有全市的岗位才能看。")
    areas = ("",) if everywhere else tuple(sorted(scope.areas))
    return Question(period=asked.period, by=asked.by, areas=areas or NOWHERE, origin=asked.origin)


def columns_of(asked: Asked) -> list[Indicator]:
    """The indicators a ranking shows, and the one it is sorted by."""
    keys = COLUMNS.get(asked.by.kind, PLACE_COLUMNS)
    shown = [registry.get(Indicator, key) for key in keys]
    return shown if asked.sort in shown else [*shown, asked.sort]


def lines_of(asked: Asked, answer: Answer, question: Question) -> list[Line]:
    """The groups, the best first; those of which there is nothing to say last, without a place."""
    names = named(question, answer)
    nothing = {key: figure.none for key, figure in answer.total.items()}
    groups = [(key, name, answer.groups.get(key, nothing)) for key, name in names.items()]
    ordered = sorted(groups, key=lambda group: (_rank(asked.sort, group[2]), group[0]))
    places = places_of([_value(asked.sort, figures) for _, _, figures in ordered])
    columns = columns_of(asked)
    return [
        Line(place, key, name, _cells(asked, columns, figures, key))
        for place, (key, name, figures) in zip(places, ordered, strict=True)
    ]


def total_of(asked: Asked, answer: Answer) -> tuple[Cell, ...]:
    return _cells(asked, columns_of(asked), answer.total, None)


def _cells(
    asked: Asked, columns: Sequence[Indicator], figures: Figures, group: str | None
) -> tuple[Cell, ...]:
    return tuple(_cell(asked, figures.get(each.key), each, group) for each in columns)


def _cell(asked: Asked, figure: Figure | None, indicator: Indicator, group: str | None) -> Cell:
    if figure is None:
        return Cell(NOTHING, "", "")
    more = {} if group is None else {"group": group}
    url = asked.figure(indicator, **more)
    return Cell(shown(figure), of(figure), url)


def shown(figure: Figure) -> str:
    """As it stands in a table, with its unit only where it is a share."""
    if figure.value is None:
        return NOTHING
    return f"{figure.value}{'%' if figure.indicator.unit == '%' else ''}"


def of(figure: Figure) -> str:
    """What a rate was counted of: 55/56; of a duration how many; "" where it was of nothing."""
    if not figure.whole:
        return ""
    if figure.indicator.seconds:
        return f"{figure.whole} 件"
    return f"{figure.part}/{figure.whole}"


def named(question: Question, answer: Answer) -> dict[str, str]:
    """The groups and what they are called; districts without any case are there, too.

    What comes from another system is called as it called it.
    """
    by, areas, keys = question.by, question.areas, list(answer.groups)
    if question.origin:
        return {key: key or UNNAMED for key in keys}
    if by.key == "district":
        keys = list(dict.fromkeys([*_districts(areas), *keys]))
    names = NAMES.get(by.key, names_of)(keys)
    return {key: names.get(key, key or UNNAMED) for key in keys}


def _districts(areas: Iterable[str]) -> list[str]:
    every = regions(level="district").values_list("code", flat=True)
    return [code for code in every if any(code.startswith(area[:DISTRICT]) for area in areas)]


def _units(keys: Sequence[str]) -> dict[str, str]:
    """What units are called now; one that is gone, what it was called last."""
    return {
        unit.code: str(unit) for unit in Unit.objects.filter(code__in=keys).order_by("valid_from")
    }


def _majors(keys: Sequence[str]) -> dict[str, str]:
    """The major classes: part or event, and the name."""
    kinds = dict(CaseClass.Kind.choices)
    rows = CaseClass.objects.order_by("pk").values_list("code", "kind", "major")
    return {code[:MAJOR]: f"{kinds[kind]} {major}" for code, kind, major in rows}


def _sources(keys: Sequence[str]) -> dict[str, str]:
    return {each.key: each.label for each in registry.all_of(Source)}


NAMES: dict[str, Callable[[Sequence[str]], dict[str, str]]] = {
    "unit": _units,
    "class": _majors,
    "source": _sources,
}


def _value(indicator: Indicator, figures: Figures) -> Decimal | None:
    figure = figures.get(indicator.key)
    return figure.value if figure else None


def _rank(indicator: Indicator, figures: Figures) -> tuple[bool, Decimal]:
    value = _value(indicator, figures)
    if value is None:
        return True, Decimal(0)
    return False, value if indicator.better == "low" else -value


def places_of(values: Sequence[Decimal | None]) -> list[str]:
    """1, 2, 2, 4: who has the same value has the same place."""
    places: list[str] = []
    for n, value in enumerate(values):
        same = n > 0 and value == values[n - 1]
        places.append("" if value is None else places[-1] if same else str(n + 1))
    return places


def running(asked: Asked) -> bool:
    """Whether the period goes on: its figures are those up to now."""
    now = localdate(clock.now())
    return not asked.origin and asked.period.start <= now <= asked.period.end


def origins_of(asked: Asked) -> list[tuple[str, str, bool]]:
    """Whose history is shown: label, where, and whether it is; none while nothing was put in."""
    known = histories()
    return [
        (
            name or "本市",
            replace(asked, origin=name).url(period="" if name else _usual().key),
            name == asked.origin,
        )
        for name in (["", *known] if known else [])
    ]


def steps_of(asked: Asked, page: str = "evaluation:ranking") -> tuple[str, str]:
    """Where the period before and the one after it are; "" for one that has not begun."""
    before, after = asked.period.back(1), asked.period.back(-1)
    begun = after.start <= localdate(clock.now())
    return asked.url(page, period=before.key), asked.url(page, period=after.key) if begun else ""


def kinds_of(asked: Asked) -> list[tuple[str, str, bool]]:
    """The kinds of periods: label, where the one is in which the shown one ends, and whether it is shown."""
    month = month_of(asked.period.end)
    return [
        (label, asked.url(period=month.widened(kind).key), asked.period.kind == kind)
        for kind, label in KINDS
    ]


def groups_of(asked: Asked) -> list[tuple[str, str, bool]]:
    """By what figures may be told apart: label, where, and whether it is shown."""
    found = []
    for each in registry.all_of(Group):
        sort = asked.sort.key if each.kind in asked.sort.by else USUAL
        found.append((each.label, asked.url(by=each.key, sort=sort), each == asked.by))
    return found
