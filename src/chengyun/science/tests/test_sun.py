"""Sunrise and sunset against published tables, and what a plan makes of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.sun import TWILIGHT, sun_on
from chengyun.science.switching import Plan, night, night_of, side_of

CHINA = ZoneInfo("Asia/Shanghai")
BEIJING, SHANGHAI, LONDON = (116.4074, 39.9042), (121.4737, 31.2304), (-0.1276, 51.5072)
LIAOCHENG = (115.985, 36.456)


def clock(at: datetime, zone: str = "Asia/Shanghai") -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def near(told: str, at: datetime, zone: str) -> bool:
    """Tables are rounded to the minute, and differ by one among themselves."""
    local = at.astimezone(ZoneInfo(zone))
    hour, minute = map(int, told.split(":"))
    wanted = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return abs(local - wanted) <= timedelta(seconds=90)


@pytest.mark.parametrize(
    ("place", "zone", "day", "rises", "sets"),
    [
        (BEIJING, "Asia/Shanghai", date(2024, 6, 21), "04:46", "19:46"),
        (BEIJING, "Asia/Shanghai", date(2024, 12, 21), "07:33", "16:53"),
        (SHANGHAI, "Asia/Shanghai", date(2024, 6, 21), "04:51", "19:02"),
        (LONDON, "Europe/London", date(2024, 6, 20), "04:43", "21:21"),
        (LONDON, "Europe/London", date(2024, 12, 21), "08:04", "15:53"),
    ],
)
def test_it_agrees_with_the_tables(
    place: tuple[float, float], zone: str, day: date, rises: str, sets: str
) -> None:
    sun = sun_on(day, *place)
    assert sun is not None
    assert near(rises, sun.up, zone) and near(sets, sun.down, zone)


def test_twilight_lies_around_the_day(day: date = date(2026, 3, 20)) -> None:
    sun, light = sun_on(day, *LIAOCHENG), sun_on(day, *LIAOCHENG, height=TWILIGHT)
    assert sun is not None and light is not None
    assert 24 < (light.down - sun.down).total_seconds() / 60 < 27
    assert light.up < sun.up


def test_at_the_pole_it_neither_rises_nor_sets() -> None:
    assert sun_on(date(2026, 6, 21), 20, 78) is None
    assert night(Plan(on=0, off=0), date(2026, 6, 21), 20, 78, CHINA) is None


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.floats(73, 135), st.floats(18, 53.5))
def test_in_china_the_sun_is_up_between_nine_and_fifteen_hours(
    day: date, lon: float, lat: float
) -> None:
    sun = sun_on(day, lon, lat)
    assert sun is not None
    assert 7.3 < (sun.down - sun.up).total_seconds() / 3600 < 16.8
    tomorrow = sun_on(day + timedelta(days=1), lon, lat)
    assert tomorrow is not None and abs(tomorrow.up - sun.up - timedelta(days=1)) < timedelta(
        minutes=4
    )


PLAN = Plan(on=10, off=-15, half="even", half_from=time(23, 30), half_to=time(5))


def test_a_plan_follows_the_sun_and_dims_every_second_lamp() -> None:
    tonight = night(PLAN, date(2026, 12, 1), *LIAOCHENG, CHINA)
    assert tonight is not None and tonight.dim is not None
    sun = sun_on(date(2026, 12, 1), *LIAOCHENG)
    assert sun is not None and tonight.on == sun.down + timedelta(minutes=10)
    assert [clock(each) for each in tonight.dim] == ["23:30", "05:00"]

    def burn(hour: int, minute: int, day: int = 1) -> tuple[bool, bool]:
        at = datetime(2026, 12, day, hour, minute, tzinfo=CHINA)
        return tonight.burns(at, "东昌路-017"), tonight.burns(at, "东昌路-018")

    assert burn(17, 0) == (False, False)
    assert burn(17, 15) == (True, True)
    assert burn(23, 30) == (True, False)
    assert burn(4, 59, day=2) == (True, False)
    assert burn(5, 0, day=2) == (True, True)
    assert burn(7, 10, day=2) == (False, False)


def test_a_half_night_outside_the_night_is_cut_off() -> None:
    early = Plan(on=0, off=0, half="odd", half_from=time(12), half_to=time(11))
    tonight = night(early, date(2026, 12, 1), *LIAOCHENG, CHINA)
    assert tonight is not None and tonight.dim == (tonight.on, tonight.off)
    never = Plan(on=0, off=0, half="odd", half_from=time(11), half_to=time(11, 30))
    other = night(never, date(2026, 12, 1), *LIAOCHENG, CHINA)
    assert other is not None and other.dim is None


def test_a_night_belongs_to_its_evening() -> None:
    assert night_of(datetime(2026, 12, 2, 11, 59, tzinfo=CHINA), CHINA) == date(2026, 12, 1)
    assert night_of(datetime(2026, 12, 2, 12, 0, tzinfo=CHINA), CHINA) == date(2026, 12, 2)


def test_a_pole_is_odd_or_even_by_its_last_figure() -> None:
    assert [side_of(each) for each in ("17", "东昌路-018", "3A", "无号")] == [
        "odd",
        "even",
        "odd",
        "",
    ]
