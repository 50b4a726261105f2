from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from chengyun.kernel.ui import lights, words

NOW = datetime(2025, 12, 11, 6, 32, tzinfo=UTC)  # 14:32 in the city


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (26, "26分"),
        (65, "1小时 05分"),
        (120, "2小时"),
        (51 * 60, "2天 3小时"),
        (2880, "2天"),
        (-72, "1小时 12分"),
        (0, "0分"),
    ],
)
def test_a_duration_has_two_units_at_most(minutes: int, expected: str) -> None:
    assert words.duration(timedelta(minutes=minutes)) == expected


@pytest.mark.parametrize(
    ("at", "short", "sentence"),
    [
        (NOW, "14:32", "今天 14:32"),
        (datetime(2025, 12, 10, 17, 0, tzinfo=UTC), "01:00", "今天 01:00"),
        (datetime(2025, 12, 10, 15, 59, tzinfo=UTC), "12-10 23:59", "12月10日 23:59"),
        (datetime(2024, 12, 31, 15, 59, tzinfo=UTC), "2024-12-31", "2024年12月31日 23:59"),
        (datetime(2024, 12, 31, 16, 0, tzinfo=UTC), "01-01 00:00", "1月1日 00:00"),
    ],
)
def test_a_moment_is_cut_in_the_zone_of_the_city(at: datetime, short: str, sentence: str) -> None:
    assert words.moment(at, now=NOW) == short
    assert words.told(at, now=NOW) == sentence


def test_documents_write_the_whole_date() -> None:
    assert words.day(date(2025, 12, 11)) == "2025年12月11日"


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(23, 78, "29.49%"), (1, 800, "0.13%"), (0, 5, "0.00%"), (0, 0, "—")],
)
def test_a_share_is_rounded_half_up(part: int, whole: int, expected: str) -> None:
    assert words.share(part, whole) == expected


def test_figures() -> None:
    assert words.count(12486) == "12,486"
    assert words.count_short(99_999) == "99,999"
    assert words.count_short(125_000) == "12.5万"
    assert words.money(Decimal("1203.5")) == "1,203.50 元"
    assert words.money_short(Decimal(425_000_000)) == "4.25亿元"


def test_names_and_numbers_are_masked() -> None:
    assert words.masked_phone("13812342046") == "138****2046"
    assert words.masked_phone("12345") == "****45"
    assert words.masked_name("周启明") == "周**"
    assert words.masked_name("") == ""


def test_only_a_case_code_is_shortened() -> None:
    assert words.short_code("2512110387") == "1211-0387"
    assert words.short_code("3715020103001628") == "3715020103001628"


@pytest.mark.parametrize(
    ("left", "state", "said"),
    [
        (65, "green", "剩 1小时 05分"),
        (48, "amber", "剩 48分"),
        (49, "green", "剩 49分"),
        (0, "amber", "剩 0分"),
        (-1, "red", "超 1分"),
    ],
)
def test_the_share_of_the_limit_decides_the_light(left: int, state: str, said: str) -> None:
    light = lights.running(timedelta(minutes=left), timedelta(minutes=240))
    assert (light.state, light.words) == (state, said)


def test_a_light_that_does_not_run() -> None:
    assert lights.stopped(timedelta(days=2)).words == "停表 2天"
    assert lights.finished(timedelta(0)).words == "按期"
    assert lights.finished(timedelta(hours=2)).words == "超期 2小时"
    assert lights.finished(timedelta(hours=2)).tone == "red"
