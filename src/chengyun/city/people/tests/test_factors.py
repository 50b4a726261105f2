"""The second factor: a code of the telephone after the password, taken once; recovery codes; who must have it."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from pyotp import TOTP

from chengyun.city.people.factories import CITY, PASSWORD, Cast
from chengyun.city.people.models import RecoveryCode, SecondFactor, User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.users import set_password
from chengyun.kernel import audit, clock
from chengyun.kernel.models import Audit, Personal
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db

ON, OFF, CODE = "/me/second-factor/", "/me/second-factor/off/", "/login/code/"
START = datetime.fromtimestamp(clock.now().timestamp() // 30 * 30, UTC)
"""The first moment of a code's thirty seconds."""
NEW = "quiet-canal-boats-77"


def later(seconds: int) -> AbstractContextManager[None]:
    """Some time after the start; the clock of the tests stands still, so that a code is where it is looked for."""
    return clock.at(START + timedelta(seconds=seconds))


@dataclass(frozen=True, kw_only=True)
class Telephone:
    """What a person carries once the second factor is on."""

    username: str
    secret: str
    codes: tuple[str, ...]

    def shows(self, seconds: int = 0) -> str:
        """The code now, or of some seconds before or after."""
        return TOTP(self.secret).at(clock.now() + timedelta(seconds=seconds))


def enter(username: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/login/", {"username": username, "password": password, "next": "/me/"})
    return client


def turned_on(username: str = "dispatcher") -> Telephone:
    """Through the page, at the start."""
    with later(0):
        client = enter(username)
        secret = client.get(ON).context["secret"].replace(" ", "")
        answer = client.post(ON, {"code": TOTP(secret).at(clock.now())})
        assert answer.status_code == 200
        return Telephone(username=username, secret=secret, codes=tuple(answer.context["codes"]))


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def give(client: Client, code: str, field: str = "code") -> Any:
    return client.post(CODE, {field: code, "next": "/desk/"})


def ask_token(username: str, code: str | None = None, password: str = PASSWORD) -> Any:
    form = {"username": username, "password": password} | ({"code": code} if code else {})
    return Client().post("/api/v1/token", form, "application/json")


def test_it_is_turned_on_with_a_first_code(cast: Cast) -> None:
    with later(0):
        client = enter("dispatcher")
        page = client.get(ON)
        text, secret = page.content.decode(), page.context["secret"]
        assert page.headers["Cache-Control"] == "no-store"
        assert secret in text and "<svg" in text and "style=" not in text
        assert client.get(ON).context["secret"] == secret
        wrong = client.post(ON, {"code": "000000"})
        assert wrong.status_code == 422
        assert "验证码不对" in wrong.content.decode()
        assert not SecondFactor.objects.exists()
        done = client.post(ON, {"code": TOTP(secret.replace(" ", "")).at(clock.now())})
    codes = done.context["codes"]
    assert len(set(codes)) == 10
    assert done.headers["Cache-Control"] == "no-store"
    assert all(code in done.content.decode() for code in codes)
    assert client.get(ON).headers["Location"] == "/me/"
    assert "恢复码还有 10 个" in client.get("/me/").content.decode()
    kept = list(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code in "".join(kept) for code in codes)
    assert Audit.objects.get(verb="user.second_factor_on").actor_id == cast.dispatcher.pk
    told = json.dumps([*Audit.objects.values_list("facts", flat=True)])
    told += json.dumps([*Personal.objects.values_list("value", flat=True)])
    assert SecondFactor.objects.get().secret not in told


def test_a_code_comes_after_the_password(cast: Cast) -> None:
    phone = turned_on()
    with later(60):
        client = Client()
        form = {"username": "dispatcher", "password": PASSWORD, "next": "/desk/"}
        answer = client.post("/login/", form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{CODE}?next=%2Fdesk%2F")
        assert not is_in(client)
        assert client.get("/api/v1/cases").status_code == 401
        assert "输入验证码" in client.get(CODE).content.decode()
        assert give(client, "000000").status_code == 401
        assert not is_in(client)
        answer = give(client, phone.shows())
        assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/")
        assert is_in(client)
    facts = Audit.objects.filter(verb="user.login").latest("id").facts
    assert facts == {"door": "page", "factor": "code"}
    assert audit.verify().sound


def test_without_the_password_no_code_is_asked_for(cast: Cast) -> None:
    phone = turned_on()
    with later(60):
        client = Client()
        assert client.get(CODE).headers["Location"] == "/login/?next=%2F"
        assert give(client, phone.shows()).headers["Location"] == "/login/?next=%2Fdesk%2F"
        assert not is_in(client)
        wrong = enter("dispatcher", "wrong")
        assert give(wrong, phone.shows()).headers["Location"].startswith("/login/")
        assert not is_in(wrong)


@pytest.mark.parametrize(
    ("seconds", "enters"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_code_is_taken_one_step_early_or_late(cast: Cast, seconds: int, enters: bool) -> None:
    phone = turned_on()
    with later(600):
        client = enter("dispatcher")
        give(client, phone.shows(seconds))
        assert is_in(client) is enters


def test_a_code_is_taken_once_and_none_before_it(cast: Cast) -> None:
    phone = turned_on()
    with later(1):
        assert give(enter("dispatcher"), phone.shows()).status_code == 401
    with later(60):
        assert give(enter("dispatcher"), phone.shows()).status_code == 303
        for seconds in (0, -30):
            assert give(enter("dispatcher"), phone.shows(seconds)).status_code == 401
        assert give(enter("dispatcher"), phone.shows(30)).status_code == 303


@pytest.mark.parametrize(
    "written", [str, str.upper, lambda code: code.replace("-", " "), lambda code: f" {code} "]
)
def test_a_recovery_code_opens_once(cast: Cast, written: Any) -> None:
    phone = turned_on()
    first, second = enter("dispatcher"), enter("dispatcher")
    assert give(first, written(phone.codes[3]), "recovery").status_code == 303
    assert "恢复码还有 9 个" in first.get("/me/").content.decode()
    refused = give(second, phone.codes[3], "recovery")
    assert refused.status_code == 401
    assert "<details" in refused.content.decode() and " open>" in refused.content.decode()
    assert Audit.objects.filter(verb="user.login").latest("id").facts["factor"] == "recovery"


def test_the_codes_of_one_open_nobody_elses_account(cast: Cast) -> None:
    mine, other = turned_on(), turned_on("operator")
    with later(60):
        assert give(enter("dispatcher"), other.shows()).status_code == 401
        assert give(enter("dispatcher"), other.codes[0], "recovery").status_code == 401
        assert give(enter("dispatcher"), mine.codes[0], "recovery").status_code == 303


def test_wrong_codes_lock_the_account_however_often_the_password_is_right(cast: Cast) -> None:
    phone = turned_on()
    with later(60):
        answers = [give(enter("dispatcher"), "000000").status_code for _ in range(5)]
        assert answers == [401, 401, 401, 401, 429]
        assert ask_token("dispatcher", phone.shows()).status_code == 429
        failed = Audit.objects.filter(verb="user.login_failed").values_list("facts", flat=True)
        assert {facts["factor"] for facts in failed} == {"code"}
    with later(60 + 16 * 60):
        assert give(enter("dispatcher"), phone.shows()).status_code == 303
    assert audit.verify().sound


def test_an_open_question_ends_when_the_account_is_locked(cast: Cast) -> None:
    phone = turned_on()
    with later(60):
        client = enter("dispatcher")
        for _ in range(5):
            enter("dispatcher", "wrong")
        refused = give(client, phone.shows())
        assert refused.status_code == 429
        assert "锁定" in refused.content.decode()


def test_wrong_codes_count_for_the_network_address(cast: Cast) -> None:
    turned_on()
    set_param("login.network_tries", CITY, 10, by=None)
    set_param("login.tries", CITY, 20, by=None)
    set_param("login.tries", "371502", 20, by=None)
    client = enter("dispatcher")
    answers = Counter(give(client, "000000").status_code for _ in range(12))
    assert answers == {401: 10, 429: 2}
    assert Audit.objects.filter(verb="network.block").count() == 1


def test_the_code_is_awaited_for_five_minutes_and_for_that_password(cast: Cast) -> None:
    phone = turned_on()
    with later(60):
        slow, overtaken = enter("dispatcher"), enter("dispatcher")
    with later(60 + 301):
        assert give(slow, phone.shows()).headers["Location"].startswith("/login/?")
    with later(120):
        set_password(User.objects.get(username="dispatcher"), NEW, by=None)
        assert give(overtaken, phone.shows()).headers["Location"].startswith("/login/?")
        assert not is_in(overtaken)


def test_a_token_takes_the_code_along(cast: Cast) -> None:
    phone = turned_on()
    with later(60):
        without = ask_token("dispatcher")
        assert without.status_code == 401
        assert [field["field"] for field in without.json()["fields"]] == ["code"]
        assert "带上验证码" in without.json()["message"]
        assert ask_token("dispatcher", "000000").status_code == 401
        assert ask_token("dispatcher", phone.shows(), "wrong").status_code == 401
        token = ask_token("dispatcher", phone.shows())
        assert token.status_code == 200
        head = {"authorization": f"Bearer {token.json()['token']}"}
        assert Client().get("/api/v1/cases", headers=head).status_code == 200
        assert ask_token("dispatcher", phone.shows()).status_code == 401
        assert ask_token("dispatcher", phone.codes[0]).status_code == 200
        assert ask_token("operator", "123456").status_code == 200


def test_it_is_turned_off_with_the_password_and_a_code(cast: Cast) -> None:
    phone = turned_on()
    with later(60):
        client = enter("dispatcher")
        give(client, phone.shows())
    with later(120):
        for form in (
            {"old_password": "wrong", "code": phone.shows()},
            {"old_password": PASSWORD, "code": "000000"},
            {"old_password": PASSWORD},
            {"code": phone.shows()},
        ):
            assert client.post(OFF, form).status_code == 422
        assert SecondFactor.objects.exists()
        right = {"old_password": PASSWORD, "code": phone.shows()}
        assert client.post(OFF, right).status_code == 303
    assert not SecondFactor.objects.exists() and not RecoveryCode.objects.exists()
    assert is_in(enter("dispatcher"))
    row = Audit.objects.get(verb="user.second_factor_off")
    assert (row.actor_id, row.facts) == (cast.dispatcher.pk, {"own": True})
    assert client.post(OFF, right).status_code in (409, 422)
    assert audit.verify().sound


def test_guessing_at_the_way_off_locks_the_account(cast: Cast) -> None:
    phone = turned_on()
    with later(60):
        client = enter("dispatcher")
        give(client, phone.shows())
        guess = {"old_password": PASSWORD, "code": "000000"}
        assert [client.post(OFF, guess).status_code for _ in range(6)] == [*[422] * 4, 429, 429]
        right = {"old_password": PASSWORD, "code": phone.codes[0]}
        assert client.post(OFF, right).status_code == 429


def test_the_security_administrator_takes_it_off_for_another(cast: Cast) -> None:
    turned_on()
    url = "/maintenance/users/dispatcher/second-factor/end/"
    page = "/maintenance/users/dispatcher/"
    for name in ("admin", "district-admin", "auditor"):
        client = enter(name)
        assert "取消两步验证" not in client.get(page).content.decode()
        assert client.post(url).status_code == 403
    security = enter("security")
    assert "取消两步验证" in security.get(page).content.decode()
    assert security.post(url).status_code == 303
    assert security.post(url).status_code == 409
    assert is_in(enter("dispatcher"))
    row = Audit.objects.get(verb="user.second_factor_off")
    assert (row.actor_id, row.subject_id) == (cast.security.pk, cast.dispatcher.pk)
    assert row.facts == {"own": False}


def demand(roles: str) -> int:
    answer = enter("admin").post(
        "/maintenance/params/login.second_factor_roles/", {"login.second_factor_roles": roles}
    )
    return answer.status_code


def test_a_role_of_which_it_is_demanded_is_led_to_it(cast: Cast) -> None:
    kept, _ = issue_token(cast.dispatcher, "大屏", timedelta(days=1), by=None)
    assert demand("dispatcher，operator") == 303
    client = enter("dispatcher")
    for path in ("/desk/", "/me/", "/"):
        assert client.get(path).headers["Location"] == ON
    for answer in (client.get("/api/v1/cases"), ask_token("dispatcher")):
        assert answer.status_code == 403
        assert "两步验证" in answer.json()["message"]
    head = {"authorization": f"Bearer {kept}"}
    assert Client().get("/api/v1/cases", headers=head).status_code == 200
    page = client.get(ON)
    assert "你的岗位要用两步验证" in page.content.decode()
    assert "不开启" not in page.content.decode()
    with later(0):
        code = TOTP(page.context["secret"].replace(" ", "")).at(clock.now())
        assert client.post(ON, {"code": code}).status_code == 200
    assert client.get("/desk/").status_code == 200
    assert enter("supervisor").get("/desk/").status_code == 200
    assert demand("") == 303
    assert enter("operator").get("/desk/").status_code == 200


def test_a_role_nobody_knows_cannot_be_named(cast: Cast) -> None:
    assert demand("dispatcher, boss") == 422
    assert enter("dispatcher").get("/desk/").status_code == 200


def test_a_password_of_ones_own_comes_first(cast: Cast) -> None:
    assert demand("operator") == 303
    set_password(cast.operator, NEW, by=cast.admin)
    client = enter("operator", NEW)
    for path in ("/desk/", ON):
        assert client.get(path).headers["Location"] == "/login/password/"
    own = {"new_password": PASSWORD, "new_password_again": PASSWORD}
    assert client.post("/login/password/", own).status_code == 303
    assert client.get("/desk/").headers["Location"] == ON


@pytest.mark.django_db(transaction=True)
def test_of_many_with_one_code_one_enters(cast: Cast) -> None:
    phone = turned_on()
    set_param("login.tries", "371502", 20, by=None)
    with later(60):
        code, clients = phone.shows(), [enter("dispatcher") for _ in range(6)]

        def knock(client: Client) -> int:
            try:
                with later(60):
                    return int(give(client, code).status_code)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(6) as pool:
            answers = Counter(pool.map(knock, clients))
    assert answers == {303: 1, 401: 5}
    assert audit.verify().sound
