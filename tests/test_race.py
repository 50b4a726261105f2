"""Many people at one case in the same moment: one wins, the others are told so, nobody sees an error page."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from chengyun.city.cases.factories import (
    LAT,
    LON,
    make_camera,
    make_case,
    make_discovery,
    photo_bytes,
)
from chengyun.city.cases.models import Case, Discovery
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit
from chengyun.kernel.models import Audit, File

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 50
REPORT = {"source": "inspector", "description": "雨水井盖不见", "lon": LON, "lat": LAT}


def head(user: User, key: str = "") -> dict[str, str]:
    token, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    found = {"authorization": f"Bearer {token}"}
    return found | {"idempotency-key": key} if key else found


def post(path: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
    return Client(raise_request_exception=False).post(
        f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers
    )


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Make all calls in the same moment, each on its own connection."""
    start = threading.Barrier(len(calls))
    answers: list[Any] = []

    def run(call: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers.append(call())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def statuses(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_of_fifty_who_press_one_button_one_wins(cast: Cast) -> None:
    case, who = make_case(cast), head(cast.operator)
    answers = at_once([lambda: post(f"/cases/{case.code}/accept", {"version": 1}, who)] * CLIENTS)
    assert statuses(answers) == {200: 1, 409: CLIENTS - 1}
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert {body["version"] for body in refusals} == {2}
    told = (case.code, cast.operator.name)
    assert all(any(word in body["message"] for word in told) for body in refusals)
    assert Audit.objects.filter(verb="case.accept").count() == 1
    assert Case.objects.get(pk=case.pk).version == 2
    audit.seal_new()
    assert audit.verify().sound


def test_of_fifty_who_saw_no_version_one_wins(cast: Cast) -> None:
    case, who = make_case(cast), head(cast.operator)
    answers = at_once([lambda: post(f"/cases/{case.code}/accept", {}, who)] * CLIENTS)
    assert statuses(answers) == {200: 1, 409: CLIENTS - 1}
    assert Audit.objects.filter(verb="case.accept").count() == 1


def test_different_buttons_exclude_each_other(cast: Cast) -> None:
    case, operator, supervisor = make_case(cast), head(cast.operator), head(cast.supervisor)
    buttons = [("accept", operator), ("refuse", operator), ("void", supervisor)] * 10
    answers = at_once(
        [
            lambda verb=verb, who=who: post(  # type: ignore[misc]
                f"/cases/{case.code}/{verb}", {"version": 1, "reason": "重复"}, who
            )
            for verb, who in buttons
        ]
    )
    assert statuses(answers) == {200: 1, 409: len(buttons) - 1}
    assert Audit.objects.filter(subject_type="cases.case").count() == 2
    assert Case.objects.get(pk=case.pk).version == 2


def test_reports_in_one_moment_get_numbers_of_their_own(cast: Cast) -> None:
    who = head(cast.inspector)
    answers = at_once([lambda: post("/cases", REPORT, who)] * 20)
    assert statuses(answers) == {201: 20}
    assert len({answer.json()["code"] for answer in answers}) == Case.objects.count() == 20
    assert audit.verify().sound


def test_one_report_sent_again_and_again_is_one_case(cast: Cast) -> None:
    who = head(cast.inspector, "phone-1")
    answers = at_once([lambda: post("/cases", REPORT, who)] * 20)
    assert statuses(answers) == {201: 20}
    assert len({answer.content for answer in answers}) == Case.objects.count() == 1


def test_one_verb_sent_again_and_again_is_one_act(cast: Cast) -> None:
    case, who = make_case(cast), head(cast.operator, "desk-1")
    answers = at_once([lambda: post(f"/cases/{case.code}/accept", {"version": 1}, who)] * 20)
    assert statuses(answers) == {200: 20}
    assert len({answer.content for answer in answers}) == 1
    assert Audit.objects.filter(verb="case.accept").count() == 1


def test_of_many_who_judge_one_discovery_one_wins(cast: Cast) -> None:
    path, who = f"/discoveries/{make_discovery(cast).code}", head(cast.operator)
    buttons = [("confirm", {}), ("reject", {"reason": "false"})] * 10
    answers = at_once(
        [
            lambda verb=verb, body=body: post(f"{path}/{verb}", body, who)  # type: ignore[misc]
            for verb, body in buttons
        ]
    )
    assert statuses(answers) == {200: 1, 409: len(buttons) - 1}
    assert Audit.objects.filter(subject_type="cases.discovery").count() == 2
    assert Case.objects.count() == Discovery.objects.filter(state="confirmed").count()
    assert audit.verify().sound


def test_one_sighting_sent_many_times_at_once_is_one_discovery(cast: Cast) -> None:
    who, camera = head(cast.sender), make_camera()
    said = {"number": "V-1", "algorithm": "街面识别 2.1", "kind": "vendor", "confidence": "0.9"}
    said |= {"x": "0.1", "y": "0.1", "w": "0.5", "h": "0.5", "camera": camera.code}
    said |= {"taken_at": "2026-05-01T08:00:00+08:00"}

    def send() -> Any:
        frame = SimpleUploadedFile("frame.jpg", photo_bytes())
        client = Client(raise_request_exception=False)
        return client.post("/api/v1/discoveries", {**said, "frame": frame}, headers=who)

    answers = at_once([send] * 12)
    assert statuses(answers) == {201: 1, 200: 11}
    assert len({answer.json()["code"] for answer in answers}) == 1
    assert (Discovery.objects.count(), File.objects.count()) == (1, 1)
