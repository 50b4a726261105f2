from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chengyun.science.calendars import Calendar, calendar_of, parse_periods
from chengyun.science.holidays import Plan, UnknownYear, published, statutory
from chengyun.science.workclock import (
    LABELS,
    Limit,
    Unit,
    add,
    amount,
    due,
    in_units,
    used,
    used_in,
)

CITY = ZoneInfo("Asia/Shanghai")
CALENDAR = calendar_of([published(2025), published(2026)])

moments = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, CITY, timezone(timedelta(hours=-5))]),
)
spans = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=200))
units = st.sampled_from(list(LABELS))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


def due_text(start: str, value: str, unit: Unit, calendar: Calendar = CALENDAR) -> str:
    result = due(at(start), Limit(value=Decimal(value), unit=unit), calendar)
    return result.at.astimezone(CITY).strftime("%Y-%m-%d %H:%M") + (
        "?" if result.provisional else ""
    )


@pytest.mark.parametrize(
    ("start", "value", "unit", "expected"),
    [
        ("2026-11-20 17:00", "2", "urgent_hour", "2026-11-20 19:00"),
        ("2026-11-20 23:30", "2", "urgent_hour", "2026-11-21 01:30"),
        ("2026-11-20 17:00", "4", "work_hour", "2026-11-23 11:00"),
        ("2026-11-20 11:00", "1", "work_hour", "2026-11-20 12:00"),
        ("2026-11-20 11:00", "1.5", "work_hour", "2026-11-20 14:30"),
        ("2026-11-20 12:30", "2", "work_hour", "2026-11-20 16:00"),
        ("2026-11-20 00:00", "8", "work_hour", "2026-11-20 18:00"),
        ("2026-11-21 10:00", "1", "work_day", "2026-11-23 18:00"),
        ("2026-11-19 10:00", "1", "work_day", "2026-11-20 10:00"),
        ("2026-11-20 18:00", "1", "work_minute", "2026-11-23 08:01"),
        ("2026-11-20 18:00", "0", "work_day", "2026-11-20 18:00"),
        ("2026-11-20 18:00", "1", "natural_day", "2026-11-21 18:00"),
        ("2026-11-20 18:00", "1", "urgent_day", "2026-11-21 18:00"),
        ("2026-11-20 18:00", "90", "urgent_minute", "2026-11-20 19:30"),
        # 调休: 2026-10-10 is a worked Saturday, 10-01 to 10-07 are free
        ("2026-09-30 16:00", "4", "work_hour", "2026-10-08 10:00"),
        ("2026-10-09 16:00", "4", "work_hour", "2026-10-10 10:00"),
        # 元旦 2026: 1 to 3 January free, 4 January a worked Sunday
        ("2025-12-31 17:00", "2", "work_hour", "2026-01-04 09:00"),
        # the year's end before the plan of 2027 is out
        ("2026-12-31 17:00", "1", "work_hour", "2026-12-31 18:00"),
        ("2026-12-31 17:00", "2", "work_hour", "2027-01-04 09:00?"),
        ("2026-12-31 17:00", "24", "urgent_hour", "2027-01-01 17:00"),
        ("2027-09-30 17:00", "2", "work_hour", "2027-10-04 09:00?"),
    ],
)
def test_a_limit_is_due(start: str, value: str, unit: Unit, expected: str) -> None:
    assert due_text(start, value, unit) == expected


def test_the_plan_of_a_new_year_arrives_later() -> None:
    plan = Plan(year=2027, work=frozenset(), rest=frozenset((date(2027, 1, 1), date(2027, 1, 4))))
    later = calendar_of([published(2026), plan])
    assert due_text("2026-12-31 17:00", "2", "work_hour") == "2027-01-04 09:00?"
    assert due_text("2026-12-31 17:00", "2", "work_hour", later) == "2027-01-05 09:00"


def test_a_work_day_may_be_shorter_than_its_periods() -> None:
    short = Calendar(known_years=frozenset((2026,)), day_minutes=360)
    assert due_text("2026-11-16 08:00", "1", "work_day", short) == "2026-11-16 16:00"


def test_six_day_weeks_and_round_the_clock() -> None:
    always = Calendar(weekend=frozenset(), periods=((0, 1440),), known_years=frozenset((2026,)))
    assert due_text("2026-11-20 23:00", "2", "work_hour", always) == "2026-11-21 01:00"
    six = Calendar(weekend=frozenset((6,)), known_years=frozenset((2026,)))
    assert due_text("2026-11-20 18:00", "1", "work_hour", six) == "2026-11-21 09:00"


def test_daylight_saving_elsewhere_does_not_stretch_a_day() -> None:
    paris = Calendar(zone=ZoneInfo("Europe/Paris"), known_years=frozenset((2026,)))
    friday = datetime(2026, 3, 27, 18, tzinfo=paris.zone)
    assert add(friday, timedelta(hours=1), "work_hour", paris).at == datetime(
        2026, 3, 30, 7, tzinfo=UTC
    )


def test_continuous_time_is_not_wall_time() -> None:
    zone = ZoneInfo("America/New_York")
    evening, morning = datetime(2026, 3, 7, 20, tzinfo=zone), datetime(2026, 3, 8, 8, tzinfo=zone)
    assert used(evening, morning, "urgent_hour", CALENDAR) == timedelta(hours=11)


@given(moments, spans, spans, units)
def test_adding_in_two_steps_is_adding_at_once(
    start: datetime, a: timedelta, b: timedelta, unit: Unit
) -> None:
    first = add(start, a, unit, CALENDAR).at
    assert add(first, b, unit, CALENDAR).at == add(start, a + b, unit, CALENDAR).at


@given(moments, spans, units)
def test_what_was_added_is_used(start: datetime, spent: timedelta, unit: Unit) -> None:
    assert used(start, add(start, spent, unit, CALENDAR).at, unit, CALENDAR) == spent


@given(moments, moments, moments, units)
def test_used_time_adds_up_and_never_falls(
    a: datetime, b: datetime, c: datetime, unit: Unit
) -> None:
    assert used(a, b, unit, CALENDAR) + used(b, c, unit, CALENDAR) == used(a, c, unit, CALENDAR)
    assert (used(a, b, unit, CALENDAR) >= timedelta()) or b < a


@given(moments, moments, spans, units)
def test_who_starts_later_is_due_later(
    a: datetime, b: datetime, spent: timedelta, unit: Unit
) -> None:
    a, b = sorted((a, b))
    assert add(a, spent, unit, CALENDAR).at <= add(b, spent, unit, CALENDAR).at


@given(moments, spans, st.lists(st.tuples(spans, spans), max_size=4), units)
def test_pausing_and_resuming_uses_the_same_total(
    start: datetime, total: timedelta, stops: list[tuple[timedelta, timedelta]], unit: Unit
) -> None:
    ran: list[tuple[datetime, datetime]] = []
    resumed = start
    for running, paused in stops:
        ran.append((resumed, resumed + running))
        resumed = resumed + running + paused
    left = total - used_in(ran, unit, CALENDAR)
    assume(left >= timedelta())
    ran.append((resumed, add(resumed, left, unit, CALENDAR).at))
    assert used_in(ran, unit, CALENDAR) == total


@given(moments, spans, units)
def test_backwards_is_when_an_overdrawn_limit_ran_out(
    start: datetime, over: timedelta, unit: Unit
) -> None:
    before = add(start, -over, unit, CALENDAR).at
    assert before <= start
    assert used(before, start, unit, CALENDAR) == over


@given(moments, st.integers(0, 4000))
def test_due_is_the_first_moment_by_walking_minutes(start: datetime, minutes: int) -> None:
    start = start.replace(second=0, microsecond=0)
    now, left = start, min(minutes, 600)
    while left:
        local = now.astimezone(CITY)
        minute = local.hour * 60 + local.minute
        open_now = CALENDAR.is_workday(local.date()) and (
            480 <= minute < 720 or 840 <= minute < 1080
        )
        left -= open_now
        now += timedelta(minutes=1)
    expected = now if minutes else start
    assert add(start, timedelta(minutes=min(minutes, 600)), "work_minute", CALENDAR).at == expected


@given(moments, spans)
def test_provisional_means_an_unknown_year_is_touched(start: datetime, spent: timedelta) -> None:
    result = add(start, spent, "work_hour", CALENDAR)
    years = {start.astimezone(CITY).year, result.at.astimezone(CITY).year}
    assert result.provisional == any(year > 2026 for year in years)


def test_amounts_are_exact() -> None:
    third = Limit(value=Decimal("0.333"), unit="work_day")
    assert amount(third, CALENDAR) == timedelta(minutes=Decimal("0.333").__float__() * 480)
    assert in_units(timedelta(hours=12), "work_day", CALENDAR) == Decimal("1.5")
    assert str(Limit(value=Decimal("4.0"), unit="work_hour")) == "4 工作时"
    assert str(Limit(value=Decimal("10"), unit="work_day")) == "10 工作日"


def test_statutory_days_of_an_unannounced_year() -> None:
    days = statutory(2027)
    assert date(2027, 2, 6) in days and date(2027, 2, 5) in days and date(2027, 10, 3) in days
    assert statutory(2050) == {
        date(2050, *day) for day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
    }
    for year in (2025, 2026):
        plan = published(year)
        assert not [day for day in statutory(year) if day.weekday() < 5 and day not in plan.rest]
    with pytest.raises(UnknownYear, match="2035 年的放假安排"):
        published(2035)


def test_periods_are_read_as_people_write_them() -> None:
    assert parse_periods("08:00–12:00、14:00–18:00") == ((480, 720), (840, 1080))
    assert parse_periods("8：30至24：00") == ((510, 1440),)


@pytest.mark.parametrize(
    "text", ["", "8-12", "12:00-08:00", "08:00-12:00,11:00-13:00", "08:61-12:00", "乱写"]
)
def test_bad_periods_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="工作时段"):
        parse_periods(text)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="非负数"):
        Limit(value=Decimal(-1), unit="work_day")
    with pytest.raises(ValueError, match="单位"):
        Limit(value=Decimal(1), unit="fortnight")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="时区"):
        due(datetime(2026, 1, 1), Limit(value=Decimal(1), unit="work_day"), CALENDAR)  # noqa: DTZ001
    with pytest.raises(ValueError, match="一个工作日"):
        Calendar(weekend=frozenset(range(7)))
    with pytest.raises(ValueError, match="大于零"):
        Calendar(day_minutes=0)
    with pytest.raises(OverflowError):
        add(datetime(9999, 12, 1, tzinfo=UTC), timedelta(days=99), "work_day", CALENDAR)
