"""What a phone asks of the city: whose it is, the tasks, and writes that arrive twice or in the wrong name."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import (
    LAT,
    LON,
    MANHOLE,
    drive,
    make_case,
    make_working_city,
    photo_bytes,
)
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.bindings import bind
from chengyun.kernel import clock, outbox
from chengyun.kernel.files import attachments_of
from chengyun.kernel.models import Capture, File

pytestmark = pytest.mark.django_db

REPORT = {
    "source": "inspector", "description": "井盖不见", "lon": LON, "lat": LAT, "class": MANHOLE,
}  # fmt: skip
WEBM = b"\x1aE\xdf\xa3" + b"sound" * 20


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def window(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(user: User, path: str) -> Any:
    return window(user).get(f"/api/v1{path}").json()


def post(user: User, path: str, body: Any, **head: str) -> Any:
    return window(user).post(
        f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=head
    )


def upload(user: User, data: bytes, path: str = "/photos", key: str = "", **facts: Any) -> Any:
    file = BytesIO(data)
    file.name = "现场.jpg"
    head = {"Idempotency-Key": key} if key else {}
    return window(user).post(f"/api/v1{path}", {"file": file, **facts}, headers=head)


def test_a_photo_sent_twice_is_one_file(cast: Cast) -> None:
    """Each attempt has a boundary of its own, as a browser's has."""
    first = upload(cast.inspector, photo_bytes(), key="p1", accuracy="6")
    again = upload(cast.inspector, photo_bytes(), key="p1", accuracy="6")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert File.objects.count() == 1
    other = upload(cast.inspector, photo_bytes(7), key="p1", accuracy="6")
    assert other.status_code == 422
    elsewhere = upload(cast.inspector, photo_bytes(), key="p1", accuracy="7")
    assert elsewhere.status_code == 422


def test_a_photo_keeps_its_moment_its_place_and_its_original(cast: Cast) -> None:
    taken = clock.now() - timedelta(hours=2)
    facts: dict[str, Any] = {"taken_at": taken.isoformat(), "lon": LON, "lat": LAT, "accuracy": 6}
    photo = upload(cast.inspector, photo_bytes(), original_sha256="a" * 64, **facts).json()["id"]
    case = post(cast.inspector, "/cases", {**REPORT, "photos": [photo]}).json()
    (seen,) = read(cast.inspector, f"/cases/{case['code']}")["evidence"]
    assert seen["original_sha256"] == "a" * 64
    assert seen["stamp"].endswith(" · 距案件 0 米 · 周启明")
    assert Capture.objects.get().taken_at == taken


def test_a_camera_that_is_ahead_of_time_is_put_right(cast: Cast) -> None:
    ahead = clock.now() + timedelta(days=1)
    upload(cast.inspector, photo_bytes(), taken_at=ahead.isoformat())
    taken = Capture.objects.get().taken_at
    assert taken is not None
    assert taken <= clock.now()


@pytest.mark.parametrize(
    "facts", [{"lon": "200"}, {"taken_at": "yesterday"}, {"original_sha256": "x"}], ids=str
)
def test_wrong_facts_of_a_photo_are_refused(cast: Cast, facts: dict[str, str]) -> None:
    assert upload(cast.inspector, photo_bytes(), **facts).status_code == 422
    assert not File.objects.exists()


def test_a_spoken_note_is_kept_and_heard_on_the_case(cast: Cast) -> None:
    voice = upload(cast.inspector, WEBM, "/voices", key="v1").json()["id"]
    assert upload(cast.inspector, WEBM, "/voices", key="v1").json()["id"] == voice
    code = post(cast.inspector, "/cases", {**REPORT, "voice": voice}).json()["code"]
    (kept,) = attachments_of(Case.objects.get(code=code))
    assert (kept.role, kept.file.media_type) == ("voice", "audio/webm")
    page = window(cast.operator).get(f"/cases/{code}/").content.decode()
    assert f'src="{reverse("files:attachment", args=(kept.pk,))}"' in page
    assert upload(cast.inspector, b"no sound", "/voices").status_code == 415


def test_what_was_kept_for_one_person_is_not_done_by_another(cast: Cast) -> None:
    told = post(cast.evaluator, "/cases", REPORT, **{"Chengyun-Person": "inspector"})
    assert (told.status_code, told.json()["error"]) == (403, "other_person")
    assert not Case.objects.exists()
    mine = post(cast.inspector, "/cases", REPORT, **{"Chengyun-Person": "inspector"})
    assert mine.status_code == 201


def test_a_report_keeps_when_it_was_seen(cast: Cast) -> None:
    seen = clock.now() - timedelta(hours=3)
    body = {**REPORT, "seen_at": seen.isoformat(), "accuracy": 6.4}
    case = Case.objects.get(code=post(cast.inspector, "/cases", body).json()["code"])
    assert case.data == {"seen_at": seen.isoformat(), "accuracy": 6, "answers": []}
    assert case.reported_at > seen
    page = window(cast.operator).get(f"/cases/{case.code}/").content.decode()
    assert "误差约 6 米" in page
    later = {**REPORT, "seen_at": (clock.now() + timedelta(days=1)).isoformat()}
    code = post(cast.inspector, "/cases", later).json()["code"]
    assert Case.objects.get(code=code).data["seen_at"] <= clock.now().isoformat()


def test_a_phone_hears_whose_it_is(cast: Cast) -> None:
    for _ in range(3):
        make_case(cast, class_code="E0101")
    make_case(cast)
    told = read(cast.inspector, "/phone")
    assert (told["username"], told["name"], told["source"]) == ("inspector", "周启明", "inspector")
    assert told["classes"] == ["E0101", MANHOLE]
    assert (told["may_report"], told["may_record"], told["on_duty"]) == (True, True, None)
    new = read(cast.evaluator, "/phone")["classes"]
    assert new == ["E0101", MANHOLE], "who has reported nothing yet sees what others report"
    assert Client().get("/api/v1/phone").status_code == 401


def test_duty_is_offered_to_whom_it_concerns(cast: Cast) -> None:
    assert not read(cast.department, "/phone")["may_record"]
    assert not read(cast.dispatcher, "/phone")["may_record"]
    bind("street", "region", "371502003", cast.department, by=None)
    assert read(cast.department, "/phone")["may_record"]


def test_a_step_says_what_it_needs_and_what_comes_behind_it(cast: Cast) -> None:
    drive(make_case(cast), cast, "dispatched")
    (task,) = read(cast.department, "/phone/tasks")
    verbs = {verb["verb"]: verb for verb in task["verbs"]}
    assert next(iter(verbs)) == "sign"
    cause, reason = verbs["ask_return"]["facts"]
    assert [choice["value"] for choice in cause["choices"]][0] == "wrong_unit"
    assert (reason["label"], reason["kind"], reason["required"]) == ("原因", "long", True)
    handle = next(verb for verb in verbs["sign"]["then"] if verb["verb"] == "handle")
    assert [fact["kind"] for fact in handle["facts"] if fact["required"]] == ["long", "photos"]
    assert task["closing"]


def test_tasks_are_those_of_this_person(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "checking")
    drive(make_case(cast), cast, "handling")
    assert [task["code"] for task in read(cast.inspector, "/phone/tasks")] == [case.code]
    assert len(read(cast.department, "/phone/tasks")) == 1
    assert read(cast.other_department, "/phone/tasks") == []
    assert read(cast.dispatcher, "/phone/tasks") == []


def test_the_choices_of_a_fact_are_those_of_the_case(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "filed")
    told = read(cast.dispatcher, f"/cases/{case.code}")
    dispatch = next(verb for verb in told["verbs"] if verb["verb"] == "dispatch")
    unit = next(fact for fact in dispatch["facts"] if fact["key"] == "unit")
    assert {"value": cast.crew.code, "label": "市政工程处"} in unit["choices"]


def test_the_worker_names_its_cache_by_what_is_in_it() -> None:
    answer = Client().get(reverse("coordination:phone_worker"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    script = answer.content.decode()
    shell = Client().get(reverse("coordination:phone")).content.decode()
    version = script.split('"shell-')[1].split('"')[0]
    assert f'data-version="{version}"' in shell
    for word in ("phone/app", "phone/store", "phone/sender", "tokens.css"):
        assert word in script
    manifest = Client().get(reverse("coordination:phone_manifest")).json()
    assert manifest["scope"] == reverse("coordination:phone")


def test_messages_are_read_on_the_phone_as_far_as_they_were_seen(cast: Cast) -> None:
    drive(make_case(cast), cast, "dispatched")
    outbox.deliver_due()
    assert read(cast.department, "/phone")["unread"] == 1
    first = read(cast.department, "/phone/messages")
    assert [(one["code"] != "", one["read"]) for one in first] == [(True, False)]
    drive(make_case(cast), cast, "dispatched")
    outbox.deliver_due()
    answer = post(cast.department, "/phone/messages/read", {"until": first[0]["id"]})
    assert answer.json() == {"read": 1}
    assert [one["read"] for one in read(cast.department, "/phone/messages")] == [False, True]
    assert read(cast.inspector, "/phone/messages") == []


def test_an_address_for_somebody_outside_is_not_sent_from_the_street(cast: Cast) -> None:
    drive(make_case(cast), cast, "handling")
    (task,) = read(cast.department, "/phone/tasks")
    verbs = {verb["verb"] for verb in task["verbs"]}
    assert "handle" in verbs
    assert "invite" not in verbs


def test_a_task_says_what_was_said_before_it(cast: Cast) -> None:
    """Whoever checks reads what was done; whoever does it again reads why it came back."""
    case = drive(make_case(cast), cast, "dispatched")
    assert read(cast.department, "/phone/tasks")[0]["said"] is None
    drive(case, cast, "checking")
    done = read(cast.inspector, "/phone/tasks")[0]["said"]
    assert (done["label"], done["words"], done["who"]) == (
        "处置完成",
        "已换新井盖",
        "马建军 · 专业部门",
    )
    photo = upload(cast.inspector, photo_bytes()).json()["id"]
    facts = {"reason": "井盖仍有晃动", "photos": [photo]}
    assert post(cast.inspector, f"/cases/{case.code}/check_fail", facts).status_code == 200
    back = read(cast.department, "/phone/tasks")[0]["said"]
    assert (back["label"], back["words"]) == ("核查不合格", "井盖仍有晃动")
    assert post(cast.department, f"/cases/{case.code}/sign", {}).status_code == 200
    assert read(cast.department, "/phone/tasks")[0]["said"] == back
