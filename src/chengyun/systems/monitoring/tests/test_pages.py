"""The wall and the console: silent when all is well, one step from an alarm to its case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.places.factories import CENTRE
from chengyun.city.sensing.factories import change, make_alarm, make_device, verbs
from chengyun.city.sensing.models import Device, Gateway
from chengyun.city.sensing.services.devices import heard_of
from chengyun.city.sensing.services.links import Count, NewUnread, alive, count
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def seen(user: User, url: str) -> str:
    return enter(user).get(url).content.decode()


def test_the_wall_is_silent_when_all_is_well(cast: Cast) -> None:
    make_device()
    assert "没有未关闭的报警" in seen(cast.duty, "/monitoring/")


def test_the_wall_shows_the_worst_first(cast: Cast) -> None:
    make_alarm(make_device("JS-001", name="一号点"), level=2)
    make_alarm(make_device("JS-002", name="二号点"), level=4)
    text = seen(cast.duty, "/monitoring/")
    assert text.index("二号点") < text.index("一号点")
    assert "无人应答" in text and "限 27" in text


def test_what_lasts_stands_on_the_wall_before_what_is_over(cast: Cast) -> None:
    over, now = make_device("JS-001", name="一号点"), clock.now()
    for minute, level in enumerate((4, 0)):
        change(over, level, now + timedelta(minutes=minute))
    make_alarm(make_device("JS-002", name="二号点"), level=2)
    text = seen(cast.duty, "/monitoring/")
    assert text.index("二号点") < text.index("一号点")


def test_what_is_over_stands_on_the_wall_as_what_it_was_at_its_worst(cast: Cast) -> None:
    device, now = make_device(), clock.now()
    for minute, level in enumerate((4, 2, 0)):
        change(device, level, now + timedelta(minutes=minute))
    text = seen(cast.duty, "/monitoring/")
    assert "已恢复" in text and "al-red" in text and "al-yellow" not in text


def test_the_wall_is_answered_with_nothing_as_long_as_nothing_changes(cast: Cast) -> None:
    alarm = make_alarm()
    client = enter(cast.duty)
    part = {"HX-Request": "true", "HX-Target": "wall"}
    first = client.get("/monitoring/", headers=part).content.decode()
    seen = first.split("?seen=")[1].split('"')[0]
    assert client.get(f"/monitoring/?seen={seen}", headers=part).status_code == 204
    client.post(f"/monitoring/alarms/{alarm.code}/confirm/")
    assert client.get(f"/monitoring/?seen={seen}", headers=part).status_code == 200


def test_from_an_alarm_to_its_case_and_to_the_end(cast: Cast) -> None:
    device = make_device()
    alarm = make_alarm(device)
    client, here = enter(cast.duty), f"/monitoring/alarms/{alarm.code}/"
    assert "确认报警" in client.get(here).content.decode()
    assert client.post(f"{here}open_case/").status_code == 303
    case = Case.objects.get()
    page = client.get(here).content.decode()
    assert case.code in page and "关闭报警" not in page
    change(device, 0)
    assert "关闭报警" in client.get(here).content.decode()
    client.post(f"{here}close/")
    alarm.refresh_from_db()
    assert (alarm.state, alarm.open) == ("closed", False)
    assert "没有未关闭的报警" in client.get("/monitoring/").content.decode()


def test_a_false_alarm_asks_for_its_cause(cast: Cast) -> None:
    alarm = make_alarm()
    client, there = enter(cast.duty), f"/monitoring/alarms/{alarm.code}/refute/"
    assert "误报原因" in client.get(there).content.decode()
    assert "请选择误报原因" in client.post(there, {"note": "没有水"}).content.decode()
    client.post(there, {"cause": "object", "note": "漂来的树枝"})
    alarm.refresh_from_db()
    assert alarm.state == "refuted"
    assert "漂来的树枝" in client.get(f"/monitoring/alarms/{alarm.code}/").content.decode()


def test_a_step_that_is_not_open_leads_back(cast: Cast) -> None:
    alarm = make_alarm()
    client = enter(cast.duty)
    answer = client.get(f"/monitoring/alarms/{alarm.code}/close/")
    assert answer["Location"].endswith(f"/monitoring/alarms/{alarm.code}/")
    assert client.post(f"/monitoring/alarms/{alarm.code}/close/").status_code == 409


def test_a_waiting_device_is_adopted_on_its_page(cast: Cast) -> None:
    heard_of("X-9", {"depth": 4.5}, by=cast.sender)
    client = enter(cast.duty)
    assert "1 台待接入" in client.get("/monitoring/devices/").content.decode()
    assert "4.5" in client.get("/monitoring/devices/X-9/").content.decode()
    form = {"kind": "ponding", "name": "新点", "unit": cast.crew.code, "address": ""}
    form |= {"point_lon": f"{CENTRE[0] - 0.001}", "point_lat": f"{CENTRE[1] + 0.001}"}
    assert client.post("/monitoring/devices/X-9/edit/", form).status_code == 303
    assert Device.objects.get().state == "working"


def test_a_device_is_registered_changed_and_ended_on_its_pages(cast: Cast) -> None:
    client = enter(cast.duty)
    form = {
        "code": "JS-001",
        "kind": "ponding",
        "name": "立交桥下",
        "unit": "",
        "address": "湖南路",
    }
    form |= {"point_lon": f"{CENTRE[0] - 0.001}", "point_lat": f"{CENTRE[1] + 0.001}"}
    assert client.post("/monitoring/devices/add/", form).status_code == 303
    assert "已经有编号" in client.post("/monitoring/devices/add/", form).content.decode()
    assert (
        client.post("/monitoring/devices/JS-001/edit/", form | {"name": "涵洞"}).status_code == 303
    )
    assert "涵洞" in client.get("/monitoring/devices/JS-001/").content.decode()
    client.post("/monitoring/devices/JS-001/end/")
    assert Device.objects.get().state == "ended"


def test_leaders_look_and_do_nothing(cast: Cast) -> None:
    alarm = make_alarm()
    text = seen(cast.leader, f"/monitoring/alarms/{alarm.code}/")
    assert "确认报警" not in text
    assert enter(cast.leader).post(f"/monitoring/alarms/{alarm.code}/confirm/").status_code == 403


def test_who_watches_nothing_does_not_enter(cast: Cast) -> None:
    assert enter(cast.operator).get("/monitoring/").status_code == 403


def test_the_wall_says_when_no_readings_can_be_taken(cast: Cast) -> None:
    alive("", [])
    assert 'class="notice"' not in seen(cast.duty, "/monitoring/")
    alive("读数没有收下：磁盘满。", [])
    assert "读数没有收下：磁盘满。" in seen(cast.duty, "/monitoring/")
    Gateway.objects.update(seen_at=clock.now() - timedelta(minutes=1))
    assert "采集网关没有应答" in seen(cast.duty, "/monitoring/")


def test_a_frame_that_could_not_be_read_is_shown_as_it_came(cast: Cast) -> None:
    make_device("0010100001", kind="rain", name="雨量站")
    speaker, now = ("sl651", "0010100001"), clock.now()
    frames = [bytes((0x7E, 0x41, number)) for number in range(30)]
    unread = [NewUnread(speaker=speaker, at=now, sentence="CRC 不对。", frame=f) for f in frames]
    count({speaker: Count(frames=7, faults=30, heard_at=now)}, unread)
    count({speaker: Count(frames=1, heard_at=now)}, [])
    assert "0010100001" in seen(cast.duty, "/monitoring/links/?faults=1")
    text = seen(cast.duty, "/monitoring/links/sl651/0010100001/")
    assert "7E 41 1D" in text and "7E 41 00" not in text
    assert ">8<" in text and ">30<" in text
    assert "读不出 30" in seen(cast.duty, "/monitoring/devices/0010100001/")


def test_who_speaks_is_seen_by_those_who_see_the_device(cast: Cast) -> None:
    make_device()
    now = clock.now()
    for name in ("JS-001", "203.0.113.9"):
        count({("jt808", name): Count(frames=1, heard_at=now)}, [])
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    assert "JS-001" in seen(cast.duty, "/monitoring/links/")
    assert "JS-001" not in seen(other, "/monitoring/links/")
    assert enter(other).get("/monitoring/links/jt808/JS-001/").status_code == 404


def test_who_reports_over_http_is_an_account(cast: Cast) -> None:
    city, name = make_user("city-duty", "市级值守", "duty", cast.bureau), cast.sender.username
    count({("http", name): Count(frames=41, heard_at=clock.now())}, [])
    assert f"/links/http/{name}/" in seen(city, "/monitoring/links/?door=http")
    assert f"/links/http/{name}/" not in seen(cast.duty, "/monitoring/links/?door=http")
    text = seen(city, f"/monitoring/links/http/{name}/")
    assert "HTTP" in text and "报送账号" in text and ">41<" in text


def test_a_device_heard_at_a_door_without_tokens_waits_where_the_city_sees_it(cast: Cast) -> None:
    city = make_user("city-duty", "市级值守", "duty", cast.bureau)
    heard_of("0010100009", {"rain_1h": 1.0}, by=None)
    assert "0010100009" in seen(city, "/monitoring/devices/?state=waiting")
    assert "0010100009" not in seen(cast.duty, "/monitoring/devices/?state=waiting")


def test_a_note_stands_in_the_history(cast: Cast) -> None:
    alarm = make_alarm()
    client, here = enter(cast.duty), f"/monitoring/alarms/{alarm.code}/"
    assert "写备注" in client.get(here).content.decode()
    assert "请填写备注" in client.post(f"{here}comment/", {}).content.decode()
    assert client.post(f"{here}comment/", {"note": "已电话通知泵站"}).status_code == 303
    page = client.get(here).content.decode()
    assert "已电话通知泵站" in page and "未确认" in page
    assert "写备注" not in seen(cast.leader, here)
    assert enter(cast.leader).post(f"{here}comment/", {"note": "x"}).status_code == 403


def test_several_alarms_are_confirmed_at_once_each_by_itself(cast: Cast) -> None:
    first, second, done = (make_alarm(make_device(f"JS-00{n}")) for n in (1, 2, 3))
    client = enter(cast.duty)
    client.post(f"/monitoring/alarms/{done.code}/confirm/")
    page = client.get("/monitoring/alarms/?level=4").content.decode()
    assert f'value="{first.code}"' in page and "/monitoring/alarms/confirm/?level=4" in page
    there = "/monitoring/alarms/confirm/?level=4"
    answer = client.post(there, {"pick": [first.code, done.code, "BJ1"]})
    text = answer.content.decode()
    assert answer.status_code == 200 and "已确认 1 条，2 条没有确认" in text
    assert "没有这条报警" in text and "已确认" in text and "?level=4" in text
    answer = client.post(there, {"pick": [second.code]})
    assert answer["Location"].endswith("/monitoring/alarms/?level=4")
    assert "已确认 1 条报警。" in client.get(answer["Location"]).content.decode()
    for row in (first, second, done):
        row.refresh_from_db()
        assert row.state == "confirmed" and verbs(row).count("confirm") == 1
    assert client.post(there).status_code == 422
    assert client.post(there, {"pick": ["x"] * 2 + [str(n) for n in range(101)]}).status_code == 422
    assert enter(cast.leader).post(there, {"pick": [first.code]}).status_code == 403
    assert 'class="pick"' not in seen(cast.leader, "/monitoring/alarms/")


def test_who_looks_after_another_district_confirms_nothing_here(cast: Cast) -> None:
    row = make_alarm()
    other = make_user("other-duty", "邻区值守", "duty", cast.other_centre)
    text = enter(other).post("/monitoring/alarms/confirm/", {"pick": [row.code]}).content.decode()
    assert "已确认 0 条" in text and "没有这条报警" in text and str(row.series.device) not in text
    row.refresh_from_db()
    assert row.state == "raised"


def test_the_records_are_listed_by_rule(cast: Cast) -> None:
    deep = make_alarm(make_device("JS-001"))
    dark = change(make_device("DD-001", kind="lamp"), 1, value=1, rule="lamp_out")
    assert dark is not None
    both = seen(cast.duty, "/monitoring/alarms/")
    assert deep.code in both and dark.code in both and "积水深度" in both
    asked = seen(cast.duty, "/monitoring/alarms/?rule=路灯不亮")
    assert dark.code in asked and deep.code not in asked and "规则：路灯不亮" in asked
