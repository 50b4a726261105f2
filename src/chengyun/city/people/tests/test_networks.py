"""Too many failures from one network address: nobody logs in from there for a while, everybody else does."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.client import RequestFactory
from pytest_django.fixtures import Settings

from chengyun.city.people.factories import CITY, PASSWORD, Cast
from chengyun.city.people.models import NetworkTries, User
from chengyun.city.people.services import logins, networks
from chengyun.kernel import audit, clock
from chengyun.kernel.models import Audit, Personal
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db

MOST = 10
HERE, THERE = "203.0.113.9", "198.51.100.7"


@pytest.fixture
def cast(cast: Cast) -> Cast:
    set_param("login.network_tries", CITY, MOST, by=None)
    return cast


def at_page(address: str, username: str = "admin", password: str = PASSWORD, **more: Any) -> Any:
    form = {"username": username, "password": password}
    return Client().post("/login/", form, REMOTE_ADDR=address, **more)


def at_api(address: str, username: str = "admin", password: str = PASSWORD) -> Any:
    form = {"username": username, "password": password}
    return Client().post("/api/v1/token", form, "application/json", REMOTE_ADDR=address)


def fail(times: int, address: str, **more: Any) -> list[int]:
    """Guess at accounts that do not exist, so that no account is locked."""
    return [at_page(address, f"nobody{n}", "guess", **more).status_code for n in range(times)]


def test_too_many_failures_close_both_doors_to_one_address(cast: Cast) -> None:
    assert set(fail(MOST - 1, HERE)) == {401}
    assert at_api(HERE, "nobody", "guess").status_code == 401
    page, api = at_page(HERE), at_api(HERE)
    until = NetworkTries.objects.get().ends_at
    assert (page.status_code, api.status_code) == (429, 429)
    told = api.json()["message"]
    assert told.startswith("这个网络地址登录失败的次数太多，今天 ") or "月" in told
    assert told.endswith(" 后再试。")
    assert told in page.content.decode()
    assert (at_page(THERE).status_code, at_api(THERE).status_code) == (303, 200)
    with clock.at(until - timedelta(seconds=1)):
        assert at_page(HERE).status_code == 429
    with clock.at(until + timedelta(seconds=1)):
        assert at_page(HERE).status_code == 303


def test_it_is_blocked_from_the_last_failure_on(cast: Cast) -> None:
    begin = clock.now()
    fail(MOST - 1, HERE)
    with clock.at(begin + timedelta(minutes=14)):
        fail(1, HERE)
    with clock.at(begin + timedelta(minutes=28)):
        assert at_page(HERE).status_code == 429
    with clock.at(begin + timedelta(minutes=30)):
        assert at_page(HERE).status_code == 303


def test_failures_of_another_hour_are_forgotten(cast: Cast) -> None:
    fail(MOST - 1, HERE)
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert set(fail(MOST - 1, HERE)) == {401}
        assert at_page(HERE).status_code == 303


def test_who_succeeds_uses_nothing_up(cast: Cast) -> None:
    fail(MOST - 1, HERE)
    assert {at_page(HERE).status_code for _ in range(MOST)} == {303}
    assert NetworkTries.objects.get().tries == MOST - 1


def test_the_block_is_told_once_and_without_the_address(cast: Cast) -> None:
    fail(MOST + 5, HERE)
    row = Audit.objects.get(verb="network.block")
    assert (row.area, row.facts["tries"], row.facts["minutes"]) == (CITY, MOST, 15)
    assert HERE not in json.dumps(list(Audit.objects.values_list("facts", flat=True)))
    assert Personal.objects.get(pk=row.facts["network"]["personal"]).value == HERE
    client = Client()
    client.force_login(cast.auditor)
    assert "暂停网络地址登录" in client.get("/maintenance/audit/").content.decode()
    assert audit.verify().sound


def test_a_made_up_header_is_not_believed(cast: Cast) -> None:
    lies = [
        at_page(HERE, "nobody", "guess", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}") for n in range(20)
    ]
    assert Counter(lie.status_code for lie in lies) == {401: MOST, 429: 20 - MOST}


def test_behind_a_proxy_each_has_an_address_of_its_own(cast: Cast, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    fail(MOST, "127.0.0.1", HTTP_X_FORWARDED_FOR=f"{THERE}, {HERE}")
    assert at_page("127.0.0.1", HTTP_X_FORWARDED_FOR=f"192.0.2.1, {HERE}").status_code == 429
    assert at_page("127.0.0.1", HTTP_X_FORWARDED_FOR=THERE).status_code == 303
    assert at_page("127.0.0.1").status_code == 303


def test_behind_a_proxy_nobody_told_of_one_does_not_lock_out_all(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    networks._say_that_proxies_are_untold.cache_clear()
    assert set(fail(MOST * 2, "127.0.0.1", HTTP_X_FORWARDED_FOR=HERE)) == {401}
    assert at_page("127.0.0.1", HTTP_X_FORWARDED_FOR=THERE).status_code == 303
    assert [record.message for record in caplog.records if "CHENGYUN_PROXIES" in record.message]
    assert not NetworkTries.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "found"),
    [
        (0, HERE, "", HERE),
        (0, HERE, THERE, HERE),
        (0, "127.0.0.1", "", "127.0.0.1"),
        (0, "127.0.0.1", THERE, ""),
        (0, "", "", ""),
        (0, "::ffff:203.0.113.9", "", HERE),
        (0, "2001:db8:1:2:3::9", "", "2001:db8:1:2::/64"),
        (1, "127.0.0.1", f"{HERE}:5123", HERE),
        (1, "127.0.0.1", "[2001:db8:1:2::5]:80", "2001:db8:1:2::/64"),
        (1, "127.0.0.1", "unknown", "127.0.0.1"),
        (1, "", HERE, HERE),
        (2, "10.0.0.1", f"192.0.2.1, {HERE}, 10.0.0.2", HERE),
        (2, "10.0.0.1", HERE, HERE),
        (1, "127.0.0.1", f"{THERE},,{HERE}", HERE),
    ],
)
def test_whose_try_it_is(
    settings: Settings, proxies: int, peer: str, forwarded: str, found: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    head: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().post("/login/", REMOTE_ADDR=peer, **head)
    assert networks.network_of(request) == found


def test_a_window_that_is_over_is_tidied_away(cast: Cast) -> None:
    fail(1, HERE)
    networks.tidy_up()
    assert NetworkTries.objects.count() == 1
    with clock.at(clock.now() + timedelta(minutes=16)):
        fail(1, THERE)
        networks.tidy_up()
    assert [row.address for row in NetworkTries.objects.all()] == [THERE]


@pytest.mark.django_db(transaction=True)
def test_no_password_is_hashed_while_the_database_is_locked(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []

    def free(*words: Any) -> bool:
        hashed.append(not connection.in_atomic_block)
        return False

    monkeypatch.setattr(logins, "make_password", free)
    monkeypatch.setattr(User, "check_password", free)
    assert [at_page(HERE, name, "guess").status_code for name in ("nobody", "admin")] == [401, 401]
    assert hashed == [True, True]


@pytest.mark.django_db(transaction=True)
def test_guessing_at_many_accounts_in_parallel_gains_nothing(cast: Cast) -> None:
    def guess(n: int) -> int:
        try:
            return int(at_api(HERE, f"nobody{n}", "guess").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(guess, range(3 * MOST)))
    assert answers == {401: MOST, 429: 2 * MOST}
    assert NetworkTries.objects.get().tries == MOST
    assert Audit.objects.filter(verb="network.block").count() == 1
    assert audit.verify().sound
