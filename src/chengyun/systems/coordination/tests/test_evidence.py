"""Photos that may not show what they should: older than the dispatch, or those of an earlier round."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import drive, make_case, make_working_city, photo_bytes
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.tests.test_similarity import street_photo
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.files import Taken, store_photo

pytestmark = pytest.mark.django_db

OLD, AGAIN = "早于派遣", "与上次相同"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def handle(case: Case, cast: Cast, data: bytes, ago: timedelta = timedelta(0)) -> None:
    taken = Taken(at=clock.now() - ago)
    photo = store_photo(data, "现场.jpg", by=cast.department, taken=taken)
    act(case, "handle", {"result": "换好了", "photos": [photo.pk]}, by=cast.department)


def rework(case: Case, cast: Cast) -> None:
    act(case, "rework", {"reason": "没换"}, by=cast.dispatcher)
    act(case, "sign", {}, by=cast.department)


def doubts(case: Case, user: User) -> list[list[str]]:
    """By photo, as the API tells them; the page must show as many."""
    client = Client()
    client.force_login(user)
    told: list[dict[str, Any]] = client.get(f"/api/v1/cases/{case.code}").json()["evidence"]
    found = [one["doubts"] for one in told]
    for path in (f"/cases/{case.code}/", f"/cases/{case.code}/feed_back/"):
        page = client.get(path).content.decode()
        assert page.count(OLD) + page.count(AGAIN) == sum(map(len, found))
    return found


def test_a_photo_taken_before_the_dispatch_is_marked(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    handle(case, cast, street_photo(1), ago=timedelta(hours=3))
    assert doubts(case, cast.dispatcher) == [[OLD]]


def test_a_photo_of_the_round_is_not_marked_though_it_looks_alike(cast: Cast) -> None:
    photo = store_photo(photo_bytes(), "现场.jpg", by=cast.inspector)
    case = drive(make_case(cast, photos=[photo]), cast, "handling")
    handle(case, cast, street_photo(1))
    assert doubts(case, cast.dispatcher) == [[], []]


def test_the_photo_of_an_earlier_round_is_known_again(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    handle(case, cast, street_photo(1))
    rework(case, cast)
    handle(case, cast, street_photo(1, quality=60, width=400))
    assert doubts(case, cast.dispatcher) == [[], [AGAIN]]
    rework(case, cast)
    handle(case, cast, street_photo(2))
    assert doubts(case, cast.dispatcher) == [[], [AGAIN], []]


def test_the_photo_of_the_report_does_not_prove_the_work(cast: Cast) -> None:
    reported = store_photo(street_photo(1), "现场.jpg", by=cast.inspector)
    case = drive(make_case(cast, photos=[reported]), cast, "handling")
    handle(case, cast, street_photo(1))
    assert doubts(case, cast.dispatcher) == [[], [AGAIN]]
