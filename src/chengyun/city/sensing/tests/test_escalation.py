"""What nobody answers is reported to those above, to each once, and not while it is silenced."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import make_alarm, make_device, make_silence
from chengyun.city.sensing.jobs import look_at_limits
from chengyun.city.sensing.models import Alarm
from chengyun.city.sensing.services.alarms import act
from chengyun.city.sensing.services.silences import end_silence
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.models import Audit, Message
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def reports(alarm: Alarm) -> list[str]:
    rows = Audit.objects.filter(subject_type="sensing.alarm", subject_id=alarm.pk)
    return [row.facts["text"] for row in rows.filter(verb="alarm.escalate").order_by("seq")]


def told(user: User) -> list[str]:
    with clock.at(clock.now() + timedelta(days=1)):
        outbox.deliver_due()
    rows = Message.objects.filter(person_id=user.pk, kind="alarm.escalated")
    return list(rows.values_list("title", flat=True))


def look(alarm: Alarm, *, after: timedelta) -> list[str]:
    """What was reported of it so long after it was raised, looked at twice."""
    with clock.at(alarm.raised_at + after):
        look_at_limits()
        look_at_limits()
    return reports(alarm)


def test_first_the_supervisor_then_the_leader_each_once(cast: Cast) -> None:
    alarm = make_alarm(level=4)
    assert look(alarm, after=4 * MINUTE) == []
    first = ["5分无人应答，上报值班长"]
    assert look(alarm, after=5 * MINUTE) == look(alarm, after=9 * MINUTE) == first
    title = "红色报警无人应答：湖南路立交桥下积水点 积水深度"
    assert (told(cast.supervisor), told(cast.leader)) == ([title], [])
    assert look(alarm, after=10 * MINUTE) == [*first, "10分无人应答，上报领导"]
    assert told(cast.leader) == [title]
    assert len(look(alarm, after=600 * MINUTE)) == 2
    audit.seal_new()
    assert audit.verify().sound


def test_how_long_is_the_citys_own_by_level(cast: Cast) -> None:
    alarm = make_alarm(level=2)
    assert look(alarm, after=29 * MINUTE) == []
    set_param("alarm.escalate.yellow", DISTRICT, 20, by=None)
    assert look(alarm, after=29 * MINUTE) == ["29分无人应答，上报值班长"]


def test_what_was_answered_is_not_reported(cast: Cast) -> None:
    alarm = act(make_alarm(), "confirm", {}, by=cast.duty)
    assert look(alarm, after=60 * MINUTE) == []


def test_a_silence_keeps_it_and_the_time_counts_from_its_end(cast: Cast) -> None:
    device = make_device()
    silence = make_silence(device, by=cast.duty)
    alarm = make_alarm(device)
    assert look(alarm, after=30 * MINUTE) == []
    with clock.at(alarm.raised_at + 31 * MINUTE):
        end_silence(silence, "用完了", by=cast.duty)
    assert look(alarm, after=35 * MINUTE) == []
    assert look(alarm, after=36 * MINUTE) == ["5分无人应答，上报值班长"]


def test_the_wall_and_the_history_say_so(cast: Cast) -> None:
    alarm = make_alarm()
    look(alarm, after=6 * MINUTE)
    client = Client()
    client.force_login(cast.supervisor)
    assert "，已上报值班长" in client.get("/monitoring/").content.decode()
    page = client.get(f"/monitoring/alarms/{alarm.code}/").content.decode()
    assert "上报值班长" in page and "确认报警" not in page
