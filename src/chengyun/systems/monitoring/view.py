"""What the pages show of alarms and devices: lines of the wall, facts, buttons, charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from chengyun.city.people.models import User
from chengyun.city.sensing.charts import lines_of
from chengyun.city.sensing.escalation import ABOVE
from chengyun.city.sensing.models import Alarm, Device, Series, Silence
from chengyun.city.sensing.outages import group_words, outage_of
from chengyun.city.sensing.queries import rules_on, series_beside
from chengyun.city.sensing.specs import (
    RANK_LABELS,
    DeviceKind,
    Point,
    Rank,
    Usual,
)
from chengyun.city.sensing.workflow import RAISED
from chengyun.kernel import clock, registry
from chengyun.kernel.editions import flow_of
from chengyun.kernel.history import Line
from chengyun.kernel.installation import installation
from chengyun.kernel.specs import Step
from chengyun.kernel.ui.words import duration, moment, told
from chengyun.kernel.workflow import steps_for
from chengyun.systems.monitoring.readings import (
    beside,
    during_of,
    limit_words,
    limits_words,
    now_words,
    number,
    rule_of,
    signal_of,
)

TONES = {
    "raised": "red",
    "confirmed": "accent",
    "handling": "accent",
    "closed": "eco",
    "refuted": "line",
    "faulty": "amber",
    "withdrawn": "line",
}
DEVICE_TONES = {"waiting": "amber", "working": "eco", "ended": "line"}


@dataclass(frozen=True, kw_only=True)
class WallLine:
    """One open alarm as the wall shows it; ``where`` begins with what its rule found, beside the value itself."""

    alarm: Alarm
    what: str
    where: str
    value: str
    unit: str
    limit: str
    lasting: str
    standing: str
    doing: str
    silenced: bool

    @property
    def unanswered(self) -> bool:
        return self.alarm.state == RAISED and not self.silenced


def wall_line(alarm: Alarm, silence: Silence | None = None) -> WallLine:
    """``silence``: the one that lasts over it."""
    point, now = alarm.series.declared, clock.now()
    outage = outage_of(alarm)
    return WallLine(
        alarm=alarm,
        what=alarm.label,
        where="　".join(filter(None, (signal_of(alarm), where_of(alarm)))),
        value=f"{alarm.value:.0f}" if outage else number(alarm.series.value, point),
        unit="台" if outage else beside(point),
        limit=limit_words(alarm),
        lasting=duration((alarm.ended_at or now) - alarm.began_at),
        standing=standing_of(alarm),
        doing=silence_words(silence) if silence else doing_of(alarm),
        silenced=silence is not None,
    )


def who_of(alarm: Alarm) -> tuple[str, str]:
    """Its device, and how that stands now and where; of an outage what its devices have in common."""
    outage, device = outage_of(alarm), alarm.series.device
    if outage:
        return group_words(outage.group), now_words(alarm)
    return str(device), "　".join(filter(None, (now_words(alarm), device.stands_at)))


def where_of(alarm: Alarm) -> str:
    """Its device and where that stands; of an outage what its devices have in common."""
    outage, device = outage_of(alarm), alarm.series.device
    if outage:
        return group_words(outage.group)
    return f"{device}　{device.stands_at}" if device.stands_at else str(device)


def silence_words(silence: Silence) -> str:
    return f"静默到 {told(silence.ends_at, now=clock.now())} · {silence.reason}"


def silence_badge(silence: Silence) -> dict[str, str]:
    """Whether it lasts, is still to come, or is over."""
    now = clock.now()
    if silence.ended_at is not None or silence.ends_at <= now:
        return {"words": "已结束", "tone": "line"}
    if silence.begins_at > now:
        return {"words": "还没有开始", "tone": "accent"}
    return {"words": "静默中", "tone": "amber"}


def label_of(alarm: Alarm) -> str:
    return flow_of(alarm.edition_id).state(alarm.state).label


def standing_of(alarm: Alarm) -> str:
    """Its state, or that its value fell back."""
    return "已恢复" if alarm.cleared else label_of(alarm)


def doing_of(alarm: Alarm) -> str:
    """What happens about it, in half a sentence."""
    if alarm.case:
        unit = f" · {alarm.case.unit}" if alarm.case.unit else ""
        return f"案件 {alarm.case.code}{unit}"
    if alarm.state != RAISED:
        return "读数已恢复，可以关闭" if alarm.cleared else "已确认，等处置"
    reported = f"，已上报{ABOVE[alarm.step - 1].label}" if alarm.step else ""
    if alarm.cleared:
        return f"读数已恢复，等人确认{reported}"
    return f"无人应答 {duration(clock.now() - alarm.waits_since)}{reported}"


def badge_of(alarm: Alarm) -> dict[str, str]:
    return {"words": label_of(alarm), "tone": TONES[alarm.state]}


def device_badge(device: Device) -> dict[str, str]:
    return {"words": device.get_state_display(), "tone": DEVICE_TONES[device.state]}


def facts_of(alarm: Alarm) -> list[tuple[str, Any]]:
    """Which device, which limit, how far and how long."""
    device, point, rule, now = (
        alarm.series.device,
        alarm.series.declared,
        rule_of(alarm),
        clock.now(),
    )
    unit = point.unit if point else ""
    there = reverse("monitoring:device", args=(device.code,))
    end = f"{told(alarm.ended_at, now=now)} 恢复" if alarm.ended_at else "还在越限"
    outage = outage_of(alarm)
    case = format_html(
        '<a href="{}">{}</a>', reverse("coordination:case", args=(alarm.case.code,)), alarm.case.code
    ) if alarm.case else "没有开案"  # fmt: skip
    if outage:
        return [
            ("范围", group_words(outage.group)),
            ("设备", f"{outage.devices.count()} 台，{alarm.value:.0f} 台还没有读数"),
            ("失联", f"{told(alarm.began_at, now=now)} 起，{end.replace('越限', '失联')}"),
            ("最高级别", RANK_LABELS[rank_of(alarm.worst)]),
            ("案件", case),
        ]
    return [
        ("设备", format_html('<a href="{}">{}</a>', there, device)),
        ("地点", device.stands_at or "一直在动，见轨迹"),
        ("管护单位", str(device.unit) if device.unit else ""),
        ("越限", f"{told(alarm.began_at, now=now)} 起，{end}"),
        ("最高级别", RANK_LABELS[rank_of(alarm.worst)]),
        *((("报警时", signal_of(alarm)),) if signal_of(alarm) else ()),
        ("现在读数", f"{number(alarm.series.value, point)} {unit}"),
        ("限值", _with_weather(limits_words(rule, unit), during_of(alarm))),
        ("案件", case),
    ]


def _with_weather(limits: str, during: str) -> str:
    return f"{during}：{limits}" if during else limits


def title_of(alarm: Alarm) -> str:
    outage = outage_of(alarm)
    who = group_words(outage.group) if outage else str(alarm.series.device)
    return f"{who}：{alarm.label}"


def said_of(alarm: Alarm) -> str:
    """What is wrong in one sentence, for whoever has to write it down."""
    device, point, outage = alarm.series.device, alarm.series.declared, outage_of(alarm)
    if outage:
        return f"{group_words(outage.group)}，{alarm.label}，现在 {alarm.value:.0f} 台没有读数。"
    value = number(alarm.series.value, point)
    unit = f" {point.unit}" if point else ""
    what = "，".join(filter(None, (alarm.label, signal_of(alarm))))
    return f"{device.stands_at or device}，{what}，现在 {value}{unit}。"


def rank_of(level: int) -> Rank:
    ranks: tuple[Rank, ...] = ("blue", "yellow", "orange", "red")
    return ranks[level - 1]


@dataclass(frozen=True, kw_only=True)
class Button:
    """A step that is open to this person; ``asks`` says that it has a page of its own for what it needs."""

    step: Step
    url: str
    asks: bool


def buttons_of(user: User, alarm: Alarm) -> list[Button]:
    """The steps open to a person, in the order of the table."""
    mine = user.scope("alarm.judge").covers(area=alarm.area)
    return [
        Button(
            step=step,
            url=reverse("monitoring:alarm_act", args=(alarm.code, step.verb)),
            asks=bool(step.needs),
        )
        for step in steps_for(alarm, user, lambda step: mine and bool(step.may))
    ]


def events_of(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The history as ``ui/timeline.html`` draws it, newest first."""
    return [
        {
            "at": line.at,
            "verb": line.label,
            "object": line.object,
            "who": line.signature or "系统",
            "note": line.note,
            "mark": "key" if line.facts.get("from") != line.facts.get("to") else "",
        }
        for line in reversed(lines)
    ]


def map_of(device: Device) -> dict[str, Any]:
    """Where a device stands."""
    return {
        "lon": device.lon,
        "lat": device.lat,
        "zoom": 16,
        "rows": [("地点", device.address), ("坐标", _degrees(device))],
    }


def invented() -> str:
    """What a map of a demo city has to say of itself."""
    city = installation()
    return "街区和边界由程序生成，不是官方界线。" if city and city.demo else ""


def astray_of(kind: str) -> Point:
    """The point of a kind of device that says how far it is from where it may be."""
    point = registry.get(DeviceKind, kind).astray
    assert point is not None
    return point


def _degrees(device: Device) -> str:
    """Longitude and latitude; nothing while nobody knows them."""
    known = device.lon is not None and device.lat is not None
    return f"{device.lon:.6f}, {device.lat:.6f}" if known else ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The newest value of a series as a line of a device shows it."""

    series: Series
    label: str
    value: str
    unit: str
    at: str
    chart: str
    span: str
    limited: bool
    usual: bool


SPANS = (
    (6, "近 6 小时"),
    (24, "近 1 天"),
    (7 * 24, "近 7 天"),
    (30 * 24, "近 30 天"),
    (365 * 24, "近一年"),
)
"""How far back a curve goes, in hours; the first when nobody asks for another."""


def span_asked(asked: str) -> tuple[int, str]:
    """One of ``SPANS``, by its hours."""
    return next((each for each in SPANS if str(each[0]) == asked), SPANS[0])


def readings_beside(alarm: Alarm) -> list[Reading]:
    """Of the other series its rule looks at; what is another device's says so."""
    own = alarm.series.device_id
    return [
        reading
        if each.device_id == own
        else replace(reading, label=f"{each.device}：{reading.label}")
        for each in series_beside(alarm)
        for reading in [reading_of(each)]
    ]


def reading_of(series: Series, span: tuple[int, str] = SPANS[0]) -> Reading:
    point, now = series.declared, clock.now()
    rules = rules_on(series.device.kind, series.point)
    return Reading(
        series=series,
        label=point.scale if point else series.point,
        value=number(series.value, point),
        unit=point.unit if point else "",
        at=moment(series.at, now=now) if series.at else "还没有读数",
        chart=f"/api/v1/series/{series.pk}/chart?hours={span[0]}",
        span=span[1],
        limited=any(lines_of(rule, rule.levels) for rule in rules),
        usual=any(isinstance(rule.looks_at, Usual) for rule in rules),
    )
