"""大面积失联: many silences are one alarm, those raised one by one before are folded under it, and both end with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from chengyun.city.sensing.models import Alarm, Outage, OutageDevice
from chengyun.city.sensing.queries import forget_counts
from chengyun.city.sensing.services.alarms import LevelChange, follow, machine
from chengyun.city.sensing.specs import AlarmRule, Silent
from chengyun.city.sensing.workflow import RAISED
from chengyun.kernel import registry
from chengyun.kernel.actions import record
from chengyun.kernel.editions import flow_of

AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class OutageChange(LevelChange):
    """A group of devices falls silent, more of it does, or most of it speaks again (level 0).

    ``series`` is of the device that fell silent first, ``value`` how many are silent. ``heard``: the last word of each
    device, by its key; ``back``: the first word after it of those that speak again.
    """

    group: str
    heard: Mapping[int, datetime]
    back: Mapping[int, datetime]


@transaction.atomic
def follow_outage(change: OutageChange) -> None:
    """What people have to be told of an outage; the same change again changes nothing."""
    alarm = _standing(change) or follow(change)
    if alarm is None:
        return
    told = {"group": change.group, "ended_at": None if change.level else change.at}
    outage, _ = Outage.objects.update_or_create(alarm=alarm, defaults=told)
    Alarm.objects.filter(pk=alarm.pk).update(value=change.value)
    _note_devices(outage, change)
    if change.level:
        _fold(alarm, change)
    else:
        _unfold(alarm, change)
    forget_counts()


def _standing(change: OutageChange) -> Alarm | None:
    """Its alarm, when that says what level it has already."""
    rows = Alarm.objects.filter(series=change.series, rule=change.rule, level=change.level)
    return rows.filter(open=True, ended_at=None).first()


def _note_devices(outage: Outage, change: OutageChange) -> None:
    """Who is part of it, as far as that is not known."""
    known = {device: back for device, back in outage.devices.values_list("device", "back_at")}
    rows = [
        OutageDevice(outage=outage, device_id=device, heard_at=at, back_at=change.back.get(device))
        for device, at in change.heard.items()
        if device not in known or known[device] != change.back.get(device)
    ]
    OutageDevice.objects.bulk_create(
        rows,
        AT_ONCE,
        update_conflicts=True,
        unique_fields=("outage", "device"),
        update_fields=("heard_at", "back_at"),
    )


def _fold(alarm: Alarm, change: OutageChange) -> None:
    """What was raised one by one is a part of it."""
    for each in _single(change).filter(cause=None, ended_at=None):
        Alarm.objects.filter(pk=each.pk).update(cause=alarm)
        record(
            "alarm.fold", each, by=None, facts={"alarm": {"code": alarm.code, "name": str(alarm)}}
        )


def _single(change: OutageChange) -> QuerySet[Alarm]:
    rules = [each.key for each in registry.all_of(AlarmRule) if isinstance(each.looks_at, Silent)]
    rows = Alarm.objects.filter(series__device__in=list(change.heard), rule__in=rules, open=True)
    return rows.select_related("series__device")


def _unfold(alarm: Alarm, change: OutageChange) -> None:
    """What stands stands for itself again; what is over, and nobody has judged, was never more than a part."""
    for each in alarm.folded.select_related("series__device").filter(open=True):
        takes_back = "withdraw" in flow_of(each.edition_id).verbs() and each.state == RAISED
        if each.cleared and takes_back:
            columns = {"open": False, "changed_at": each.changed_at}
            machine(each, "withdraw", columns, change)
        else:
            Alarm.objects.filter(pk=each.pk).update(cause=None)
            record("alarm.unfold", each, by=None)
