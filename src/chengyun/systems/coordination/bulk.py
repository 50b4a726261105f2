"""Steps taken on several cases at once: each case on its own, with its own answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chengyun.city.cases import answers
from chengyun.city.cases import queries as register
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.people.models import User
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Refusal
from chengyun.kernel.specs import Step, Workflow
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import queries
from chengyun.systems.coordination.specs import Pile

AT_MOST = 100
SHARED = {"unit"}
"""Facts that may be the same for many cases; what must be seen or said case by case is done case by case."""


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A case that was picked, as it was seen: ``version`` guards against who was faster."""

    code: str
    version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one case: done and how, or refused and why."""

    code: str
    title: str
    done: bool
    words: str


def fits(step: Step) -> bool:
    """Whether a step can be taken on many cases at once."""
    return set(step.needs) <= SHARED and not step.danger


def steps_of(user: User, pile: Pile) -> list[Step]:
    """The steps of a queue that may be taken on many, the expected ones, each verb once."""
    steps = [step for flow in registry.all_of(Workflow) for step in flow.steps if step.primary]
    here = [step for step in steps if set(step.source) & set(pile.states) and user.may(step.may)]
    return list({step.verb: step for step in here if fits(step)}.values())


def seen(user: User, picks: Iterable[Pick]) -> list[Case]:
    """The picked cases this person may open, in the order they were picked."""
    codes = [pick.code for pick in picks]
    rows = register.open_to(user).filter(code__in=codes).select_related(*register.RELATED)
    found = {case.code: case for case in rows}
    return [found[code] for code in codes if code in found]


def step_open(user: User, case: Case, verb: str) -> Step | None:
    """The step, if this case stands where it may be taken by this person and by many at once."""
    steps = answers.steps_open_to(user, case)
    return next((s for s in steps if s.verb == verb and fits(s)), None)


def take_all(user: User, picks: list[Pick], verb: str, facts: Mapping[str, Any]) -> list[Outcome]:
    """Take one step on every picked case; what one refuses does not touch the others."""
    cases = {case.code: case for case in seen(user, picks)}
    return [_take(user, cases.get(pick.code), pick, verb, facts) for pick in picks]


def _take(
    user: User, case: Case | None, pick: Pick, verb: str, facts: Mapping[str, Any]
) -> Outcome:
    if case is None:
        words = "没有这件案件，或者它不在你的范围内。"
        return Outcome(code=pick.code, title="", done=False, words=words)
    try:
        done = act(case, verb, _facts(case, facts), by=user, version=pick.version)
    except Refusal as refusal:
        return Outcome(code=case.code, title=case.title, done=False, words=refusal.message)
    return Outcome(code=case.code, title=case.title, done=True, words=_words(done))


def _facts(case: Case, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of one case: without a unit each goes to the one the desk proposes."""
    given = {key: value for key, value in facts.items() if value}
    if "unit" in facts and "unit" not in given:
        proposal = queries.proposal_for(case)
        given |= {"unit": proposal.unit.code} if proposal else {}
    return given


def _words(case: Case) -> str:
    due = f"，{told(case.due_at, now=clock.now())} 前" if case.clock else ""
    unit = f"{case.unit}" if case.unit else "已办"
    return f"{unit}{due}"
