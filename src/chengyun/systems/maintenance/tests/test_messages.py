"""消息记录、消息规则、对外推送: who sees them, and what each page does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.kernel import outbox
from chengyun.kernel.models import Audit, ChannelRule, Delivery, Dispatch, Endpoint, Message
from chengyun.kernel.notify.hooks import signing_key
from chengyun.kernel.notify.services import add_endpoint
from chengyun.systems.maintenance.tests.test_pages import EVERYBODY, enter, text

pytestmark = pytest.mark.django_db

PAGES = ("messages", "events", "ways", "endpoints", "endpoints/add")
PUBLIC = "https://1.1.1.1/hook"
KIND = "case.dispatched"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def told(cast: Cast) -> Message:
    """The unit was told of a case in its inbox; by mail, which the city lacks, it was not."""
    drive(make_case(cast), cast, "dispatched")
    outbox.deliver_all()
    message = Message.objects.get(kind=KIND)
    Dispatch.objects.filter(message=message).update(state=Dispatch.SENT)
    mail = Dispatch.objects.filter(message=message, channel="email")
    mail.update(state=Dispatch.DEAD, tries=6, error="邮件服务器答复 550：no such box")
    return message


def hook(cast: Cast, by: User | None = None, **changes: Any) -> Endpoint:
    given = {"area": CITY, "url": PUBLIC, "kinds": [KIND], **changes}
    return add_endpoint("热线", given["url"], given["area"], given["kinds"], by=by)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_lets_in_who_may(cast: Cast, page: str) -> None:
    for name in EVERYBODY:
        answer = enter(getattr(cast, name)).get(f"/maintenance/{page}/")
        expected = 200 if name in ("admin", "district_admin") else 403
        assert answer.status_code == expected, name
    assert Client().get(f"/maintenance/{page}/").status_code == 302


def test_the_log_says_who_was_told_what_how_and_whether_it_arrived(cast: Cast) -> None:
    message = told(cast)
    client = enter(cast.admin)
    page = text(client.get("/maintenance/messages/"))
    for words in ("新派来：雨水井盖", "马建军 · 专业部门", "站内、邮件、短信", "没有送达"):
        assert words in page
    page = text(client.get(f"/maintenance/messages/{message.pk}/"))
    for words in ("派给我单位", "no such box", "6 次", "重发", "未读"):
        assert words in page
    for query, shown in (
        ("state=dead", True), ("state=waiting", False), ("channel=email", True),
        ("channel=webhook", False), (f"kind={KIND}", True), ("kind=case.near", False),
        (f"code={message.code}", True), ("code=0000000000", False),
    ):  # fmt: skip
        page = text(client.get(f"/maintenance/messages/?{query}"))
        assert ("新派来" in page) == shown, query


def test_a_message_is_sent_again_once_and_that_is_recorded(cast: Cast) -> None:
    message = told(cast)
    way = Dispatch.objects.get(message=message, channel="email")
    client = enter(cast.admin)
    answer = client.post(f"/maintenance/messages/ways/{way.pk}/resend/")
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/maintenance/messages/{message.pk}/",
    )
    way.refresh_from_db()
    assert (way.state, way.tries) == (Dispatch.WAITING, 0)
    assert Audit.objects.filter(verb="message.resend", actor_id=cast.admin.pk).count() == 1
    assert client.post(f"/maintenance/messages/ways/{way.pk}/resend/").status_code == 409
    assert client.get(f"/maintenance/messages/ways/{way.pk}/resend/").status_code == 405
    assert Audit.objects.filter(verb="message.resend").count() == 1


def test_a_district_sees_and_resends_its_own_only(cast: Cast) -> None:
    message = told(cast)
    Message.objects.filter(pk=message.pk).update(area=f"{OTHER_DISTRICT}001")
    way = Dispatch.objects.get(message=message, channel="email")
    client = enter(cast.district_admin)
    assert "新派来" not in text(client.get("/maintenance/messages/"))
    assert client.get(f"/maintenance/messages/{message.pk}/").status_code == 404
    assert client.post(f"/maintenance/messages/ways/{way.pk}/resend/").status_code == 404
    assert enter(cast.dispatcher).post(
        f"/maintenance/messages/ways/{way.pk}/resend/"
    ).status_code == 403  # fmt: skip
    way.refresh_from_db()
    assert way.state == Dispatch.DEAD


def test_an_event_nobody_could_take_is_listed_and_handed_on_again(cast: Cast) -> None:
    told(cast)
    row = Delivery.objects.latest("pk")
    Delivery.objects.filter(pk=row.pk).update(state=Delivery.DEAD, error="没有这件案件")
    client = enter(cast.admin)
    assert "没有投递成功的事件" in text(client.get("/maintenance/messages/"))
    page = text(client.get("/maintenance/events/"))
    assert "没有这件案件" in page
    assert client.post(f"/maintenance/events/{row.pk}/resend/").status_code == 303
    row.refresh_from_db()
    assert (row.state, row.tries) == (Delivery.WAITING, 0)
    assert "事件都投递到了" in text(client.get("/maintenance/events/"))
    assert client.post(f"/maintenance/events/{row.pk}/resend/").status_code == 404
    assert Audit.objects.filter(verb="event.resend").count() == 1


def test_a_role_is_told_by_the_ways_the_city_chooses(cast: Cast) -> None:
    client = enter(cast.admin)
    page = text(client.get("/maintenance/ways/?role=department"))
    assert "新派来" not in page and "派给我单位" in page and "没有接通" in page
    given = {key: ways for key, ways in shown(page).items() if key != KIND}
    given[KIND] = ["inbox"]
    assert client.post("/maintenance/ways/?role=department", given).status_code == 303
    rule = ChannelRule.objects.get()
    assert (rule.role, rule.kind, rule.channels) == ("department", KIND, ["inbox"])
    assert Audit.objects.filter(verb="message.rule").count() == 1
    drive(make_case(cast), cast, "dispatched")
    outbox.deliver_all()
    assert not Dispatch.objects.filter(message__kind=KIND).exists()


def shown(page: str) -> dict[str, list[str]]:
    """What is ticked on the page."""
    found: dict[str, list[str]] = {}
    for name, value, rest in re.findall(r'name="([\w.]+)" value="(\w+)"([^>]*)>', page):
        if "checked" in rest:
            found.setdefault(name, []).append(value)
    return found


def test_what_must_be_told_keeps_a_way_and_nothing_is_half_saved(cast: Cast) -> None:
    client = enter(cast.admin)
    answer = client.post("/maintenance/ways/?role=department", {KIND: ["inbox"]})
    assert answer.status_code == 422
    assert "必须送达" in answer.content.decode()
    assert not ChannelRule.objects.exists()


def test_rules_are_the_whole_city_s(cast: Cast) -> None:
    client = enter(cast.district_admin)
    page = text(client.get("/maintenance/ways/?role=department"))
    given = {**shown(page), KIND: ["inbox"]}
    assert client.post("/maintenance/ways/?role=department", given).status_code == 403
    assert enter(cast.admin).get("/maintenance/ways/?role=nobody").status_code == 404
    assert not ChannelRule.objects.exists()


def test_another_system_is_added_changed_given_a_new_key_and_ended(cast: Cast) -> None:
    client = enter(cast.admin)
    given = {"label": "12345", "url": PUBLIC, "area": DISTRICT, "kinds": [KIND]}
    answer = client.post("/maintenance/endpoints/add/", given)
    made = Endpoint.objects.get()
    here = f"/maintenance/endpoints/{made.pk}/"
    assert (answer.status_code, answer["Location"]) == (303, here)
    answer = client.get(here)
    first = signing_key(made)
    assert first in text(answer) and answer["Cache-Control"] == "no-store"
    changed = {"label": "热线", "url": PUBLIC, "kinds": [KIND, "case.near"]}
    assert client.post(here, changed).status_code == 303
    made.refresh_from_db()
    assert (made.label, made.kinds) == ("热线", [KIND, "case.near"])
    assert client.post(f"{here}key/").status_code == 303
    page = text(client.get(here))
    assert first not in page and signing_key(Endpoint.objects.get()) in page
    assert client.post(f"{here}end/").status_code == 303
    assert client.post(f"{here}end/").status_code == 409
    assert "已停用" in text(client.get("/maintenance/endpoints/"))
    rows = Audit.objects.filter(verb__startswith="endpoint.").order_by("pk")
    verbs = ["endpoint.add", "endpoint.change", "endpoint.key", "endpoint.end"]
    assert list(rows.values_list("verb", flat=True)) == verbs
    assert first not in "".join(str(row.facts) for row in rows)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": "http://127.0.0.1/"}, "内部网络"),
        ({"url": "ftp://example.org/"}, "https://主机/路径"),
        ({"kinds": []}, "至少选一种消息"),
        ({"kinds": ["no.such"]}, "至少选一种消息"),
    ],
)
def test_an_address_that_cannot_be_is_refused(
    cast: Cast, changes: dict[str, Any], sentence: str
) -> None:
    given = {"label": "x", "url": PUBLIC, "area": DISTRICT, "kinds": [KIND], **changes}
    answer = enter(cast.admin).post("/maintenance/endpoints/add/", given)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_a_district_adds_for_itself_only(cast: Cast) -> None:
    client, city = enter(cast.district_admin), hook(cast)
    given = {"label": "x", "url": PUBLIC, "area": CITY, "kinds": [KIND]}
    assert client.post("/maintenance/endpoints/add/", given).status_code == 404
    here = f"/maintenance/endpoints/{city.pk}/"
    for answer in (client.get(here), client.post(here, given), client.post(f"{here}key/")):
        assert answer.status_code == 404
    assert "热线" not in text(client.get("/maintenance/endpoints/"))
    assert client.post("/maintenance/endpoints/add/", given | {"area": DISTRICT}).status_code == 303


def test_what_was_done_to_messages_reads_in_words_in_the_audit(cast: Cast) -> None:
    hook(cast, by=cast.admin)
    row = Audit.objects.get(verb="endpoint.add")
    page = text(enter(cast.auditor).get(f"/maintenance/audit/{row.pk}/"))
    assert "推送地址" in page and "派给我单位" in page and KIND not in page
