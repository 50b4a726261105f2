"""A demo has passwords everybody knows: it is refused where production is meant."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings

from chengyun.city.people.factories import make_cast
from chengyun.config.env import Misconfigured
from chengyun.config.wsgi import refuse_demo


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("production", [True, False])
def test_only_a_demo_in_production_is_refused(
    settings: Settings, demo: bool, production: bool
) -> None:
    make_cast(demo=demo)
    settings.ENV = replace(settings.ENV, production=production)
    if demo and production:
        with pytest.raises(Misconfigured, match="cannot become production"):
            refuse_demo()
    else:
        refuse_demo()


@pytest.mark.django_db
def test_healthz_answers_while_the_database_does() -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


@pytest.mark.django_db
def test_healthz_says_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "database"


@pytest.mark.django_db
def test_a_page_may_load_only_from_here() -> None:
    policy = Client().get("/login/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
