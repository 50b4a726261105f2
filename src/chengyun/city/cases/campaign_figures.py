"""How far a 专项行动 has come: by unit against its goal, by state, by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from chengyun.city.cases.campaigns import DONE, LATE, forgivable
from chengyun.city.cases.models import Campaign, CampaignUnit, Case
from chengyun.kernel import clock

NOBODY = "-"
"""Stands for the unit of cases that lie with none yet."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Of some cases: how many, how many done and done in time, how many open and open past their limit."""

    total: int = 0
    done: int = 0
    in_time: int = 0
    open: int = 0
    overdue: int = 0

    def __add__(self, other: Tally) -> Tally:
        mine, theirs = asdict(self), asdict(other)
        return Tally(**{name: mine[name] + theirs[name] for name in mine})

    @property
    def late(self) -> int:
        """Done, but not in time."""
        return self.done - self.in_time


@dataclass(frozen=True, kw_only=True)
class Line:
    """How far a unit has come; ``rank`` is 0 for what lies outside the units that take part."""

    code: str
    name: str
    tally: Tally
    amount: int = 0
    goal_cases: int | None = None
    goal_share: int | None = None
    goal_amount: int | None = None
    rank: int = 0

    @property
    def aim(self) -> int:
        """How many cases are to be done: the goal, or without one whatever came."""
        return self.goal_cases or self.tally.total

    @property
    def order(self) -> tuple[float, float, int, str]:
        """The most of its aim first, then the most in time, then the most done."""
        done, in_time = self.tally.done, self.tally.in_time
        return (-done / max(self.aim, 1), -in_time / max(done, 1), -done, self.name)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a campaign: units that take part by rank, all others after them; cases by state and by day.

    A day has how many cases were reported and how many were done.
    """

    total: Tally
    lines: list[Line]
    states: dict[str, int]
    days: dict[date, tuple[int, int]]
    amount: int


def figures_of(campaign: Campaign, cases: QuerySet[Case], parts: Iterable[CampaignUnit]) -> Figures:
    """Counted at this moment among ``cases``; ``parts`` are the units whose figures are shown."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    names, states = {NOBODY: "没有责任单位"}, Counter[str]()
    for row in _rows(cases):
        code = row["unit__code"] or NOBODY
        tallies[code] += Tally(**{name: row[name] for name in asdict(Tally())})
        names.setdefault(code, row["unit__short_name"] or row["unit__name"])
        states[row["state"]] += row["total"]
    amounts = _amounts(campaign)
    lines = _ranked([_line(part, tallies, amounts) for part in parts])
    known = {line.code for line in lines}
    lines += [
        Line(code=code, name=names[code], tally=tally)
        for code, tally in sorted(tallies.items(), key=lambda pair: -pair[1].total)
        if code not in known
    ]
    return Figures(
        total=sum(tallies.values(), Tally()),
        lines=lines,
        states=dict(states),
        days=_days(cases),
        amount=sum(line.amount for line in lines),
    )


def as_json(figures: Figures) -> dict[str, Any]:
    """Figures as they are kept with a campaign that is closed."""
    days = [[day.isoformat(), *counts] for day, counts in figures.days.items()]
    return asdict(figures) | {"days": days}


def from_json(kept: Mapping[str, Any]) -> Figures:
    """The figures of the moment a campaign was closed."""
    return Figures(
        total=Tally(**kept["total"]),
        lines=[Line(**line | {"tally": Tally(**line["tally"])}) for line in kept["lines"]],
        states=kept["states"],
        days={date.fromisoformat(day): (came, went) for day, came, went in kept["days"]},
        amount=kept["amount"],
    )


def _rows(cases: QuerySet[Case]) -> Any:
    done = Q(state__in=DONE)
    grouped = forgivable(cases).order_by().values(
        "unit__code", "unit__name", "unit__short_name", "state"
    )  # fmt: skip
    return grouped.annotate(
        total=Count("pk"),
        done=Count("pk", filter=done),
        in_time=Count("pk", filter=done & ~LATE),
        overdue=Count("pk", filter=Q(open=True, due_at__lt=clock.now())),
        open=Count("pk", filter=Q(open=True)),  # last: from here on "open" is this count
    )


def _amounts(campaign: Campaign) -> dict[str, int]:
    if not campaign.measure:
        return {}
    rows = campaign.amounts.order_by().values("unit__code").annotate(sum=Sum("amount"))
    return {row["unit__code"]: row["sum"] for row in rows}


def _line(part: CampaignUnit, tallies: Mapping[str, Tally], amounts: Mapping[str, int]) -> Line:
    code = part.unit.code
    return Line(
        code=code,
        name=str(part.unit),
        tally=tallies.get(code, Tally()),
        amount=amounts.get(code, 0),
        goal_cases=part.goal_cases,
        goal_share=part.goal_share,
        goal_amount=part.goal_amount,
    )


def _ranked(lines: list[Line]) -> list[Line]:
    """By rank; who has come equally far has the same one."""
    found: list[Line] = []
    for place, line in enumerate(sorted(lines, key=lambda line: line.order), start=1):
        equal = found and found[-1].order[:3] == line.order[:3]
        found.append(replace(line, rank=found[-1].rank if equal else place))
    return found


def _days(cases: QuerySet[Case]) -> dict[date, tuple[int, int]]:
    """How many were reported and how many done on each day, by one query over both days."""
    both = cases.order_by().annotate(came=TruncDate("reported_at"), went=TruncDate("closed_at"))
    reported, done = Counter[date](), Counter[date]()
    for row in both.values("came", "went").annotate(n=Count("pk")):
        reported[row["came"]] += row["n"]
        if row["went"]:
            done[row["went"]] += row["n"]
    return {day: (reported[day], done[day]) for day in sorted({*reported, *done})}
