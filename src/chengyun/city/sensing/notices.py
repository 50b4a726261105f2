"""What alarms and 预警 tell whom."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import in_posts
from chengyun.city.people.models import Unit
from chengyun.city.people.queries import posts_in_charge, posts_overlapping
from chengyun.city.sensing.ailments import MAINTAIN
from chengyun.city.sensing.alerts import ACKNOWLEDGE, ISSUE
from chengyun.city.sensing.models import Alarm, Alert, Device, WeatherWarning
from chengyun.city.sensing.outages import group_words, outage_of
from chengyun.city.sensing.specs import RANK_LABELS
from chengyun.city.sensing.weather import CHANGE, where
from chengyun.city.sensing.workflow import JUDGE
from chengyun.kernel import clock
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient
from chengyun.kernel.ui.words import told


def alarm_of(row: Audit) -> Alarm:
    return Alarm.objects.select_related("series__device").get(pk=row.subject_id)


def watching(row: Audit) -> list[Recipient]:
    """Who judges alarms where this one is; nobody while it is silenced, or another one stands for it."""
    if row.verb != "alarm.unmute" and "silence" in row.facts:
        return []
    alarm = alarm_of(row)
    return [] if alarm.cause_id else in_posts(posts_in_charge(JUDGE, area=alarm.area))


def above(row: Audit) -> list[Recipient]:
    """Whoever comes next above those who did not answer."""
    return in_posts(posts_in_charge(row.facts["may"], area=row.area))


def facts(row: Audit) -> Mapping[str, str]:
    alarm = alarm_of(row)
    device, outage = alarm.series.device, outage_of(alarm)
    return {
        "code": alarm.code,
        "link": reverse("monitoring:alarm", args=(alarm.code,)),
        "level": RANK_LABELS[alarm.rank],
        "what": alarm.label,
        "device": f"{alarm.value:g} 台设备" if outage else str(device),
        "place": group_words(outage.group) if outage else device.stands_at,
        "said": str(row.facts.get("text", "")),
    }


def alert_of(row: Audit) -> Alert:
    related = ("alarm__series__device", "issued_by")
    return Alert.objects.select_related(*related).get(pk=row.subject_id)


def alerted(row: Audit) -> list[Recipient]:
    """Who acknowledges in the units the act names."""
    units = Unit.objects.filter(code__in=row.facts["units"]["codes"], valid_to=None)
    return [
        each
        for unit in units
        for each in in_posts(posts_in_charge(ACKNOWLEDGE, area=row.area, unit=unit))
    ]


def alerted_and_issuer(row: Audit) -> list[Recipient]:
    """What was not acknowledged in time concerns both sides; whoever is on duty, when the issuer has left."""
    by = alert_of(row).issued_by
    known = by is not None and by.is_active and by.may(ISSUE)
    issuer = [Recipient(person=by.pk, role=by.post_key)] if by and known else []
    return [*alerted(row), *(issuer or in_posts(posts_in_charge(ISSUE, area=row.area)))]


def all_alerted(row: Audit) -> list[Recipient]:
    """Who acknowledges in any unit of the alert."""
    units = [each.unit for each in alert_of(row).units.select_related("unit")]
    return [
        each
        for unit in units
        for each in in_posts(posts_in_charge(ACKNOWLEDGE, area=row.area, unit=unit))
    ]


def facts_of_alert(row: Audit) -> Mapping[str, str]:
    alert = alert_of(row)
    device = alert.alarm.series.device
    return {
        "code": alert.code,
        "link": reverse("monitoring:alert", args=(alert.code,)),
        "level": RANK_LABELS[alert.rank],
        "text": alert.text,
        "words": alert.words,
        "device": str(device),
        "due": told(alert.due_at, now=clock.now()),
        "units": row.facts["units"]["name"] if "units" in row.facts else "",
    }


def warning_of(row: Audit) -> WeatherWarning:
    return WeatherWarning.objects.get(pk=row.subject_id)


def warned(row: Audit) -> list[Recipient]:
    """Who is on duty anywhere in its areas; nobody when it was over before it was heard of."""
    found = warning_of(row)
    if row.verb == "weather.add" and found.valid_to <= clock.now():
        return []
    return in_posts(posts_overlapping(CHANGE, found.areas))


def facts_of_warning(row: Audit) -> Mapping[str, str]:
    found = warning_of(row)
    return {
        "link": reverse("monitoring:weather_warning", args=(found.code,)),
        "what": str(found),
        "where": where(found),
        "until": told(found.valid_to, now=clock.now()),
        "text": found.text,
        "reason": found.reason,
    }


def maintaining(row: Audit) -> list[Recipient]:
    """Who maintains a device: those of the unit that looks after it, otherwise those of the area."""
    device = Device.objects.select_related("unit").get(pk=row.subject_id)
    return in_posts(posts_in_charge(MAINTAIN, area=device.area, unit=device.unit))


def keeping_up(row: Audit) -> list[Recipient]:
    """Of an outage that was judged a fault, who maintains devices where it was; of one device that is told otherwise."""
    alarm = alarm_of(row)
    return in_posts(posts_in_charge(MAINTAIN, area=alarm.area)) if outage_of(alarm) else []


def facts_of_device(row: Audit) -> Mapping[str, str]:
    device = Device.objects.get(pk=row.subject_id)
    return {
        "link": reverse("monitoring:device", args=(device.code,)),
        "device": str(device),
        "place": device.stands_at or device.code,
        "said": str(row.facts["text"]),
    }


# fmt: off
NOTICES = (
    Notice(key="alarm.raised", label="设备报警", group="运行监测", on=("alarm.raise",), to=watching, facts=facts,
           title="{level}报警：{device} {what}", text="{place}，{what}越限，请确认。", channels=WIDE, order=51, urgent=True),
    Notice(key="alarm.found", label="补报的报警", group="运行监测", on=("alarm.find",), to=watching, facts=facts,
           title="补报{level}报警：{device} {what}", text="{place}，读数来晚了，现已恢复。", order=51),
    Notice(key="alarm.withdrawn", label="报警撤销", group="运行监测", on=("alarm.withdraw",), to=watching, facts=facts,
           title="报警已撤销：{device} {what}", text="{place}，迟到的读数表明没有越限。", order=51),
    Notice(key="alarm.worsened", label="报警升级", group="运行监测", on=("alarm.worsen",), to=watching, facts=facts,
           title="报警升到{level}：{device} {what}", text="{place}，{what}继续恶化。", channels=WIDE, order=52, urgent=True),
    Notice(key="alarm.unmuted", label="静默结束，报警还没有人确认", group="运行监测", on=("alarm.unmute",), to=watching,
           facts=facts, title="静默结束，{level}报警还没有人确认：{device} {what}", text="{place}，请确认。", channels=WIDE,
           order=52, urgent=True),
    Notice(key="alarm.escalated", label="报警无人应答", group="运行监测", on=("alarm.escalate",), to=above, facts=facts,
           title="{level}报警无人应答：{device} {what}", text="{place}，{said}。", channels=WIDE, order=52, urgent=True),
    Notice(key="alert.issued", label="发给本单位的预警", group="运行监测", on=("alert.issue",), to=alerted, facts=facts_of_alert,
           title="{level}预警：{device}", text="{text} 请在 {due} 前确认收到。", channels=WIDE, order=53, urgent=True),
    Notice(key="alert.late", label="预警没有按时确认", group="运行监测", on=("alert.late",), to=alerted_and_issuer,
           facts=facts_of_alert, title="{level}预警没有按时确认：{units}", text="{device}：{text}", channels=WIDE, order=54,
           urgent=True),
    Notice(key="alert.lifted", label="预警解除", group="运行监测", on=("alert.lift",), to=all_alerted, facts=facts_of_alert,
           title="预警解除：{device}", text="{words}", order=55),
    Notice(key="weather.added", label="气象预警", group="运行监测", on=("weather.add", "weather.change"), to=warned,
           facts=facts_of_warning, title="{what}：{where}", text="到 {until}。{text}", channels=WIDE, order=56, urgent=True),
    Notice(key="weather.ended", label="气象预警结束", group="运行监测", on=("weather.lift", "weather.over"), to=warned,
           facts=facts_of_warning, title="{what}结束：{where}", text="{reason}", order=57),
    Notice(key="device.ailing", label="设备要维护", group="运行监测", on=("device.ail",), to=maintaining, facts=facts_of_device,
           title="设备要维护：{device}", text="{place}，{said}。", order=58),
    Notice(key="alarm.blamed", label="大面积失联判为设备故障", group="运行监测", on=("alarm.blame",), to=keeping_up, facts=facts,
           title="{what}判为设备故障：{device}", text="{place}，请检查它们共用的网络、电源和平台。", order=58),
)
# fmt: on
