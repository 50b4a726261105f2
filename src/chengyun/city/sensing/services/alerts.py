"""预警: issued by a person who has confirmed an alarm, acknowledged by the units that must act, lifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from chengyun.city.people.models import Unit, User
from chengyun.city.sensing.alerts import ACKNOWLEDGE, ISSUE, mine, units_to_alert
from chengyun.city.sensing.models import Alarm, Alert, AlertUnit
from chengyun.city.sensing.specs import RANK_LABELS, RANKS, Rank
from chengyun.city.sensing.workflow import CONFIRMED, HANDLING
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.editions import flow_of
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

CHECKED = (CONFIRMED, HANDLING)
"""Where an alarm stands when a person has found it true and it is not over."""
LONGEST, MOST_UNITS, MOST_MINUTES = 500, 30, 24 * 60
AT_MOST = 500
"""So many late ones in one run; the rest is told in the runs that follow."""


@dataclass(frozen=True, kw_only=True)
class NewAlert:
    """What is told to whom; each of ``units`` has ``minutes`` to say that it has it."""

    level: Rank
    text: str
    units: Sequence[Unit]
    minutes: int


@transaction.atomic
def issue(alarm: Alarm, new: NewAlert, *, by: User | None) -> Alert:
    """Tell units that they must act because of an alarm that was found true."""
    require(by, ISSUE, area=alarm.area)
    if alarm.state not in CHECKED:
        state = flow_of(alarm.edition_id).state(alarm.state).label
        raise Conflict(f"{alarm.code} 现在是「{state}」，确认以后、关闭以前才能发布预警。")
    text = _said("text", new.text, "请写明要这些单位做什么。")
    _check(alarm, new)
    now = clock.now()
    day = localtime(now).strftime("%y%m%d")
    alert = Alert(
        code=f"YJ{day}{take(f'alert:{day}'):03d}",
        area=alarm.area,
        alarm=alarm,
        level=RANKS.index(new.level) + 1,
        text=text,
        issued_at=now,
        issued_by=by,
        due_at=now + timedelta(minutes=new.minutes),
        simulated=alarm.simulated,
    )
    alert.save(force_insert=True)
    AlertUnit.objects.bulk_create([AlertUnit(alert=alert, unit=unit) for unit in new.units])
    facts = {
        "alert": _named(alert),
        "units": _names(new.units),
        "text": f"{RANK_LABELS[new.level]}：{text}",
        "due": alert.due_at,
    }
    record("alert.issue", alert, by=by, facts=facts, new=True)
    return alert


@transaction.atomic
def acknowledge(alert: Alert, *, by: User) -> list[Unit]:
    """The units this person answers for have it; which ones they are."""
    require(by, ACKNOWLEDGE)
    rows = AlertUnit.objects.filter(alert=alert).select_related("unit")
    waiting = mine(by, rows)
    now = clock.now()
    columns: dict[str, Any] = {
        "acknowledged_at": now,
        "acknowledged_by": by,
        "late": now > alert.due_at,
    }
    keys = [row.pk for row in waiting]
    if not keys:
        _nothing_to_acknowledge(alert, by)
    if alert.lifted_at is not None:
        raise Conflict(f"预警 {alert.code} 已经解除，不用再确认。")
    if AlertUnit.objects.filter(pk__in=keys, acknowledged_at=None).update(**columns) < len(keys):
        raise Conflict(f"预警 {alert.code} 刚有同事确认过。")
    units = [row.unit for row in waiting]
    facts = {"alert": _named(alert), "units": _names(units)}
    record("alert.acknowledge", alert, by=by, facts=facts)
    return units


def _nothing_to_acknowledge(alert: Alert, by: User) -> None:
    """Nobody of theirs was asked, or all have answered."""
    units = by.scope(ACKNOWLEDGE).units
    if AlertUnit.objects.filter(alert=alert, unit__in=units).exists():
        raise Conflict(f"你的单位已经确认过预警 {alert.code}。")
    raise NotAllowed(f"预警 {alert.code} 没有发给你的单位。")


@transaction.atomic
def lift(alert: Alert, words: str, *, by: User | None) -> None:
    """It is over; the units are told, those that have not answered need not any more."""
    require(by, ISSUE, area=alert.area)
    said = _said("words", words, "请写明为什么解除。")
    columns = {"lifted_at": clock.now(), "lifted_by": by, "words": said}
    if not Alert.objects.filter(pk=alert.pk, lifted_at=None).update(**columns):
        raise Conflict(f"预警 {alert.code} 已经解除了。")
    for name, value in columns.items():
        setattr(alert, name, value)
    record("alert.lift", alert, by=by, facts={"alert": _named(alert), "reason": said})


def sweep_late() -> int:
    """Tell of every unit that has not acknowledged in time, once; how many."""
    late = AlertUnit.objects.filter(
        acknowledged_at=None,
        told_late=False,
        alert__lifted_at=None,
        alert__due_at__lte=clock.now(),
    )
    rows = late.select_related("alert", "unit").order_by("alert__due_at", "id")[:AT_MOST]
    return sum(_tell_late(row) for row in rows)


def _tell_late(row: AlertUnit) -> bool:
    """Whether it was told; who acts on it in this moment comes first, and the next run looks again."""
    try:
        with transaction.atomic():
            untold = AlertUnit.objects.filter(pk=row.pk, acknowledged_at=None, told_late=False)
            if not untold.update(told_late=True):
                return False
            facts = {"alert": _named(row.alert), "units": _names([row.unit])}
            record("alert.late", row.alert, by=None, facts=facts)
    except Conflict:
        return False
    return True


def _check(alarm: Alarm, new: NewAlert) -> None:
    if not 1 <= new.minutes <= MOST_MINUTES:
        raise wrong("minutes", f"确认时限从 1 到 {MOST_MINUTES} 分钟。")
    if not new.units:
        raise wrong("units", "请选发给哪些单位。")
    here = {unit.pk for unit in units_to_alert(alarm.area)}
    keys = {unit.pk for unit in new.units}
    if keys - here or len(keys) < len(new.units) or len(keys) > MOST_UNITS:
        raise wrong("units", f"单位要在这里做事，每个只选一次，最多 {MOST_UNITS} 个。")


def _said(key: str, text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise wrong(key, missing)
    if len(text) > LONGEST:
        raise wrong(key, f"最多 {LONGEST} 字，现在有 {len(text)} 字。")
    return text


def _named(alert: Alert) -> dict[str, str]:
    return {"code": alert.code, "name": f"预警 {alert.code}"}


def _names(units: Sequence[Unit]) -> dict[str, Any]:
    return {"codes": [unit.code for unit in units], "name": "、".join(map(str, units))}
