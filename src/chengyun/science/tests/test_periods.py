"""Periods: what is written is read back, and what lies before is as long."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.periods import Period, month_of, parse


@pytest.mark.parametrize(
    ("key", "first", "last", "label"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2026 年"),
        ("2026-H2", "2026-07-01", "2026-12-31", "2026 年 下半年"),
        ("2026-Q3", "2026-07-01", "2026-09-30", "2026 年 第 3 季度"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024 年 2 月"),
        (
            "2026-10-01..2026-10-15",
            "2026-10-01",
            "2026-10-15",
            "2026 年 10 月 1 日至 2026 年 10 月 15 日",
        ),
    ],
)
def test_a_key_names_its_days(key: str, first: str, last: str, label: str) -> None:
    found = parse(key)
    assert (str(found.start), str(found.end), found.label, found.key) == (first, last, label, key)


@pytest.mark.parametrize("key", ["2026-10", "2026-Q4", "2026-H2", "2026", "2024-02"])
def test_all_days_of_a_month_are_the_month(key: str) -> None:
    period = parse(key)
    assert parse(f"{period.start}..{period.end}") == period


def test_a_single_day_may_be_written_alone() -> None:
    assert parse("2026-10-01") == Period(date(2026, 10, 1), date(2026, 10, 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13",
        "2026-Q5",
        "十月",
        "2026-10-05..2026-10-01",
        "1999",
        "0000-01",
        "9999-12",
        "0001-01-01",
        "２０２６",
    ],
)
def test_what_is_no_period_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="统计期"):
        parse(text)


@given(st.dates(date(2001, 1, 1), date(2998, 1, 1)), st.integers(1, 11))
def test_months_follow_one_another(day: date, back: int) -> None:
    month = month_of(day)
    assert month.start <= day <= month.end
    assert month.back(1).end == month.start - timedelta(days=1)
    assert month.back(back).back(-back) == month
    assert month.year_ago == month.back(12)


def test_the_leap_day_has_a_day_a_year_before() -> None:
    assert parse("2024-02-29").year_ago == parse("2023-02-28")
