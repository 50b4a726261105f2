"""共建服务: bodies report to communities, take up items through a link, and residents confirm what was done."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localdate

from chengyun.city.cases import service_items as reads
from chengyun.city.cases.factories import (
    make_enlistment,
    make_service_item,
    make_station,
    make_working_city,
    photo_bytes,
)
from chengyun.city.cases.models import Enlistment, ServiceBody, ServiceItem
from chengyun.city.cases.services import service_items as service
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit, clock
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db
BODY = {
    "area": DISTRICT,
    "name": "区供水服务中心党支部",
    "kind": "unit",
    "phone": "0635-8210001",
    "offers": "查漏、修水管",
}
SERVED = {"people": "3", "hours": "1.5", "result": "修好了楼道里的水管"}


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def told(answer: Any) -> str:
    return str(answer.content.decode())


def links(page: str) -> list[str]:
    """The addresses a page gives to pass on, as paths."""
    return re.findall(r'value="http://testserver(/s/[^"]+)"', page)


def test_a_unit_reports_serves_and_a_resident_confirms(cast: Cast) -> None:
    area = make_station(cast).area
    desk, mine, stranger = enter(cast.supervisor), enter(cast.community), Client()
    body = desk.post("/bodies/add/", BODY)["Location"]
    for person in ("", "江素云"):
        enlist = {"do": "enlist", "community": area, "person": person}
        assert mine.post(body, enlist).status_code == 303
    first = Enlistment.objects.get(person="")
    today = f"{localdate(clock.now())}"
    wanted = {"enlistment": first.pk, "title": "查楼道水管", "venue": "3 号楼"}
    there = mine.post("/services/add/", wanted | {"first_day": today, "last_day": today})[
        "Location"
    ]
    (link,) = links(told(mine.get(there)))
    assert "查楼道水管" in told(stranger.get(link))
    assert stranger.post(link, {"do": "take", "words": ""}).status_code == 303
    photo = SimpleUploadedFile("水管.jpg", photo_bytes(), "image/jpeg")
    assert stranger.post(link, SERVED | {"photos": photo}).status_code == 303
    assert "等居民确认" in told(stranger.get(link))
    (asked,) = links(told(mine.get(there)))
    assert asked != link
    shown = told(stranger.get(asked))
    picture = re.findall(r'"(/s/[^"]+/small/)"', shown)[0]
    assert stranger.get(picture).status_code == 200
    assert stranger.post(asked, {"do": "confirm", "words": "修得很好"}).status_code == 303
    item = ServiceItem.objects.get()
    assert (item.state, item.witness, item.said) == ("confirmed", "resident", "修得很好")
    assert stranger.get(picture).status_code == 404
    assert stranger.post(asked, {"do": "confirm", "words": ""}).status_code == 409
    assert "4.5 小时" in told(mine.get(body))
    assert "4.5 小时" in told(mine.get(f"/communities/{area}/"))
    assert "4.5" in told(mine.get("/bodies/"))
    assert item.code in told(desk.get(f"/services/?community={area}&state=confirmed"))
    audit.seal_new()
    assert audit.verify().sound


def test_what_was_not_done_goes_back_and_is_confirmed_later(cast: Cast) -> None:
    item = make_service_item(cast, agreed=True)
    mine, there = enter(cast.community), f"/services/{item.code}/"
    assert mine.post(f"{there}?do=report", SERVED).status_code == 303
    (asked,) = links(told(mine.get(there)))
    stranger = Client()
    nothing = stranger.post(asked, {"do": "return", "words": " "})
    assert (nothing.status_code, "请写明原因" in told(nothing)) == (422, True)
    assert stranger.post(asked, {"do": "return", "words": "三楼还在漏"}).status_code == 303
    item.refresh_from_db()
    assert (item.state, item.returns) == ("taken", 1)
    assert "三楼还在漏" in told(mine.get(there))
    assert mine.post(f"{there}?do=report", SERVED | {"people": "5"}).status_code == 303
    assert mine.post(there, {"do": "confirm", "words": "到现场看过"}).status_code == 303
    item.refresh_from_db()
    assert (item.people, item.state, item.witness) == (5, "confirmed", "station")
    sums = reads.sums_of(reads.items_for(cast.community))
    assert (sums["confirmed"], sums["by_residents"], sums["hours"]) == (1, 0, Decimal("7.5"))


def test_links_end(cast: Cast) -> None:
    item = make_service_item(cast)
    body = f"/s/{reads.token_of(item, reads.BODY)}/"
    resident = f"/s/{reads.token_of(item, reads.RESIDENT)}/"
    stranger, mine = Client(), enter(cast.community)
    assert "还没有做完" in told(stranger.get(resident))
    assert stranger.post(resident, {"do": "confirm"}).status_code == 409
    assert stranger.post(body, {"do": "confirm"}).status_code == 422
    assert stranger.get(f"{body[:-2]}x/").status_code == 404
    assert mine.post(f"/services/{item.code}/", {"do": "renew"}).status_code == 303
    assert "收回" in told(stranger.get(body))
    item.refresh_from_db()
    service.take(item, by=cast.community)
    outcome = service.Outcome(people=2, hours=Decimal(1), result="扫了楼道")
    service.report(item, outcome, by=None)
    set_param(reads.CONFIRM_DAYS, DISTRICT, 3, by=None)
    resident = f"/s/{reads.token_of(item, reads.RESIDENT)}/"
    with clock.at(clock.now() + timedelta(days=3)):
        assert "过了有效期" in told(stranger.get(resident))
        assert stranger.post(resident, {"do": "confirm"}).status_code == 409
        assert links(told(enter(cast.community).get(f"/services/{item.code}/"))) == []
    service.withdraw(item, "重复安排", by=cast.community)
    assert "撤销" in told(stranger.get(resident))


def test_who_sees_and_may_what(cast: Cast) -> None:
    row = make_enlistment(cast, person="江素云")
    item = make_service_item(cast, row)
    for user in (cast.bob, cast.other_department):
        assert enter(user).get(f"/services/{item.code}/").status_code == 404
        assert enter(user).get(f"/bodies/{row.body.pk}/").status_code == 404
        assert row.body.name not in told(enter(user).get("/bodies/"))
    looking = enter(cast.dispatcher)
    page = told(looking.get(f"/services/{item.code}/"))
    assert row.body.name in page
    assert "江素云" not in page
    assert links(page) == []
    assert "江素云" not in told(looking.get(f"/bodies/{row.body.pk}/"))
    assert "江素云" in told(enter(cast.community).get(f"/bodies/{row.body.pk}/"))
    assert "江素云" not in told(Client().get(f"/s/{reads.token_of(item, reads.BODY)}/"))
    assert looking.post(f"/services/{item.code}/", {"do": "take"}).status_code == 409
    assert looking.get("/services/add/").status_code == 403
    with pytest.raises(NotAllowed):
        service.take(item, by=cast.dispatcher)
    with pytest.raises(NotAllowed):
        service.end_body(row.body, by=cast.community)


def test_faults_are_said_and_nothing_is_written(cast: Cast) -> None:
    good = service.Body(name="义工协会", kind="association", phone="0635-8210002", offers="义剪")
    for change, sentence in (
        ({"name": " "}, "名称"),
        ({"kind": "firm"}, "类型"),
        ({"phone": "12"}, "电话"),
        ({"offers": ""}, "服务"),
    ):
        given = {**good.__dict__, **change}
        with pytest.raises(Invalid, match=sentence):
            service.register_body(DISTRICT, service.Body(**given), by=cast.supervisor)
    assert not ServiceBody.objects.exists()


def test_what_cannot_be_is_refused_in_every_state(cast: Cast) -> None:
    row = make_enlistment(cast)
    good = service.Body(name="义工协会", kind="association", phone="0635-8210002", offers="义剪")
    with pytest.raises(Invalid, match="没有代码"):
        service.register_body("999999", good, by=None)
    with pytest.raises(Invalid, match="服务站"):
        service.enlist(row.body, DISTRICT, by=None)
    with pytest.raises(Conflict, match="已经在"):
        service.enlist(row.body, row.area, by=cast.community)
    today = localdate(clock.now())
    day = timedelta(days=1)
    for first, last, sentence in (
        (today, today - day, "结束日期"),
        (today - 400 * day, today, "开始日期"),
    ):
        wanted = service.Wanted(title="扫雪", venue="门口", first_day=first, last_day=last)
        with pytest.raises(Invalid, match=sentence):
            service.offer(row, wanted, agreed=False, by=cast.community)
    assert (ServiceBody.objects.count(), ServiceItem.objects.count()) == (1, 0)
    item = make_service_item(cast, row, agreed=True)
    for people, hours, sentence in (
        (0, 1, "参加人数"),
        (2, 0, "每人时长"),
        (2, "0.25", "一位小数"),
    ):
        outcome = service.Outcome(people=people, hours=Decimal(hours), result="扫雪")
        with pytest.raises(Invalid, match=sentence):
            service.report(item, outcome, by=None)
    service.leave(row, by=cast.community)
    with pytest.raises(Conflict, match="已经结束"):
        service.leave(row, by=cast.community)
    with pytest.raises(Conflict, match="已经结束"):
        make_service_item(cast, row)
    service.end_body(row.body, by=cast.supervisor)
    with pytest.raises(Conflict, match="已经停用"):
        service.change_body(row.body, good, by=cast.supervisor)


def test_an_item_nobody_reported_is_shown(cast: Cast) -> None:
    item = make_service_item(cast, agreed=True)
    desk = enter(cast.community)
    assert item.title not in told(desk.get("/services/?overdue=1"))
    with clock.at(clock.now() + timedelta(days=2)):
        desk = enter(cast.community)
        page = told(desk.get("/services/?overdue=1"))
        assert item.title in page
        assert ">过期未报<" in page


def api(user: User, method: str, path: str, body: Any = None) -> Any:
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    client = Client(raise_request_exception=False)
    head = {"Authorization": f"Bearer {raw}"}
    return getattr(client, method)(f"/api/v1{path}", body, "application/json", headers=head)


def test_the_api_does_the_same(cast: Cast) -> None:
    area, desk, mine = make_station(cast).area, cast.supervisor, cast.community
    made = api(desk, "post", "/service-bodies", BODY)
    assert made.status_code == 201
    assert api(desk, "post", "/service-bodies", BODY).status_code == 409
    body = f"/service-bodies/{made.json()['id']}"
    assert api(mine, "post", f"{body}/change", BODY).status_code == 403
    row = api(mine, "post", f"{body}/enlistments", {"area": area, "person": "江素云"})
    assert row.json()["person"] == "江素云"
    seen = api(cast.dispatcher, "get", body).json()["enlistments"]
    assert [each["person"] for each in seen] == [""]
    today = f"{localdate(clock.now())}"
    wanted = {"enlistment": row.json()["id"], "title": "查水管", "venue": "3 号楼"}
    wanted |= {"first_day": today, "last_day": today}
    items = [api(mine, "post", "/service-items", wanted).json()["code"] for _ in range(3)]
    done, declined, gone = (f"/service-items/{code}" for code in items)
    assert api(cast.dispatcher, "post", f"{done}/take").status_code == 403
    assert api(mine, "post", f"{done}/take").json()["state"] == "taken"
    outcome = {"people": 2, "hours": "1.5", "result": "换了阀门"}
    assert api(mine, "post", f"{done}/report", outcome | {"people": 0}).status_code == 422
    assert api(mine, "post", f"{done}/report", outcome).json()["state"] == "reported"
    assert api(mine, "post", f"{done}/return", {}).status_code == 422
    assert api(mine, "post", f"{done}/return", {"words": "漏"}).json()["returns"] == 1
    assert api(mine, "post", f"{done}/report", outcome).status_code == 200
    assert api(mine, "post", f"{done}/confirm", {}).json()["witness"] == "station"
    assert api(mine, "post", f"{done}/confirm", {}).status_code == 409
    assert api(mine, "post", f"{declined}/decline", {"words": "忙"}).json()["said"] == "忙"
    assert api(mine, "post", f"{gone}/withdraw", {"words": "重了"}).json()["ended_at"]
    (whole,) = api(mine, "get", "/service-bodies").json()["items"]
    assert (whole["confirmed"], whole["by_residents"], whole["hours"]) == (1, 0, "3.0")
    listed = api(mine, "get", f"/service-items?state=confirmed&area={area}&overdue=false").json()
    assert [item["code"] for item in listed["items"]] == [items[0]]
    assert api(cast.bob, "get", done).status_code == 404
    assert api(mine, "post", f"/enlistments/{row.json()['id']}/end").json()["valid_to"] == today
    assert api(desk, "post", f"{body}/end").json()["valid_to"] == today
    assert api(desk, "post", f"{body}/end").status_code == 409
