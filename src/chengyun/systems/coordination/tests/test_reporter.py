"""Who sees whoever reported a case, and that it is noted when it is seen in clear."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengyun.city.cases.factories import make_case, make_working_city
from chengyun.city.cases.models import Case, ReporterView
from chengyun.city.cases.services.reporter import erase_reporter
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import Role, User
from chengyun.city.people.services.roles import give_post
from chengyun.kernel import audit, clock
from chengyun.kernel.history import ERASED
from chengyun.kernel.models import Audit
from chengyun.systems.coordination import panels

pytestmark = pytest.mark.django_db

NAME, PHONE = "周启明", "13863522046"
WORDS = "查看上报人"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def case(cast: Cast) -> Case:
    return make_case(cast, reporter_name=NAME, reporter_phone=PHONE)


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def looks(user: User, case: Case, part: str = "") -> str:
    answer = enter(user).get(f"/cases/{case.code}/{part}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def noted() -> list[tuple[int | None, str, str]]:
    rows = Audit.objects.filter(verb="case.reporter.view").order_by("id")
    return list(rows.values_list("actor_id", "subject_code", "area"))


@contextmanager
def after(minutes: int) -> Iterator[None]:
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        yield


def test_who_reported_is_clear_only_where_the_permission_reaches(cast: Cast, case: Case) -> None:
    give_post(cast.bob, Role.objects.get(key="operator"), cast.other_centre, by=None)
    give_post(cast.bob, Role.objects.get(key="leader"), cast.centre, area=DISTRICT, by=None)
    lines = panels.lines_of(case)
    assert PHONE in str(panels.facts_of(case, cast.operator, lines))
    told = str(panels.facts_of(case, cast.bob, lines))
    assert PHONE not in told
    assert "138****2046" in told


def test_a_look_in_clear_is_noted_once_an_hour(cast: Cast, case: Case) -> None:
    once = (cast.operator.pk, case.code, case.area)
    for part in ("", "", "preview/", ""):
        assert PHONE in looks(cast.operator, case, part)
    assert noted() == [once]
    with after(59):
        looks(cast.operator, case)
        assert noted() == [once]
    with after(61):
        looks(cast.operator, case, "preview/")
        looks(cast.operator, case)
        assert noted() == [once, once]
    looks(cast.supervisor, case)
    assert noted() == [once, once, (cast.supervisor.pk, case.code, case.area)]
    assert not any(NAME in str(facts) for facts in Audit.objects.values_list("facts", flat=True))
    assert audit.verify().sound


def test_who_sees_it_masked_is_not_noted_and_pays_nothing(cast: Cast, case: Case) -> None:
    plain = make_case(cast)
    seen = [case, plain]
    for one in seen:
        looks(cast.dispatcher, one)
    counts = []
    for one in seen:
        with CaptureQueriesContext(connection) as queries:
            text = looks(cast.dispatcher, one)
        counts.append(len(queries))
        assert PHONE not in text
    assert counts[0] == counts[1]
    assert looks(cast.operator, plain)
    assert noted() == []
    assert not ReporterView.objects.exists()


def test_a_look_is_nothing_that_happened_to_the_case(cast: Cast, case: Case) -> None:
    before = list(Case.objects.filter(pk=case.pk).values())
    rows, sound = panels.proof_of(panels.lines_of(case))
    looks(cast.supervisor, case)
    assert len(noted()) == 1
    assert list(Case.objects.filter(pk=case.pk).values()) == before
    assert panels.proof_of(panels.lines_of(case)) == (rows, sound)
    assert WORDS not in looks(cast.supervisor, case)
    url = f"/cases/{case.code}/accept/"
    assert enter(cast.operator).post(url, {"version": case.version}).status_code == 303
    looks(cast.supervisor, case)
    late = enter(cast.operator).post(url, {"version": case.version})
    assert late.status_code == 409
    told = late.content.decode()
    assert "孙晓梅" in told and "已受理" in told
    assert WORDS not in told


def test_what_was_erased_cannot_be_looked_at(cast: Cast, case: Case) -> None:
    erase_reporter(case, words=False, by=cast.supervisor)
    for person in (cast.supervisor, cast.dispatcher):
        assert ERASED in looks(person, case)
    assert noted() == []


def test_no_answer_of_the_api_tells_who_reported(cast: Cast, case: Case) -> None:
    client = enter(cast.operator)
    for path in (f"/api/v1/cases/{case.code}", "/api/v1/cases", f"/api/v1/cases?q={NAME}"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert NAME not in answer.content.decode()
        assert PHONE not in answer.content.decode()
    assert noted() == []


def test_the_auditor_finds_it_under_the_number_of_the_case(cast: Cast, case: Case) -> None:
    looks(cast.operator, case)
    page = enter(cast.auditor).get(f"/maintenance/audit/?subject={case.code}").content.decode()
    assert "查看上报人信息" in page
    assert "孙晓梅" in page
    assert f"案件 {case.code}" in page


@pytest.mark.django_db(transaction=True)
def test_two_windows_of_one_person_are_one_look(cast: Cast, case: Case) -> None:
    clients, answers = [enter(cast.operator) for _ in range(6)], []

    def run(client: Client) -> None:
        try:
            answers.append(client.get(f"/cases/{case.code}/"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told: list[Any] = [answer.content.decode() for answer in answers]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert all(PHONE in text for text in told)
    assert len(noted()) == 1
    assert audit.verify().sound
