"""The devices of the furnished city: their alarms, commands, fences, lamps and weather."""

from __future__ import annotations

from django.utils.timezone import localdate

from chengyun.city.assets.factories import make_asset
from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import (
    change,
    make_alarm,
    make_alert,
    make_command,
    make_device,
    make_dialect,
    make_fence,
    make_gate,
    make_limits,
    make_plan,
    make_silence,
    make_warning,
)
from chengyun.city.sensing.services.alarms import act as judge
from chengyun.city.sensing.services.devices import heard_of
from chengyun.city.sensing.services.links import Count, NewUnread, alive, count
from chengyun.city.sensing.services.switching import bind_part, note
from chengyun.kernel import clock


def odd_speaker() -> int:
    """A gauge that turns its CRC."""
    return make_dialect("JS-001").pk


def commanded(cast: Cast) -> str:
    """A gate that is to be opened as soon as a second person agrees, and one that may be set."""
    make_gate("ZM-002")
    return make_command(make_gate("ZM-001"), by=cast.duty).code


def watched(cast: Cast) -> tuple[str, str, str, str, str, str, str, str]:
    """Alarms that stand and are handled, a device that waits, a 预警, a silence, own limits, a weather warning."""
    standing = make_alarm(make_device("JS-001", unit=cast.crew), level=4)
    flooded = make_device("JS-002", name="兴华路口积水点")
    calm = judge(make_alarm(flooded, level=2), "open_case", {}, by=cast.duty)
    change(flooded, 0, value=3.0)
    heard_of("X-9", {"depth": 4.5}, by=cast.sender)
    speaker, now = ("sl651", "JS-001"), clock.now()
    frame = bytes.fromhex("7e7e0100111111120000320004020001")
    torn = NewUnread(speaker=speaker, at=now, sentence="CRC 不对，算得 D001。", frame=frame)
    count({speaker: Count(frames=12, faults=1, heard_at=now)}, [torn])
    alive("", [{"key": "sl651", "address": "127.0.0.1:8013", "open": 1}])
    alert = make_alert(calm, cast.crew, by=cast.duty)
    make_fence(make_device("13800000001", kind="vehicle", name="洒水车"), by=cast.supervisor)
    broken = make_device("JS-003", name="育新街口积水点")
    silence = make_silence(broken, by=cast.duty)
    make_alarm(broken, level=3)
    faulty = make_device("JS-004", name="建设路积水点")
    judge(make_alarm(faulty, level=3), "blame", {"note": "探头进水"}, by=cast.duty)
    own = make_limits(flooded, by=cast.supervisor)
    warning = make_warning(by=cast.duty)
    lamps = [make_device(f"DD-{n}", kind="lamp", name=f"{n} 号灯") for n in range(3)]
    bind_part(lamps[0], make_asset("lamp", attributes={"pole": "东昌路-017"}), None, by=cast.duty)
    note(localdate(now), lamps[1:], ought=True, burns=True)
    note(localdate(now), lamps[:1], ought=True, burns=False)
    plan = make_plan(by=cast.supervisor)
    codes = (standing.code, calm.code, "X-9", alert.code, silence.code, own.code, warning.code)
    return *codes, plan.code
