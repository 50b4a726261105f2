"""One case through all seven stages, over HTTP, by the people whose step it is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from chengyun.city.cases.factories import LAT, LON, MANHOLE, make_working_city, photo_bytes
from chengyun.city.people.factories import PASSWORD, Cast
from chengyun.city.people.models import User
from chengyun.kernel import audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


class Caller:
    """A person at the API; every write carries a key of its own, as the phone's do."""

    def __init__(self, user: User) -> None:
        self.http = Client()
        answer = self.http.post(
            "/api/v1/token",
            {"username": user.username, "password": PASSWORD},
            content_type="application/json",
        )
        self.head = {"authorization": f"Bearer {answer.json()['token']}"}

    def post(self, path: str, body: dict[str, Any] | None = None, **head: str) -> Any:
        return self.http.post(
            f"/api/v1{path}",
            body or {},
            content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex, **self.head, **head},
        )

    def get(self, path: str) -> Any:
        return self.http.get(f"/api/v1{path}", headers=self.head)

    def photo(self) -> int:
        from io import BytesIO

        file = BytesIO(photo_bytes())
        file.name = "现场.jpg"
        answer = self.http.post("/api/v1/photos", {"file": file}, headers=self.head)
        assert answer.status_code == 201, answer.content
        return int(answer.json()["id"])


REPORT = {
    "source": "inspector",
    "class": MANHOLE,
    "description": "雨水井盖不见，井口约 70 厘米",
    "lon": LON,
    "lat": LAT,
}


def opened(cast: Cast) -> tuple[str, Caller]:
    inspector = Caller(cast.inspector)
    answer = inspector.post("/cases", {**REPORT, "photos": [inspector.photo()]})
    assert answer.status_code == 201, answer.content
    return answer.json()["code"], inspector


def test_one_case_goes_through_all_stages(cast: Cast) -> None:
    code, inspector = opened(cast)
    operator, supervisor, dispatcher, crew = map(
        Caller, (cast.operator, cast.supervisor, cast.dispatcher, cast.department)
    )
    way: list[tuple[Caller, str, dict[str, Any], str]] = [
        (operator, "accept", {}, "accepted"),
        (supervisor, "file", {"class": MANHOLE, "condition": None}, "filed"),
        (dispatcher, "dispatch", {"unit": cast.crew.code}, "dispatched"),
        (crew, "sign", {}, "handling"),
        (crew, "handle", {"result": "已换新井盖", "photos": None}, "handled"),
        (dispatcher, "feed_back", {"inspector": cast.inspector.username}, "checking"),
        (inspector, "check_fail", {"reason": "井盖松动", "photos": None}, "dispatched"),
        (crew, "sign", {}, "handling"),
        (crew, "handle", {"result": "已加固", "photos": None}, "handled"),
        (dispatcher, "feed_back", {"inspector": cast.inspector.username}, "checking"),
        (inspector, "check_pass", {"photos": None}, "checked"),
        (supervisor, "close", {}, "closed"),
    ]
    for person, verb, facts, state in way:
        seen = person.get(f"/cases/{code}").json()
        assert verb in [v["verb"] for v in seen["verbs"]], (verb, seen)
        if "photos" in facts:
            facts["photos"] = [person.photo()]
        if "condition" in facts:
            facts["condition"] = person.get(f"/classes/{MANHOLE}").json()["conditions"][0]["id"]
        answer = person.post(f"/cases/{code}/{verb}", {**facts, "version": seen["version"]})
        assert answer.status_code == 200, (verb, answer.json())
        assert answer.json()["state"] == state
    done = supervisor.get(f"/cases/{code}").json()
    assert (done["light"], done["reworks"], done["verbs"]) == ("kept", 1, [])
    audit.seal_new()
    verdict = audit.verify()
    assert verdict.sound, verdict.faults
    assert verdict.unsealed == 0


def test_the_slower_of_two_gets_a_409_with_the_newer_version(cast: Cast) -> None:
    code, _ = opened(cast)
    operator = Caller(cast.operator)
    seen = operator.get(f"/cases/{code}").json()["version"]
    assert operator.post(f"/cases/{code}/accept", {"version": seen}).status_code == 200
    slower = operator.post(f"/cases/{code}/refuse", {"version": seen, "reason": "重复"})
    assert slower.status_code == 409
    assert slower.json()["version"] == seen + 1


def test_a_verb_the_state_does_not_allow_is_a_409_in_words(cast: Cast) -> None:
    code, _ = opened(cast)
    answer = Caller(cast.supervisor).post(f"/cases/{code}/close")
    assert answer.status_code == 409
    assert "待受理" in answer.json()["message"]


def test_who_may_not_is_refused_and_who_is_elsewhere_sees_nothing(cast: Cast) -> None:
    code, _ = opened(cast)
    assert Caller(cast.dispatcher).post(f"/cases/{code}/accept").status_code == 403
    assert Caller(cast.bob).get(f"/cases/{code}").status_code == 404
    assert Caller(cast.bob).get("/cases").json()["items"] == []
    assert Caller(cast.charlie).get("/cases").status_code == 403


def test_missing_facts_are_named(cast: Cast) -> None:
    code, _ = opened(cast)
    answer = Caller(cast.operator).post(f"/cases/{code}/refuse")
    assert answer.status_code == 422
    assert [f["field"] for f in answer.json()["fields"]] == ["reason"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"class": "P9999"}, "P9999"),
        ({"source": "dream"}, "dream"),
        ({"lon": 120.0}, "不在本市范围"),
        ({"lon": "east"}, "数字"),
        ({"description": " "}, "发生了什么"),
        ({"description": "井" * 4001}, "太长"),
        ({"type": "poem"}, "poem"),
        ({"photos": [987654]}, "照片"),
        ({"asset": "3715020103999999"}, "3715020103999999"),
    ],
)
def test_a_wrong_report_gets_a_sentence_and_leaves_nothing(
    cast: Cast, change: dict[str, Any], word: str
) -> None:
    inspector = Caller(cast.inspector)
    answer = inspector.post("/cases", {**REPORT, **change})
    assert answer.status_code == 422, answer.content
    assert word in answer.json()["message"]
    assert inspector.get("/cases").json()["total"] == 0


def test_the_same_report_twice_is_one_case(cast: Cast) -> None:
    inspector = Caller(cast.inspector)
    first = inspector.post("/cases", REPORT, **{"idempotency-key": "phone-1"})
    second = inspector.post("/cases", REPORT, **{"idempotency-key": "phone-1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert inspector.get("/cases").json()["total"] == 1


def test_a_case_is_found_by_words_code_and_initials(cast: Cast) -> None:
    code, inspector = opened(cast)
    for words in ("井盖", "井口", code, code[6:], f"{code[2:6]}-{code[6:]}", "ysjg"):
        assert inspector.get(f"/cases?q={words}").json()["total"] == 1, words
    assert inspector.get("/cases?q=路灯").json()["total"] == 0
