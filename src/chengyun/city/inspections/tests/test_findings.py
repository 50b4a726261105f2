"""Findings: recorded by who may, each with its case, seen by whom it concerns."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.models import Case
from chengyun.city.inspections.factories import (
    DISTRICT_COMMUNITY,
    OTHER_COMMUNITY,
    found,
    new_finding,
    photo_of,
)
from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.queries import findings_for
from chengyun.city.inspections.services import record_finding
from chengyun.city.people.factories import Cast, make_cast, make_user
from chengyun.city.people.models import User
from chengyun.city.places.factories import centre_of, make_city
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Invalid, NotAllowed
from chengyun.kernel.files import attachments_of
from chengyun.kernel.models import Audit, Message

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 12, 10, 4, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    make_city()
    return cast


@pytest.fixture
def district_evaluator(cast: Cast) -> User:
    return make_user("district-evaluator", "贾评", "evaluator", cast.centre)


def body(cast: Cast, **changes: object) -> dict[str, object]:
    lon, lat = centre_of(DISTRICT_COMMUNITY)
    return {
        "field": "greening",
        "description": "行道树缺株 2 棵",
        "place": "东昌路 218 号对面",
        "lon": lon,
        "lat": lat,
        "unit": cast.crew.code,
        "due": str(clock.now().date() + timedelta(days=4)),
    } | changes


def post(client: Client, content: object) -> tuple[int, dict[str, object]]:
    answer = client.post(
        "/api/v1/inspections/findings", json.dumps(content), content_type="application/json"
    )
    return answer.status_code, answer.json()


def test_a_finding_opens_its_case_and_leaves_its_row(cast: Cast) -> None:
    with clock.at(NOON):
        photo = photo_of(cast.evaluator)
        finding = found(cast, photos=(photo,))
    case = finding.case
    assert (case.type, case.source, case.unit) == ("ledger", "inspection", cast.crew)
    assert case.state == "rectifying"
    assert (finding.area, finding.grid_code) == (case.area, case.grid)
    assert finding.area == DISTRICT_COMMUNITY
    assert finding.code == "DC2512100001"
    assert (finding.office, finding.week) == ("3715", date(2025, 12, 8))
    assert [a.file for a in attachments_of(finding)] == [photo]
    row = Audit.objects.get(verb="finding.record")
    assert (row.actor_id, row.facts["case"]) == (cast.evaluator.pk, case.code)
    assert audit.verify().sound


def test_nothing_is_half_written(cast: Cast) -> None:
    with pytest.raises(Invalid):
        found(cast, lon=10.0, lat=10.0)
    assert not Finding.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"field": "water"}, "field"),
        ({"checklist": "yearly"}, "checklist"),
        ({"description": " "}, "description"),
        ({"place": "路" * 121}, "place"),
        ({"due": date(2025, 12, 9)}, "due"),
        ({"due": date(2027, 1, 1)}, "due"),
        ({"found_at": NOON + timedelta(hours=1)}, "found_at"),
        ({"found_at": NOON - timedelta(days=40)}, "found_at"),
    ],
)
def test_what_is_wrong_is_named(cast: Cast, change: dict[str, Any], field: str) -> None:
    with clock.at(NOON), pytest.raises(Invalid) as refusal:
        found(cast, **change)
    assert [fault.field for fault in refusal.value.fields] == [field]


def test_who_may_not_record_does_not(cast: Cast, district_evaluator: User) -> None:
    for user in (cast.leader, cast.department, cast.charlie):
        with pytest.raises(NotAllowed):
            record_finding(new_finding(cast), by=user)
    with pytest.raises(NotAllowed):
        found(cast, community=OTHER_COMMUNITY, by=district_evaluator)
    assert not Case.objects.exists()


def test_each_sees_what_concerns_them(cast: Cast, district_evaluator: User) -> None:
    here = found(cast)
    there = found(cast, community=OTHER_COMMUNITY, unit=cast.other_crew)
    seen = {
        user.username: set(findings_for(user))
        for user in (cast.evaluator, cast.leader, cast.department, cast.charlie, district_evaluator)
    }
    assert seen["evaluator"] == seen["leader"] == {here, there}
    assert seen["department"] == {here}
    assert seen["district-evaluator"] == {here}
    assert seen["charlie"] == set()


def test_the_api_records_lists_and_refuses(cast: Cast, client: Client) -> None:
    client.force_login(cast.evaluator)
    status, made = post(client, body(cast, photos=[photo_of(cast.evaluator).pk]))
    assert (status, made["unit"], made["case_state"]) == (201, cast.crew.code, "rectifying")
    listed = client.get("/api/v1/inspections/findings?field=greening&state=open&limit=1").json()
    assert (listed["total"], listed["next"], listed["items"]) == (1, "", [made])
    assert client.get("/api/v1/inspections/findings?state=late").json()["total"] == 0
    assert post(client, body(cast, unit="nowhere"))[0] == 422
    assert post(client, body(cast, lon=10))[0] == 422
    assert post(client, body(cast, photos=[2**61]))[0] == 422
    assert client.get("/api/v1/inspections/findings?week=2025-12-W9").status_code == 422
    client.force_login(cast.leader)
    assert post(client, body(cast))[0] == 403
    client.force_login(cast.charlie)
    assert client.get("/api/v1/inspections/findings").status_code == 403


def test_a_repeated_report_is_recorded_once(cast: Cast, client: Client) -> None:
    client.force_login(cast.evaluator)
    first, second = (
        client.post(
            "/api/v1/inspections/findings",
            json.dumps(body(cast)),
            content_type="application/json",
            headers={"Idempotency-Key": "one"},
        ).json()
        for _ in range(2)
    )
    assert first == second
    assert Finding.objects.count() == 1


@pytest.mark.parametrize("demo", [True, False])
def test_what_is_found_in_a_demo_is_marked_and_its_case_too(demo: bool) -> None:
    cast = make_cast(demo=demo)
    make_city()
    finding = found(cast)
    assert (finding.simulated, finding.case.simulated) == (demo, demo)


def test_the_unit_is_told_of_a_finding_once(cast: Cast) -> None:
    finding = found(cast, description="人行道板松动 3 处，雨天溅水。")
    outbox.deliver_due()
    told = Message.objects.filter(person_id=cast.department.pk)
    assert list(told.values_list("kind", "code")) == [("finding.recorded", finding.case.code)]
    assert f"雨天溅水。{cast.crew}整改，" in told.get().text
