"""People bound to places: shifts, substitutes, ends."""

from __future__ import annotations

from datetime import date

import pytest

from chengyun.city.people.factories import Cast, make_cast
from chengyun.city.people.queries import people_bound_to
from chengyun.city.people.services.bindings import bind, substitute, unbind
from chengyun.city.people.services.users import end_user
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db

GRID = "371502001001001"
START = date(2026, 11, 2)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def names(on: date) -> list[str]:
    return [duty.person.name for duty in people_bound_to(GRID, on=on)]


def test_a_substitute_stands_in_for_exactly_his_days(cast: Cast) -> None:
    duty = bind("inspector", "grid", GRID, cast.inspector, valid_from=START, by=cast.admin)
    substitute(duty, cast.operator, date(2026, 11, 10), date(2026, 11, 12), by=cast.admin)
    assert names(date(2026, 11, 1)) == []
    assert names(date(2026, 11, 9)) == ["周启明"]
    assert names(date(2026, 11, 10)) == names(date(2026, 11, 12)) == ["孙晓梅"]
    assert names(date(2026, 11, 13)) == ["周启明"]
    standing_in = people_bound_to(GRID, on=date(2026, 11, 11))[0]
    assert standing_in.stands_in_for == cast.inspector
    substitute(duty, None, START, START, by=cast.admin)
    assert names(date(2026, 11, 11)) == ["周启明"]


def test_two_shifts_of_one_place(cast: Cast) -> None:
    bind("road", "grid", GRID, cast.inspector, shift="早班", valid_from=START, by=None)
    bind("road", "grid", GRID, cast.operator, shift="晚班", valid_from=START, by=None)
    assert names(START) == ["周启明", "孙晓梅"]
    assert [d.person.name for d in people_bound_to(GRID, on=START, kind="inspector")] == []
    with pytest.raises(Conflict):
        bind("road", "grid", GRID, cast.inspector, shift="早班", by=None)


def test_unbinding_and_leaving_end_the_duty(cast: Cast) -> None:
    duty = bind("inspector", "grid", GRID, cast.inspector, by=None)
    unbind(duty, by=None)
    assert people_bound_to(GRID) == []
    with pytest.raises(Conflict):
        unbind(duty, by=None)
    bind("inspector", "grid", GRID, cast.operator, by=None)
    end_user(cast.operator, by=None)
    assert people_bound_to(GRID) == []


def test_what_cannot_be_bound(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        bind("inspector", "grid", GRID, cast.inspector, by=cast.dispatcher)
    with pytest.raises(NotAllowed):
        bind("inspector", "grid", GRID, cast.bob, by=cast.district_admin)
    with pytest.raises(Invalid):
        bind("wizard", "grid", GRID, cast.inspector, by=None)
    duty = bind("inspector", "grid", GRID, cast.inspector, by=None)
    with pytest.raises(Invalid):
        substitute(duty, cast.operator, date(2026, 11, 5), date(2026, 11, 4), by=None)
    with pytest.raises(Invalid):
        substitute(duty, cast.inspector, START, START, by=None)
