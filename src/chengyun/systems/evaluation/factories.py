"""A scheme and its scores, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate

from chengyun.city.people.factories import CITY, Cast
from chengyun.kernel import clock
from chengyun.science.periods import month_of
from chengyun.science.scoring import Veto
from chengyun.systems.evaluation.models import AssessmentScheme, ScoreSheet
from chengyun.systems.evaluation.patterns import pattern
from chengyun.systems.evaluation.scores import draft_of, rules_of
from chengyun.systems.evaluation.services.schemes import (
    begin_draft,
    begin_scheme,
    change_draft,
    put_in_force,
)
from chengyun.systems.evaluation.services.sheets import compute, release


def make_scheme(cast: Cast, start: date, key: str = "month") -> AssessmentScheme:
    """The five rates of a published scheme for districts, and a veto; in force from a day."""
    chosen = pattern("jinniu")
    assert chosen is not None
    made = begin_scheme(key, "月度考核", chosen, area=CITY, group="district", by=cast.evaluator)
    draft = draft_of(made)
    assert draft is not None
    veto = Veto(key="veto:亡人事故", label="亡人事故", cap=Decimal(0))
    change_draft(draft, replace(rules_of(draft), vetoes=(veto,)), "加否决项", by=cast.evaluator)
    put_in_force(draft, start, "第一版", by=cast.evaluator)
    return made


def make_scores(cast: Cast, times: int = 1) -> ScoreSheet:
    """The scores of this month, computed so many times, the last as they might be published; and a draft."""
    period = month_of(localdate(clock.now()))
    scheme = make_scheme(cast, period.start)
    sheets = [compute(scheme, period, by=cast.evaluator) for _ in range(times)]
    begin_draft(scheme, by=cast.evaluator)
    return release(sheets[-1], by=cast.evaluator)
