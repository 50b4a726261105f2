"""The first rule that fits answers; what one rule covers never reaches the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from chengyun.science.rulebook import Conditions, Situation, covers, first, fits, unmet, unreached

CODES = ("P01", "P0103", "P0137", "E01", "E0110")
AREAS = ("3715", "371502", "371502001", "371523")
HOURS = tuple(f"{hour:02}:00" for hour in range(0, 24, 3))
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def some(values: tuple[object, ...]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


hours = st.one_of(st.just(("", "")), st.tuples(st.sampled_from(HOURS), st.sampled_from(HOURS)))
conditions = st.builds(
    lambda window, **rest: Conditions(begin=window[0], end=window[1], **rest),
    hours,
    classes=some(CODES),
    areas=some(AREAS),
    owners=some(("a", "b")),
    keepers=some(("a", "b")),
    roads=some(("柳园路", "湖南路")),
    sources=some(("hotline", "public")),
    weekdays=some((1, 6, 7)),
    working=st.sampled_from((None, True, False)),
    since=st.sampled_from((None, date(2026, 1, 2))),
    until=st.sampled_from((None, date(2026, 1, 5))),
)
situations = st.builds(
    Situation,
    at=st.integers(0, 10 * 24 * 60).map(lambda n: FIRST_DAY + timedelta(minutes=n)),
    working=st.booleans(),
    area=st.sampled_from((*AREAS, "")),
    class_code=st.sampled_from((*CODES, "")),
    owner=st.sampled_from(("a", "b", "")),
    keeper=st.sampled_from(("a", "b", "")),
    road=st.sampled_from(("柳园路", "")),
    source=st.sampled_from(("hotline", "public")),
)


@given(st.lists(conditions, max_size=6), situations)
def test_the_first_that_fits_answers(rules: list[Conditions], situation: Situation) -> None:
    found = first(rules, situation)
    fitting = [n for n, rule in enumerate(rules) if fits(rule, situation)]
    assert found == (fitting[0] if fitting else None)


@given(conditions, situations)
def test_a_rule_fits_exactly_when_nothing_is_unmet(rule: Conditions, situation: Situation) -> None:
    assert fits(rule, situation) == (not unmet(rule, situation))
    assert fits(Conditions(), situation)


NAMES = ("classes", "areas", "owners", "keepers", "roads", "sources", "weekdays", "working")


@given(conditions, st.sets(st.sampled_from(NAMES)), situations)
def test_what_fits_a_rule_fits_the_one_that_asks_less(
    narrow: Conditions, dropped: set[str], situation: Situation
) -> None:
    anything = Conditions()
    wide = replace(narrow, **{name: getattr(anything, name) for name in dropped})
    assert covers(wide, narrow)
    assert fits(wide, situation) or not fits(narrow, situation)


@given(conditions)
def test_a_rule_covers_itself_and_is_covered_by_the_one_that_asks_nothing(rule: Conditions) -> None:
    assert covers(rule, rule)
    assert covers(Conditions(), rule)


@given(st.sampled_from(HOURS), st.sampled_from(HOURS), situations)
def test_the_hours_and_the_hours_between_are_the_day(
    begin: str, end: str, situation: Situation
) -> None:
    assume(begin != end)
    inside = Conditions(begin=begin, end=end)
    outside = Conditions(begin=end, end=begin)
    assert fits(inside, situation) != fits(outside, situation)


def test_a_night_passes_midnight() -> None:
    night = Conditions(begin="22:00", end="06:00")
    at = [datetime(2026, 1, 1, hour, 0, tzinfo=UTC) for hour in (21, 22, 23, 0, 5, 6)]
    told = [fits(night, Situation(at=moment, working=True)) for moment in at]
    assert told == [False, True, True, True, True, False]
    assert covers(night, Conditions(begin="23:00", end="02:00"))
    assert not covers(night, Conditions(begin="21:00", end="23:00"))
    assert not covers(night, Conditions())


@given(st.lists(conditions, max_size=5), situations)
def test_an_unreached_rule_never_answers(rules: list[Conditions], situation: Situation) -> None:
    hidden = {number for number, _ in unreached(rules)}
    assert first(rules, situation) not in hidden


def test_a_code_holds_for_what_begins_with_it() -> None:
    lamps = Conditions(classes=("P0137",), areas=("371502",))
    assert covers(Conditions(classes=("P01",)), lamps)
    assert not covers(lamps, Conditions(classes=("P01",), areas=("371502",)))
    assert not covers(lamps, replace(lamps, areas=()))
    assert unreached([Conditions(classes=("P01",)), lamps]) == [(1, 0)]
