"""静默: begun by a person for a device or a kind of devices, over by itself or before its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from chengyun.city.people.models import User
from chengyun.city.places.queries import label_of, names_of
from chengyun.city.sensing.models import Alarm, Device, Silence
from chengyun.city.sensing.queries import forget_counts
from chengyun.city.sensing.services.endings import why
from chengyun.city.sensing.silences import SILENCE, about, loud, silences_now
from chengyun.city.sensing.specs import DeviceKind
from chengyun.city.sensing.workflow import RAISED
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record, record_many
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

LONGEST = timedelta(days=30)
LONGEST_REASON = 200
AT_MOST = 200
"""So many in one run; the rest follows in the next."""


@dataclass(frozen=True, kw_only=True)
class NewSilence:
    """Of one ``device``, or of all of a ``kind`` in an ``area``; without ``begins_at`` it begins now."""

    device: Device | None = None
    kind: str = ""
    area: str = ""
    begins_at: datetime | None = None
    ends_at: datetime
    reason: str


@transaction.atomic
def silence(new: NewSilence, *, by: User | None) -> Silence:
    """From then till then no alarm of these devices makes a noise; all are recorded."""
    area = new.device.area if new.device else new.area
    _check_what(new)
    require(by, SILENCE, area=area)
    now = clock.now()
    begins = max(new.begins_at or now, now)
    _check_when(begins, new.ends_at)
    day = localtime(now).strftime("%y%m%d")
    row = Silence(
        code=f"JM{day}{take(f'silence:{day}'):03d}",
        area=area,
        device=new.device,
        kind="" if new.device else new.kind,
        begins_at=begins,
        ends_at=new.ends_at,
        reason=_said(new.reason),
        made_at=now,
        made_by=by,
    )
    row.save(force_insert=True)
    record("silence.add", row, by=by, facts=_facts(row), new=True)
    forget_counts()
    return row


@transaction.atomic
def end_silence(row: Silence, reason: str, *, by: User | None) -> None:
    """Before its time: what stands unanswered is told now."""
    require(by, SILENCE, area=row.area)
    told = why(reason)
    if not _end(row, clock.now()):
        raise Conflict(f"静默 {row.code} 已经结束了。")
    record("silence.end", row, by=by, facts=_named(row) | told)
    _tell_again(row)


def sweep_silences() -> int:
    """Those whose time is up are over; how many."""
    due = Silence.objects.filter(ended_at=None, ends_at__lte=clock.now())
    rows = due.select_related("device").order_by("ends_at", "id")[:AT_MOST]
    return sum(_over(row) for row in rows)


def _over(row: Silence) -> bool:
    """Whether it was ended; who acts on one of its alarms in this moment comes first, and the next run looks again."""
    try:
        with transaction.atomic():
            if not _end(row, row.ends_at):
                return False
            record("silence.over", row, by=None, facts=_named(row))
            _tell_again(row)
    except Conflict:
        return False
    return True


def _end(row: Silence, at: datetime) -> bool:
    row.ended_at = at
    return bool(Silence.objects.filter(pk=row.pk, ended_at=None).update(ended_at=at))


def _tell_again(row: Silence) -> None:
    """What stands unanswered and is silenced by no other is told as if it had just been raised."""
    now = clock.now()
    forget_counts()
    if row.begins_at > now:
        return
    mine = Alarm.objects.filter(about(row), open=True, state=RAISED)
    alarms = list(loud(mine, silences_now()))
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in alarms]).update(told_at=now, step=0)
    record_many(
        "alarm.unmute",
        alarms,
        by=None,
        facts_of=lambda alarm: _named(row),
        area_of=lambda alarm: alarm.area,
        new=False,
    )


def _check_what(new: NewSilence) -> None:
    if new.device is not None:
        if new.device.state != Device.State.WORKING:
            raise wrong("device", f"设备「{new.device.code}」不在用，不用静默。")
        return
    if not registry.has(DeviceKind, new.kind):
        raise wrong("kind", f"没有设备种类「{new.kind}」，请从列表中选。")
    if not names_of([new.area]):
        raise wrong("area", "请从列表中选区域。")


def _check_when(begins: datetime, ends: datetime) -> None:
    if ends <= begins:
        raise wrong("ends_at", "结束时间要晚于现在，也晚于开始时间。")
    if ends - begins > LONGEST:
        raise wrong("ends_at", f"一次静默最长 {LONGEST.days} 天，到时候可以再设。")


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise wrong("reason", "请写明为什么静默，例如：更换探头。")
    if len(text) > LONGEST_REASON:
        raise wrong("reason", f"最多 {LONGEST_REASON} 字，现在有 {len(text)} 字。")
    return text


def _named(row: Silence) -> dict[str, Any]:
    return {"silence": {"code": row.code, "name": f"静默 {row.code}"}}


def _facts(row: Silence) -> dict[str, Any]:
    what = row.what if row.device else f"{label_of(row.area)}{row.what}"
    told = {"what": what, "begins_at": row.begins_at, "ends_at": row.ends_at}
    return _named(row) | told | {"reason": row.reason}
