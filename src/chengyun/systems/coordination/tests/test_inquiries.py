"""来件: written down on the page and at the API, answered on their own clock, callers known again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import LAT, LON, MANHOLE, drive, make_case, make_working_city
from chengyun.city.cases.models import Caller, Case, Inquiry
from chengyun.city.cases.services.reporter import erase_reporter
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit, clock
from chengyun.kernel.models import Audit, Setting
from chengyun.kernel.recent import forget_everything

pytestmark = pytest.mark.django_db

PHONE = "13863522046"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def call(user: User, **said: str) -> Any:
    form = {
        "source": "hotline",
        "reporter_phone": PHONE,
        "reporter_name": "周启明",
        "description": "路口井盖没了",
        "address": "湖南路与兴华路交叉口",
        **said,
    }
    return enter(user).post("/intake/", form)


def told(answer: Any) -> str:
    return str(answer.content.decode())


def api(user: User, path: str, body: Any = None, **query: str) -> Any:
    head = {"Authorization": f"Bearer {issue_token(user, '试验', timedelta(days=1), by=None)[0]}"}
    client = Client(raise_request_exception=False)
    if body is None:
        return client.get(f"/api/v1{path}", query, headers=head)
    return client.post(f"/api/v1{path}", body, "application/json", headers=head)


def test_a_call_becomes_a_case_at_its_crossing_with_a_reply_due(cast: Cast) -> None:
    answer = call(cast.operator, number="DH-2026-001", **{"class": MANHOLE})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/intake/")
    case = Case.objects.get()
    row = Inquiry.objects.get(case=case)
    assert (case.source, case.area[:6], row.number) == ("hotline", DISTRICT, "DH-2026-001")
    assert (float(row.limit_value or 0), row.limit_unit) == (5, "work_day")
    assert row.warn_at < row.due_at
    assert (row.answered_at, row.late) == (None, False)


def test_an_address_in_none_of_the_places_says_so_and_keeps_what_was_typed(cast: Cast) -> None:
    answer = call(cast.operator, address="没有这条街")
    assert answer.status_code == 422
    assert "本市的道路、社区和部件里没有这个地址" in told(answer)
    assert "路口井盖没了" in told(answer)
    assert not Case.objects.exists()


def test_several_places_are_offered_to_whoever_has_no_script(cast: Cast) -> None:
    answer = call(cast.operator, address="社区")
    assert answer.status_code == 422
    assert 'name="spot"' in told(answer)
    choice = told(answer).split('name="spot"')[1].split('<option value="1')[1].split('"')[0]
    answer = call(cast.operator, address="社区", spot=f"1{choice}")
    assert answer.status_code == 303


def test_the_same_number_is_taken_once_and_another_source_has_its_own(cast: Cast) -> None:
    assert call(cast.operator, number="7").status_code == 303
    again = call(cast.operator, number=" 7 ")
    assert again.status_code == 409
    assert f"案号 {Case.objects.get().code}" in told(again)
    assert (Case.objects.count(), Inquiry.objects.count()) == (1, 1)
    assert call(cast.operator, number="7", source="web").status_code == 303


def test_the_number_holds_at_the_api_too(cast: Cast) -> None:
    body = {"source": "hotline", "description": "积水", "lon": LON, "lat": LAT, "number": "A9"}
    assert api(cast.operator, "/cases", body).status_code == 201
    again = api(cast.operator, "/cases", body)
    assert (again.status_code, again.json()["error"]) == (409, "conflict")
    found = api(cast.operator, "/inquiries", number="A9").json()
    assert [row["code"] for row in found["items"]] == [Case.objects.get().code]


def test_only_whoever_takes_calls_opens_the_form(cast: Cast) -> None:
    assert enter(cast.operator).get("/intake/").status_code == 200
    for user in (cast.inspector, cast.department, cast.charlie):
        assert enter(user).get("/intake/").status_code == 403
        assert enter(user).post("/intake/earlier/", {"reporter_phone": PHONE}).status_code == 403


def test_the_limit_is_the_city_s_by_source(cast: Cast) -> None:
    Setting(key="case.reply.media", area="3715", value={"value": 2, "unit": "urgent_hour"}).save()
    forget_everything()
    make_case(cast, source="media")
    row = Inquiry.objects.get()
    assert row.due_at - row.came_at == timedelta(hours=2)
    make_case(cast, source="inspector")
    assert Inquiry.objects.count() == 1


def test_an_answer_stops_the_clock_and_a_late_one_stays_late(cast: Cast) -> None:
    soon, later = make_case(cast, source="hotline"), make_case(cast, source="media")
    path = f"/inquiries/{soon.code}/"
    form = {"how": "phone", "words": "已换新井盖，谢谢反映。"}
    assert enter(cast.operator).post(path, form).status_code == 303
    with clock.at(clock.now() + timedelta(hours=25)):
        answer = api(cast.operator, f"/inquiries/{later.code}/answer", form)
    assert (answer.status_code, answer.json()["late"]) == (200, True)
    assert [row.late for row in Inquiry.objects.order_by("id")] == [False, True]
    row = Audit.objects.get(verb="inquiry.answer", subject_id=soon.pk)
    assert row.facts["reply"] == "（电话）已换新井盖，谢谢反映。"
    assert "回复来件人" in told(enter(cast.supervisor).get(f"/cases/{soon.code}/"))
    audit.seal_new()
    assert audit.verify().sound


def test_whoever_answers_second_is_told_so_and_nothing_changes(cast: Cast) -> None:
    case = make_case(cast, source="hotline")
    path, form = f"/inquiries/{case.code}/answer", {"how": "phone", "words": "好"}
    assert api(cast.operator, path, form).status_code == 200
    first = Inquiry.objects.values().get()
    again = api(cast.supervisor, path, form | {"words": "别的"})
    assert again.status_code == 409
    assert "已经回复过" in again.json()["message"]
    assert Inquiry.objects.values().get() == first


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"how": "smoke", "words": "好"}, "how"),
        ({"how": "phone", "words": "  "}, "words"),
        ({"how": "phone", "words": "长" * 1001}, "words"),
    ],
)
def test_a_reply_that_says_nothing_is_refused(cast: Cast, body: Any, field: str) -> None:
    case = make_case(cast, source="hotline")
    answer = api(cast.operator, f"/inquiries/{case.code}/answer", body)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["fields"]] == [field]
    assert Inquiry.objects.get().answered_at is None


def test_the_call_afterwards_needs_the_reply_and_a_reason_when_bad(cast: Cast) -> None:
    case = make_case(cast, source="hotline")
    path = f"/inquiries/{case.code}"
    assert api(cast.operator, f"{path}/visit", {"satisfied": "yes"}).status_code == 409
    api(cast.operator, f"{path}/answer", {"how": "phone", "words": "好"})
    assert api(cast.operator, f"{path}/visit", {"satisfied": "no"}).status_code == 422
    answer = api(cast.operator, f"{path}/visit", {"satisfied": "no", "words": "还是堵"})
    assert answer.json()["satisfied"] == "no"
    rates = told(enter(cast.leader).get("/inquiries/rates/"))
    assert "0.00%" in rates
    assert "100.00%" in rates


def test_nobody_answers_for_another_district_or_sees_it(cast: Cast) -> None:
    case = make_case(cast, source="hotline")
    assert enter(cast.bob).get(f"/inquiries/{case.code}/").status_code == 404
    body = {"how": "phone", "words": "好"}
    assert api(cast.bob, f"/inquiries/{case.code}/answer", body).status_code == 404
    assert api(cast.dispatcher, f"/inquiries/{case.code}/answer", body).status_code == 403
    assert "记下回复" not in told(enter(cast.dispatcher).get(f"/inquiries/{case.code}/"))


def test_what_ended_without_a_reply_waits_in_the_queue(cast: Cast) -> None:
    case = drive(make_case(cast, source="hotline"), cast, "closed")
    desk = told(enter(cast.operator).get("/desk/?queue=answer"))
    assert case.code in desk
    api(cast.operator, f"/inquiries/{case.code}/answer", {"how": "phone", "words": "好"})
    assert case.code not in told(enter(cast.operator).get("/desk/?queue=answer"))


def test_a_caller_is_known_again_however_the_number_is_written(cast: Cast) -> None:
    first = make_case(cast, source="hotline", reporter_phone="+86 138-6352-2046")
    make_case(cast, source="hotline", reporter_phone="13900000000")
    client = enter(cast.operator)
    for _ in range(2):
        page = told(client.post("/intake/earlier/", {"reporter_phone": PHONE}))
        assert first.code[6:] in page
    noted = Audit.objects.filter(verb="case.reporter.view")
    assert [row.subject_code for row in noted] == [first.code]
    found = api(cast.operator, "/callers/earlier", {"phone": "138 6352 2046"}).json()
    assert [row["code"] for row in found] == [first.code]
    assert PHONE not in str(Caller.objects.values())


def test_a_caller_in_another_district_stays_unknown_and_so_does_an_erased_one(cast: Cast) -> None:
    case = make_case(cast, source="hotline", reporter_phone=PHONE)
    assert api(cast.bob, "/callers/earlier", {"phone": PHONE}).status_code == 403
    erase_reporter(case, words=False, by=cast.supervisor)
    assert not Caller.objects.exists()
    assert api(cast.operator, "/callers/earlier", {"phone": PHONE}).json() == []


def test_the_list_shows_what_waits_most_urgent_first(cast: Cast) -> None:
    slow, fast = make_case(cast, source="leader"), make_case(cast, source="media")
    page = told(enter(cast.operator).get("/inquiries/?standing=waiting"))
    assert page.index(fast.code) < page.index(slow.code)
    assert "没有符合条件的来件" in told(enter(cast.operator).get("/inquiries/?standing=late"))
    with clock.at(clock.now() + timedelta(hours=25)):
        late = told(enter(cast.operator).get("/inquiries/?standing=late&source=media"))
    assert fast.code in late
    assert slow.code not in late


def test_places_are_offered_in_the_person_s_own_area(cast: Cast) -> None:
    client = enter(cast.operator)
    page = told(client.post("/intake/places/", {"address": "湖南路兴华"}))
    assert "湖南路与兴华路交叉口" in page
    assert "没有" not in page
    assert 'role="option"' not in told(client.post("/intake/places/", {"address": "花园路"}))
    found = api(cast.operator, "/places/find", q="湖南路与柳园路").json()
    assert found[0]["kind"] == "路口"
