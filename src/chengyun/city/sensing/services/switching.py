"""开关灯计划 set and ended, a device put on the part it belongs to, and the looks through the night."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import get_current_timezone, localtime

from chengyun.city.assets.models import Asset
from chengyun.city.people.models import User
from chengyun.city.places.queries import label_of, names_of
from chengyun.city.sensing.models import Device, LampNight, Series, SwitchingPlan
from chengyun.city.sensing.services.endings import why
from chengyun.city.sensing.specs import Burning, DeviceKind
from chengyun.city.sensing.switching import CHANGE, EVERY_DAY, Plans, plans_now
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take
from chengyun.science.switching import night_of

MOST_MINUTES = 120
LONGEST_REASON = 200
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
SETTLE = timedelta(minutes=15)
"""So long after anything was switched nobody looks: not all lamps are switched in the same second."""
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class NewPlan:
    """For the lamps of an ``area``, or for one ``device`` and those it feeds; minutes after the sun, or before it."""

    device: Device | None = None
    area: str = ""
    on_minutes: int
    off_minutes: int
    half: str = ""
    half_from: str = ""
    half_to: str = ""
    weekdays: str = EVERY_DAY
    first_day: date | None = None
    last_day: date | None = None
    reason: str


@transaction.atomic
def set_plan(new: NewPlan, *, by: User | None) -> SwitchingPlan:
    """From the next look on this is the plan of these lamps."""
    area = new.device.area if new.device else new.area
    check_where(new.device, new.area)
    require(by, CHANGE, area=area)
    _check_when(new)
    now = clock.now()
    day = localtime(now).strftime("%y%m%d")
    names = ("device", "on_minutes", "off_minutes", "half", "half_from", "half_to", "first_day")
    row = SwitchingPlan(
        code=f"KD{day}{take(f'switching:{day}'):03d}",
        area=area,
        weekdays="".join(sorted(set(new.weekdays))),
        last_day=new.last_day,
        reason=_said(new.reason),
        made_at=now,
        made_by=by,
        **{name: getattr(new, name) for name in names},
    )
    row.save(force_insert=True)
    record("lights.plan", row, by=by, area=area, facts=_facts(row), new=True)
    return row


@transaction.atomic
def end_plan(row: SwitchingPlan, reason: str, *, by: User | None) -> None:
    """These lamps follow the next plan that is about them."""
    require(by, CHANGE, area=row.area)
    told, row.ended_at = why(reason), clock.now()
    if not SwitchingPlan.objects.filter(pk=row.pk, ended_at=None).update(ended_at=row.ended_at):
        raise Conflict(f"开关灯计划 {row.code} 已经停用了。")
    record("lights.end_plan", row, by=by, area=row.area, facts=told)


@transaction.atomic
def bind_part(
    device: Device, asset: Asset | None, feeder: Device | None, *, by: User | None
) -> None:
    """Which part a device sits on, and which cabinet feeds it: one numbering for the post and its controller."""
    require(by, "device.change", area=device.area)
    kind = device.declared
    if asset is not None and (kind is None or kind.part != asset.type):
        raise wrong("asset", f"「{device.code}」不装在「{asset.name}」这种部件上。")
    if feeder is not None and feeder.pk == device.pk:
        raise wrong("feeder", "一台设备不给自己供电。")
    try:
        with transaction.atomic():
            Device.objects.filter(pk=device.pk).update(asset=asset, feeder=feeder)
    except IntegrityError as error:
        raise wrong("asset", f"部件「{asset}」上已经有一台这样的设备。") from error
    device.asset, device.feeder = asset, feeder
    facts: dict[str, Any] = {}
    if asset is not None:
        facts["asset"] = {"code": asset.code, "name": str(asset)}
    if feeder is not None:
        facts["feeder"] = {"code": feeder.code, "name": str(feeder)}
    record("device.bind", device, by=by, area=device.area, facts=facts)


def look_at_lamps() -> None:
    """Periodic: what each lamp does now against what its plan wants.

    Who is silent, doubted or between two switchings is not counted. A simulated lamp burns at any hour somebody plays
    it, so nobody looks.
    """
    now = clock.now()
    day = night_of(now, get_current_timezone())
    seen: dict[tuple[bool, bool], list[Device]] = {}
    kinds = {kind.key: kind for kind in registry.all_of(DeviceKind) if kind.burns}
    plans = plans_now()
    for device, kind, newest in _heard(kinds):
        done = _done(device, kind, newest, plans, now)
        if done is not None:
            seen.setdefault(done, []).append(device)
    for (ought, burns), devices in seen.items():
        note(day, devices, ought=ought, burns=burns)


def _heard(kinds: Mapping[str, DeviceKind]) -> Iterable[tuple[Device, DeviceKind, Series]]:
    """Each lamp with the series that tells whether it burns."""
    points = {key: kind.burns.point for key, kind in kinds.items() if kind.burns}
    rows = Series.objects.filter(
        device__kind__in=points,
        device__state=Device.State.WORKING,
        device__simulated=False,
        point__in=set(points.values()),
        at__isnull=False,
        quality=0,
    )
    for row in rows.select_related("device__asset").iterator(chunk_size=2000):
        if row.point == points[row.device.kind]:
            yield row.device, kinds[row.device.kind], row


def _done(
    device: Device, kind: DeviceKind, newest: Series, plans: Plans, now: datetime
) -> tuple[bool, bool] | None:
    """Whether a lamp ought to burn and whether it does; None when nothing can be said."""
    ought, burns = plans.ought(device, now), kind.burns
    if ought is None or burns is None or newest.at is None or newest.value is None:
        return None
    begin = ought.since
    fresh = newest.heard_at is not None and now - newest.heard_at <= kind.silent_after
    settled = begin is None or (now - begin >= SETTLE and newest.at >= begin)
    return (ought.burns, burning(burns, newest.value)) if fresh and settled else None


def burning(burns: Burning, value: float) -> bool:
    return value >= burns.at_least


def note(day: date, devices: Iterable[Device], *, ought: bool, burns: bool, times: int = 1) -> None:
    """A look, or several, at lamps that all ought to, and all do, the same; in parts, so that others can write."""
    found = list(devices)
    for start in range(0, len(found), BATCH):
        _note(day, found[start : start + BATCH], ought=ought, burns=burns, times=times)


@transaction.atomic
def _note(day: date, devices: list[Device], *, ought: bool, burns: bool, times: int) -> None:
    LampNight.objects.bulk_create(
        [LampNight(night=day, device=each, area=each.area) for each in devices],
        ignore_conflicts=True,
    )
    rows = LampNight.objects.filter(night=day, device__in=devices)
    if ought:
        rows.update(due=F("due") + times, lit=F("lit") + times * burns)
    else:
        rows.update(idle=F("idle") + times, dark=F("dark") + times * (not burns))


def check_where(device: Device | None, area: str) -> None:
    """A device in use, or an area of the city. Raises Invalid."""
    if device is not None:
        if device.state != Device.State.WORKING:
            raise wrong("device", f"设备「{device.code}」不在用，不用定计划。")
    elif not names_of([area]):
        raise wrong("area", "请从列表中选区域。")


def _check_when(new: NewPlan) -> None:
    for name, label in (("on_minutes", "开灯"), ("off_minutes", "关灯")):
        if abs(getattr(new, name)) > MOST_MINUTES:
            raise wrong(name, f"{label}提前或推迟最多 {MOST_MINUTES} 分钟。")
    check_half(new.half, new.half_from, new.half_to)
    if not new.weekdays or not set(new.weekdays) <= set(EVERY_DAY):
        raise wrong("weekdays", "请选星期几用。")
    check_days(new.first_day, new.last_day)


def check_days(first: date | None, last: date | None) -> None:
    """Both days or neither, in their order. Raises Invalid."""
    if (first is None) != (last is None):
        raise wrong("last_day", "特别的日子要填第一天和最后一天，或者都不填。")
    if first and last and last < first:
        raise wrong("last_day", "最后一天不能早于第一天。")


def check_half(half: str, begin: str, end: str) -> None:
    """Which half goes out and from when, or neither; Invalid names every clock that is none."""
    if half not in SwitchingPlan.Dims.values:
        raise wrong("half", "请从列表中选半夜灯。")
    faults = [
        FieldError(name, "时间要写成 23:30 这样。")
        for name, each in (("half_from", begin), ("half_to", end))
        if each and not CLOCK.fullmatch(each)
    ]
    if bool(half) != bool(begin):
        faults.append(FieldError("half_from", "半夜灯和从几点熄要一起填，或者都不填。"))
    if faults:
        raise Invalid(faults[0].message, fields=tuple(faults))


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise wrong("reason", "请写明为什么这样定，例如：冬季、节能、节日亮化。")
    if len(text) > LONGEST_REASON:
        raise wrong("reason", f"最多 {LONGEST_REASON} 字，现在有 {len(text)} 字。")
    return text


def _facts(row: SwitchingPlan) -> dict[str, Any]:
    what = f"{row.device or label_of(row.area)}：{words_of(row)}"
    return {"text": what, "reason": row.reason}


def words_of(row: SwitchingPlan) -> str:
    """日落后 10 分钟开，日出前 15 分钟关，双号杆 23:30–05:00 熄."""
    on, off = _beside("日落", row.on_minutes), _beside("日出", row.off_minutes)
    half = ""
    if row.half:
        side = "单号" if row.half == SwitchingPlan.Dims.ODD else "双号"
        half = f"，{side}杆 {row.half_from}–{row.half_to or '天明'} 熄"
    return f"{on}开，{off}关{half}"


def _beside(what: str, minutes: int) -> str:
    if not minutes:
        return what
    return f"{what}{'后' if minutes > 0 else '前'} {abs(minutes)} 分钟"
