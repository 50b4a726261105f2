"""A form sent twice writes once and leads where it led; what was changed in between is another write."""

from __future__ import annotations

import re
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import LAT, LON, drive, make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel.models import IdempotentAnswer

pytestmark = pytest.mark.django_db

NEW = "coordination:new"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def at_home(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form(client: Client, description: str = "路灯不亮") -> dict[str, str]:
    """What a browser sends of the page of a new case, its mark among it."""
    page = client.get(reverse(NEW)).content.decode()
    found = re.search(r'name="once" value="([0-9a-f]+)"', page)
    assert found
    place = {"point_lon": f"{LON}", "point_lat": f"{LAT}"}
    return {"source": "inspector", "description": description, "once": found[1], **place}


def test_the_second_arrival_is_led_where_the_first_one_led(cast: Cast) -> None:
    client = at_home(cast.operator)
    sent = form(client)
    first, second = (client.post(reverse(NEW), sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Case.objects.get().code in client.get(second["Location"]).content.decode()
    by_htmx = client.post(reverse(NEW), sent, headers={"HX-Request": "true"})
    assert (by_htmx.status_code, by_htmx["HX-Redirect"]) == (204, first["Location"])
    assert Case.objects.count() == 1


def test_another_form_and_a_changed_one_are_other_writes(cast: Cast) -> None:
    client = at_home(cast.operator)
    sent = form(client)
    client.post(reverse(NEW), sent)
    client.post(reverse(NEW), sent | {"description": "路灯忽明忽暗"})
    client.post(reverse(NEW), form(client))
    at_home(cast.inspector).post(reverse(NEW), sent)
    assert Case.objects.count() == 4


def test_a_refused_form_may_be_sent_again(cast: Cast) -> None:
    client = at_home(cast.operator)
    sent = form(client) | {"point_lon": "120.1"}
    assert client.post(reverse(NEW), sent).status_code == 422
    assert client.post(reverse(NEW), sent).status_code == 422
    assert not IdempotentAnswer.objects.exists()
    assert client.post(reverse(NEW), sent | {"point_lon": f"{LON}"}).status_code == 303


def test_a_step_that_is_refused_leaves_no_mark(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "filed")
    client = at_home(cast.dispatcher)
    there = reverse("coordination:take", args=(case.code, "dispatch"))
    sent = {"once": "abc", "version": "1", "unit": cast.crew.code}
    for _ in range(2):
        assert client.post(there, sent, headers={"HX-Request": "true"}).status_code == 409
    assert not IdempotentAnswer.objects.exists()


@pytest.mark.parametrize("mark", ["", "x" * 65])
def test_a_form_without_a_mark_is_written_as_it_comes(cast: Cast, mark: str) -> None:
    client = at_home(cast.operator)
    sent = form(client) | {"once": mark}
    for _ in range(2):
        assert client.post(reverse(NEW), sent).status_code == 303
    assert Case.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_arrivals_at_one_moment_write_once(cast: Cast) -> None:
    clients = [at_home(cast.operator) for _ in range(4)]
    sent, start, answers = form(clients[0]), Barrier(4), []

    def send(client: Client) -> None:
        start.wait()
        answers.append(client.post(reverse(NEW), sent))
        connections.close_all()

    threads = [Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (303, reverse("coordination:case", args=(Case.objects.get().code,)))
    }
    assert connection.in_atomic_block is False
