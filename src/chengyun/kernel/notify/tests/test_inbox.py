"""消息: one's own inbox and one's own wishes, through their pages."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.test import Client

from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel.models import Audit, Message, Preference
from chengyun.kernel.notify.tests.saying import declare, say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("declaring")]


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


def wishes(user: User, **given: object) -> Any:
    fields = {"quiet_from": "", "quiet_to": "", "digest_at": "", **given}
    return enter(user).post("/messages/settings/", fields)


def test_everybody_has_an_inbox_and_only_their_own(cast: Cast) -> None:
    declare()
    say(cast.leader, what="湖心岛停电")
    said = Message.objects.get(person_id=cast.leader.pk)
    assert "听说：湖心岛停电" in text(enter(cast.leader).get("/messages/"))
    assert "还没有消息" in text(enter(cast.inspector).get("/messages/"))
    assert enter(cast.inspector).get(f"/messages/{said.pk}/").status_code == 404
    assert Message.objects.get(pk=said.pk).read_at is None
    assert Client().get("/messages/").status_code == 302


def test_opening_a_message_makes_it_read_and_leads_to_what_it_is_about(cast: Cast) -> None:
    declare()
    say(cast.leader)
    client, said = enter(cast.leader), Message.objects.get()
    page = text(client.get("/messages/"))
    assert "1 未读" in page and 'aria-label="消息 1 条未读"' in page
    answer = client.get(f"/messages/{said.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/messages/")
    assert Message.objects.get().read_at is not None
    page = text(client.get("/messages/"))
    assert "0 未读" in page and 'aria-label="消息"' in page
    assert "没有未读消息" in text(client.get("/messages/?unread=1"))


def test_messages_about_one_thing_stand_together_the_newest_first(cast: Cast) -> None:
    declare()
    for what in ("第一件", "第二件", "第三件"):
        say(cast.leader, what=what)
    page = text(enter(cast.leader).get("/messages/"))
    assert page.count('class="thread"') == 1
    assert page.index("第三件") < page.index("第二件") < page.index("第一件")


def test_all_on_the_page_are_read_what_came_since_is_not(cast: Cast) -> None:
    declare()
    say(cast.leader, what="旧的")
    seen = Message.objects.latest("pk").pk
    say(cast.leader, what="新的")
    client = enter(cast.leader)
    answer = client.post("/messages/read/", {"until": seen})
    assert answer.status_code == 303
    unread = Message.objects.filter(read_at=None)
    assert [message.text for message in unread] == ["新的，知道了。"]
    assert client.get("/messages/read/").status_code == 405
    client.post("/messages/read/", {"until": "x"})
    assert not Message.objects.filter(read_at=None).exists()


def test_a_link_that_leads_out_of_the_house_is_not_followed(cast: Cast) -> None:
    declare(facts=lambda row: {"code": "", "link": "https://example.org/", "what": "门"})
    say(cast.leader)
    answer = enter(cast.leader).get(f"/messages/{Message.objects.get().pk}/")
    assert answer["Location"] == "/messages/"


def test_a_long_inbox_has_pages(cast: Cast) -> None:
    declare()
    for number in range(60):
        say(cast.leader, what=f"第 {number:02d} 件")
    client = enter(cast.leader)
    page = text(client.get("/messages/"))
    assert "第 59 件" in page and "第 00 件" not in page
    after = page.split('rel="next"')[0].rpartition("after=")[2].partition('"')[0]
    assert "第 00 件" in text(client.get(f"/messages/?after={after.replace('&amp;', '&')}"))
    assert client.get("/messages/?after=nonsense").status_code in (200, 422)


def test_wishes_are_kept_and_recorded(cast: Cast) -> None:
    declare()
    answer = wishes(
        cast.leader, quiet_from="22:00", quiet_to="07:00", digest_at="08:30", muted=["test.said"]
    )
    assert answer.status_code == 303
    kept = Preference.objects.get(person_id=cast.leader.pk)
    assert (kept.quiet_from, kept.quiet_to) == (time(22), time(7))
    assert (kept.digest_at, kept.muted) == (time(8, 30), ["test.said"])
    assert Audit.objects.filter(verb="message.preference", actor_id=cast.leader.pk).count() == 1
    page = text(enter(cast.leader).get("/messages/settings/"))
    assert 'value="22:00"' in page and 'value="test.said" checked' in page


def test_what_must_be_told_cannot_be_muted(cast: Cast) -> None:
    declare(compulsory=True)
    wishes(cast.leader, muted=["test.said", "no.such"])
    assert Preference.objects.get().muted == []
    page = text(enter(cast.leader).get("/messages/settings/"))
    assert 'value="test.said" disabled' in page


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"quiet_from": "22:00"}, "都不填"),
        ({"quiet_to": "07:00"}, "都不填"),
        ({"digest_at": "eight"}, "时间应写成"),
        ({"quiet_from": "25:00", "quiet_to": "07:00"}, "时间应写成"),
    ],
)
def test_wishes_that_make_no_sense_are_refused_and_nothing_is_kept(
    cast: Cast, given: dict[str, str], sentence: str
) -> None:
    answer = wishes(cast.leader, **given)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Preference.objects.exists()


def test_a_city_with_a_mail_server_says_which_ways_wait(cast: Cast, settings: Any) -> None:
    assert "还没有接通邮件或短信" in text(enter(cast.leader).get("/messages/settings/"))
    settings.EMAIL_HOST = "mail.example.org"
    settings.ADAPTERS = {"sms": "file"}
    page = text(enter(cast.leader).get("/messages/settings/"))
    assert "下面的时间管邮件、短信" in page
