"""自定限值: the nearest holds, in its time and its season; set and ended by who may, by service and API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.sensing.factories import RULE, make_device, make_limits
from chengyun.city.sensing.models import Device, OwnLimits
from chengyun.city.sensing.own_limits import holding, in_season, rule_called
from chengyun.city.sensing.services.devices import end_device
from chengyun.city.sensing.services.limits import end_limits
from chengyun.city.sensing.tests.doors import call
from chengyun.kernel import audit, clock
from chengyun.kernel.errors import Conflict, Invalid, Missing, NotAllowed
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MINUTES = {"red": (60, 60)}
JUNE, DECEMBER = datetime(2027, 6, 15, 4, tzinfo=UTC), datetime(2027, 12, 15, 4, tzinfo=UTC)


def red(device: Device, at: datetime | None = None) -> float:
    """What makes the rule red at a device."""
    with clock.at(at or clock.now()):
        holding.forget()
        rule = holding().at(rule_called(RULE), device.code, device.area)
    level = rule.level(4)
    assert level is not None
    return level.sets


def levels(value: float) -> dict[str, tuple[float, float]]:
    return {"red": (value, value - 5)}


def test_the_nearest_holds(cast: Cast, device: Device) -> None:
    other = make_device("JS-002")
    assert red(device) == 27
    make_limits(None, area=DISTRICT, levels=levels(40), by=cast.supervisor)
    assert (red(device), red(other)) == (40, 40)
    make_limits(None, area=DISTRICT, levels=levels(45), by=cast.supervisor)
    assert red(device) == 45
    own = make_limits(device, levels=levels(60), by=cast.supervisor)
    make_limits(None, area=DISTRICT, levels=levels(50), by=cast.supervisor)
    assert (red(device), red(other)) == (60, 50)
    end_limits(own, "用完了", by=cast.supervisor)
    assert red(device) == 50


def test_they_hold_in_their_time_and_their_season(cast: Cast, device: Device) -> None:
    rainy = ("06-01", "09-30")
    make_limits(device, levels=levels(40), by=cast.supervisor)
    make_limits(device, levels=levels(20), season=rainy, by=cast.supervisor)
    assert (red(device, JUNE), red(device, DECEMBER)) == (20, 40)
    make_limits(
        None,
        area=DISTRICT,
        rule="pipe_filled",
        levels={"red": (90, 80)},
        valid_from=JUNE,
        valid_to=DECEMBER,
        by=cast.supervisor,
    )
    well = make_device("GW-001", kind="pipe_level")
    rule = rule_called("pipe_filled")
    for moment, value in ((JUNE - DAY, 100), (JUNE, 90), (DECEMBER, 100)):
        with clock.at(moment):
            holding.forget()
            level = holding().at(rule, well.code, well.area).level(4)
            assert level is not None and level.sets == value


def test_hold_and_calm_are_those_of_the_rule_unless_somebody_set_them(
    cast: Cast, device: Device
) -> None:
    def times() -> tuple[float, float]:
        holding.forget()
        rule = holding().at(rule_called(RULE), device.code, device.area)
        return rule.hold.total_seconds(), rule.calm.total_seconds()

    assert times() == (60, 300)
    make_limits(device, times={"hold": timedelta(minutes=10)}, by=cast.supervisor)
    assert times() == (600, 300)
    zero = {"hold": timedelta(), "calm": timedelta(minutes=2)}
    row = make_limits(device, times=zero, by=cast.supervisor)
    assert times() == (0, 120)
    told = Audit.objects.get(subject_type="sensing.ownlimits", subject_id=row.pk).facts
    assert (told["hold"], told["calm"]) == ("0 秒", "2 分钟")
    end_limits(row, "用完了", by=cast.supervisor)
    assert times() == (600, 300)


def test_a_season_may_go_over_new_year() -> None:
    winter = OwnLimits(season_from="11-15", season_to="03-15")
    held = [in_season(winter, date(2027, m, d)) for m, d in ((11, 14), (11, 15), (3, 15), (3, 16))]
    assert held == [False, True, True, False]
    assert in_season(OwnLimits(), date(2027, 7, 1))


def test_who_set_them_and_why_is_in_the_audit(cast: Cast, device: Device) -> None:
    row = make_limits(device, by=cast.supervisor)
    end_limits(row, "用完了", by=cast.supervisor)
    with pytest.raises(Conflict, match="已经不用了"):
        end_limits(row, "用完了", by=cast.supervisor)
    rows = Audit.objects.filter(subject_type="sensing.ownlimits", subject_id=row.pk).order_by("seq")
    assert [(each.verb, each.actor_id) for each in rows] == [
        ("limit.set", cast.supervisor.pk),
        ("limit.end", cast.supervisor.pk),
    ]
    assert rows[0].facts["reason"] == "路面低" and rows[0].facts["levels"]["red"]["sets"] == 60
    audit.seal_new()
    assert audit.verify().sound


def test_who_may_not_sets_none(cast: Cast, device: Device) -> None:
    for by in (cast.duty, cast.leader):
        with pytest.raises(NotAllowed, match="自定报警限值"):
            make_limits(device, by=by)
    with pytest.raises(NotAllowed, match="不在你的管辖范围内"):
        make_limits(None, area=OTHER_DISTRICT, by=cast.supervisor)
    with pytest.raises(NotAllowed, match="不在你的管辖范围内"):
        make_limits(None, area=CITY, by=cast.supervisor)
    assert not OwnLimits.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"levels": {}}, "至少填一个级别"),
        ({"levels": {"red": (301, 10)}}, "红色的值要在 0 到 300 之间"),
        ({"levels": {"red": (float("nan"), 10)}}, "红色的值要在 0 到 300 之间"),
        ({"levels": {"red": (20, 21)}}, "红色的解除值不能比报警值更严重"),
        ({"levels": {"red": (20, 0)}}, "永远不会解除"),
        ({"levels": {"red": (20, 10), "orange": (20, 10)}}, "红色的报警值要大于橙色的"),
        ({"rule": "gas_low_falls", "levels": {"red": (1, 2), "yellow": (0.5, 2)}}, "要小于黄色"),
        ({"rule": "site_loud", "levels": {"red": (101, 10)}}, "0 到 100 之间"),
        ({"rule": "gas_medium_drops", "levels": {"red": (0.1, 0.05)}}, "-1 到 0 之间"),
        ({"rule": "methane_lel_silent", "levels": {"red": (0, 0)}}, "永远不会解除"),
        ({"times": {"hold": -SECOND}}, "持续时间从 0 到 24 小时"),
        ({"times": {"calm": DAY + SECOND}}, "恢复时间从 0 到 24 小时"),
        ({"rule": "methane_lel_silent", "levels": MINUTES, "times": {"hold": SECOND}}, "没有持续"),
        ({"rule": "pumps_idle", "times": {"calm": 0 * SECOND}}, "另有条件，恢复时间不能是 0"),
        ({"area": "9999"}, "请从列表中选区域"),
        ({"area": ""}, "请写设备编号，或者选一个区域"),
        ({"reason": " "}, "请写明为什么另定"),
        ({"reason": "长" * 201}, "最多 200 字"),
        ({"season": ("06-01", "")}, "要一起填"),
        ({"season": ("02-30", "03-01")}, "月-日"),
        ({"valid_to": timedelta(0)}, "结束时间要晚于现在"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    cast: Cast, wrong: dict[str, Any], sentence: str
) -> None:
    given = {"area": DISTRICT} | wrong
    if "valid_to" in given:
        given["valid_to"] = clock.now() + given["valid_to"]
    with pytest.raises(Invalid, match=sentence):
        make_limits(None, by=cast.supervisor, **given)
    assert not OwnLimits.objects.exists()


def test_a_device_must_be_one_the_rule_watches(cast: Cast, device: Device) -> None:
    with pytest.raises(Invalid, match="不看设备"):
        make_limits(device, rule="pipe_filled", by=cast.supervisor)
    with pytest.raises(Missing, match="没有报警规则"):
        make_limits(device, rule="nothing", by=cast.supervisor)
    end_device(device, by=cast.duty)
    with pytest.raises(Invalid, match="不在用"):
        make_limits(device, by=cast.supervisor)


def test_the_api_sets_lists_and_ends(cast: Cast, device: Device) -> None:
    rules = {each["key"]: each for each in call(cast.duty, "get", "/alarm-rules").json()["items"]}
    assert rules["gas_medium_drops"]["unit"] == "MPa/分钟"
    assert rules[RULE]["levels"][-1] == {"rank": "red", "sets": 27, "clears": 22}
    body = {
        "rule": RULE,
        "device": device.code,
        "levels": [{"rank": "red", "sets": 60, "clears": 50}],
        "hold_seconds": 600,
        "season_from": "06-01",
        "season_to": "09-30",
        "reason": "路面低",
    }
    assert call(cast.duty, "post", "/alarm-limits", body).status_code == 403
    made = call(cast.supervisor, "post", "/alarm-limits", body)
    assert (made.status_code, made.json()["device"]) == (201, device.code)
    assert (made.json()["hold_seconds"], made.json()["calm_seconds"]) == (600, None)
    too_long = call(cast.supervisor, "post", "/alarm-limits", body | {"hold_seconds": 86_401})
    assert too_long.status_code == 422
    code = made.json()["code"]
    wrong = body | {"levels": [{"rank": "red", "sets": 10, "clears": 20}]}
    refused = call(cast.supervisor, "post", "/alarm-limits", wrong)
    assert refused.status_code == 422
    assert refused.json()["fields"] == [
        {"field": "red_clears", "message": "红色的解除值不能比报警值更严重。"}
    ]
    assert call(cast.supervisor, "post", "/alarm-limits", body | {"device": "X"}).status_code == 404
    listed = call(cast.leader, "get", f"/alarm-limits?lasting=true&rule={RULE}").json()["items"]
    assert [item["code"] for item in listed] == [code]
    assert call(cast.duty, "get", "/alarm-limits/XZ1").status_code == 404
    assert call(cast.supervisor, "post", f"/alarm-limits/{code}/end", {"reason": "完工"}).json()[
        "ended_at"
    ]
    assert (
        call(cast.supervisor, "post", f"/alarm-limits/{code}/end", {"reason": "完工"}).status_code
        == 409
    )
    assert call(cast.leader, "get", "/alarm-limits?lasting=true").json()["items"] == []
    assert call(cast.leader, "get", f"/alarm-limits/{code}").json()["season_to"] == "09-30"
