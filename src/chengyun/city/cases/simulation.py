"""What a draft of dispatch rules would have done with the last cases, and what is wrong with it before it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from chengyun.city.cases import queries
from chengyun.city.cases.models import Case, DispatchEdition
from chengyun.city.cases.proposals import (
    Answer,
    answer_to,
    parts_of,
    question_of,
    situation_of,
    team_for,
)
from chengyun.city.cases.rulebook import rules_for, with_draft
from chengyun.city.cases.rulewords import said
from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import names_of
from chengyun.science.rulebook import unreached

LAST = 500
VERDICTS = {"same": "和实际一样", "other": "和实际不同", "none": "没有规则管"}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One past case as the draft and the rules in force would have dispatched it; ``real`` is who handled it."""

    case: Case
    real: Unit
    draft: Answer
    held: Answer

    @property
    def verdict(self) -> str:
        if self.draft.unit is None:
            return "none"
        return "same" if self.draft.unit.pk == self.real.pk else "other"

    @property
    def changed(self) -> bool:
        """Whether the draft proposes another unit than the rules in force."""
        return self.draft.unit != self.held.unit

    @property
    def why(self) -> str:
        if self.draft.rule is None:
            return "草稿和沿用的规则都没有管到它。"
        name = self.case.case_class.name if self.case.case_class else ""
        return said(self.draft.rule, name, self.draft.receiver)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A major class in a district for which no rule answered, and in how many of the tried cases."""

    major: str
    place: str
    cases: int


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """All trials and what they add up to."""

    trials: Sequence[Trial] = ()
    gaps: Sequence[Gap] = ()
    taken: dict[int, int] = field(default_factory=dict)

    def count(self, verdict: str) -> int:
        return sum(trial.verdict == verdict for trial in self.trials)

    @property
    def changed(self) -> int:
        return sum(trial.changed for trial in self.trials)


def simulate(user: User, draft: DispatchEdition) -> Simulation:
    """Try a draft on the last cases of its area this person sees, each at the moment it was filed."""
    cases = _last_cases(user, draft.area)
    rules, held = with_draft(draft), rules_for(draft.area)
    roads = any(rule.conditions.roads for rule in (*rules, *held))
    parts = parts_of([case.asset for case in cases if case.asset])
    trials = []
    for case in cases:
        assert case.unit is not None
        question = question_of(case, at=case.filed_at)
        given = situation_of(question, parts.get(case.asset), roads=roads)
        team = team_for(question)
        found, before = (answer_to(each, given, team=team) for each in (rules, held))
        trials.append(Trial(case=case, real=case.unit, draft=found, held=before))
    taken = Counter(trial.draft.rule.row.pk for trial in trials if trial.draft.rule)
    return Simulation(trials=trials, gaps=_gaps(trials), taken=dict(taken))


def _last_cases(user: User, area: str) -> list[Case]:
    """Those that were filed and given to a unit."""
    rows = queries.cases_for(user).filter(queries.within(area), type="standard")
    rows = rows.exclude(filed_at=None).exclude(unit=None).exclude(case_class=None)
    return list(rows.select_related("case_class", "unit").order_by("-reported_at", "-id")[:LAST])


def _gaps(trials: Sequence[Trial]) -> list[Gap]:
    """Most cases first."""
    missing = Counter(
        (f"{kind.get_kind_display()} · {kind.major}", trial.case.district)
        for trial in trials
        if trial.draft.rule is None and (kind := trial.case.case_class)
    )
    names = names_of([district for _, district in missing])
    return [
        Gap(major=major, place=names.get(district, district), cases=cases)
        for (major, district), cases in missing.most_common()
    ]


def conflicts(draft: DispatchEdition) -> list[str]:
    """Rules of the draft's area that can never answer, and rules whose unit has ended; one sentence each."""
    rules = with_draft(draft)
    hidden = [
        f"{rules[later].title}永远轮不到：前面的{rules[earlier].title}已经把它的情况都接走了。"
        for later, earlier in unreached([rule.conditions for rule in rules])
    ]
    ended = [f"{rule.title}的单位{rule.row.unit}已撤销。" for rule in rules if rule.ended]
    return [*hidden, *ended]
