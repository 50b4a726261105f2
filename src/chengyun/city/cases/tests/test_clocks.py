"""The clocks of a case on the city's calendar: nights, weekends, 调休, stops, a plan that comes later."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengyun.city.cases import queries
from chengyun.city.cases.factories import (
    MANHOLE,
    drive,
    make_case,
    make_working_city,
    photo_bytes,
)
from chengyun.city.cases.models import FAR, Case, StageClock
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.catalogue import add_condition
from chengyun.city.people.factories import Cast
from chengyun.kernel import clock, outbox
from chengyun.kernel.files import store_photo
from chengyun.kernel.workcalendar import calendar_for, confirm_year, import_year, set_day
from chengyun.science.workclock import Limit, used

pytestmark = pytest.mark.django_db

CHINA = ZoneInfo("Asia/Shanghai")


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHINA)


@pytest.fixture
def cast() -> Cast:
    with clock.at(local(2025, 12, 1, 9)):
        cast = make_working_city()
        import_year("3715", 2025, by=None)
        import_year("3715", 2026, by=None)
    return cast


def dispatched(cast: Cast, at: datetime, value: int, unit: str) -> Case:
    """A case dispatched at a moment under a limit of the district's own."""
    with clock.at(at):
        case = drive(make_case(cast), cast, "accepted")
        found = queries.class_named(MANHOLE, case.area)
        limit = Limit(value=Decimal(value), unit=unit)  # type: ignore[arg-type]
        row = add_condition(
            found, area="371502", text="井盖缺失", limit=limit, closing="恢复", by=None
        )
        act(case, "file", {"class": MANHOLE, "condition": row.pk}, by=cast.supervisor)
        act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher)
    return case


@pytest.mark.parametrize(
    ("start", "value", "unit", "due"),
    [
        ((2026, 3, 6, 17), 4, "work_hour", (2026, 3, 9, 11)),  # over a weekend
        ((2026, 3, 6, 22, 36), 2, "urgent_hour", (2026, 3, 7, 0, 36)),  # through midnight
        ((2026, 2, 13, 17), 2, "work_hour", (2026, 2, 14, 9)),  # a Saturday worked (调休)
        ((2025, 12, 31, 17), 2, "work_hour", (2026, 1, 4, 9)),  # year's end, 4 January is worked
        ((2026, 9, 30, 14), 1, "work_day", (2026, 10, 8, 12)),  # over the national holiday
    ],
)
def test_a_limit_follows_the_calendar(
    cast: Cast, start: tuple[int, ...], value: int, unit: str, due: tuple[int, ...]
) -> None:
    case = dispatched(cast, local(*start), value, unit)
    assert case.due_at == local(*due)


def test_a_stopped_clock_does_not_run_and_goes_on_with_what_is_left(cast: Cast) -> None:
    case = dispatched(cast, local(2026, 3, 10, 9), 4, "work_hour")
    with clock.at(local(2026, 3, 10, 10)):
        act(case, "suspend", {"reason": "等备件", "until": "2026-06-30"}, by=cast.dispatcher)
    assert case.due_at == FAR
    with clock.at(local(2026, 3, 20, 9)):
        act(case, "resume", {}, by=cast.dispatcher)
    assert case.due_at == local(2026, 3, 20, 12)


def test_what_comes_late_stays_marked(cast: Cast) -> None:
    case = dispatched(cast, local(2026, 3, 10, 9), 1, "work_hour")
    with clock.at(local(2026, 3, 10, 11)):
        act(case, "sign", {}, by=cast.department)
        photo = store_photo(photo_bytes(), "后.jpg", by=cast.department)
        act(case, "handle", {"result": "好了", "photos": [photo.pk]}, by=cast.department)
    assert case.late
    assert case.clocks.get(name="handle").late


def test_a_due_in_a_year_without_a_plan_is_provisional_until_the_plan_comes(cast: Cast) -> None:
    case = dispatched(cast, local(2026, 12, 31, 14), 5, "work_day")
    row = case.clocks.get(name="handle")
    assert row.provisional
    with clock.at(local(2026, 12, 31, 15)):
        for day in (1, 4):
            set_day("3715", date(2027, 1, day), works=False, name="元旦", by=None)
        confirm_year("3715", 2027, by=None)
        outbox.deliver_due()
    fresh = StageClock.objects.get(pk=row.pk)
    assert not fresh.provisional
    assert (row.due_at, fresh.due_at) == (local(2027, 1, 8, 12), local(2027, 1, 11, 12))
    case.refresh_from_db()
    assert case.due_at == fresh.due_at


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stops=st.lists(st.integers(min_value=1, max_value=3000), max_size=3))
def test_however_often_it_is_stopped_the_same_time_is_granted(cast: Cast, stops: list[int]) -> None:
    moment = local(2026, 3, 9, 8)
    case = dispatched(cast, moment, 7, "work_hour")
    for minutes in stops:
        moment += timedelta(minutes=30)
        with clock.at(moment):
            act(case, "suspend", {"reason": "雨", "until": "2026-12-31"}, by=cast.dispatcher)
        moment += timedelta(minutes=minutes)
        with clock.at(moment):
            act(case, "resume", {}, by=cast.dispatcher)
    row = case.clocks.get(name="handle")
    granted = timedelta(seconds=row.used_seconds) + used(
        row.ran_since or moment, row.due_at, "work_hour", calendar_for("371502")
    )
    assert abs(granted - timedelta(hours=7)) < timedelta(seconds=len(stops) + 1)
