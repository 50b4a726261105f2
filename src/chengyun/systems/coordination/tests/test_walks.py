"""马路办公: begun and ended on the phone; what is reported meanwhile belongs to it and is followed on its page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import MANHOLE, drive, make_working_city
from chengyun.city.cases.models import Case, WalkFinding
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User, Walk
from chengyun.city.people.services.patrols import measure_all
from chengyun.city.places.factories import PLANE
from chengyun.kernel import clock
from chengyun.kernel.models import Audit
from chengyun.systems.coordination.tests.test_patrol import MORNING, enter, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(f"/api/v1{path}", body, "application/json")


def report(user: User, minutes: float, **changes: Any) -> Any:
    """From a phone, some minutes after nine; it may have seen it earlier."""
    lon, lat = map(float, PLANE.to_degrees(-1550, 5))
    body = {"source": "leader", "description": "井盖破损", "lon": lon, "lat": lat, "class": MANHOLE}
    with clock.at(MORNING + timedelta(minutes=minutes)):
        return post(enter(user), "/cases", body | changes)


def walked(cast: Cast) -> Walk:
    """An hour of the leader's, 100 metres along 湖南路."""
    phone = enter(cast.leader)
    with clock.at(MORNING):
        assert post(phone, "/walks", {"on": True}).status_code == 200
    points = []
    for minutes in (0, 2, 4):
        lon, lat = map(float, PLANE.to_degrees(-1600 + 25.0 * minutes, 0))
        at = MORNING + timedelta(minutes=minutes)
        points.append({"at": at.isoformat(), "lon": lon, "lat": lat, "accuracy": 5})
    with clock.at(MORNING + timedelta(minutes=60)):
        assert post(phone, "/tracks", {"points": points}).json() == {"kept": 3}
        assert post(phone, "/walks", {"on": False}).json()["ended_at"]
        measure_all()
    return Walk.objects.get()


def test_what_is_reported_or_was_seen_on_the_walk_belongs_to_it(cast: Cast) -> None:
    before = report(cast.leader, -5).json()["code"]
    with clock.at(MORNING):
        post(enter(cast.leader), "/walks", {"on": True, "title": "城南马路办公"})
    during = report(cast.leader, 10).json()["code"]
    with clock.at(MORNING + timedelta(minutes=30)):
        post(enter(cast.leader), "/walks", {"on": False})
    seen = (MORNING + timedelta(minutes=20)).isoformat()
    late = report(cast.leader, 90, seen_at=seen).json()["code"]
    after = report(cast.leader, 95).json()["code"]
    found = WalkFinding.objects.order_by("id").values_list("case__code", flat=True)
    assert list(found) == [during, late]
    assert {before, after}.isdisjoint(found)
    assert "马路办公发现" in told(enter(cast.leader).get(f"/cases/{during}/"))


def test_a_walk_without_a_title_is_called_by_its_day(cast: Cast) -> None:
    with clock.at(MORNING):
        post(enter(cast.leader), "/walks", {"on": True})
        post(enter(cast.leader), "/walks", {"on": False})
    assert Audit.objects.filter(verb__in=("walk.begin", "walk.end")).count() == 2
    walk = Walk.objects.get()
    page = told(enter(cast.leader).get(f"/walks/{walk.pk}/"))
    assert "11月25日马路办公" in page
    assert "没有收到位置" in page


def test_a_walk_is_measured_and_its_cases_are_followed(cast: Cast) -> None:
    with clock.at(MORNING - timedelta(minutes=1)):
        assert enter(cast.leader).get("/api/v1/phone").json()["may_walk"]
    walk = walked(cast)
    with clock.at(MORNING + timedelta(hours=2)):
        seen = (MORNING + timedelta(minutes=3)).isoformat()
        code = report(cast.leader, 120, seen_at=seen).json()["code"]
        case = Case.objects.get(code=code)
        drive(case, cast, "handling")
        page = told(enter(cast.leader).get(f"/walks/{walk.pk}/"))
        whole = enter(cast.leader).get(f"/api/v1/walks/{walk.pk}").json()
        drawn = enter(cast.leader).get(f"/api/v1/walks/{walk.pk}/map.geojson").json()
    assert whole["metres"] == 100
    assert [(one["code"], one["unit_name"]) for one in whole["cases"]] == [(code, "市政工程处")]
    assert "1 件，已结 0 件" in page
    assert "湖南路" in page
    assert [f["geometry"]["type"] for f in drawn["features"]] == ["LineString", "Point", "Point"]
    assert "1" in told(enter(cast.leader).get("/walks/"))


def test_who_may_walk_and_who_sees_it(cast: Cast) -> None:
    assert post(enter(cast.dispatcher), "/walks", {"on": True}).status_code == 403
    assert post(enter(cast.leader), "/walks", {"on": False}).status_code == 409
    walk = walked(cast)
    assert post(enter(cast.leader), "/walks", {"on": True}).status_code == 200
    assert post(enter(cast.leader), "/walks", {"on": True}).status_code == 409
    for person in (cast.supervisor, cast.dispatcher, cast.bob):
        assert enter(person).get(f"/walks/{walk.pk}/").status_code == 404
        assert enter(person).get("/api/v1/walks").json()["items"] == []
    [mine, _] = reversed(enter(cast.leader).get("/api/v1/walks").json()["items"])
    assert mine["id"] == walk.pk
