"""Two administrators at one page of 应用维护 in the same moment, each on a connection of their own."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from chengyun.city.people.factories import Cast, make_cast
from chengyun.kernel import audit, workcalendar
from chengyun.kernel.models import Audit, CalendarDay

DAY = {"day": "2026-06-10", "works": "rest", "name": "市庆"}
TOLD = "刚有人也在改 2026-06-10 的安排，请看新的情况再办。"


def enter(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.admin)
    return client


def both(clients: list[Client], path: str, form: dict[str, str]) -> list[Any]:
    """All post the same form at once."""
    answers: list[Any] = []

    def run(client: Client) -> None:
        try:
            answers.append(client.post(path, form))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def meet_before_writing(monkeypatch: pytest.MonkeyPatch, name: str, owner: Any) -> None:
    """Both have looked before either writes, where the database lets a second one look at all."""
    meeting, write = threading.Barrier(2), getattr(owner, name)

    def wait_and_write(*words: Any, **more: Any) -> Any:
        try:
            meeting.wait(timeout=2)
        except threading.BrokenBarrierError:
            assert connection.vendor == "sqlite"  # the second waits at the start of its transaction
        return write(*words, **more)

    monkeypatch.setattr(owner, name, wait_and_write)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_one_day_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    clients = [enter(cast), enter(cast)]
    meet_before_writing(monkeypatch, "save", CalendarDay)
    answers = both(clients, "/maintenance/calendar/day/", DAY)
    found = Counter(answer.status_code for answer in answers)
    assert found == ({303: 2} if connection.vendor == "sqlite" else {303: 1, 409: 1})
    assert all(TOLD in a.content.decode() for a in answers if a.status_code == 409)
    assert CalendarDay.objects.count() == 1
    assert Audit.objects.filter(verb="calendar.set").count() == found[303]
    assert audit.verify().sound


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_one_year_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    clients = [enter(cast), enter(cast)]
    meet_before_writing(monkeypatch, "published", workcalendar)
    answers = both(clients, "/maintenance/calendar/import/?year=2026", {})
    assert {answer.status_code for answer in answers} <= {303, 409}
    assert audit.verify().sound


@pytest.mark.django_db
@pytest.mark.parametrize("works", ["work", "rest"])
def test_who_is_overtaken_on_a_day_is_told_on_every_database(
    monkeypatch: pytest.MonkeyPatch, works: str
) -> None:
    """Somebody else's row stands there between the look and the write."""
    cast = make_cast()
    write = CalendarDay.save

    def overtaken(row: CalendarDay, **more: Any) -> None:
        other = CalendarDay(area=row.area, date=row.date, works=True)
        CalendarDay.objects.bulk_create([other])
        write(row, **more)

    monkeypatch.setattr(CalendarDay, "save", overtaken)
    answer = enter(cast).post("/maintenance/calendar/day/", DAY | {"works": works})
    assert answer.status_code == 409
    assert TOLD in answer.content.decode()
    assert not Audit.objects.filter(verb="calendar.set").exists()
