"""A password that somebody else set opens one page: the one where it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from chengyun.city.people.factories import PASSWORD, Cast, make_cast
from chengyun.city.people.models import ApiToken, User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.users import set_password
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db

DUE, NEW = "/login/password/", "quiet-canal-boats-77"
SENTENCE = "密码是管理员设的，请先在登录页登录，换成自己的密码。"


def enter(username: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/login/", {"username": username, "password": password})
    return client


def reset(cast: Cast, username: str = "operator") -> str:
    """As the administrator of the district does it; the password that was told."""
    answer = enter("district-admin").post(f"/maintenance/users/{username}/password/")
    assert answer.status_code == 200
    return str(answer.context["first"])


def choose(client: Client, new: str = NEW, again: str = "") -> Any:
    return client.post(DUE, {"new_password": new, "new_password_again": again or new})


def ask_token(username: str, password: str) -> Any:
    form = {"username": username, "password": password}
    return Client().post("/api/v1/token", form, "application/json")


def doors(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """Every page behind a login that needs no argument."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from doors(entry, entry.namespace or namespace)
        elif isinstance(entry, URLPattern) and hasattr(entry.callback, "may"):
            free = getattr(entry.callback, "public", False) or getattr(
                entry.callback, "settling", False
            )
            if not free and not entry.pattern.regex.groups:
                yield reverse(f"{namespace}:{entry.name}")


def test_every_page_leads_to_the_one_where_it_is_changed(cast: Cast) -> None:
    client = enter("operator", reset(cast))
    paths = list(doors(get_resolver()))
    assert {"/desk/", "/me/", "/"} <= set(paths)
    for path in paths:
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("Location")) in [(303, DUE), (405, None)]
    part = client.get("/desk/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, DUE)
    page = client.get(DUE)
    assert page.status_code == 200
    assert "只能用来登录这一次" in page.content.decode()


def test_nothing_is_written_before(cast: Cast) -> None:
    client = enter("operator", reset(cast))
    answer = client.post("/me/", {"phone": "13900001111", "email": ""})
    assert (answer.status_code, answer.headers["Location"]) == (303, DUE)
    assert User.objects.get(username="operator").phone != "13900001111"


def test_the_api_refuses_the_account_with_a_sentence(cast: Cast) -> None:
    token, _ = issue_token(cast.operator, "大屏", timedelta(days=1), by=None)
    first = reset(cast)
    assert ask_token("operator", "wrong").status_code == 401
    for answer in (ask_token("operator", first), enter("operator", first).get("/api/v1/cases")):
        assert (answer.status_code, answer.json()["message"]) == (403, SENTENCE)
    ApiToken.objects.update(revoked_at=None)
    answer = Client().get("/api/v1/cases", headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["message"]) == (403, SENTENCE)
    form = {"username": "operator", "label": "对接", "days": "9"}
    issued = enter("district-admin").post("/maintenance/tokens/add/", form)
    assert "还没有换掉管理员设的密码" in issued.content.decode()
    assert ApiToken.objects.count() == 1


def test_with_a_password_of_ones_own_everything_opens(cast: Cast) -> None:
    first = reset(cast)
    client, other = enter("operator", first), enter("operator", first)
    answer = choose(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/desk/").status_code == 200
    assert other.get("/desk/").status_code == 302
    assert ask_token("operator", NEW).status_code == 200
    assert ask_token("operator", first).status_code == 401
    assert client.get(DUE).headers["Location"] == "/"
    rows = Audit.objects.filter(verb="user.password").order_by("id")
    assert [(row.facts["own"], row.facts["temporary"]) for row in rows] == [
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize("new", ["", "short", "12345678901234", "chengyun-demo"])
def test_a_weak_one_is_refused_and_nothing_opens(cast: Cast, new: str) -> None:
    client = enter("operator", reset(cast))
    assert choose(client, new).status_code == 422
    assert client.get("/desk/").headers["Location"] == DUE


def test_it_must_be_another_and_typed_twice_alike(cast: Cast) -> None:
    first = reset(cast)
    client = enter("operator", first)
    same, different = choose(client, first), choose(client, NEW, "something-else-9")
    assert (same.status_code, different.status_code) == (422, 422)
    assert "不能和管理员设的一样" in same.content.decode()
    assert "两次输入的新密码不一样" in different.content.decode()
    assert NEW not in different.content.decode()


def test_the_first_password_of_a_new_account_is_changed_too(cast: Cast) -> None:
    admin = enter("district-admin")
    form = {"username": "wang.li", "name": "王丽", "unit": "371502-SZ"}
    told = admin.post("/maintenance/users/add/", form)
    assert "要先换成自己的密码" in told.content.decode()
    assert "待换密码" in admin.get("/maintenance/users/").content.decode()
    client = enter("wang.li", told.context["first"])
    assert client.get("/me/").headers["Location"] == DUE
    assert choose(client).status_code == 303
    assert client.get("/me/").status_code == 200
    assert "待换密码" not in admin.get("/maintenance/users/").content.decode()


def test_who_is_not_due_is_led_home(cast: Cast) -> None:
    assert enter("operator").get(DUE).headers["Location"] == "/"
    assert Client().get(DUE).headers["Location"] == f"/login/?next={DUE}"
    set_password(cast.operator, NEW, by=cast.operator)
    assert enter("operator", NEW).get("/desk/").status_code == 200


def test_a_demo_keeps_the_password_everybody_knows(db: None) -> None:
    """Any other that an administrator sets there is changed first, as in every city."""
    cast = make_cast(demo=True)
    assert enter("operator", reset(cast)).get("/desk/").headers["Location"] == DUE
    new = {"username": "li.lei", "name": "李雷", "unit": cast.centre.code}
    told = enter("admin").post("/maintenance/users/add/", new)
    assert "要先换成自己的密码" in told.content.decode()
    assert enter("li.lei", told.context["first"]).get("/me/").headers["Location"] == DUE
    set_password(cast.operator, "chengyun-demo", by=cast.admin)
    assert enter("operator", "chengyun-demo").get("/desk/").status_code == 200
