"""气象预警: by hand, push and CAP; the worst of them changes the rules where it is in force; over by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.factories import (
    RULE,
    a_warning,
    change,
    make_limits,
    make_warning,
)
from chengyun.city.sensing.jobs import look_at_limits
from chengyun.city.sensing.models import Device, WeatherWarning
from chengyun.city.sensing.own_limits import holding_now, rule_called
from chengyun.city.sensing.services import weather
from chengyun.city.sensing.services.weather import lift, sweep_weather, take
from chengyun.city.sensing.tests.doors import call
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Audit, Message

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>{number}</identifier><sender>liaocheng</sender><sent>{sent}</sent>
<status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>{references}
<info><language>en-US</language><category>Met</category><event>Rainstorm</event>
<urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty></info>
<info><language>zh-CN</language><category>Met</category><event>{event}</event>
<urgency>Expected</urgency><severity>{severity}</severity><certainty>Likely</certainty>
<effective>{sent}</effective><expires>{expires}</expires><senderName>聊城市气象台</senderName>
<description>预计未来 6 小时有暴雨。</description>
<area><areaDesc>东昌府区</areaDesc><geocode><valueName>adm</valueName><value>{area}</value></geocode></area>
</info></alert>"""


def told(user: User) -> list[str]:
    outbox.deliver_due()
    return list(
        Message.objects.filter(person_id=user.pk).order_by("id").values_list("kind", flat=True)
    )


def pushed(**changes: Any) -> dict[str, Any]:
    now = clock.now()
    new: dict[str, Any] = {
        "number": "37150041600000_20260712143000",
        "kind": "rainstorm",
        "level": "orange",
        "areas": ["371502000000"],
        "text": "预计未来 6 小时降雨量将达 80 毫米以上。",
        "source": "市气象台",
        "issued_at": now.isoformat(),
        "valid_to": (now + 6 * HOUR).isoformat(),
    }
    return new | changes


def cap(**changes: str) -> bytes:
    now = clock.now()
    said = {
        "number": "CAP-1",
        "sent": now.isoformat(),
        "expires": (now + 6 * HOUR).isoformat(),
        "status": "Actual",
        "kind": "Alert",
        "references": "",
        "event": "雷雨大风",
        "severity": "Moderate",
        "area": f"{DISTRICT}000000",
    }
    return CAP.format(**said | changes).encode()


def sets(device: Device, rank: int, at: datetime | None = None, rule: str = RULE) -> float | None:
    """What the rule needs for a level at a device."""
    with clock.at(at or clock.now()):
        level = holding_now().at(rule_called(rule), device.code, device.area).level(rank)
    return level.sets if level else None


def test_it_changes_the_rules_where_and_while_it_is_in_force(cast: Cast, device: Device) -> None:
    row = make_warning(by=cast.duty)
    assert (sets(device, 2), sets(device, 3)) == (6, 11)
    assert sets(device, 2, rule="gate_shut") == 50
    assert (sets(device, 2, row.valid_to), sets(device, 2, row.valid_to, "gate_shut")) == (
        10,
        None,
    )
    lift(row, "雨停了", by=cast.duty)
    assert (sets(device, 2), sets(device, 2, rule="gate_shut")) == (10, None)


def test_only_a_warning_bad_enough_of_the_right_kind_around_the_device(
    cast: Cast, device: Device
) -> None:
    make_warning(kind="gale", rank="red", areas=[CITY])
    make_warning(rank="red", areas=[OTHER_DISTRICT])
    make_warning(rank="blue", areas=[CITY])
    make_warning(areas=[CITY], valid_from=clock.now() + HOUR, rank="red")
    assert (sets(device, 2), sets(device, 2, rule="gate_shut")) == (10, None)
    make_warning(rank="yellow", areas=[device.area])
    assert (sets(device, 2), sets(device, 2, rule="gate_shut")) == (6, None)
    soon = clock.now() + 2 * HOUR
    assert sets(device, 2, soon, "gate_shut") == 50


def test_what_a_person_set_for_a_device_stands(cast: Cast, device: Device) -> None:
    make_limits(device)
    make_warning()
    assert (sets(device, 2), sets(device, 4)) == (None, 60)


def test_an_alarm_says_because_of_what_it_came_so_early(cast: Cast, device: Device) -> None:
    make_warning()
    alarm = change(device, 2, value=8)
    assert alarm is not None
    facts = Audit.objects.get(verb="alarm.raise").facts
    assert facts["text"] == "黄色，读数 8（暴雨橙色预警期间）"


def test_whoever_is_on_duty_there_is_told_once_of_its_begin_and_its_end(cast: Cast) -> None:
    row = make_warning(by=cast.duty)
    assert take(a_warning(areas=[OTHER_DISTRICT]), by=None).what == "added"
    look_at_limits()
    assert told(cast.supervisor).count("weather.added") == 1
    with clock.at(row.valid_to):
        look_at_limits()
        look_at_limits()
        assert told(cast.supervisor).count("weather.ended") == 1
    row.refresh_from_db()
    assert (row.ended_at, row.reason) == (row.valid_to, "到时")
    audit.seal_new()
    assert audit.verify().sound


def test_what_was_over_before_we_heard_of_it_tells_nobody(cast: Cast) -> None:
    ago = clock.now() - 9 * HOUR
    row = make_warning(issued_at=ago, valid_to=ago + HOUR)
    assert row.ended_at == row.valid_to
    assert told(cast.duty) == []


def test_the_same_number_is_the_same_warning(cast: Cast) -> None:
    assert call(cast.sender, "post", "/weather-warnings", pushed()).status_code == 201
    again = call(cast.sender, "post", "/weather-warnings", pushed(text="红色"))
    assert (again.status_code, again.json()["taken"]) == (200, "changed")
    row = WeatherWarning.objects.get()
    same = pushed(
        text="红色", issued_at=row.issued_at.isoformat(), valid_to=row.valid_to.isoformat()
    )
    answer = call(cast.sender, "post", "/weather-warnings", same).json()
    assert (answer["taken"], answer["areas"], answer["level"]) == ("same", [DISTRICT], "orange")
    verbs = Audit.objects.filter(subject_type="sensing.weatherwarning").values_list(
        "verb", flat=True
    )
    assert list(verbs) == ["weather.add", "weather.change"]
    lift(row, "雨停了", by=None)
    assert call(cast.sender, "post", "/weather-warnings", same).json()["taken"] == "same"
    refused = call(cast.sender, "post", "/weather-warnings", pushed(level="red"))
    assert (refused.status_code, "已经结束" in refused.json()["message"]) == (409, True)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": "meteor"}, "没有预警种类「meteor」"),
        ({"areas": ["370100"]}, "本市没有区域「370100」"),
        ({"text": " "}, "请写预警内容"),
        ({"valid_to": "2020-01-01T00:00:00+08:00"}, "结束时间要晚于开始时间"),
        ({"valid_to": "2099-01-01T00:00:00+08:00"}, "最长 90 天"),
        ({"issued_at": "2098-12-31T00:00:00+08:00", "valid_to": None}, "发布时间在将来"),
        ({"issued_at": "1970-01-01T08:00:00+08:00"}, "发布时间在 2000 年以前"),
        ({"valid_from": "9999-12-31T23:00:00Z", "valid_to": None}, "最多在 90 天以后"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(
    cast: Cast, wrong: dict[str, Any], sentence: str
) -> None:
    answer = call(cast.sender, "post", "/weather-warnings", pushed(**wrong))
    assert (answer.status_code, sentence in answer.json()["message"]) == (422, True), answer.json()
    assert not WeatherWarning.objects.exists()


def test_who_may(cast: Cast) -> None:
    assert call(cast.inspector, "post", "/weather-warnings", pushed()).status_code == 403
    with pytest.raises(NotAllowed, match="超出了你的范围"):
        make_warning(by=cast.duty, areas=[OTHER_DISTRICT])
    row = make_warning(areas=[OTHER_DISTRICT])
    assert call(cast.duty, "get", f"/weather-warnings/{row.code}").json()["level"] == "orange"
    refused = call(cast.duty, "post", f"/weather-warnings/{row.code}/lift", {"reason": "停"})
    assert refused.status_code == 403
    assert call(cast.duty, "get", "/weather-warnings?standing=true").json()["items"]


def test_a_number_opens_no_warning_of_another_district(cast: Cast) -> None:
    """Not even to say that it is for one's own district from now on."""
    row = make_warning(number="QX-1", areas=[OTHER_DISTRICT])
    refused = call(cast.duty, "post", "/weather-warnings", pushed(number="QX-1"))
    assert refused.status_code == 403
    row.refresh_from_db()
    assert row.areas == [OTHER_DISTRICT]


def test_who_makes_it_last_longer_in_its_last_moment_comes_first(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, over = make_warning(number="QX-1"), weather._over
    longer = a_warning(number="QX-1", valid_to=row.valid_to + HOUR, issued_at=row.issued_at)

    def beaten(seen: WeatherWarning) -> bool:
        assert take(longer, by=None).what == "changed"
        return over(seen)

    monkeypatch.setattr(weather, "_over", beaten)
    with clock.at(row.valid_to):
        assert sweep_weather() == 0
    row.refresh_from_db()
    assert row.ended_at is None


def test_programs_read_what_a_rule_has_meanwhile(cast: Cast) -> None:
    rules = {each["key"]: each for each in call(cast.duty, "get", "/alarm-rules").json()["items"]}
    (meanwhile,) = rules["gate_shut"]["during"]
    assert (rules["gate_shut"]["levels"], meanwhile["warning"]) == ([], "rainstorm")
    assert meanwhile["levels"] == [{"rank": "yellow", "sets": 50.0, "clears": 60.0}]


def test_without_an_end_it_lasts_as_long_as_the_city_has_set(cast: Cast) -> None:
    row = make_warning(valid_to=None)
    assert row.valid_to - row.valid_from == 24 * HOUR


def test_it_is_lifted_once_with_a_reason(cast: Cast) -> None:
    row = make_warning()
    with pytest.raises(Invalid, match="为什么解除"):
        lift(row, " ", by=cast.duty)
    lift(row, "雨停了", by=cast.duty)
    with pytest.raises(Conflict, match="已经结束"):
        lift(row, "雨停了", by=cast.duty)


def test_a_cap_message_is_taken_replaced_and_cancelled(cast: Cast) -> None:
    media = "application/cap+xml"
    body = cap()
    first = call(cast.sender, "post", "/weather-warnings/cap", body, media)
    assert first.status_code == 201, first.json()
    told = {key: first.json()[key] for key in ("number", "kind", "level", "areas", "source")}
    assert told == {
        "number": "CAP-1",
        "kind": "thunder_gale",
        "level": "yellow",
        "areas": [DISTRICT],
        "source": "聊城市气象台",
    }
    again = call(cast.sender, "post", "/weather-warnings/cap", body, media)
    assert again.json()["taken"] == "same"
    triple = "<references>liaocheng,CAP-1,2026-07-12T14:30:00+08:00</references>"
    update = cap(number="CAP-2", kind="Update", references=triple, event="雷雨大风红色预警")
    second = call(cast.sender, "post", "/weather-warnings/cap", update, media).json()
    assert (second["level"], second["ended"]) == ("red", [first.json()["code"]])
    cancel = cap(number="CAP-3", kind="Cancel", references=triple.replace("CAP-1", "CAP-2"))
    third = call(cast.sender, "post", "/weather-warnings/cap", cancel, media).json()
    assert (third["taken"], third["ended"]) == ("cancelled", [second["code"]])
    assert not WeatherWarning.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<alert", "不是能读的 XML"),
        (b"<alert/>", "不是 CAP 1.2 报文"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "不能带 DOCTYPE"),
        (cap(status="Test"), "只收实际发布的预警"),
        (cap(kind="Ack"), "msgType 要是"),
        (cap(kind="Cancel"), "没有写解除哪一条"),
        (cap(event="地震"), "认不出是哪种预警"),
        (cap(area="东昌府"), "没有写区域代码"),
        (cap(sent="2026-07-12 14:30"), "要是带时区的时间"),
        (cap(severity="Unknown"), "预警级别是"),
    ],
)
def test_a_cap_message_that_is_none_is_refused(cast: Cast, body: bytes, sentence: str) -> None:
    answer = call(cast.sender, "post", "/weather-warnings/cap", body, "application/cap+xml")
    assert (answer.status_code, sentence in answer.json()["message"]) == (422, True), answer.json()
    assert not WeatherWarning.objects.exists()
