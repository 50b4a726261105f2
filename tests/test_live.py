"""What others do reaches an open page within a second, only where it may, and the stream ends with the session."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from django.db import connection
from django.test import Client

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.cases.models import Case
from chengyun.city.cases.queries import open_to
from chengyun.city.cases.readers import readers
from chengyun.city.cases.services.acting import act
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.units import add_unit
from chengyun.city.people.services.users import end_user
from chengyun.kernel import outbox
from chengyun.kernel.live.hub import PER_PERSON
from tests.serving import cookie_of, listening, served

pytestmark = pytest.mark.django_db(transaction=True)

SKIPS = {
    "sqlite": "UPDATE sqlite_sequence SET seq = seq + 9000 WHERE name = 'kernel_audit'",
    "postgresql": "SELECT setval(name, nextval(name) + 9000)"
    " FROM pg_get_serial_sequence('kernel_audit', 'id') AS name",
}
"""The next row of the audit gets a number far from that of the last."""


def test_an_act_is_heard_within_a_second_by_whom_it_concerns(cast: Cast, city_url: str) -> None:
    case = drive(make_case(cast), cast, "filed")
    with (
        listening(city_url, cookie_of(cast.department)) as department,
        listening(city_url, cookie_of(cast.bob)) as bob,
        listening(city_url, cookie_of(cast.dispatcher)) as dispatcher,
    ):
        for each in (department, bob, dispatcher):
            assert each.status == 200 and each.hears("unread", count=0)
        act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher)
        done = time.monotonic()
        assert department.hears(
            "case", code=case.code, verb="case.dispatch", by="林晓燕", mine=False
        )
        assert time.monotonic() - done < 1
        assert dispatcher.hears("case", code=case.code, mine=True)
        outbox.deliver_due()
        assert department.hears("unread", count=1)
        assert not bob.until(lambda heard: any(e == "case" for e, _ in heard), 1)


def test_a_stranger_hears_nothing(cast: Cast, city_url: str) -> None:
    for cookie in (
        "",
        "chengyun_session=nothing",
        "chengyun_session=",
        "a=b; ;=; chengyun_session",
    ):
        with listening(city_url, cookie) as stranger:
            assert stranger.status == 401


def test_what_was_missed_is_told_on_return(cast: Cast, city_url: str) -> None:
    cookie = cookie_of(cast.dispatcher)
    with listening(city_url, cookie) as first:
        assert first.hears("unread")
        one = drive(make_case(cast), cast, "accepted")
        assert first.hears("case", code=one.code, verb="case.accept")
        last = first.last
    two = make_case(cast)
    with listening(city_url, cookie, Last_Event_ID=last) as again:
        assert again.hears("case", code=two.code)
        assert one.code not in again.codes()
    with listening(city_url, cookie, f"?after={last}") as again:
        assert again.hears("case", code=two.code)


def test_who_missed_too_much_is_told_to_look_again(cast: Cast, city_url: str) -> None:
    case = make_case(cast)
    with listening(city_url, cookie_of(cast.dispatcher), "?after=1") as page:
        assert page.hears("unread")
    for _ in range(210):
        make_case(cast)
    with listening(city_url, cookie_of(cast.dispatcher), "?after=1") as page:
        assert page.hears("reset")
        assert case.code not in page.codes()


def test_a_page_just_drawn_hears_what_came_since_whatever_numbers_the_audit_left_out(
    cast: Cast, city_url: str
) -> None:
    make_case(cast)
    with connection.cursor() as cursor:
        cursor.execute(SKIPS[connection.vendor])
    drawn = int(time.time() * 1000)
    case = make_case(cast)
    with listening(city_url, cookie_of(cast.dispatcher), f"?since={drawn}") as page:
        assert page.hears("case", code=case.code)
        assert not page.hears("reset", 0)


def test_the_stream_ends_at_log_out(cast: Cast, city_url: str) -> None:
    client = Client()
    client.force_login(cast.dispatcher)
    cookie = f"chengyun_session={client.cookies['chengyun_session'].value}"
    with (
        listening(city_url, cookie) as page,
        listening(city_url, cookie_of(cast.dispatcher)) as other,
    ):
        assert page.hears("unread") and other.hears("unread")
        client.post("/logout/")
        assert page.hears("bye", 3, why="session")
        case = make_case(cast)
        assert other.hears("case", code=case.code)
        assert case.code not in page.codes()
    with listening(city_url, cookie) as gone:
        assert gone.status == 401


def test_a_closed_account_hears_no_more(cast: Cast, city_url: str) -> None:
    with listening(city_url, cookie_of(cast.dispatcher)) as page:
        assert page.hears("unread")
        end_user(cast.dispatcher, by=None)
        assert page.hears("bye", 3)


def test_of_too_many_windows_of_one_process_the_oldest_is_closed(cast: Cast) -> None:
    with ExitStack() as windows:
        url = windows.enter_context(served(processes=1))
        cookie = cookie_of(cast.dispatcher)
        open_ = [windows.enter_context(listening(url, cookie)) for _ in range(PER_PERSON)]
        assert all(each.hears("unread") for each in open_)
        newest = windows.enter_context(listening(url, cookie))
        assert newest.hears("unread")
        assert open_[0].hears("bye", 3, why="windows")
        case = make_case(cast)
        assert newest.hears("case", code=case.code) and open_[-1].hears("case", code=case.code)


def test_a_server_that_stops_lets_its_pages_come_back(cast: Cast) -> None:
    """It does not wait for open pages, and tells none of them that it is over."""
    with ExitStack() as windows:
        with served() as address:
            page = windows.enter_context(listening(address, cookie_of(cast.dispatcher)))
            assert page.hears("unread")
            stopping = time.monotonic()
        assert time.monotonic() - stopping < 10
        assert not page.hears("bye", 1)


def test_who_hears_of_a_case_is_who_may_open_it(cast: Cast) -> None:
    cases = [make_case(cast), drive(make_case(cast), cast, "dispatched")]
    cases.append(drive(make_case(cast), cast, "checking"))
    garden = add_unit("371502-YL", "园林处", kind="department", area="371502", by=None)
    cases.append(drive(make_case(cast), cast, "filed"))
    facts = {"unit": cast.crew.code, "helpers": [garden.code]}
    act(cases[-1], "dispatch", facts, by=cast.dispatcher)
    people = [person for person in vars(cast).values() if isinstance(person, User)]
    people.append(make_user("gardener", "园林工", "department", garden))
    heard = readers([case.pk for case in cases], people)
    for case in Case.objects.all():
        may = {p.pk for p in people if open_to(p).filter(pk=case.pk).exists()}
        assert set(heard[case.pk]) == may
    assert heard[cases[-1].pk][-1] == people[-1].pk


def test_pages_are_served_as_before(cast: Cast, city_url: str) -> None:
    """Through the bridge: a large body, a refused one, a streamed answer, a header that would pass for another."""
    import http.client

    host = city_url.partition("://")[2]
    line = http.client.HTTPConnection(host, timeout=30)
    line.request("GET", "/login/")
    answer = line.getresponse()
    assert answer.status == 200 and "登录" in answer.read().decode()
    line.request("HEAD", "/login/")
    answer = line.getresponse()
    assert answer.status == 200 and answer.read() == b""
    line.request("GET", "/static/ui/ui.css")
    answer = line.getresponse()
    assert answer.status == 200 and len(answer.read()) > 10_000
    line.request("POST", "/login/", b"x", {"Content-Length": str(101 * 1024 * 1024)})
    answer = line.getresponse()
    assert answer.status == 413
    line.close()
