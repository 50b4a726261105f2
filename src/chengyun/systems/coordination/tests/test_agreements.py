"""共建协议: registered, its tasks kept by either side, its joint reviews held in time or told once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate, localtime

from chengyun.city.cases.agreements import next_review
from chengyun.city.cases.factories import make_agreement, make_working_city
from chengyun.city.cases.models import Agreement, Meeting, Promise
from chengyun.city.cases.services import agreements as service
from chengyun.city.cases.services import meetings
from chengyun.city.cases.services.waits import sweep_waits
from chengyun.city.people.factories import CITY, DISTRICT, Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Message

pytestmark = pytest.mark.django_db
MINUTES = meetings.Minutes(offices="两区分管局长", attendees="张三", minutes="东西两岸同一天清。")


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def api(user: User, method: str, path: str, body: Any = None) -> Any:
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    client = Client(raise_request_exception=False)
    head = {"Authorization": f"Bearer {raw}"}
    return getattr(client, method)(f"/api/v1{path}", body, "application/json", headers=head)


def told(answer: Any) -> str:
    return str(answer.content.decode())


def written(cast: Cast, **changes: Any) -> dict[str, Any]:
    today = localdate(clock.now())
    return {
        "area": DISTRICT,
        "title": "两岸共建",
        "partners": "茌平区、沿黄联盟",
        "about": "同步清运",
        "signed_on": f"{today}",
        "unit": cast.crew.code,
        "units": [cast.other_crew.code],
        "review_months": "3",
        **changes,
    }


def terms(cast: Cast, **changes: Any) -> service.Terms:
    given = {
        "title": "两岸共建",
        "partners": "茌平区",
        "about": "同步清运",
        "signed_on": localdate(clock.now()),
        "unit": cast.crew,
        **changes,
    }
    return service.Terms(**given)


def test_an_agreement_is_registered_and_each_side_keeps_its_task(cast: Cast) -> None:
    desk, theirs = enter(cast.supervisor), enter(cast.other_department)
    path = str(desk.post("/agreements/add/", written(cast))["Location"])
    outbox.deliver_all()
    assert "共建协议：两岸共建" in told(theirs.get("/messages/"))
    assert "两岸共建" in told(theirs.get("/agreements/"))
    due = localdate(clock.now()) + timedelta(days=5)
    task = {"do": "task", "what": "清东岸垃圾", "unit": cast.other_crew.code, "due": f"{due}"}
    assert desk.post(path, task).status_code == 303
    row = Promise.objects.get()
    there = f"/promises/{row.code}/"
    assert there in told(theirs.get("/promises/?mine=1"))
    assert there in told(theirs.get(path))
    assert theirs.post(there, {"do": "done", "words": "清了 6 处"}).status_code == 303
    outbox.deliver_all()
    assert "请确认：清东岸垃圾" in told(desk.get("/messages/"))
    assert theirs.post(there, {"do": "confirm"}).status_code == 422
    assert desk.post(there, {"do": "confirm"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.late, row.meeting) == ("kept", False, None)
    assert "1 / 1" in told(desk.get("/agreements/"))
    assert "共建协议" in told(desk.get(there))
    audit.seal_new()
    assert audit.verify().sound


def test_a_joint_review_is_called_minuted_and_the_next_one_is_due(cast: Cast) -> None:
    row = make_agreement(cast)
    path = f"/agreements/{row.code}/"
    desk, theirs = enter(cast.supervisor), enter(cast.other_department)
    review = {
        "do": "review",
        "topic": "季度会商",
        "held_at": f"{localtime(clock.now() - timedelta(hours=2)):%Y-%m-%dT%H:%M}",
        "venue": "市局",
        "units": [cast.other_crew.code],
    }
    there = str(desk.post(path, review)["Location"])
    outbox.deliver_all()
    assert "共建会商：季度会商" in told(theirs.get("/messages/"))
    assert row.title in told(theirs.get(there))
    meeting = Meeting.objects.latest("pk")
    minutes = {"do": "minutes", "offices": "分管局长", "minutes": "定了"}
    assert desk.post(there, minutes).status_code == 303
    row.refresh_from_db()
    assert row.due_at == next_review(localdate(meeting.held_at), 3)
    due = localdate(clock.now()) + timedelta(days=3)
    task = {"do": "promise", "what": "共用一个台账", "unit": cast.other_crew.code, "due": f"{due}"}
    assert desk.post(there, task).status_code == 303
    made = Promise.objects.latest("pk")
    assert (made.meeting, made.agreement) == (meeting, row)
    assert "共用一个台账" in told(theirs.get(path))


def test_a_late_review_is_told_once_to_both_sides(cast: Cast) -> None:
    row = make_agreement(cast)
    assert row.due_at is not None
    assert sweep_waits() == 0
    with clock.at(row.due_at + timedelta(minutes=1)):
        assert sweep_waits() == 3
        assert sweep_waits() == 0
        outbox.deliver_all()
        late = Message.objects.filter(kind="agreement.review_late")
        people = {cast.department.pk, cast.other_department.pk, cast.supervisor.pk}
        assert set(late.values_list("person_id", flat=True)) == people
        assert Message.objects.filter(
            kind="promise.late", person_id=cast.other_department.pk
        ).exists()
        assert row.title in told(enter(cast.supervisor).get("/agreements/?late=1"))
        called = meetings.Called(
            kind=service.REVIEW, topic="补开", venue="局", held_at=clock.now() - timedelta(hours=1)
        )
        meeting = service.call_review(row, called, by=cast.supervisor)
        meetings.write_minutes(meeting, MINUTES, by=cast.supervisor)
        assert sweep_waits() == 0
        assert row.title not in told(enter(cast.supervisor).get("/agreements/?late=1"))


def test_a_review_without_a_rhythm_owes_nothing_more(cast: Cast) -> None:
    asked = localdate(clock.now()) + timedelta(days=3)
    row = service.register(terms(cast, review_on=asked), DISTRICT, by=cast.supervisor)
    assert row.review_day == asked
    called = meetings.Called(
        kind=service.REVIEW, topic="会商", venue="局", held_at=clock.now() - timedelta(hours=1)
    )
    meeting = service.call_review(row, called, by=cast.supervisor)
    meetings.write_minutes(meeting, MINUTES, by=cast.supervisor)
    row.refresh_from_db()
    assert row.due_at is None


def test_the_same_day_so_many_months_later() -> None:
    assert [
        localdate(found - timedelta(seconds=1)) if found else None
        for found in (
            next_review(date(2026, 11, 30), 3),
            next_review(date(2027, 12, 31), 2),
            next_review(date(2026, 6, 15), 12),
            next_review(date(2026, 6, 15), None),
        )
    ] == [date(2027, 2, 28), date(2028, 2, 29), date(2027, 6, 15), None]


def test_who_may_and_who_sees(cast: Cast) -> None:
    for person in (cast.department, cast.bob, cast.operator):
        with pytest.raises(NotAllowed):
            service.register(terms(cast), DISTRICT, by=person)
    with pytest.raises(NotAllowed):
        service.register(terms(cast), CITY, by=cast.supervisor)
    row = service.register(terms(cast), DISTRICT, by=cast.supervisor)
    path = f"/agreements/{row.code}/"
    due = localdate(clock.now()) + timedelta(days=3)
    own = service.give_task(row, cast.crew, "清西岸", due, by=cast.supervisor)
    for person in (cast.bob, cast.other_department):
        assert enter(person).get(path).status_code == 404
        assert enter(person).get(f"/promises/{own.code}/").status_code == 404
        assert api(person, "get", f"/agreements/{row.code}").status_code == 404
    assert enter(cast.department).get(path).status_code == 200
    task = {"do": "task", "what": "清", "unit": cast.crew.code, "due": f"{due}"}
    assert enter(cast.department).post(path, task).status_code == 422
    assert enter(cast.department).get(f"{path}change/").status_code == 403
    with pytest.raises(NotAllowed):
        service.give_task(row, cast.crew, "清", due, by=cast.department)
    with pytest.raises(NotAllowed):
        meetings.confirm(own, by=cast.department)
    with pytest.raises(Invalid, match="不管这里"):
        service.give_task(row, cast.other_crew, "清东岸", due, by=cast.supervisor)


def test_faults_are_said_and_nothing_is_written(cast: Cast) -> None:
    today = localdate(clock.now())
    faults: list[tuple[dict[str, Any], str]] = [
        ({"title": " "}, "名称"),
        ({"partners": ""}, "和哪里"),
        ({"ends_on": today - timedelta(days=1)}, "到期日"),
        ({"review_on": today - timedelta(days=1)}, "会商的日期"),
        ({"signed_on": date(1999, 1, 1)}, "签订日期"),
        ({"review_months": 61}, "间隔"),
        ({"unit": cast.other_crew}, "不管这里"),
        ({"units": [cast.crew]}, "不是别处的单位"),
    ]
    for changes, sentence in faults:
        with pytest.raises(Invalid, match=sentence):
            service.register(terms(cast, **changes), DISTRICT, by=cast.supervisor)
    assert not Agreement.objects.exists()
    shown = enter(cast.supervisor).post("/agreements/add/", written(cast, about=""))
    assert shown.status_code == 422
    assert "两岸共建" in told(shown)
    assert not Agreement.objects.exists()


def test_terms_change_once_and_end_with_a_reason(cast: Cast) -> None:
    row = make_agreement(cast)
    path = f"/agreements/{row.code}/"
    desk = enter(cast.supervisor)
    assert 'value="1"' in told(desk.get(f"{path}change/"))
    changed = written(cast, title="两岸共建二期", version="1")
    assert desk.post(f"{path}change/", changed).status_code == 303
    late = desk.post(f"{path}change/", changed | {"title": "别的"})
    assert late.status_code == 409
    assert "赵国栋" in told(late)
    with pytest.raises(Invalid, match="为什么终止"):
        service.end(row, " ", by=cast.supervisor, version=2)
    assert desk.post(path, {"do": "end", "words": "并入市级协议"}).status_code == 303
    row.refresh_from_db()
    assert (row.title, row.state, row.words) == ("两岸共建二期", "ended", "并入市级协议")
    assert desk.post(path, {"do": "end", "words": "再来"}).status_code == 422
    due = localdate(clock.now()) + timedelta(days=3)
    with pytest.raises(Conflict, match="已经终止"):
        service.give_task(row, cast.crew, "清", due, by=cast.supervisor)
    assert row.due_at is not None
    with clock.at(row.due_at + timedelta(days=1)):
        sweep_waits()
        outbox.deliver_all()
    assert not Message.objects.filter(kind="agreement.review_late").exists()


def test_a_partner_body_takes_tasks(cast: Cast) -> None:
    body = add_unit("QBQ-GWH", "起步区管委会", kind="partner", area=CITY, by=None)
    person = make_user("liaison", "辛若兰", "department", body)
    row = service.register(terms(cast, units=[body]), DISTRICT, by=cast.supervisor)
    due = localdate(clock.now()) + timedelta(days=3)
    task = service.give_task(row, body, "编专项规划", due, by=cast.supervisor)
    assert task.code in told(enter(person).get("/promises/?mine=1"))
    meetings.report_done(task, "已报审", by=person)
    assert task.state == "done"


def test_the_api_does_the_same(cast: Cast) -> None:
    body = written(cast, review_months=3)
    made = api(cast.supervisor, "post", "/agreements", body)
    assert made.status_code == 201
    path = f"/agreements/{made.json()['code']}"
    assert api(cast.supervisor, "post", "/agreements", body | {"area": "3715"}).status_code == 403
    due = f"{localdate(clock.now()) + timedelta(days=4)}"
    task = {"unit": cast.other_crew.code, "what": "清东岸", "due": due}
    row = api(cast.supervisor, "post", f"{path}/tasks", task).json()
    assert (row["agreement"], row["meeting"]) == (made.json()["code"], "")
    words = {"words": "好了"}
    done = api(cast.other_department, "post", f"/promises/{row['code']}/done", words)
    assert done.json()["state"] == "done"
    review = {"topic": "会商", "venue": "局", "held_at": clock.now().isoformat()}
    seen = api(cast.supervisor, "post", f"{path}/reviews", review).json()
    assert [each["what"] for each in seen["tasks"]] == ["清东岸"]
    code = seen["reviews"][0]
    meeting = api(cast.other_department, "get", f"/meetings/{code}").json()
    assert (meeting["agreement"], meeting["kind"]) == (seen["code"], "共建会商")
    assert api(cast.bob, "get", f"/meetings/{code}").status_code == 404
    changed = body | {"version": 1, "title": "二期"}
    assert api(cast.supervisor, "put", path, changed).json()["title"] == "二期"
    assert api(cast.supervisor, "put", path, changed).status_code == 409
    ending = words | {"version": 2}
    assert api(cast.supervisor, "post", f"{path}/end", ending).json()["state"] == "ended"
    assert api(cast.supervisor, "post", f"{path}/tasks", task).status_code == 409
    assert api(cast.other_department, "get", "/agreements?state=ended").json()["items"]
    assert api(cast.bob, "get", "/agreements").json()["items"] == []
