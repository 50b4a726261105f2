"""平常值 computed from a lake: doubted readings and holidays; before the first reading there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.conf import settings as configured
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.people.factories import CITY
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.jobs import reckon_usual
from chengyun.city.sensing.models import Series, UsualHours
from chengyun.city.sensing.usual import week_now
from chengyun.kernel import clock
from chengyun.kernel.workcalendar import set_day
from chengyun.lake.archive import Archive
from chengyun.lake.readings import MOMENT, commit, with_day

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 10, 19, 16, tzinfo=UTC)
"""The midnight after a Monday here."""
SUNDAY = date(2026, 9, 20)
HOUR, DAYS = timedelta(hours=1), 28


@pytest.fixture
def series(tmp_path: Path, settings: Settings) -> Series:
    make_working_city()
    settings.READINGS = tmp_path / "readings"
    return Series.objects.get(device=make_device("SB-001", kind="water_meter"), point="flow")


def stored(series: Series, value: float, quality: int, position: int) -> None:
    """A reading each hour of four weeks."""
    at = pa.array([NOW - n * HOUR for n in range(1, DAYS * 24 + 1)], MOMENT)
    same = len(at)
    columns = {"series": [series.pk] * same, "at": at, "serial": [0] * same}
    columns |= {"value": [value] * same, "quality": [quality] * same, "received": at}
    commit(Archive(configured.READINGS).table, with_day(pa.table(columns)), position=position)


def test_before_the_first_reading_nothing_is_usual(series: Series) -> None:
    reckon_usual()
    assert not UsualHours.objects.exists()


def test_what_is_doubted_is_not_usual(series: Series) -> None:
    stored(series, 9000, 1, 1)
    with clock.at(NOW):
        reckon_usual()
        assert not UsualHours.objects.exists()
        stored(series, 12, 0, 2)
        reckon_usual()
    assert UsualHours.objects.get().hours == [12.0] * 48


def test_a_holiday_is_a_rest_day_and_a_sunday_that_is_worked_is_none(series: Series) -> None:
    set_day(CITY, SUNDAY, works=True, by=None)
    with clock.at(NOW):
        rest = set(week_now().rest.tolist())
    days = (date(2026, 10, 1), SUNDAY, SUNDAY - timedelta(days=1), SUNDAY + timedelta(days=1))
    assert [(day - date(1970, 1, 1)).days in rest for day in days] == [True, False, True, False]
