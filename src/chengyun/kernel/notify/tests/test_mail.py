"""Messages by e-mail, over a mail server that is really there: taken, refused, busy, and gone."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from pytest_django.fixtures import Settings

from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.models import Dispatch, Message
from chengyun.kernel.notify import services
from chengyun.kernel.notify.dispatching import CLAIM, deliver_due
from chengyun.kernel.notify.tests.conftest import Post, free_port
from chengyun.kernel.notify.tests.saying import declare, say, way
from chengyun.kernel.outbox import RETRY_AFTER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("declaring")]

BOX = "ma@example.org"


@pytest.fixture
def ma(declaring: None, cast: Cast) -> User:
    declare()
    User.objects.filter(pk=cast.department.pk).update(email=BOX)
    return User.objects.get(pk=cast.department.pk)


def later(by: timedelta) -> None:
    with clock.at(clock.now() + by):
        deliver_due()


def test_a_message_arrives_as_a_letter(ma: User, post: Post) -> None:
    say(ma)
    deliver_due()
    letter = message_from_bytes(post.letters[0], policy=policy.default)
    assert letter["To"] == BOX and letter["From"] == "city@example.org"
    assert letter["Subject"] == "听说：水管爆了"
    body = letter.get_content()
    assert "水管爆了，知道了。" in body and "/messages/" in body
    assert letter["Message-ID"].strip() == way().provider_id
    assert (way().state, way().tries, way().error) == (Dispatch.SENT, 1, "")
    deliver_due()
    assert len(post.letters) == 1


def test_an_address_that_is_refused_is_dead_at_once(ma: User, post: Post) -> None:
    post.refused.add(BOX)
    say(ma)
    deliver_due()
    assert (way().state, way().tries) == (Dispatch.DEAD, 1)
    assert "550" in way().error and "no such box" in way().error


def test_a_busy_server_is_asked_again_after_a_while(ma: User, post: Post) -> None:
    post.answers = ["451 try later"]
    say(ma)
    deliver_due()
    assert way().state == Dispatch.WAITING and "451" in way().error
    deliver_due()
    assert post.letters == []
    later(RETRY_AFTER[0] + timedelta(seconds=1))
    assert (way().state, way().tries, len(post.letters)) == (Dispatch.SENT, 2, 1)


def test_a_server_that_is_down_is_tried_with_longer_pauses_then_put_aside(
    ma: User, post: Post, settings: Settings, cast: Cast
) -> None:
    there = settings.EMAIL_PORT
    settings.EMAIL_PORT = free_port()
    say(ma)
    moment = clock.now()
    for wait in (timedelta(), *RETRY_AFTER):
        moment += wait + timedelta(seconds=1)
        with clock.at(moment):
            deliver_due()
    assert (way().state, way().tries) == (Dispatch.DEAD, len(RETRY_AFTER) + 1)
    assert way().error
    settings.EMAIL_PORT = there
    with clock.at(moment):
        services.resend(way(), by=cast.admin)
        deliver_due()
    assert (way().state, len(post.letters)) == (Dispatch.SENT, 1)


def test_who_has_no_address_is_not_written_to_and_the_log_says_why(cast: Cast, post: Post) -> None:
    declare()
    say(cast.leader)
    deliver_due()
    assert (way().state, way().error) == (Dispatch.SKIPPED, "没有登记邮箱")


def test_a_city_without_a_mail_server_says_so(ma: User, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    say(ma)
    deliver_due()
    assert (way().state, way().error) == (Dispatch.SKIPPED, "这个城市没有接通邮件")


def test_a_title_cannot_add_lines_to_the_head(ma: User, post: Post) -> None:
    say(ma, what="一\nBcc: other@example.org\n")
    deliver_due()
    letter = message_from_bytes(post.letters[0], policy=policy.default)
    assert letter["Bcc"] is None and "other@example.org" in letter["Subject"]


def test_somebody_without_an_account_gets_a_letter(cast: Cast, post: Post) -> None:
    declare()
    say(cast.leader, addresses=("mailto:crew@example.org",))
    deliver_due()
    letter = message_from_bytes(post.letters[0], policy=policy.default)
    assert letter["To"] == "crew@example.org"
    assert Message.objects.get(person_id=None).shown is False


def test_the_claim_of_a_killed_worker_comes_back(ma: User, post: Post) -> None:
    from chengyun.kernel.notify import dispatching

    say(ma)
    assert dispatching._claim(way())
    deliver_due()
    assert post.letters == []
    later(CLAIM + timedelta(seconds=1))
    assert (way().state, len(post.letters)) == (Dispatch.SENT, 1)


def test_what_kills_every_worker_is_put_aside(ma: User, post: Post) -> None:
    from chengyun.kernel.notify import dispatching

    say(ma)
    for _ in range(len(RETRY_AFTER) + 1):
        assert dispatching._claim(way())
        Dispatch.objects.update(next_at=clock.now())
    deliver_due()
    assert (way().state, post.letters) == (Dispatch.DEAD, [])
