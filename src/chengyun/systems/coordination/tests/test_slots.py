"""Cases on the pages of others: of a part, of a unit, of a person."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.assets.factories import make_asset
from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.people.queries import role_of
from chengyun.city.people.services.roles import change_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def text(user: User, name: str, *args: Any) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_page_of_a_part_shows_its_cases_newest_first(cast: Cast) -> None:
    asset = make_asset()
    first, second = (make_case(cast, asset=asset.code) for _ in range(2))
    drive(first, cast, "accepted")
    other = make_case(cast)
    shown = text(cast.dispatcher, "data:asset", asset.code)
    assert shown.index(f"/cases/{second.code}/") < shown.index(f"/cases/{first.code}/")
    assert "待立案" in shown
    assert reverse("coordination:case", args=(other.code,)) not in shown


def test_a_case_leads_to_its_part(cast: Cast) -> None:
    asset = make_asset()
    case = make_case(cast, asset=asset.code)
    link = f'href="{reverse("data:asset", args=(asset.code,))}"'
    assert link in text(cast.operator, "coordination:case", case.code)


def test_a_part_shows_only_cases_that_person_may_see(cast: Cast) -> None:
    """The department keeps the part; a case of it that lies with somebody else is not its to see."""
    asset = make_asset(keeper_id=cast.crew.pk)
    case = make_case(cast, asset=asset.code)
    link = reverse("coordination:case", args=(case.code,))
    assert link not in text(cast.department, "data:asset", asset.code)
    drive(case, cast, "dispatched")
    assert link in text(cast.department, "data:asset", asset.code)


def test_a_unit_s_page_counts_what_it_has_in_hand(cast: Cast) -> None:
    drive(make_case(cast), cast, "dispatched")
    drive(make_case(cast), cast, "handled")
    drive(make_case(cast), cast, "closed")
    shown = text(cast.admin, "maintenance:unit", cast.crew.code)
    assert "2 件" in shown
    assert "查看案件" in shown  # an administrator counts them and does not read them
    assert "/cases/" not in shown


def test_whoever_may_see_cases_reads_them_there(cast: Cast) -> None:
    role = role_of("supervisor")
    change_role(role, {"permissions": [*role.permissions, "people.view"]}, by=None)
    case = drive(make_case(cast), cast, "checking")
    for name, key in (("unit", cast.crew.code), ("user", cast.inspector.username)):
        link = reverse("coordination:case", args=(case.code,))
        assert link in text(cast.supervisor, f"maintenance:{name}", key)
