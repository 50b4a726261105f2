"""Before a draft holds: what is wrong with it, and what it would have done with the last cases."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import LAT, LON, MANHOLE, drive, make_case, make_working_city
from chengyun.city.cases.models import DispatchEdition
from chengyun.city.cases.services.rules import NewRule, add_rule, begin_draft, put_in_force
from chengyun.city.cases.simulation import conflicts, simulate
from chengyun.city.people.factories import CITY, DISTRICT, Cast
from chengyun.city.people.models import Unit
from chengyun.city.people.services.units import add_unit, end_unit
from chengyun.science.rulebook import Conditions

pytestmark = pytest.mark.django_db

COVERS = Conditions(classes=(MANHOLE,))


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def lamps(cast: Cast) -> Unit:
    return add_unit(
        "SZ-ZM", "照明管理所", kind="department", area=CITY, parent=cast.bureau, by=None
    )


def draft_with(*rules: NewRule, area: str = DISTRICT) -> DispatchEdition:
    draft = begin_draft(area, by=None)
    for rule in rules:
        add_rule(draft, rule, by=None)
    return draft


def opened(cast: Cast, page: str, **query: str) -> str:
    desk = Client()
    desk.force_login(cast.supervisor)
    answer = desk.get(reverse(f"coordination:{page}"), {"area": DISTRICT, **query})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_rule_that_is_never_reached_and_one_without_unit_are_told(
    cast: Cast, lamps: Unit
) -> None:
    draft = draft_with(
        NewRule(name="公用设施", unit=cast.crew, conditions=Conditions(classes=("P01",))),
        NewRule(name="井盖", unit=lamps, conditions=COVERS),
    )
    end_unit(lamps, by=None)
    assert conflicts(draft) == [
        "规则 2「井盖」永远轮不到：前面的规则 1「公用设施」已经把它的情况都接走了。",
        "规则 2「井盖」的单位照明管理所已撤销。",
    ]
    assert "永远轮不到" in opened(cast, "rules_draft")


def test_a_district_s_rule_may_hide_one_of_the_city(cast: Cast, lamps: Unit) -> None:
    put_in_force(
        draft_with(NewRule(name="全市井盖", unit=lamps, conditions=COVERS), area=CITY), by=None
    )
    draft = draft_with(NewRule(name="本区全部", unit=cast.crew))
    assert conflicts(draft) == [
        "规则 1「全市井盖」永远轮不到：前面的规则 1「本区全部」已经把它的情况都接走了。"
    ]


def test_the_last_cases_are_tried_against_who_handled_them(cast: Cast, lamps: Unit) -> None:
    case = drive(make_case(cast), cast, "dispatched")
    drive(make_case(cast), cast, "closed")
    make_case(cast)
    draft = draft_with(NewRule(name="井盖", unit=cast.crew, conditions=COVERS))
    found = simulate(cast.supervisor, draft)
    assert (len(found.trials), found.count("same"), found.changed) == (2, 2, 2)
    assert found.taken == {draft.rules.get().pk: 2}
    put_in_force(draft, by=None)
    other = draft_with()
    other.rules.all().delete()
    add_rule(other, NewRule(name="路灯", unit=lamps, conditions=COVERS), by=None)
    again = simulate(cast.supervisor, other)
    assert (again.count("other"), again.changed) == (2, 2)
    page = opened(cast, "rules_simulation", show="changed")
    assert case.short_code in page
    assert "规则 1「路灯」：雨水井盖由照明管理所负责。" in page
    assert "现行规则：市政工程处" in page
    assert case.short_code not in opened(cast, "rules_simulation", show="same")


def test_what_no_rule_covers_is_a_gap(cast: Cast) -> None:
    drive(make_case(cast), cast, "dispatched")
    draft = draft_with(
        NewRule(name="别处", unit=cast.crew, conditions=Conditions(classes=("E01",)))
    )
    found = simulate(cast.supervisor, draft)
    assert found.count("none") == 1
    (gap,) = found.gaps
    assert (gap.place, gap.cases) == ("东昌府区", 1)
    assert "公用设施" in gap.major
    assert "没有规则管" in opened(cast, "rules_draft")


def test_a_supervisor_tries_only_cases_in_sight(cast: Cast) -> None:
    drive(make_case(cast), cast, "dispatched")
    draft = draft_with()
    assert simulate(cast.bob, draft).trials == []


def test_one_imagined_case_says_why_each_rule_does_or_does_not_answer(
    cast: Cast, lamps: Unit
) -> None:
    rules = (
        NewRule(name="路灯", unit=lamps, conditions=Conditions(classes=("P0137",))),
        NewRule(name="井盖", unit=cast.crew, conditions=COVERS),
    )
    put_in_force(draft_with(*rules), by=None)
    case: dict[str, Any] = {"class": MANHOLE, "point_lon": str(LON), "point_lat": str(LAT)}
    page = opened(cast, "rules_try", **case)
    assert "类别不符" in page
    assert "规则 2「井盖」：雨水井盖由市政工程处负责。" in page
    away = opened(cast, "rules_try", **case | {"point_lon": "0"})
    assert "不在你的范围内" in away
    draft = begin_draft(DISTRICT, by=None)
    draft.rules.all().delete()
    assert "没有规则管它" in opened(cast, "rules_try", **case, set="draft")
