"""反复问题: what comes again at one spot is proposed for supervision, with the cases behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import LAT, LON, drive, make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.cases.repeats import repeat_around, repeats_for
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.params import set_param
from chengyun.science.coordinates import Plane

pytestmark = pytest.mark.django_db

PLANE = Plane(lon=LON, lat=LAT)


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def reported(cast: Cast, days: float, metres: float = 0.0, **more: str) -> Case:
    lon, lat = PLANE.to_degrees(metres, 0.0)
    with clock.at(clock.now() - timedelta(days=days)):
        return make_case(cast, lon=float(lon), lat=float(lat), **more)


def opened(user: User, name: str, *args: str) -> str:
    desk = Client()
    desk.force_login(user)
    answer = desk.get(reverse(f"coordination:{name}", args=args))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_three_times_at_one_corner_is_a_repeated_problem(cast: Cast) -> None:
    cases = [reported(cast, days, metres) for days, metres in ((20, 0), (10, 12), (2, 5))]
    reported(cast, 5, 400)
    reported(cast, 5, class_code="P0137")
    reported(cast, 45)
    (found,) = repeats_for(cast.operator)
    assert found.times == 3
    assert list(found.cases) == cases[::-1]
    assert found.open == 3
    page = opened(cast.operator, "repeated")
    assert reverse("coordination:repeat", args=(cases[2].code,)) in page
    told = opened(cast.operator, "repeat", cases[2].code)
    assert "<b>3 次</b>" in told
    assert all(case.short_code in told for case in cases)


def test_reports_of_one_occasion_count_once(cast: Cast) -> None:
    for days in (10, 9.9, 9.8, 2):
        reported(cast, days)
    assert repeats_for(cast.operator) == []
    assert "没有反复出现的问题：30 天里，30 米以内，同一类出现 3 次以上才算。" in opened(
        cast.operator, "repeated"
    )


def test_the_city_says_how_often_how_near_and_in_how_many_days(cast: Cast) -> None:
    case = reported(cast, 40, 50)
    last = reported(cast, 1)
    assert repeats_for(cast.operator) == []
    for key, value in (("times", 2), ("metres", 60), ("days", 60)):
        set_param(f"case.repeat.{key}", DISTRICT, value, by=None)
    (found,) = repeats_for(cast.operator)
    assert list(found.cases) == [last, case]


def test_what_was_refused_or_void_does_not_count(cast: Cast) -> None:
    for days in (20, 10):
        reported(cast, days)
    gone = reported(cast, 2)
    assert len(repeats_for(cast.operator)) == 1
    Case.objects.filter(pk=gone.pk).update(state="voided", open=False)
    assert repeats_for(cast.operator) == []


def test_nobody_sees_what_came_again_elsewhere(cast: Cast) -> None:
    last = [reported(cast, days) for days in (20, 10, 2)][-1]
    assert repeats_for(cast.bob) == []
    desk = Client()
    desk.force_login(cast.bob)
    assert desk.get(reverse("coordination:repeat", args=(last.code,))).status_code == 404


def test_a_case_that_came_once_is_told_so(cast: Cast) -> None:
    case = drive(reported(cast, 1), cast, "accepted")
    assert repeat_around(cast.operator, case).times == 1
    assert "还不够 3 次" in opened(cast.operator, "repeat", case.code)
