"""Devices for tests, and readings that raise alarms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chengyun.city.people.factories import DISTRICT
from chengyun.city.people.models import Unit, User
from chengyun.city.places.factories import CENTRE, line, square
from chengyun.city.sensing.commands import forget_controls
from chengyun.city.sensing.models import (
    Alarm,
    Alert,
    Command,
    Control,
    Device,
    Dialect,
    Fence,
    OwnLimits,
    Series,
    Silence,
    SwitchingPlan,
    WeatherWarning,
)
from chengyun.city.sensing.services.alarms import LevelChange, act, follow
from chengyun.city.sensing.services.alerts import NewAlert, issue
from chengyun.city.sensing.services.commands import ask
from chengyun.city.sensing.services.devices import NewDevice, add_device
from chengyun.city.sensing.services.dialects import NewDialect, learn
from chengyun.city.sensing.services.fences import NewFence, draw_fence
from chengyun.city.sensing.services.limits import NewLimits, set_limits
from chengyun.city.sensing.services.silences import NewSilence, silence
from chengyun.city.sensing.services.switching import NewPlan, set_plan
from chengyun.city.sensing.services.weather import NewWarning, take
from chengyun.city.sensing.specs import AlarmRule
from chengyun.city.sensing.workflow import RAISED
from chengyun.kernel import clock, registry
from chengyun.kernel.models import Audit

RULE = "ponding_depth"


def make_device(code: str = "JS-001", *, by: User | None = None, **changes: Any) -> Device:
    """A ponding point in the first district."""
    new: dict[str, Any] = {
        "code": code,
        "kind": "ponding",
        "name": "湖南路立交桥下积水点",
        "lon": CENTRE[0] - 0.001,
        "lat": CENTRE[1] + 0.001,
    }
    return add_device(NewDevice(**new | changes), by=by)


def series_of(device: Device) -> Series:
    return Series.objects.select_related("device").get(device=device)


def change(
    device: Device,
    level: int,
    at: datetime | None = None,
    value: float = 30.0,
    *,
    rule: str = RULE,
) -> Alarm | None:
    """The series of a device that a rule looks at reaches a level (0: none) of it."""
    moment, point = at or clock.now(), registry.get(AlarmRule, rule).point
    return follow(
        LevelChange(
            series=Series.objects.get(device=device, point=point).pk,
            rule=rule,
            level=level,
            value=value,
            at=moment,
            since=moment - timedelta(minutes=1),
        )
    )


def make_alarm(device: Device | None = None, level: int = 4) -> Alarm:
    """A device under water."""
    alarm = change(device or make_device(), level)
    assert alarm is not None
    return alarm


def make_alert(alarm: Alarm, *units: Unit, by: User | None = None, minutes: int = 15) -> Alert:
    """A 预警 because of an alarm, which is confirmed first."""
    if alarm.state == RAISED:
        act(alarm, "confirm", {}, by=by)
    new = NewAlert(level=alarm.rank, text="封闭桥下道路", units=units, minutes=minutes)
    return issue(alarm, new, by=by)


def make_silence(device: Device | None, *, by: User | None = None, **changes: Any) -> Silence:
    """An hour from now in which a device makes no noise."""
    until = changes.get("begins_at", clock.now()) + timedelta(hours=1)
    new: dict[str, Any] = {"device": device, "ends_at": until, "reason": "更换探头"}
    return silence(NewSilence(**new | changes), by=by)


def verbs(row: Alarm | Alert) -> list[str]:
    """What was done with it, in the order in which it was."""
    kind = row._meta.model_name
    rows = Audit.objects.filter(subject_type=f"sensing.{kind}", subject_id=row.pk)
    return [each.verb.removeprefix(f"{kind}.") for each in rows.order_by("seq")]


def make_limits(device: Device | None, *, by: User | None = None, **changes: Any) -> OwnLimits:
    """A ponding point that is red from 60 cm on, and has no other level."""
    new: dict[str, Any] = {"rule": RULE, "device": device, "levels": {"red": (60.0, 50.0)}}
    return set_limits(NewLimits(**new | {"reason": "路面低"} | changes), by=by)


def a_warning(**changes: Any) -> NewWarning:
    """A rainstorm in the first district, orange, for six hours."""
    now = clock.now()
    new: dict[str, Any] = {
        "kind": "rainstorm",
        "rank": "orange",
        "areas": [DISTRICT],
        "text": "预计未来 6 小时降雨量将达 80 毫米以上，请注意防范。",
        "source": "市气象台",
        "issued_at": now,
        "valid_to": now + timedelta(hours=6),
    }
    return NewWarning(**new | changes)


def make_warning(*, by: User | None = None, **changes: Any) -> WeatherWarning:
    return take(a_warning(**changes), by=by).row


def make_plan(*, by: User | None = None, **changes: Any) -> SwitchingPlan:
    """The lamps of the first district: from sunset to sunrise, every second pole dark in the small hours."""
    new: dict[str, Any] = {"area": DISTRICT, "on_minutes": 10, "off_minutes": -15}
    half = {"half": "even", "half_from": "23:30", "half_to": "05:00", "reason": "冬季"}
    return set_plan(NewPlan(**new | half | changes), by=by)


def make_gate(code: str = "ZM-001", *, opening: float = 20) -> Device:
    """A gate that stands at ``opening`` percent and that the plan of the gateway lets people set."""
    gate = make_device(code, kind="flood_gate", name="湖东闸")
    now = clock.now()
    Series.objects.filter(device=gate).update(value=opening, at=now, heard_at=now)
    make_control(code)
    return gate


def make_control(code: str) -> None:
    """The plan of the gateway lets people set a gate."""
    Control.objects.create(code=code, point="opening", low=0, high=100, fresh=30)
    forget_controls()


def make_command(
    device: Device, *, by: User, value: str = "60", reason: str = "预报大雨"
) -> Command:
    """A gate is to be opened."""
    return ask(device, "opening", value, reason, by=by)


def make_dialect(name: str) -> Dialect:
    """A device whose three last frames had the bytes of their CRC the other way round."""
    now = clock.now()
    frames = tuple(
        (now, bytes.fromhex(f"7e7e0111111111120000320004020001030{n}")) for n in range(3)
    )
    learn([NewDialect(door="sl651", name=name, quirk="swapped", frames=frames)])
    return Dialect.objects.get(door="sl651", name=name)


def make_truck(code: str = "13912345678", **changes: Any) -> Device:
    """A truck that says where it is."""
    return make_device(code, **{"kind": "vehicle", "name": "渣土车"} | changes)


def make_fence(*devices: Device, by: User | None = None, **changes: Any) -> Fence:
    """A street of 600 m from the centre to the east, which trucks have to go along within 30 m of its middle."""
    new: dict[str, Any] = {
        "name": "城东工地到消纳场",
        "duty": "follow",
        "shape": line((0, 10), (600, 10)),
        "margin": 30,
        "devices": devices,
        "reason": "核准的运输线路",
    }
    return draw_fence(NewFence(**new | changes), by=by)


YARD = square(-200, -200, 200, 200)
"""Four hundred metres around the centre."""
