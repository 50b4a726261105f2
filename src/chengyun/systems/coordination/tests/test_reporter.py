"""Who sees whoever reported a case."""

from __future__ import annotations

import pytest

from chengyun.city.cases.factories import make_case, make_working_city
from chengyun.city.people.factories import DISTRICT
from chengyun.city.people.models import Role
from chengyun.city.people.services.roles import give_post
from chengyun.systems.coordination import panels

pytestmark = pytest.mark.django_db


def test_who_reported_is_clear_only_where_the_permission_reaches() -> None:
    cast = make_working_city()
    case = make_case(cast, reporter_name="周启明", reporter_phone="13863522046")
    give_post(cast.bob, Role.objects.get(key="operator"), cast.other_centre, by=None)
    give_post(cast.bob, Role.objects.get(key="leader"), cast.centre, area=DISTRICT, by=None)
    lines = panels.lines_of(case)
    assert "13863522046" in str(panels.facts_of(case, cast.operator, lines))
    told = str(panels.facts_of(case, cast.bob, lines))
    assert "13863522046" not in told
    assert "138****2046" in told
