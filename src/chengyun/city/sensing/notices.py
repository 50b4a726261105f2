"""What alarms tell whom."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from chengyun.city.cases.notices import WIDE
from chengyun.city.cases.recipients import in_posts
from chengyun.city.people.queries import posts_in_charge
from chengyun.city.sensing.models import Alarm
from chengyun.city.sensing.specs import RANK_LABELS
from chengyun.city.sensing.workflow import JUDGE
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient


def alarm_of(row: Audit) -> Alarm:
    return Alarm.objects.select_related("series__device").get(pk=row.subject_id)


def watching(row: Audit) -> list[Recipient]:
    """Who judges alarms where this one is."""
    return in_posts(posts_in_charge(JUDGE, area=alarm_of(row).area))


def facts(row: Audit) -> Mapping[str, str]:
    alarm = alarm_of(row)
    device, rule = alarm.series.device, alarm.declared
    return {
        "code": alarm.code,
        "link": reverse("monitoring:alarm", args=(alarm.code,)),
        "level": RANK_LABELS[alarm.rank],
        "what": rule.label if rule else alarm.rule,
        "device": str(device),
        "place": device.address,
    }


# fmt: off
NOTICES = (
    Notice(key="alarm.raised", label="设备报警", group="运行监测", on=("alarm.raise",), to=watching, facts=facts,
           title="{level}报警：{device} {what}", text="{place}，{what}越限，请确认。", channels=WIDE, order=51, urgent=True),
    Notice(key="alarm.worsened", label="报警升级", group="运行监测", on=("alarm.worsen",), to=watching, facts=facts,
           title="报警升到{level}：{device} {what}", text="{place}，{what}继续恶化。", channels=WIDE, order=52, urgent=True),
)
# fmt: on
