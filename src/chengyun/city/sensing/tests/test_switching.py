"""开关灯计划: the nearest is a lamp's own; looks through the night make 亮灯率 and 完好率; silence is no 0."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chengyun.city.assets.factories import make_asset
from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.sensing.factories import make_device
from chengyun.city.sensing.lighting import Rate, nights_of, timely
from chengyun.city.sensing.models import Alarm, Device, LampNight, Series, SwitchingPlan
from chengyun.city.sensing.services.alarms import LevelChange, act, follow
from chengyun.city.sensing.services.readings import remember
from chengyun.city.sensing.services.switching import (
    NewPlan,
    bind_part,
    end_plan,
    look_at_lamps,
    note,
    set_plan,
)
from chengyun.city.sensing.switching import plans_now, pole_of
from chengyun.city.sensing.tests.doors import call
from chengyun.kernel import clock
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db

CHINA = ZoneInfo("Asia/Shanghai")
TUESDAY = date(2026, 12, 1)


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=CHINA)


def lamp(number: int, *, pole: str = "") -> Device:
    device = make_device(f"DD-{number:03d}", kind="lamp", name=f"{number} 号灯")
    if pole:
        bind_part(device, make_asset("lamp", attributes={"pole": pole}), None, by=None)
    return device


def plan(**changes: Any) -> SwitchingPlan:
    new: dict[str, Any] = {"area": CITY, "on_minutes": 0, "off_minutes": 0, "reason": "冬季"}
    return set_plan(NewPlan(**new | changes), by=changes.pop("by", None))


def tells(device: Device, amps: float, moment: datetime) -> None:
    series = Series.objects.get(device=device, point="current")
    remember([(series.pk, moment, amps, 0, moment)])


def look(moment: datetime) -> None:
    with clock.at(moment):
        look_at_lamps()


def ought(device: Device, moment: datetime) -> bool | None:
    found = plans_now().ought(device, moment)
    return found.burns if found else None


def night_row(device: Device) -> tuple[int, int, int, int]:
    row = LampNight.objects.get(device=device)
    return row.due, row.lit, row.idle, row.dark


def test_a_lamp_ought_to_burn_from_sunset_to_sunrise(cast: Cast) -> None:
    device = lamp(1)
    assert ought(device, at(20)) is None
    plan(on_minutes=10, off_minutes=-15)
    told = [
        (at(16, 30), False),
        (at(17, 30), True),
        (at(6, 30, day=2), True),
        (at(7, 15, day=2), False),
    ]
    assert [ought(device, moment) for moment, _ in told] == [burns for _, burns in told]


def test_the_nearest_plan_is_its_own(cast: Cast) -> None:
    device, cabinet = lamp(1), make_device("KG-001", kind="lamp_cabinet", name="控制柜")
    bind_part(device, None, cabinet, by=None)

    def own(day: date = TUESDAY) -> SwitchingPlan | None:
        return plans_now().of(device, day)

    whole = plan()
    plan(area=OTHER_DISTRICT)
    assert own() == whole
    near = plan(area=DISTRICT)
    assert own() == near
    workdays = plan(area=DISTRICT, weekdays="12345")
    assert (own(), own(date(2026, 12, 5))) == (workdays, near)
    feast = plan(area=DISTRICT, first_day=TUESDAY, last_day=TUESDAY)
    assert (own(), own(date(2026, 12, 2))) == (feast, workdays)
    fed = plan(device=cabinet)
    assert own() == fed
    alone = plan(device=device)
    assert own() == alone
    end_plan(alone, "用完了", by=None)
    assert own() == fed


def test_every_second_pole_is_dark_in_the_small_hours(cast: Cast) -> None:
    even, odd, unknown = lamp(1, pole="东昌路-018"), lamp(2, pole="东昌路-017"), lamp(3)
    plan(half="even", half_from="23:30", half_to="05:00")
    assert pole_of(even) == "东昌路-018"
    assert [ought(each, at(2, day=2)) for each in (even, odd, unknown)] == [False, True, True]
    assert [ought(each, at(5, day=2)) for each in (even, odd, unknown)] == [True, True, True]


def test_looks_through_a_night_make_the_rates(cast: Cast) -> None:
    good, out, always = lamp(1), lamp(2), lamp(3)
    lamp(4)  # never heard of
    plan()
    for moment in (at(16), at(20), at(22)):
        tells(good, 0.5 if moment.hour > 17 else 0, moment)
        tells(out, 0, moment)
        tells(always, 0.5, moment)
        look(moment + timedelta(minutes=1))
    assert night_row(good) == (2, 2, 1, 1)
    assert night_row(out) == (2, 0, 1, 1)
    assert night_row(always) == (2, 2, 1, 0)
    (line,) = nights_of(cast.duty, TUESDAY)
    assert (line.night, line.area) == (TUESDAY, DISTRICT)
    assert (line.lit, line.intact) == (Rate(4, 6), Rate(1, 3))
    assert nights_of(cast.bob, TUESDAY) == []


def test_cabinets_are_counted_by_themselves(cast: Cast) -> None:
    cabinet, device = make_device("KG-001", kind="lamp_cabinet", name="控制柜"), lamp(1)
    plan()
    tells(cabinet, 40, at(20))
    tells(device, 0, at(20))
    look(at(20, 1))
    told = [(line.kind, line.lit) for line in nights_of(cast.duty, TUESDAY)]
    assert told == [("lamp_cabinet", Rate(1, 1)), ("lamp", Rate(0, 1))]


def test_programs_set_plans_read_rates_and_bind(cast: Cast) -> None:
    device, post = lamp(1), make_asset("lamp", attributes={"pole": "7"})
    new = {"area": DISTRICT, "on_minutes": 10, "off_minutes": -15, "reason": "冬季"}
    assert call(cast.duty, "post", "/switching-plans", new).status_code == 403
    made = call(cast.supervisor, "post", "/switching-plans", new)
    assert made.status_code == 201, made.json()
    code = made.json()["code"]
    (item,) = call(cast.duty, "get", "/switching-plans?standing=true").json()["items"]
    assert item["code"] == code and item["on"] < item["off"]
    wrong = call(cast.supervisor, "post", "/switching-plans", new | {"half": "odd"})
    assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "half_from")
    body = {"asset": post.code}
    bound = call(cast.duty, "post", f"/devices/{device.code}/bind", body)
    assert bound.json() == {"code": device.code, "asset": post.code, "feeder": ""}
    assert (
        call(cast.duty, "post", f"/devices/{device.code}/bind", {"asset": "1"}).status_code == 404
    )
    note(clock.now().date(), [device], ought=True, burns=True)
    (night,) = call(cast.duty, "get", "/lamp-nights").json()["items"]
    assert night["lit"] == {"part": 1, "whole": 1} and night["kind"] == "lamp"
    assert (
        call(
            cast.supervisor, "post", f"/switching-plans/{code}/end", {"reason": "完工"}
        ).status_code
        == 200
    )
    assert (
        call(
            cast.supervisor, "post", f"/switching-plans/{code}/end", {"reason": "完工"}
        ).status_code
        == 409
    )


def test_whoever_is_silent_doubted_or_just_switched_is_not_counted(cast: Cast) -> None:
    silent, early, doubted, played = lamp(1), lamp(2), lamp(3), lamp(4)
    plan()
    tells(silent, 0, at(17, 30))
    look(at(20))
    tells(early, 0, at(16, 30))
    look(at(17, 10))
    series = Series.objects.get(device=doubted, point="current")
    remember([(series.pk, at(19, 59), 11.0, 1, at(19, 59))])
    Device.objects.filter(pk=played.pk).update(simulated=True)
    tells(played, 0.5, at(19, 59))
    look(at(20))
    assert not LampNight.objects.exists()
    assert Rate(0, 0).known is False


def test_a_part_has_one_controller_and_one_numbering(cast: Cast) -> None:
    first, second, post = lamp(1), lamp(2), make_asset("lamp", attributes={"pole": "7"})
    bind_part(first, post, None, by=cast.duty)
    with pytest.raises(Invalid, match="已经有一台"):
        bind_part(second, post, None, by=cast.duty)
    with pytest.raises(Invalid, match="不装在"):
        bind_part(second, make_asset("rain_cover"), None, by=cast.duty)
    with pytest.raises(Invalid, match="不给自己供电"):
        bind_part(second, None, second, by=cast.duty)
    bind_part(first, None, None, by=cast.duty)
    bind_part(second, post, None, by=cast.duty)
    second.refresh_from_db()
    assert second.asset == post


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"area": "9"}, "请从列表中选区域"),
        ({"on_minutes": 121}, "最多 120 分钟"),
        ({"half": "third"}, "请从列表中选半夜灯"),
        ({"half": "odd"}, "一起填"),
        ({"half": "odd", "half_from": "25:00"}, "23:30 这样"),
        ({"weekdays": "8"}, "请选星期几"),
        ({"first_day": TUESDAY}, "第一天和最后一天"),
        ({"first_day": TUESDAY, "last_day": date(2026, 11, 1)}, "不能早于第一天"),
        ({"reason": " "}, "写明为什么"),
    ],
)
def test_a_plan_nobody_could_follow_is_refused(
    cast: Cast, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        plan(**wrong)
    assert not SwitchingPlan.objects.exists()


def test_who_may_set_and_end(cast: Cast) -> None:
    new = NewPlan(area=OTHER_DISTRICT, on_minutes=0, off_minutes=0, reason="冬季")
    for user in (cast.supervisor, cast.duty):
        with pytest.raises(NotAllowed):
            set_plan(new, by=user)
    row = plan()
    with pytest.raises(NotAllowed):
        end_plan(row, "用完了", by=cast.duty)
    end_plan(row, "用完了", by=None)
    with pytest.raises(Conflict):
        end_plan(row, "用完了", by=None)


def test_a_fault_mended_in_time_counts(cast: Cast) -> None:
    series = Series.objects.get(device=lamp(1), point="dark")
    now, begin = clock.now(), clock.now() - timedelta(hours=1)
    assert timely(cast.duty, ["lamp_out"], begin, now + timedelta(hours=1)) == Rate(0, 0)
    change = LevelChange(series=series.pk, rule="lamp_out", level=1, value=1, at=now, since=now)
    alarm = follow(change)
    assert alarm is not None
    act(alarm, "open_case", {}, by=cast.duty)
    case = Alarm.objects.get().case
    assert case is not None
    assert timely(cast.duty, ["lamp_out"], begin, now + timedelta(hours=1)) == Rate(0, 1)
    type(case).objects.filter(pk=case.pk).update(closed_at=now)
    assert timely(cast.duty, ["lamp_out"], begin, now + timedelta(hours=1)) == Rate(1, 1)
    case.clocks.update(late=True)
    assert timely(cast.duty, ["lamp_out"], begin, now + timedelta(hours=1)) == Rate(0, 1)
