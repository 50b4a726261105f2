"""Alarms: one of a series and rule at a time, followed by the machine, judged by people, never removed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act as act_on_case
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.sensing.factories import change, make_alarm, make_device, verbs
from chengyun.city.sensing.models import Alarm, Device
from chengyun.city.sensing.services.alarms import act, comment
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Audit, Message

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def follow(device: Device, *levels: int) -> Alarm:
    """One change of level a minute, up to now."""
    now = clock.now()
    for n, level in enumerate(levels):
        alarm = change(device, level, now - (len(levels) - n) * MINUTE)
    assert alarm is not None
    alarm.refresh_from_db()
    return alarm


def test_an_alarm_follows_the_level_up_and_down(device: Device) -> None:
    alarm = follow(device, 2, 4, 3, 0)
    assert verbs(alarm) == ["raise", "worsen", "ease", "clear"]
    assert (alarm.level, alarm.worst, alarm.cleared, alarm.open) == (4, 4, True, True)
    assert alarm.ended_at == alarm.changed_at
    assert audit.verify().sound


def test_what_comes_back_before_it_is_closed_is_the_same_alarm(device: Device) -> None:
    alarm = follow(device, 2, 0, 2, 0, 4)
    assert Alarm.objects.count() == 1
    assert not alarm.cleared and alarm.ended_at is None and alarm.level == 4


def test_the_same_changes_again_change_nothing(device: Device) -> None:
    now = clock.now()
    for _ in range(2):
        for n, level in enumerate((2, 4, 0)):
            alarm = change(device, level, now + n * MINUTE)
    assert alarm is not None
    assert verbs(alarm) == ["raise", "worsen", "clear"]


def test_after_closing_the_next_time_is_another_alarm(cast: Cast, device: Device) -> None:
    first = follow(device, 2, 0)
    act(first, "confirm", {}, by=cast.duty)
    act(first, "close", {}, by=cast.duty)
    change(device, 2, clock.now() + MINUTE)
    assert Alarm.objects.filter(open=True).count() == 1
    assert Alarm.objects.count() == 2


def test_an_alarm_that_still_stands_cannot_be_closed(cast: Cast, device: Device) -> None:
    alarm = act(make_alarm(device), "confirm", {}, by=cast.duty)
    with pytest.raises(Conflict, match="没有「已恢复」，不能关闭报警"):
        act(alarm, "close", {}, by=cast.duty)


def test_a_false_alarm_comes_again_only_after_the_value_fell_back(
    cast: Cast, device: Device
) -> None:
    alarm = make_alarm(device, level=2)
    act(alarm, "refute", {"cause": "object"}, by=cast.duty)
    later = clock.now()
    change(device, 4, later + MINUTE)
    assert Alarm.objects.count() == 1
    change(device, 0, later + 2 * MINUTE)
    assert verbs(alarm) == ["raise", "refute", "end"]
    change(device, 2, later + 3 * MINUTE)
    assert Alarm.objects.count() == 2


def test_a_false_alarm_has_a_cause(cast: Cast, device: Device) -> None:
    with pytest.raises(Invalid, match="判为误报还缺：误报原因"):
        act(make_alarm(device), "refute", {}, by=cast.duty)


def test_a_case_is_opened_where_the_device_stands(cast: Cast, device: Device) -> None:
    alarm = act(make_alarm(device), "open_case", {}, by=cast.duty)
    case = Case.objects.get()
    assert (alarm.case, alarm.state) == (case, "handling")
    assert (case.source, case.lon, case.lat) == ("sensor", device.lon, device.lat)
    assert case.case_class is not None and case.case_class.code == "E0506"
    assert "积水深度 30 厘米" in case.description and device.code in case.description


def test_the_alarm_is_told_when_its_case_is_over_and_stays_open(cast: Cast, device: Device) -> None:
    alarm = act(make_alarm(device), "open_case", {}, by=cast.duty)
    case = Case.objects.get()
    act_on_case(case, "accept", {"class": "E0506"}, by=cast.operator)
    act_on_case(case, "void", {"reason": "重复"}, by=cast.supervisor)
    outbox.deliver_due()
    alarm.refresh_from_db()
    assert "case_ended" in verbs(alarm) and alarm.open


def test_the_watch_is_told(cast: Cast, device: Device) -> None:
    alarm = make_alarm(device)
    outbox.deliver_due()
    message = Message.objects.get(kind="alarm.raised", to=f"person {cast.duty.pk}")
    assert message.title == "红色报警：湖南路立交桥下积水点 积水深度"
    assert message.link.endswith(f"/monitoring/alarms/{alarm.code}/")


def test_two_people_judge_and_the_slower_one_is_told(cast: Cast, device: Device) -> None:
    alarm = make_alarm(device)
    seen = alarm.version
    act(alarm, "confirm", {}, by=cast.duty)
    with pytest.raises(Conflict):
        act(alarm, "refute", {"cause": "object"}, by=cast.duty, version=seen)


def test_a_case_is_opened_although_the_water_rose_meanwhile(cast: Cast) -> None:
    device = make_device()
    alarm = make_alarm(device, level=3)
    seen = alarm.version
    change(device, 4)
    alarm.refresh_from_db()
    act(alarm, "open_case", {}, by=cast.duty, version=seen)
    assert alarm.state == "handling"


@pytest.mark.parametrize("who", ["leader", "operator", "department"])
def test_who_may_not_judge(cast: Cast, device: Device, who: str) -> None:
    with pytest.raises(NotAllowed):
        act(make_alarm(device), "confirm", {}, by=getattr(cast, who))


def api(user: User) -> Client:
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {raw}"})


def test_programs_read_and_judge(cast: Cast, device: Device) -> None:
    alarm = make_alarm(device)
    door = api(cast.duty)
    [item] = door.get("/api/v1/alarms?open=true").json()["items"]
    assert (item["code"], item["level"], item["device"]) == (alarm.code, "red", "JS-001")
    done = door.post(f"/api/v1/alarms/{alarm.code}/confirm", {}, "application/json")
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    assert door.get(f"/api/v1/alarms/{alarm.code}").json()["state"] == "confirmed"
    again = door.post(f"/api/v1/alarms/{alarm.code}/confirm", {}, "application/json")
    assert again.status_code == 409


def test_another_district_sees_nothing(cast: Cast, device: Device) -> None:
    alarm = make_alarm(device)
    door = api(cast.bob)
    assert door.get("/api/v1/alarms").status_code == 403
    assert door.get(f"/api/v1/alarms/{alarm.code}").status_code == 403


def test_a_note_changes_nothing_but_the_history(cast: Cast, device: Device) -> None:
    alarm = act(make_alarm(device), "confirm", {}, by=cast.duty)
    comment(alarm, "已电话通知泵站", by=cast.duty)
    before = (alarm.state, alarm.version)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.version) == before
    row = Audit.objects.filter(subject_type="sensing.alarm").latest("id")
    assert (row.verb, row.facts["note"]) == ("alarm.comment", "已电话通知泵站")
    with pytest.raises(Invalid, match="请写备注"):
        comment(alarm, " ", by=cast.duty)
    with pytest.raises(NotAllowed):
        comment(alarm, "看到了", by=cast.leader)
    raw, _ = issue_token(cast.duty, "试验", timedelta(days=1), by=None)
    head = {"Authorization": f"Bearer {raw}"}
    path = f"/api/v1/alarms/{alarm.code}/comment"
    answer = Client().post(path, {"note": "水在退"}, "application/json", headers=head)
    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed")
    assert verbs(alarm)[-2:] == ["comment", "comment"]
