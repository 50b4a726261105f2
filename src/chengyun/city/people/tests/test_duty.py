"""On duty and off it: who records, what is refused, who may see, and when it goes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import Attendance, TrackPoint, User
from chengyun.city.people.services.duty import tidy_duty
from chengyun.kernel import clock
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db


def asked(user: User, method: str, path: str, body: Any = None, **head: str) -> Any:
    client = Client()
    client.force_login(user)
    sent = json.dumps(body) if body is not None else None
    return client.generic(
        method, f"/api/v1{path}", sent or "", content_type="application/json", headers=head
    )


def on(user: User, at: datetime | None = None) -> Any:
    return asked(user, "POST", "/duty", {"on": True, "at": at.isoformat() if at else None})


def off(user: User) -> Any:
    return asked(user, "POST", "/duty", {"on": False})


def points(user: User, *moments: datetime, **head: str) -> Any:
    rows = [{"at": at.isoformat(), "lon": 115.98, "lat": 36.45, "accuracy": 6} for at in moments]
    return asked(user, "POST", "/tracks", {"points": rows}, **head)


def test_a_stretch_begins_and_ends_with_its_audit_rows(cast: Cast) -> None:
    assert on(cast.inspector).status_code == 200
    assert on(cast.inspector).json()["message"] == "你已经在岗，不用再上岗。"
    assert off(cast.inspector).json()["ended_at"]
    assert off(cast.inspector).status_code == 409
    verbs = Audit.objects.filter(subject_type="people.attendance").values_list("verb", flat=True)
    assert list(verbs.order_by("id")) == ["duty.begin", "duty.end"]


def test_points_are_kept_on_duty_only(cast: Cast) -> None:
    now = clock.now()
    assert points(cast.inspector, now).status_code == 409
    on(cast.inspector, now - timedelta(hours=1))
    inside = [now - timedelta(minutes=n) for n in (30, 20)]
    assert points(cast.inspector, *inside).json() == {"kept": 2}
    before = now - timedelta(hours=2)
    refused = points(cast.inspector, inside[0], before)
    assert (refused.status_code, TrackPoint.objects.count()) == (409, 2)
    off(cast.inspector)
    late = points(cast.inspector, now - timedelta(minutes=10))
    assert late.json() == {"kept": 1}, "made on duty, sent after it"


def test_points_that_come_twice_are_kept_once(cast: Cast) -> None:
    now = clock.now()
    on(cast.inspector, now - timedelta(hours=1))
    moments = [now - timedelta(minutes=n) for n in (3, 2, 1)]
    first = points(cast.inspector, *moments, **{"Idempotency-Key": "a"})
    again = points(cast.inspector, *moments, **{"Idempotency-Key": "a"})
    assert first.json() == again.json() == {"kept": 3}
    assert points(cast.inspector, *moments, now).json() == {"kept": 1}
    assert TrackPoint.objects.count() == 4


def test_a_phone_tells_later_when_it_was_but_not_much_later(cast: Cast) -> None:
    began = clock.now() - timedelta(hours=3)
    assert on(cast.inspector, began).status_code == 200
    assert Attendance.objects.get().began_at == began
    off(cast.inspector)
    assert on(cast.inspector, clock.now() - timedelta(hours=1)).status_code == 409
    other = make_user("second", "第二人", "inspector", cast.centre)
    assert on(other, clock.now() - timedelta(hours=25)).status_code == 422
    assert on(other, clock.now() + timedelta(hours=1)).status_code == 200
    assert Attendance.objects.get(user=other).began_at <= clock.now()


def test_the_way_is_seen_by_oneself_and_the_supervisor_of_the_area(cast: Cast) -> None:
    now = clock.now()
    on(cast.inspector, now - timedelta(hours=1))
    points(cast.inspector, now - timedelta(minutes=5))
    way = f"/duty/{Attendance.objects.get().pk}/track"
    for person in (cast.inspector, cast.supervisor):
        assert asked(person, "GET", way).json()["total"] == 1
        assert asked(person, "GET", "/duty").json()["items"][0]["name"] == "周启明"
    for person in (cast.dispatcher, cast.bob, cast.department, cast.admin, cast.charlie):
        assert asked(person, "GET", way).status_code == 404
        assert asked(person, "GET", "/duty").json()["items"] == []
    elsewhere = make_user("else", "外区", "supervisor", cast.other_centre)
    assert asked(elsewhere, "GET", way).status_code == 404


def test_who_has_no_post_in_the_street_records_nothing(cast: Cast) -> None:
    assert on(cast.dispatcher).status_code == 403
    assert points(cast.dispatcher, clock.now()).status_code == 403


def test_ways_go_after_their_time_and_who_forgot_goes_off_duty(cast: Cast) -> None:
    now = clock.now()
    with clock.at(now - timedelta(days=91)):
        on(cast.inspector)
        points(cast.inspector, clock.now())
    tidy_duty()
    row = Attendance.objects.get()
    assert row.ended_at == row.began_at + timedelta(hours=16)
    assert not TrackPoint.objects.exists()
    assert Audit.objects.get(verb="duty.end").actor_id is None
