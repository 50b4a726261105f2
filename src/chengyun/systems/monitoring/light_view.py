"""What the pages show of lamps: a plan in one night, a night's rates against the city's own targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime

from chengyun.city.people.models import User
from chengyun.city.places.queries import label_of
from chengyun.city.sensing.lighting import NightLine, Rate, timely
from chengyun.city.sensing.models import Device, SwitchingPlan
from chengyun.city.sensing.services.switching import words_of
from chengyun.city.sensing.specs import DeviceKind
from chengyun.city.sensing.switching import EVERY_DAY, middle_of, night_for, plans_now, pole_of
from chengyun.city.specs import IndustryApp
from chengyun.kernel import clock, registry
from chengyun.kernel.installation import city_area
from chengyun.kernel.params import settings_of
from chengyun.kernel.ui.words import NOTHING, share, told
from chengyun.science.sun import TWILIGHT, sun_on

WEEK = "一二三四五六日"


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """A plan in one night; ``now``: whether its lamps ought to burn at this moment, in words."""

    plan: SwitchingPlan
    where: str
    day: date
    on: str
    off: str
    dim: str
    sunset: str
    dusk: str
    now: str


def where(plan: SwitchingPlan) -> str:
    return str(plan.device) if plan.device else f"{label_of(plan.area)}全部"


def plan_line(plan: SwitchingPlan, day: date, now: datetime) -> PlanLine:
    night = night_for(plan, day)
    lon, lat = middle_of(plan.area)
    sun, light = sun_on(day, lon, lat), sun_on(day, lon, lat, height=TWILIGHT)
    return PlanLine(
        plan=plan,
        where=where(plan),
        day=day,
        on=_clock(night.on) if night else NOTHING,
        off=_clock(night.off) if night else NOTHING,
        dim=f"{_clock(night.dim[0])}–{_clock(night.dim[1])}" if night and night.dim else NOTHING,
        sunset=_clock(sun.down) if sun else NOTHING,
        dusk=_clock(light.down) if light else NOTHING,
        now=("应亮" if night.on <= now < night.off else "应灭") if night else NOTHING,
    )


def _clock(at: datetime) -> str:
    return f"{localtime(at):%H:%M}"


def facts_of(plan: SwitchingPlan) -> list[tuple[str, Any]]:
    now = clock.now()
    special = f"{plan.first_day} 到 {plan.last_day}" if plan.first_day else "平时"
    days = "".join(WEEK[int(each) - 1] for each in plan.weekdays)
    return [
        ("哪里", where(plan)),
        ("开关", words_of(plan)),
        ("晚上", "每天" if plan.weekdays == EVERY_DAY else f"周{days}"),
        ("日子", special),
        ("原因", plan.reason),
        ("设置", f"{told(plan.made_at, now=now)}　{plan.made_by or '系统'}"),
        ("停用", told(plan.ended_at, now=now) if plan.ended_at else "在用"),
    ]


@dataclass(frozen=True, kw_only=True)
class RateCell:
    """A rate as a table shows it: the share, of how many, and whether it reaches its target."""

    words: str
    of: str
    badge: dict[str, str] | None


def rate_cell(rate: Rate, target: float) -> RateCell:
    if not rate.known:
        return RateCell(words="暂无数据", of="", badge=None)
    reached = rate.reaches(target)
    badge = {
        "words": "达标" if reached else f"目标 {target:g}%",
        "tone": "eco" if reached else "red",
    }
    return RateCell(
        words=share(rate.part, rate.whole), of=f"{rate.part:,} / {rate.whole:,}", badge=badge
    )


@dataclass(frozen=True, kw_only=True)
class NightRow:
    """One night of one kind in one district; ``running``: it is still looked at, so its rates still change."""

    night: date
    running: bool
    where: str
    what: str
    lit: RateCell
    intact: RateCell


def night_line(line: NightLine, tonight: date) -> NightRow:
    settings = settings_of(line.area)
    return NightRow(
        night=line.night,
        running=line.night == tonight,
        where=label_of(line.area),
        what=registry.get(DeviceKind, line.kind).label,
        lit=rate_cell(line.lit, settings["lights.lit"]),
        intact=rate_cell(line.intact, settings["lights.intact"]),
    )


def timely_of(user: User, now: datetime) -> RateCell:
    """事故处置及时率 of this month, of the cases that alarms of lamps opened."""
    local = localtime(now)
    begin = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    areas = user.scope("monitoring.view").areas
    area = min(areas, key=len, default=city_area())
    return rate_cell(timely(user, lamp_rules(), begin, now), settings_of(area)["lights.timely"])


def lamp_rules() -> list[str]:
    """The rules of every industry that has lamps."""
    return [
        rule.key
        for app in registry.all_of(IndustryApp)
        if any(kind.burns for kind in app.device_kinds)
        for rule in app.rules
    ]


def facts_of_device(device: Device) -> list[tuple[str, Any]]:
    """Where a device sits, what feeds it, and what its plan wants of it now."""
    kind, facts = device.declared, list[tuple[str, Any]]()
    if device.asset is not None:
        there = reverse("data:asset", args=(device.asset.code,))
        facts.append(("部件", format_html('<a href="{}">{}</a>', there, device.asset.code)))
        facts += [("杆号", pole_of(device))] if kind and kind.burns else []
    elif kind and kind.part:
        facts.append(("部件", "还没有挂接"))
    if device.feeder is not None:
        there = reverse("monitoring:device", args=(device.feeder.code,))
        facts.append(("供电", format_html('<a href="{}">{}</a>', there, device.feeder)))
    return facts + (_ought(device) if kind and kind.burns else [])


def _ought(device: Device) -> list[tuple[str, Any]]:
    found = plans_now().ought(device, clock.now())
    if found is None:
        return [("开关灯计划", "没有")]
    there = reverse("monitoring:light_plan", args=(found.plan.code,))
    words = f"{_clock(found.night.on)} 开，{_clock(found.night.off)} 关，现在{'应亮' if found.burns else '应灭'}"
    link = format_html('<a href="{}">{}</a>', there, found.plan.code)
    return [("开关灯计划", link), ("今晚", words)]


def of_asset(user: User, asset: Any) -> dict[str, Any]:
    """The devices that sit on a part, as the page of the part shows them; nothing where none does."""
    rows = asset.devices.filter(user.scope("monitoring.view").area_q("area"))
    shown = rows.exclude(state=Device.State.ENDED).select_related("feeder", "asset").order_by("id")
    found = [(row, facts_of_device(row)) for row in shown]
    return {"devices": found} if found else {}
