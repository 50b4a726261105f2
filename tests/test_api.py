"""What every door of the API does alike: strangers, broken requests, writes that arrive twice."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import LAT, LON, photo_bytes
from chengyun.city.cases.models import Case
from chengyun.city.cases.schemas import Acting
from chengyun.city.cases.workflow import LEDGER, STANDARD
from chengyun.city.people.factories import PASSWORD, Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel.models import Audit, IdempotentAnswer

pytestmark = pytest.mark.django_db

REPORT = {"source": "inspector", "description": "雨水井盖不见", "lon": LON, "lat": LAT}


def bearer(user: User) -> dict[str, str]:
    token, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    return {"authorization": f"Bearer {token}"}


def post(path: str, body: Any, head: dict[str, str]) -> Any:
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    return Client().post(f"/api/v1{path}", text, content_type="application/json", headers=head)


def told(answer: Any) -> tuple[int, str]:
    """The status of a refusal and its kind; its words are one Chinese sentence."""
    body = answer.json()
    assert body["message"].endswith("。")
    assert not body["message"].isascii()
    return answer.status_code, body["error"]


def test_a_stranger_is_asked_to_log_in_whatever_is_tried(cast: Cast) -> None:
    wrong = {"authorization": "Bearer nonsense"}
    for head in ({}, wrong):
        assert told(Client().get("/api/v1/cases", headers=head)) == (401, "unauthenticated")
        assert told(post("/cases", REPORT, head)) == (401, "unauthenticated")
    assert Case.objects.count() == 0


def test_a_session_writes_only_with_its_csrf_mark(cast: Cast) -> None:
    page = Client(enforce_csrf_checks=True)
    page.force_login(cast.inspector)
    assert page.get("/api/v1/cases").status_code == 200
    body = json.dumps(REPORT)
    without = page.post("/api/v1/cases", body, content_type="application/json")
    assert told(without) == (403, "not_allowed")
    page.get(reverse("people:me"))
    mark = page.cookies["chengyun_csrf"].value
    answer = page.post(
        "/api/v1/cases", body, content_type="application/json", headers={"x-csrftoken": mark}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"{broken", 400, "invalid"),
        (b"\xff\xfe", 400, "invalid"),
        (b"", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b'{"source": 1}', 422, "invalid"),
        (b'{"lon": NaN}', 422, "invalid"),
    ],
    ids=["broken", "no-utf8", "nothing", "list", "null", "number", "nan"],
)
def test_a_body_that_is_no_report_is_refused(
    cast: Cast, body: bytes, status: int, kind: str
) -> None:
    assert told(post("/cases", body, bearer(cast.inspector))) == (status, kind)


def test_a_body_too_large_for_memory_is_a_413(cast: Cast) -> None:
    large = b'{"description": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    assert told(post("/cases", large, bearer(cast.inspector))) == (413, "too_large")


@pytest.mark.parametrize(
    "form",
    [
        b"",
        b"--edge",
        b"--edge\r\n" + b"x" * 5000,
        b"--edge\r\nContent-Disposition: nothing\r\n\r\n",
    ],
    ids=["nothing", "begun", "no-head", "no-name"],
)
def test_half_a_form_is_refused(cast: Cast, form: bytes) -> None:
    answer: Any = Client().post(
        "/api/v1/photos",
        form,
        content_type="multipart/form-data; boundary=edge",
        headers=bearer(cast.inspector),
    )
    assert told(answer)[0] in (400, 422)


def test_a_photo_becomes_a_number(cast: Cast) -> None:
    file = BytesIO(photo_bytes())
    file.name = "现场.jpg"
    answer: Any = Client().post("/api/v1/photos", {"file": file}, headers=bearer(cast.inspector))
    assert (answer.status_code, answer.json()["width"]) == (201, 320)


def test_the_same_key_gives_the_first_answer(cast: Cast) -> None:
    head = bearer(cast.inspector) | {"idempotency-key": "phone-1"}
    first, second = post("/cases", REPORT, head), post("/cases", REPORT, head)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert (Case.objects.count(), IdempotentAnswer.objects.count()) == (1, 1)


def test_a_verb_arriving_twice_is_one_act(cast: Cast) -> None:
    code = post("/cases", REPORT, bearer(cast.inspector)).json()["code"]
    head = bearer(cast.operator) | {"idempotency-key": "desk-1"}
    first, second = (post(f"/cases/{code}/accept", {"version": 1}, head) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert Audit.objects.filter(verb="case.accept").count() == 1


def test_one_key_is_for_one_write(cast: Cast) -> None:
    head = bearer(cast.inspector) | {"idempotency-key": "phone-1"}
    post("/cases", REPORT, head)
    other = post("/cases", REPORT | {"description": "另一件事"}, head)
    assert told(other) == (422, "invalid")
    colleague = bearer(cast.operator) | {"idempotency-key": "phone-1"}
    assert post("/cases", REPORT, colleague).status_code == 201
    assert Case.objects.count() == 2


def test_a_refusal_is_not_kept_for_the_key(cast: Cast) -> None:
    head = bearer(cast.inspector) | {"idempotency-key": "phone-2"}
    assert post("/cases", REPORT | {"source": "dream"}, head).status_code == 422
    assert post("/cases", REPORT, head).status_code == 201


@pytest.mark.parametrize("key", ["x" * 201, "键", "a\tb"], ids=["long", "chinese", "tab"])
def test_a_key_is_short_and_plain(cast: Cast, key: str) -> None:
    head = bearer(cast.inspector) | {"idempotency-key": key}
    assert told(post("/cases", REPORT, head)) == (422, "invalid")
    assert Case.objects.count() == 0


def test_a_method_a_door_does_not_know_is_refused_in_words(cast: Cast) -> None:
    answer: Any = Client().put("/api/v1/cases", headers=bearer(cast.inspector))
    assert told(answer) == (405, "method")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-01-01T08:00:00%2B08:00", 200),
        ("3214-01-31T04:05:46%2B19:15", 200),
        ("9999-12-31T23:59:59-10:00", 422),
        ("0001-01-01T00:00:00%2B10:00", 422),
        ("2026-01-01T08:00:00", 422),
    ],
)
def test_a_moment_of_any_zone_is_understood_or_refused(
    cast: Cast, moment: str, status: int
) -> None:
    head = bearer(cast.leader)
    assert Client().get(f"/api/v1/cases?since={moment}", headers=head).status_code == status


def test_the_document_is_served(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/token", "/api/v1/cases", "/api/v1/cases/{code}/{verb}"} <= set(paths)
    assert {"200", "401", "409", "422"} <= set(
        paths["/api/v1/cases/{code}/{verb}"]["post"]["responses"]
    )


def test_a_token_is_had_for_a_password(cast: Cast) -> None:
    right = {"username": cast.inspector.username, "password": PASSWORD}
    answer = post("/token", right, {})
    assert answer.status_code == 200
    head = {"authorization": f"Bearer {answer.json()['token']}"}
    assert Client().get("/api/v1/cases", headers=head).status_code == 200
    assert told(post("/token", right | {"password": "wrong"}, {})) == (401, "unauthenticated")


def test_every_fact_a_step_may_need_can_be_sent() -> None:
    known = {field.alias or name for name, field in Acting.model_fields.items()}
    steps = [step for flow in (STANDARD, LEDGER) for step in flow.steps]
    assert {key for step in steps for key in (*step.needs, *step.asks)} <= known
