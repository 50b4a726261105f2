"""包区挂办: leaders bound to areas, the problems of each, and who reads them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.people.factories import DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.models import Binding, User
from chengyun.city.people.services.bindings import bind, unbind
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db

PATH, AREA = "/entrusted/", f"/entrusted/area/?area={DISTRICT}"


@pytest.fixture
def cast() -> Cast:
    cast = make_working_city()
    bind("area_leader", "region", DISTRICT, cast.leader, by=cast.admin)
    return cast


def told(user: User, path: str) -> str:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return str(client.get(path).content.decode())


def status(user: User, path: str) -> Any:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client.get(path).status_code


def test_an_area_shows_its_leader_and_how_its_problems_stand(cast: Cast) -> None:
    drive(make_case(cast), cast, "closed")
    drive(make_case(cast), cast, "handling")
    make_case(cast)
    page = told(cast.leader, PATH)
    assert cast.leader.name in page
    assert "我包的" in page
    assert "33.33%　1 / 3" in page
    head = told(cast.leader, AREA)
    assert "在办 2 件，超时 0 件；近 30 天上报 3 件，办结 1 件" in head


def test_its_problems_are_listed_by_how_they_stand(cast: Cast) -> None:
    done, works = drive(make_case(cast), cast, "closed"), drive(make_case(cast), cast, "handling")
    page = told(cast.leader, AREA)
    assert works.code in page
    assert done.code not in page
    assert done.code in told(cast.leader, f"{AREA}&standing=done")
    assert works.code not in told(cast.leader, f"{AREA}&standing=late")
    with clock.at(clock.now() + timedelta(days=20)):
        assert works.code in told(cast.leader, f"{AREA}&standing=late")
    with clock.at(clock.now() + timedelta(days=40)):
        assert "近 30 天上报 0 件，办结 0 件" in told(cast.leader, AREA)


def test_whoever_works_in_the_area_reads_it_and_nobody_elsewhere(cast: Cast) -> None:
    make_case(cast)
    for user in (cast.dispatcher, cast.department, cast.inspector):
        assert cast.leader.name in told(user, PATH)
    assert "还没有包区领导" in told(cast.bob, PATH)
    assert status(cast.bob, AREA) == 404
    assert status(cast.charlie, PATH) == 403


def test_an_area_without_a_leader_or_that_is_none_is_missing(cast: Cast) -> None:
    for area in (OTHER_DISTRICT, "3715' or", "９９"):
        assert status(cast.leader, f"/entrusted/area/?area={area}") == 404
    assert status(cast.leader, "/entrusted/area/") == 302, "to the list of areas"


def test_one_who_is_unbound_is_gone_and_only_mine_are_mine(cast: Cast) -> None:
    bind("area_leader", "region", OTHER_DISTRICT, cast.evaluator, by=cast.admin)
    page = told(cast.leader, f"{PATH}?mine=1")
    assert cast.leader.name in page
    assert cast.evaluator.name not in page
    assert cast.evaluator.name in told(cast.leader, PATH)
    unbind(Binding.objects.get(user=cast.leader), by=cast.admin)
    assert "没有包给你的区域" in told(cast.leader, f"{PATH}?mine=1")
