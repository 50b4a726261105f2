"""By which ways and when: the city's rules, then what the person wants."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings

from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel import clock, outbox
from chengyun.kernel.errors import Invalid, NotAllowed
from chengyun.kernel.models import Delivery, Dispatch, Message, Preference
from chengyun.kernel.notify import services
from chengyun.kernel.notify.dispatching import deliver_due
from chengyun.kernel.notify.specs import INBOX
from chengyun.kernel.notify.tests.conftest import Post
from chengyun.kernel.notify.tests.saying import declare, say, way

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("declaring")]

HERE = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 3, 3, 23, 30, tzinfo=HERE)
MORNING = datetime(2026, 3, 4, 7, 0, tzinfo=HERE)


@pytest.fixture
def ma(cast: Cast) -> User:
    User.objects.filter(pk=cast.department.pk).update(email="ma@example.org")
    return User.objects.get(pk=cast.department.pk)


def wants(user: User, **wish: Any) -> Preference:
    given: dict[str, Any] = {"muted": (), "quiet": (None, None), "digest_at": None, **wish}
    return services.set_preference(**given, by=user)


def test_the_city_decides_for_a_role(cast: Cast, ma: User, post: Post) -> None:
    declare()
    services.set_rule("department", "test.said", ["email"], by=cast.admin)
    say(ma, cast.leader)
    deliver_due()
    by_person = {m.person_id: m for m in Message.objects.all()}
    assert not by_person[ma.pk].shown and by_person[cast.leader.pk].shown
    assert len(post.letters) == 1
    services.set_rule("department", "test.said", [], by=cast.admin)
    say(ma)
    assert Message.objects.filter(person_id=ma.pk).count() == 1


def test_only_who_may_decides_and_not_against_what_must_arrive(cast: Cast) -> None:
    declare(compulsory=True)
    with pytest.raises(NotAllowed):
        services.set_rule("department", "test.said", [], by=cast.dispatcher)
    with pytest.raises(NotAllowed):
        services.set_rule("department", "test.said", ["email"], by=cast.district_admin)
    with pytest.raises(Invalid, match="必须送达"):
        services.set_rule("department", "test.said", ["pigeon"], by=cast.admin)


def test_a_muted_kind_is_not_shown_and_the_log_says_why(ma: User) -> None:
    declare()
    wants(ma, muted=["test.said"])
    say(ma)
    assert not Message.objects.get().shown
    assert set(Dispatch.objects.values_list("channel", "state", "error")) == {
        (INBOX, Dispatch.SKIPPED, "本人设置不接收这类消息"),
        ("email", Dispatch.SKIPPED, "本人设置不接收这类消息"),
    }


def test_what_must_arrive_cannot_be_muted(ma: User, post: Post) -> None:
    declare()
    wants(ma, muted=["test.said"])
    declare(key="test.must", compulsory=True)
    assert wants(ma, muted=["test.said", "test.must"]).muted == ["test.said"]
    say(ma)
    deliver_due()
    assert list(Message.objects.filter(shown=True).values_list("kind", flat=True)) == ["test.must"]
    assert len(post.letters) == 1


@pytest.mark.parametrize(
    ("start", "end", "moment", "until"),
    [
        (time(22), time(7), NIGHT, MORNING),
        (time(22), time(7), NIGHT + timedelta(hours=3), MORNING),
        (time(22), time(7), NIGHT - timedelta(hours=2), None),
        (time(12), time(14), NIGHT.replace(hour=13), NIGHT.replace(hour=14, minute=0)),
        (time(12), time(14), NIGHT.replace(hour=14, minute=0), None),
    ],
    ids=["evening", "after midnight", "before", "noon", "end is out"],
)
def test_in_hours_of_quiet_it_waits_for_their_end(
    ma: User, post: Post, start: time, end: time, moment: datetime, until: datetime | None
) -> None:
    declare()
    wants(ma, quiet=(start, end))
    with clock.at(moment):
        say(ma)
        deliver_due()
        assert Message.objects.get().shown
        assert bool(post.letters) is (until is None)
    if until:
        assert way().next_at == until
        with clock.at(until):
            deliver_due()
        assert len(post.letters) == 1


def test_what_is_urgent_does_not_wait(ma: User, post: Post) -> None:
    declare(urgent=True)
    wants(ma, quiet=(time(22), time(7)), digest_at=time(18))
    with clock.at(NIGHT):
        say(ma)
        deliver_due()
    assert len(post.letters) == 1


def test_the_day_comes_in_one_letter(ma: User, cast: Cast, post: Post) -> None:
    declare()
    wants(ma, digest_at=time(18))
    with clock.at(datetime(2026, 3, 3, 9, tzinfo=HERE)):
        for n in range(3):
            say(ma, what=f"第 {n} 件")
        deliver_due()
    assert post.letters == []
    with clock.at(datetime(2026, 3, 3, 18, tzinfo=HERE)):
        deliver_due()
    letter = message_from_bytes(post.letters[0], policy=policy.default)
    assert letter["Subject"] == "今天有 3 条消息"
    assert all(f"第 {n} 件" in letter.get_content() for n in range(3))
    assert set(Dispatch.objects.values_list("state", flat=True)) == {Dispatch.SENT}
    assert len(set(Dispatch.objects.values_list("provider_id", flat=True))) == 1


def test_half_a_pair_of_hours_is_refused(ma: User) -> None:
    with pytest.raises(Invalid, match="两个时间"):
        wants(ma, quiet=(time(22), None))
    assert not Preference.objects.exists()


def test_an_adapter_writes_lines_to_a_file(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    settings.ADAPTERS, settings.OUTGOING = {"sms": "file"}, tmp_path
    declare(channels=(INBOX, "sms", "wecom"))
    say(cast.department)
    say(cast.department, what="又来一件", addresses=("tel:13900000000",))
    deliver_due()
    lines = [json.loads(line) for line in (tmp_path / "sms.jsonl").read_text().splitlines()]
    assert {line["address"] for line in lines} == {"13800002046", "13900000000"}
    assert {line["title"] for line in lines} == {"听说：水管爆了", "听说：又来一件"}
    assert all("secret" not in line for line in lines)
    states = dict(Dispatch.objects.values_list("channel", "state"))
    assert states == {"sms": Dispatch.SENT, "wecom": Dispatch.SKIPPED}


def carried(envelope: Any) -> str:
    """A city's own adapter."""
    return f"{envelope.address}/{envelope.title}"


def test_a_city_brings_an_adapter_of_its_own(cast: Cast, settings: Settings) -> None:
    settings.ADAPTERS = {"wecom": f"{__name__}.carried"}
    declare(channels=("wecom",))
    say(cast.department)
    deliver_due()
    assert way().provider_id == "13800002046/听说：水管爆了"


def test_an_event_that_could_not_be_told_is_dead_and_can_be_handed_on_again(cast: Cast) -> None:
    declare(title="{nobody_knows_this}")
    say(cast.leader)
    Delivery.objects.update(tries=len(outbox.RETRY_AFTER), next_at=clock.now())
    outbox.deliver_due()
    dead = Delivery.objects.get()
    assert dead.state == Delivery.DEAD and "nobody_knows_this" in dead.error
    with pytest.raises(NotAllowed):
        services.resend_event(dead, by=cast.dispatcher)
    services.resend_event(dead, by=cast.admin)
    assert Delivery.objects.get(pk=dead.pk).state == Delivery.WAITING
