from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.weeks import Week, week_named, week_of


def test_the_second_week_of_december_2025() -> None:
    week = week_named("2025-12-W2")
    assert (week.start, week.end) == (date(2025, 12, 8), date(2025, 12, 14))
    assert week.month_in_words + week.ordinal_in_words == "十二月份第二周"


def test_a_week_across_two_months_belongs_to_the_later() -> None:
    assert week_of(date(2025, 10, 31)).key == "2025-11-W1"
    assert week_of(date(2025, 12, 31)).key == "2026-01-W1"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2025-12",
        "2025-13-W1",
        "2025-00-W1",
        "2025-12-W5",
        "2025-12-W6",
        "9999-12-W5",
        "２０２５-12-W2",
    ],
)
def test_refuses_what_is_no_week(key: str) -> None:
    with pytest.raises(ValueError):
        week_named(key)


@given(st.dates(min_value=date(2000, 1, 3), max_value=date(2999, 12, 29)))
def test_every_day_has_one_week_and_its_key_leads_back(day: date) -> None:
    week = week_of(day)
    assert week.start <= day <= week.end
    assert week_named(week.key) == week
    assert week.back(1).end == week.start - timedelta(days=1)


def test_a_week_begins_on_monday() -> None:
    with pytest.raises(ValueError, match="no week begins"):
        Week(date(2025, 12, 9))
