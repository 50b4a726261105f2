"""Partners: a secret shown once, reports signed with it, no replay, each number once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import LAT, LON, make_case, make_working_city
from chengyun.city.cases.models import Case, Inquiry, Partner, PartnerCall
from chengyun.city.cases.partners import signature_of
from chengyun.city.cases.services.partners import (
    add_partner,
    change_secret,
    end_partner,
    tidy_calls,
)
from chengyun.city.people.factories import Cast
from chengyun.kernel import clock
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db

BODY = {"number": "P-1", "description": "井盖没了", "address": "湖南路与兴华路交叉口"}


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def secret(cast: Cast) -> str:
    return add_partner("hotline", "市热线", "hotline", shared=True, by=cast.admin)[0]


def send(
    secret: str,
    body: Any = BODY,
    *,
    key: str = "hotline",
    later: int = 0,
    heads: dict[str, str] | None = None,
) -> Any:
    """Sign and send as a partner does."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(clock.now().timestamp()) + later)
    signed = {
        "Chengyun-Timestamp": stamp,
        "Chengyun-Signature": f"sha256={signature_of(secret, stamp, raw)}",
    }
    return Client(raise_request_exception=False).post(
        f"/api/v1/partners/{key}/reports", raw, "application/json", headers=signed | (heads or {})
    )


def test_a_signed_report_becomes_a_case_that_says_through_whom(cast: Cast, secret: str) -> None:
    answer = send(secret, BODY | {"reporter_phone": "13863522046"})
    case = Case.objects.get()
    assert (answer.status_code, answer.json()["code"]) == (201, case.code)
    assert (case.source, case.inquiry.number, case.reporter) == ("hotline", "P-1", None)
    client = Client()
    client.force_login(cast.dispatcher)
    page = client.get(f"/cases/{case.code}/").content.decode()
    assert "12345 热线（市热线）" in page
    assert "13863522046" not in page


def test_the_same_signature_is_refused_and_the_same_number_adds_nothing(secret: str) -> None:
    with clock.at(clock.now()):
        first = send(secret)
        replay = send(secret)
        again = send(secret, later=1)
    assert (first.status_code, replay.status_code, again.status_code) == (201, 409, 200)
    assert again.json() == first.json() | {"known": True}
    assert (Case.objects.count(), Inquiry.objects.count()) == (1, 1)


def test_a_number_of_the_desk_is_the_hotline_s_own(cast: Cast, secret: str) -> None:
    case = make_case(cast, source="hotline", number="P-1")
    assert send(secret).json()["code"] == case.code
    other, _ = add_partner("paper", "晚报", "hotline", shared=False, by=cast.admin)
    assert send(other, key="paper").status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"later": 400},
        {"later": -400},
        {"heads": {"Chengyun-Signature": "sha256=" + "0" * 64}},
        {"heads": {"Chengyun-Signature": "sha256=wrong"}},
        {"heads": {"Chengyun-Signature": ""}},
        {"heads": {"Chengyun-Timestamp": "yesterday"}},
        {"heads": {"Chengyun-Timestamp": "99999999999999999999"}},
        {"key": "nobody"},
    ],
)
def test_what_is_not_signed_rightly_is_a_stranger(secret: str, wrong: dict[str, Any]) -> None:
    answer = send(secret, **wrong)
    assert answer.status_code == 401
    assert not Case.objects.exists()
    assert not PartnerCall.objects.exists()


def test_a_body_that_was_changed_on_the_way_is_refused(secret: str) -> None:
    stamp = str(int(clock.now().timestamp()))
    made = signature_of(secret, stamp, json.dumps(BODY).encode())
    heads = {"Chengyun-Timestamp": stamp, "Chengyun-Signature": f"sha256={made}"}
    assert send(secret, BODY | {"number": "P-2"}, heads=heads).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        {"number": "", "description": "x", "address": "湖南路"},
        BODY | {"address": "没有这条街"},
        BODY | {"class": "没有"},
        BODY | {"lon": 0, "lat": 0},
    ],
)
def test_a_bad_report_is_told_why_and_leaves_nothing(secret: str, body: Any) -> None:
    answer = send(secret, body)
    assert answer.status_code in (400, 422)
    assert answer.json()["message"]
    assert not Case.objects.exists()


def test_a_point_of_its_own_is_taken_as_it_is(secret: str) -> None:
    assert send(secret, BODY | {"address": "门口", "lon": LON, "lat": LAT}).status_code == 201
    assert (Case.objects.get().lon, Case.objects.get().address) == (LON, "门口")


def test_a_changed_secret_lets_the_old_one_end_within_a_day(cast: Cast, secret: str) -> None:
    new = change_secret(Partner.objects.get(), by=cast.admin)
    assert new != secret
    assert send(secret).status_code == 201
    assert send(new, later=1).status_code == 200
    with clock.at(clock.now() + timedelta(hours=25)):
        assert send(secret).status_code == 401
        assert send(new).status_code == 200
    end_partner(Partner.objects.get(), by=cast.admin)
    assert send(new).status_code == 401


def test_the_secret_is_shown_once_and_stands_nowhere(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.admin)
    form = {"key": "city", "name": "市平台", "source": "upper"}
    answer = client.post("/maintenance/partners/add/", form)
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    secret = page.split('class="secret">')[1].split("<")[0]
    assert send(secret, key="city").status_code == 201
    assert secret not in client.get("/maintenance/partners/city/").content.decode()
    assert secret not in str([*Partner.objects.values(), *Audit.objects.values()])
    again = client.post("/maintenance/partners/add/", form)
    assert again.status_code == 422
    other = client.post("/maintenance/partners/city/secret/").content.decode()
    assert 'class="secret"' in other
    assert secret not in other
    client.post("/maintenance/partners/city/end/")
    assert Partner.objects.get().ended_at
    assert client.post("/maintenance/partners/city/secret/").status_code == 409


def test_only_whoever_keeps_partners_sees_them(cast: Cast, secret: str) -> None:
    client = Client(raise_request_exception=False)
    for user in (cast.operator, cast.security, cast.charlie):
        client.force_login(user)
        for path in ("", "add/", "hotline/"):
            assert client.get(f"/maintenance/partners/{path}").status_code == 403
        assert client.post("/maintenance/partners/hotline/end/").status_code == 403
    assert Partner.objects.get().ended_at is None


def test_signatures_are_forgotten_once_their_time_is_over(secret: str) -> None:
    send(secret)
    tidy_calls()
    assert PartnerCall.objects.count() == 1
    with clock.at(clock.now() + timedelta(minutes=16)):
        tidy_calls()
    assert not PartnerCall.objects.exists()
