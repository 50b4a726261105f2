"""A case stays with those who work where it lies."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chengyun.city.cases.factories import MANHOLE, drive, make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.cases.queries import class_named
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.catalogue import add_condition
from chengyun.city.cases.similarity import report_of, similar_to
from chengyun.city.people.factories import DISTRICT, OTHER_DISTRICT, Cast, make_user
from chengyun.city.people.services.bindings import bind
from chengyun.kernel.errors import Invalid, NotAllowed
from chengyun.science.workclock import Limit

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def test_a_case_is_not_dispatched_into_another_district(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "filed")
    with pytest.raises(Invalid):
        act(case, "dispatch", {"unit": cast.other_crew.code}, by=cast.dispatcher)
    assert act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher).unit == cast.crew


def test_no_inspector_of_another_district_is_sent(cast: Cast) -> None:
    stranger = make_user("stranger", "外区员", "inspector", cast.other_centre)
    case = drive(make_case(cast), cast, "handled")
    with pytest.raises(Invalid):
        act(case, "feed_back", {"inspector": stranger.username}, by=cast.dispatcher)
    bind("road", "road", case.grid, stranger, by=None)
    act(case, "feed_back", {}, by=cast.dispatcher)
    assert case.assignee == cast.inspector


def test_similar_cases_are_told_only_to_who_sees_them(cast: Cast) -> None:
    first, second = make_case(cast), make_case(cast)
    assert [m.case for m in similar_to(cast.dispatcher, report_of(first))] == [second]
    Case.objects.filter(pk=second.pk).update(area=OTHER_DISTRICT, district=OTHER_DISTRICT)
    assert similar_to(cast.dispatcher, report_of(first)) == []


def test_a_district_adds_no_condition_for_the_whole_city(cast: Cast) -> None:
    limit = Limit(value=Decimal(4), unit="work_hour")
    row = class_named(MANHOLE, DISTRICT)
    for area in ("", OTHER_DISTRICT):
        with pytest.raises(NotAllowed):
            add_condition(
                row, area=area, text="缺失", limit=limit, closing="恢复", by=cast.district_admin
            )
