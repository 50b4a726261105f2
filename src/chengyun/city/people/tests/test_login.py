"""The two doors a password opens: the login page and the token door."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.people.factories import CITY, PASSWORD, Cast, make_cast
from chengyun.city.people.models import ApiToken, User
from chengyun.city.people.services.users import end_user, set_password, unlock_user
from chengyun.kernel import clock
from chengyun.kernel.errors import NotAllowed
from chengyun.kernel.models import Audit, Personal
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def take_token(client: Client, username: str, password: str) -> tuple[int, dict[str, str]]:
    answer = client.post(
        "/api/v1/token",
        {"username": username, "password": password},
        content_type="application/json",
    )
    return answer.status_code, answer.json()


def test_a_password_buys_a_token(client: Client, cast: Cast) -> None:
    status, body = take_token(client, "dispatcher", PASSWORD)
    assert status == 200
    assert set(body) == {"token", "expires_at"}
    kept = ApiToken.objects.get()
    assert kept.user == cast.dispatcher
    assert body["token"] not in json.dumps([kept.digest, kept.label])
    assert Audit.objects.filter(verb="user.login", actor_id=cast.dispatcher.pk).count() == 1


@pytest.mark.parametrize("username", ["dispatcher", "nobody", "x\x00y", " ", "张三"])
def test_a_wrong_pair_gets_one_sentence(client: Client, cast: Cast, username: str) -> None:
    status, body = take_token(client, username, "wrong")
    assert status == 401
    assert body["error"] == "unauthenticated"
    assert body["message"] == "账号或密码不对。连错 5 次锁定 15 分钟。"


def test_a_name_nobody_has_is_told_the_rule_of_the_city(client: Client, cast: Cast) -> None:
    set_param("login.tries", CITY, 9, by=None)
    told = {take_token(client, name, "wrong")[1]["message"] for name in ("admin", "nobody")}
    assert told == {"账号或密码不对。连错 9 次锁定 15 分钟。"}


def test_five_failures_lock_the_account(client: Client, cast: Cast) -> None:
    answers = [take_token(client, "dispatcher", "wrong")[0] for _ in range(5)]
    assert answers == [401, 401, 401, 401, 429]
    status, body = take_token(client, "dispatcher", PASSWORD)
    assert status == 429
    assert "锁定" in body["message"]
    assert Audit.objects.filter(verb="user.lock").count() == 1
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert take_token(client, "dispatcher", PASSWORD)[0] == 200


def test_whoever_administers_security_unlocks(client: Client, cast: Cast) -> None:
    for _ in range(5):
        take_token(client, "dispatcher", "wrong")
    with pytest.raises(NotAllowed):
        unlock_user(cast.dispatcher, by=cast.district_admin)
    unlock_user(cast.dispatcher, by=cast.security)
    assert take_token(client, "dispatcher", PASSWORD)[0] == 200


def test_an_ended_account_is_refused(client: Client, cast: Cast) -> None:
    _, body = take_token(client, "dispatcher", PASSWORD)
    end_user(cast.dispatcher, by=cast.admin)
    assert take_token(client, "dispatcher", PASSWORD)[0] == 401
    assert not ApiToken.objects.filter(revoked_at=None).exists()


def test_the_audit_holds_no_password(client: Client, cast: Cast) -> None:
    take_token(client, "dispatcher", "my-secret-guess")
    take_token(client, "dispatcher", PASSWORD)
    rows = json.dumps(list(Audit.objects.values_list("facts", flat=True)))
    values = json.dumps(list(Personal.objects.values_list("value", flat=True)))
    assert "my-secret-guess" not in rows + values
    assert PASSWORD not in rows + values
    assert "林晓燕" not in rows


def test_the_login_page_opens_a_session(client: Client, cast: Cast) -> None:
    assert client.get("/me/").headers["Location"] == "/login/?next=/me/"
    answer = client.post("/login/", {"username": "admin", "password": PASSWORD, "next": "/me/"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me/")
    assert client.get("/me/").status_code == 200
    assert client.post("/logout/").status_code == 303
    assert client.get("/me/").status_code == 302


def test_the_login_page_keeps_the_name_and_says_what_is_wrong(client: Client, cast: Cast) -> None:
    answer = client.post("/login/", {"username": "admin", "password": "wrong"})
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "账号或密码不对。连错 5 次锁定 15 分钟。" in page
    assert 'value="admin"' in page


def test_login_leads_nowhere_else(client: Client, cast: Cast) -> None:
    form = {"username": "admin", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/login/", form).headers["Location"] == "/"


def test_only_a_demo_offers_its_roles(client: Client) -> None:
    make_cast(demo=True)
    page = client.get("/login/").content.decode()
    assert "受理员" in page
    assert "chengyun-demo" in page


def test_a_role_of_the_demo_opens_a_session(client: Client) -> None:
    cast = make_cast(demo=True)
    set_password(cast.operator, "chengyun-demo", by=None)
    assert client.post("/login/", {"role": "operator", "next": "/me/"}).status_code == 303
    assert "孙晓梅" in client.get("/me/").content.decode()


def test_a_role_opens_nothing_in_a_city(client: Client, cast: Cast) -> None:
    assert client.post("/login/", {"role": "operator"}).status_code == 401


def test_a_city_offers_no_roles(client: Client, cast: Cast) -> None:
    page = client.get("/login/").content.decode()
    assert "受理员" not in page
    assert "chengyun-demo" not in page


def test_a_new_password_ends_other_sessions_and_tokens(client: Client, cast: Cast) -> None:
    other = Client()
    for each in (client, other):
        each.post("/login/", {"username": "admin", "password": PASSWORD})
    take_token(client, "admin", PASSWORD)
    form = {
        "old_password": PASSWORD,
        "new_password": "a-canal-and-a-lake",
        "new_password_again": "a-canal-and-a-lake",
    }
    assert client.post("/me/password/", form).status_code == 303
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302
    assert not ApiToken.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("short", "密码至少 10 位。"),
        ("chengyun-demo", "这是演示密码，正式系统不能用。"),
        ("12345678901234", "密码不能全是数字。"),
        ("password12", "这个密码太常见，一猜就中。"),
        ("dispatcher1", "密码和姓名、账号或邮箱太像。"),
        ("1234", "密码至少 10 位。这个密码太常见，一猜就中。密码不能全是数字。"),
    ],
)
def test_a_weak_password_is_refused(
    client: Client, cast: Cast, new: str, why: str, language: str
) -> None:
    client.post("/login/", {"username": "dispatcher", "password": PASSWORD})
    answer = client.post(
        "/me/password/",
        {"old_password": PASSWORD, "new_password": new, "new_password_again": new},
        headers={"accept-language": language},
    )
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert User.objects.get(username="dispatcher").check_password(PASSWORD)


def test_the_demo_password_is_for_demos() -> None:
    cast = make_cast(demo=True)
    set_password(cast.admin, "chengyun-demo", by=None)
    assert cast.admin.check_password("chengyun-demo")


def test_a_token_is_shown_once_and_revoked(client: Client, cast: Cast) -> None:
    client.post("/login/", {"username": "admin", "password": PASSWORD})
    answer = client.post("/me/tokens/", {"label": "大屏", "days": "7"})
    token = ApiToken.objects.get(label="大屏")
    assert answer.status_code == 200
    assert answer.context["raw"] in answer.content.decode()
    assert client.post(f"/me/tokens/{token.pk}/revoke/").status_code == 303
    assert client.post(f"/me/tokens/{token.pk}/revoke/").status_code == 409
