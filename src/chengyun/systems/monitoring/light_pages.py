"""Pages of lamps: tonight's plans and the rates, a plan set and ended, a device put on its post."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone

from chengyun.city.assets.queries import asset_for
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.sensing import lighting, queries
from chengyun.city.sensing import switching as reads
from chengyun.city.sensing.models import Device, SwitchingPlan
from chengyun.city.sensing.services import switching as service
from chengyun.city.sensing.services.devices import CHANGE
from chengyun.city.sensing.silences import areas_to_silence
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, Missing, wrong
from chengyun.kernel.forms import either, faulty, form_of, retold, sound
from chengyun.kernel.history import history_of
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.science.switching import night_of
from chengyun.systems.monitoring import light_view, view
from chengyun.systems.monitoring.ending import ending

NIGHTS = 5
"""So many nights on one page of the rates."""
FARTHEST = timedelta(days=3660)
DAYS = [(str(n), f"周{day}") for n, day in enumerate(light_view.WEEK, start=1)]


def _minutes(key: str, label: str) -> Field:
    most = service.MOST_MINUTES
    return Field(
        key=key,
        label=label,
        kind="int",
        unit="分钟",
        required=True,
        minimum=-most,
        maximum=most,
        hint="提前写负数。",
    )


# fmt: off
PLAN = (
    Field(
        key="device", label="设备编号", max_length=40,
        hint="填控制柜的，管它供电的灯；填一盏灯的，只管这一盏；不填就选区域。",
    ),
    Field(key="area", label="哪里的", kind="unit", hint="没有填设备编号的，管这里全部的灯。"),
    _minutes("on_minutes", "日落后几分钟开"),
    _minutes("off_minutes", "日出后几分钟关"),
    Field(key="half", label="半夜灯", kind="unit", hint="不选就都亮到天明；按杆号最后一位数字分单双。"),
    Field(key="half_from", label="半夜从几点熄", max_length=5, hint="例如 23:30。"),
    Field(key="half_to", label="到几点再亮", max_length=5, hint="例如 05:00；不填就到天明。"),
    Field(key="weekdays", label="星期几晚上用", kind="units", required=True),
    Field(key="first_day", label="特别的日子，从", kind="date", hint="例如节日亮化；不填就是平时。"),
    Field(key="last_day", label="到", kind="date"),
    Field(key="reason", label="原因", required=True, max_length=service.LONGEST_REASON, hint="例如：冬季、节能。"),
)
BIND = (
    Field(key="asset", label="部件编码", max_length=24, hint="它装在哪个部件上，例如灯杆、雨水井；不填就是没有挂接。"),
    Field(key="feeder", label="供电的控制柜", max_length=40, hint="灯才填：控制柜的设备编号。"),
)
# fmt: on


@door(may="monitoring.view")
def lights(request: HttpRequest) -> HttpResponse:
    """Lamps: when they burn tonight, 亮灯率 and 完好率 night by night, and how fast faults were mended."""
    user, now = person_of(request), clock.now()
    tonight = night_of(now, get_current_timezone())
    last = _night(request.GET.get("until", ""), tonight)
    since = last - timedelta(days=NIGHTS - 1)
    plans = reads.plans_for(user).filter(ended_at=None).order_by("area", "id")
    return page(
        request,
        tonight=tonight,
        plans=[light_view.plan_line(plan, tonight, now) for plan in plans],
        nights=[
            light_view.night_line(line, tonight) for line in lighting.nights_of(user, since, last)
        ],
        since=since,
        last=last,
        older=lighting.last_night_before(user, since),
        timely=light_view.timely_of(user, now),
        sets=user.may(reads.CHANGE),
    )


def _night(text: str, tonight: date) -> date:
    """The night somebody asks for; tonight for none, and for what is no night that can be known."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return tonight
    return asked if tonight - FARTHEST <= asked <= tonight else tonight


@door(may="monitoring.view")
def light_plan(request: HttpRequest, code: str) -> HttpResponse:
    """One plan: whose it is, when it switches in the next nights, who set it."""
    user, now = person_of(request), clock.now()
    row = reads.plan_of_code(user, code)
    tonight = night_of(now, get_current_timezone())
    ends = row.ended_at is None and user.scope(reads.CHANGE).covers(area=row.area)
    return page(
        request,
        plan=row,
        where=light_view.where(row),
        words=service.words_of(row),
        facts=light_view.facts_of(row),
        nights=[light_view.plan_line(row, tonight + timedelta(days=n), now) for n in range(7)],
        ends=ends and user.may(reads.CHANGE),
        events=view.events_of(history_of(row, role_labels())),
    )


@door(may=reads.CHANGE)
def light_plan_add(request: HttpRequest) -> HttpResponse:
    """Set a plan: of the device named in the address, else of an area."""
    user = person_of(request)
    form = _form(request, user)
    context: dict[str, Any] = {"cancel": reverse("monitoring:lights")}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not sound(form, *_checks(user)):
        return faulty(request, form, **context)
    try:
        row = service.set_plan(_new(user, form.cleaned_data), by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    here = reverse("monitoring:light_plan", args=(row.code,))
    return back(request, here, f"已设开关灯计划 {row.code}。")


def _form(request: HttpRequest, user: User) -> Form:
    filled = {"on_minutes": 0, "off_minutes": 0, "weekdays": list(reads.EVERY_DAY)}
    choices = {
        "area": areas_to_silence(user, reads.CHANGE),
        "half": [(key, label) for key, label in SwitchingPlan.Dims.choices if key],
        "weekdays": DAYS,
    }
    given = request.POST if request.method == "POST" else None
    form = form_of(PLAN, given, initial=filled | request.GET.dict(), choices=choices)
    return either(form, "device", "area")


def _checks(user: User) -> tuple[Callable[[Mapping[str, Any]], object], ...]:
    """What is looked at before a plan is set, each for itself."""

    def where(given: Mapping[str, Any]) -> None:
        if given["device"] is not None and given["area"] is not None:
            service.check_where(_device(user, given), given["area"])

    def half(given: Mapping[str, Any]) -> None:
        names = ("half", "half_from", "half_to")
        service.check_half(*((given[name] or "").strip() for name in names))

    return where, half, lambda given: service.check_days(given["first_day"], given["last_day"])


def _device(user: User, given: Mapping[str, Any]) -> Device | None:
    """The device that is named; who is named and is not there is a fault of the field."""
    code = given["device"].strip()
    try:
        return queries.device_for(user, code) if code else None
    except Missing as missing:
        raise wrong("device", missing.message) from missing


def _new(user: User, given: Mapping[str, Any]) -> service.NewPlan:
    said: dict[str, Any] = {
        key: value.strip() if isinstance(value, str) else value for key, value in given.items()
    }
    said["device"] = _device(user, given)
    return service.NewPlan(**said | {"weekdays": "".join(given["weekdays"])})


@door(may=reads.CHANGE)
def light_plan_end(request: HttpRequest, code: str) -> HttpResponse:
    """The lamps follow another plan; why is asked on a page of its own."""
    user = person_of(request)
    row = reads.plan_of_code(user, code)

    def end(reason: str) -> str:
        service.end_plan(row, reason, by=user)
        return f"开关灯计划 {code} 不再用。"

    here = reverse("monitoring:light_plan", args=(code,))
    return ending(request, here, end, plan=row, where=light_view.where(row))


@door(may=CHANGE)
def device_bind(request: HttpRequest, code: str) -> HttpResponse:
    """Say which part a device sits on and which cabinet feeds it."""
    user = person_of(request)
    device = queries.device_for(user, code)
    here = reverse("monitoring:device", args=(code,))
    filled = {
        "asset": device.asset.code if device.asset else "",
        "feeder": device.feeder.code if device.feeder else "",
    }
    form = form_of(BIND, request.POST if request.method == "POST" else None, initial=filled)
    context: dict[str, Any] = {"device": device, "cancel": here}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        _bind(user, device, form.cleaned_data)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, here, f"已挂接「{device}」。")


def _bind(user: User, device: Device, given: Mapping[str, Any]) -> None:
    """What is named must be this person's to see."""
    asset, feeder = given["asset"].strip(), given["feeder"].strip()
    try:
        part = asset_for(user, asset) if asset else None
    except Missing as missing:
        raise wrong("asset", missing.message) from missing
    try:
        cabinet = queries.device_for(user, feeder) if feeder else None
    except Missing as missing:
        raise wrong("feeder", missing.message) from missing
    service.bind_part(device, part, cabinet, by=user)
