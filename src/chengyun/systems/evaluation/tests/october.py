"""A month that is over: October 2026, with its cases, in facts of the test's own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.cases.models import Case
from chengyun.city.indicators.services import tell_lake
from chengyun.city.people.factories import Cast
from chengyun.kernel import audit, clock
from chengyun.science.periods import parse
from chengyun.science.scoring import Item, Scheme
from chengyun.systems.evaluation.factories import make_scheme
from chengyun.systems.evaluation.models import AssessmentScheme
from chengyun.systems.evaluation.patterns import GRADES, pattern
from chengyun.systems.evaluation.scores import draft_of, rules_of
from chengyun.systems.evaluation.services.schemes import (
    begin_scheme,
    change_draft,
    put_in_force,
)

OCTOBER = parse("2026-10")
CITY, DISTRICT, OTHER = "3715", "371502", "371523"
MIDDLE = datetime(2026, 10, 12, 4, tzinfo=UTC)
START = date(2026, 1, 1)
D = Decimal


def november() -> AbstractContextManager[None]:
    """The fifth day after the month."""
    return clock.at(datetime(2026, 11, 5, 4, tzinfo=UTC))


def happen(cast: Cast) -> list[Case]:
    """In October two cases are closed, one is only filed; all in the first district, all in the lake."""
    with clock.at(MIDDLE):
        made = [drive(make_case(cast), cast, state) for state in ("closed", "closed", "filed")]
        audit.seal_new()
        tell_lake()
    return made


def scheme(cast: Cast) -> AssessmentScheme:
    """The five rates of a published scheme, in force since the beginning of the year."""
    return make_scheme(cast, START)


def force(made: AssessmentScheme, cast: Cast, start: date = START) -> None:
    draft = draft_of(made)
    assert draft is not None
    put_in_force(draft, start, "第一版", by=cast.evaluator)


def rewrite(made: AssessmentScheme, cast: Cast, **changes: object) -> Scheme:
    """Other parts of the draft."""
    draft = draft_of(made)
    assert draft is not None
    rules = replace(rules_of(draft), **changes)  # type: ignore[arg-type]
    change_draft(draft, rules, "改", by=cast.evaluator)
    return rules


def blank(cast: Cast, *items: Item, **parts: object) -> AssessmentScheme:
    """A scheme of these items, in force."""
    found = pattern("empty")
    assert found is not None
    made = begin_scheme("own", "自定", found, area=CITY, group="district", by=cast.evaluator)
    rewrite(made, cast, items=items, grades=GRADES, **parts)
    force(made, cast)
    return made
