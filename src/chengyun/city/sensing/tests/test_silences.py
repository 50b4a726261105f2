"""静默: no noise while it lasts, everything recorded, told again when it is over; for a device or a kind in an area."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import change, make_alarm, make_device, make_silence, verbs
from chengyun.city.sensing.jobs import look_at_limits
from chengyun.city.sensing.models import Device, Silence
from chengyun.city.sensing.queries import count_waiting
from chengyun.city.sensing.services.alarms import act
from chengyun.city.sensing.services.devices import end_device
from chengyun.city.sensing.services.silences import NewSilence, end_silence, silence
from chengyun.city.sensing.tests.doors import call
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Message

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def told(user: User) -> list[str]:
    outbox.deliver_due()
    return list(
        Message.objects.filter(person_id=user.pk).order_by("id").values_list("kind", flat=True)
    )


def test_nobody_is_told_and_everything_is_recorded(cast: Cast, device: Device) -> None:
    make_silence(device, by=cast.duty)
    alarm = make_alarm(device, level=2)
    change(device, 4, clock.now() + timedelta(seconds=1))
    assert verbs(alarm) == ["raise", "worsen"]
    assert told(cast.duty) == []
    assert count_waiting(cast.duty) == (0, 0)
    item = call(cast.duty, "get", f"/alarms/{alarm.code}").json()
    assert (item["silenced"], item["level"], item["state"]) == (True, "red", "raised")


def test_what_still_stands_is_told_when_the_time_is_up(cast: Cast, device: Device) -> None:
    row = make_silence(device, by=cast.duty)
    alarm = make_alarm(device)
    look_at_limits()
    assert Silence.objects.get().ended_at is None
    with clock.at(row.ends_at + timedelta(seconds=5)):
        assert count_waiting(cast.duty) == (1, 1)
        look_at_limits()
        look_at_limits()
        assert told(cast.duty) == ["alarm.unmuted"]
        alarm.refresh_from_db()
        assert alarm.waits_since == alarm.told_at == clock.now()
    row.refresh_from_db()
    assert row.ended_at == row.ends_at
    assert verbs(alarm) == ["raise", "unmute"]
    audit.seal_new()
    assert audit.verify().sound


def test_it_is_ended_before_its_time_once(cast: Cast, device: Device) -> None:
    row = make_silence(device, by=cast.duty)
    alarm = make_alarm(device)
    end_silence(row, "用完了", by=cast.duty)
    assert told(cast.duty) == ["alarm.unmuted"]
    assert count_waiting(cast.duty) == (1, 1)
    with pytest.raises(Conflict, match="已经结束了"):
        end_silence(row, "用完了", by=cast.duty)
    with clock.at(row.ends_at + HOUR):
        look_at_limits()
    assert verbs(alarm).count("unmute") == 1


def test_what_somebody_answered_or_another_silences_is_not_told_again(
    cast: Cast, device: Device
) -> None:
    row = make_silence(device, by=cast.duty)
    confirmed = act(make_alarm(device), "confirm", {}, by=cast.duty)
    other = make_device("JS-002")
    kind = make_silence(None, kind="ponding", area=DISTRICT, by=cast.duty)
    make_alarm(other)
    end_silence(row, "用完了", by=cast.duty)
    assert verbs(confirmed) == ["raise", "confirm"]
    own = make_silence(other, by=cast.duty)
    end_silence(own, "用完了", by=cast.duty)
    assert "alarm.unmuted" not in told(cast.duty)
    end_silence(kind, "用完了", by=cast.duty)
    assert told(cast.duty) == ["alarm.unmuted"]


def test_one_that_has_not_begun_silences_nothing(cast: Cast, device: Device) -> None:
    row = make_silence(device, by=cast.duty, begins_at=clock.now() + HOUR)
    alarm = make_alarm(device)
    assert count_waiting(cast.duty) == (1, 1)
    assert told(cast.duty) == ["alarm.raised"]
    end_silence(row, "用完了", by=cast.duty)
    assert verbs(alarm) == ["raise"]


def test_a_kind_is_silenced_in_its_area_alone(cast: Cast, device: Device) -> None:
    make_silence(None, kind="rain", area=DISTRICT, by=cast.duty)
    assert make_alarm(device) and count_waiting(cast.duty) == (1, 1)
    make_silence(None, kind="ponding", area=DISTRICT, by=cast.duty)
    assert count_waiting(cast.duty) == (0, 0)
    with pytest.raises(NotAllowed, match="不在你的管辖范围内"):
        make_silence(None, kind="ponding", area=OTHER_DISTRICT, by=cast.duty)
    with pytest.raises(NotAllowed, match="不在你的管辖范围内"):
        make_silence(None, kind="ponding", area=CITY, by=cast.duty)
    with pytest.raises(NotAllowed, match="设置静默"):
        make_silence(device, by=cast.leader)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"reason": " "}, "请写明为什么静默"),
        ({"reason": "长" * 201}, "最多 200 字"),
        ({"kind": "nothing"}, "没有设备种类"),
        ({"area": "9999"}, "请从列表中选区域"),
        ({"ends_at": timedelta(0)}, "结束时间要晚于现在"),
        ({"ends_at": timedelta(days=31)}, "最长 30 天"),
        ({"begins_at": timedelta(hours=3)}, "也晚于开始时间"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    cast: Cast, wrong: dict[str, Any], sentence: str
) -> None:
    right = {"kind": "ponding", "area": DISTRICT, "ends_at": HOUR, "reason": "检修"}
    now = clock.now()
    given: dict[str, Any] = {
        key: now + value if isinstance(value, timedelta) else value
        for key, value in (right | wrong).items()
    }
    with pytest.raises(Invalid, match=sentence):
        silence(NewSilence(**given), by=cast.duty)
    assert not Silence.objects.exists()


def test_a_device_that_is_out_of_use_needs_none(cast: Cast, device: Device) -> None:
    end_device(device, by=cast.duty)
    with pytest.raises(Invalid, match="不在用"):
        make_silence(device, by=cast.duty)


def test_the_api_begins_lists_and_ends(cast: Cast, device: Device) -> None:
    until = (clock.now() + HOUR).isoformat()
    body = {"device": device.code, "ends_at": until, "reason": "更换探头"}
    made = call(cast.duty, "post", "/silences", body)
    assert (made.status_code, made.json()["device"]) == (201, device.code)
    code = made.json()["code"]
    assert call(cast.leader, "post", "/silences", body).status_code == 403
    assert call(cast.duty, "post", "/silences", body | {"device": "X"}).status_code == 404
    assert (
        call(cast.duty, "post", "/silences", {"ends_at": until, "reason": "x"}).status_code == 422
    )
    listed = call(cast.leader, "get", "/silences?lasting=true").json()["items"]
    assert [item["code"] for item in listed] == [code]
    assert call(cast.duty, "get", "/silences/JM1").status_code == 404
    assert call(cast.duty, "post", f"/silences/{code}/end", {"reason": "完工"}).json()["ended_at"]
    assert call(cast.duty, "post", f"/silences/{code}/end", {"reason": "完工"}).status_code == 409
    assert call(cast.leader, "get", "/silences?lasting=true").json()["items"] == []
    assert call(cast.leader, "get", f"/silences/{code}").json()["reason"] == "更换探头"
