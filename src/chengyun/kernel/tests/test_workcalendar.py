"""The work calendar: inheritance, the year's plan, and the year that nobody has announced."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid
from chengyun.kernel.models import Audit, CalendarDay
from chengyun.kernel.params import set_param, settings_of
from chengyun.kernel.recent import forget_everything
from chengyun.kernel.workcalendar import (
    calendar_for,
    confirm_year,
    days_in,
    import_year,
    missing_year,
    set_day,
)
from chengyun.science.workclock import Limit, due

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    forget_everything()


def test_the_plan_of_2026_moves_weekends() -> None:
    assert import_year("3715", 2026, by=None) == CalendarDay.objects.count()
    calendar = calendar_for("371502")
    assert calendar.is_workday(date(2026, 2, 14))
    assert not calendar.is_workday(date(2026, 2, 16))
    assert days_in("371502", 2026)[date(2026, 2, 16)].name == "春节"
    assert calendar.known_years == {2026}
    assert Audit.objects.filter(verb="calendar.import").count() == 1


def test_importing_twice_gives_the_same() -> None:
    first = import_year("3715", 2026, by=None)
    set_day("3715", date(2026, 3, 3), works=False, by=None)
    assert import_year("3715", 2026, by=None) == first == CalendarDay.objects.count()


def test_a_district_inherits_and_differs() -> None:
    import_year("3715", 2026, by=None)
    set_day("371502", date(2026, 2, 16), works=True, name="值守", by=None)
    set_day("371502", date(2026, 6, 10), works=False, name="区庆", by=None)
    assert calendar_for("371502").is_workday(date(2026, 2, 16))
    assert not calendar_for("371502").is_workday(date(2026, 6, 10))
    assert not calendar_for("371523").is_workday(date(2026, 2, 16))
    set_day("371502", date(2026, 2, 16), works=None, by=None)
    assert not calendar_for("371502").is_workday(date(2026, 2, 16))
    with pytest.raises(Invalid):
        set_day("371502", date(2026, 2, 16), works=None, by=None)


def test_a_year_without_a_plan_is_provisional_until_confirmed() -> None:
    limit = Limit(value=Decimal(4), unit="work_hour")
    start = datetime(2027, 3, 1, 1, tzinfo=UTC)
    assert due(start, limit, calendar_for("3715")).provisional
    with pytest.raises(Invalid, match="2099"):
        import_year("3715", 2099, by=None)
    with pytest.raises(Invalid):
        confirm_year("3715", 2027, by=None)
    set_day("3715", date(2027, 2, 8), works=False, name="春节", by=None)
    confirm_year("3715", 2027, by=None)
    assert not due(start, limit, calendar_for("3715")).provisional


def test_the_missing_plan_is_asked_for_from_december() -> None:
    import_year("3715", 2026, by=None)
    with clock.at(datetime(2026, 11, 30, 4, tzinfo=UTC)):
        assert missing_year("3715") is None
    with clock.at(datetime(2026, 11, 30, 17, tzinfo=UTC)):
        assert missing_year("371502") == 2027


def test_working_periods_are_the_area_s() -> None:
    set_param("calendar.periods", "371502", "09:00-17:00", by=None)
    forget_everything()
    assert settings_of("371523")["calendar.periods"].startswith("08:00")
    assert calendar_for("371502").periods == ((540, 1020),)
