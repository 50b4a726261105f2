"""围栏和线路: made by a person for some devices that move, valid from then to then, ended before their time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils.timezone import localtime
from shapely.geometry.base import BaseGeometry

from chengyun.city.people.models import User
from chengyun.city.places.queries import locate_many
from chengyun.city.places.specs import shared_region
from chengyun.city.sensing.fence_shapes import checked
from chengyun.city.sensing.fences import CHANGE
from chengyun.city.sensing.models import Device, Fence, Series
from chengyun.city.sensing.services.endings import why
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

LONGEST_REASON = 200
LONGEST_NAME = 60
MOST_DEVICES = 1000
MOST_MARGIN = 5000.0
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, kw_only=True)
class NewFence:
    """For some ``devices``: a ``shape`` of polygons they must ``stay`` in or ``avoid``, or of lines they ``follow``.

    ``hours``: from when to when each day, 06:00 and 22:00, or two empty ones. Without ``valid_from`` it holds from now
    on, without ``valid_to`` until it is ended.
    """

    name: str
    duty: str
    shape: BaseGeometry
    margin: float
    devices: Sequence[Device]
    hours: tuple[str, str] = ("", "")
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    reason: str


@transaction.atomic
def draw_fence(new: NewFence, *, by: User | None) -> Fence:
    """From then till then these devices are watched by it; the gateway takes it up within seconds."""
    if new.duty not in Fence.Duty.values:
        raise wrong("duty", "请选：不得离开、不得进入或者按线路走。")
    devices = movers(new.devices, by)
    now = clock.now()
    begins = max(new.valid_from or now, now)
    check_until(new.valid_to, begins)
    check_hours(new.hours)
    day = localtime(now).strftime("%y%m%d")
    row = Fence(
        code=f"WL{day}{take(f'fence:{day}'):03d}",
        name=_said("name", new.name, LONGEST_NAME, "请写名称，例如：城东工地到消纳场。"),
        duty=new.duty,
        area=shared_region([device.area for device in devices]),
        shape=shape_told(new.duty, new.shape),
        margin=margin_told(new.margin),
        hour_from=new.hours[0],
        hour_to=new.hours[1],
        valid_from=begins,
        valid_to=new.valid_to,
        reason=_said(
            "reason", new.reason, LONGEST_REASON, "请写明为什么画，例如：核准的运输线路。"
        ),
        made_at=now,
        made_by=by,
    )
    row.save(force_insert=True)
    row.devices.set(devices)
    _open_series(devices)
    record("fence.draw", row, by=by, area=row.area, facts=_facts(row, devices), new=True)
    return row


@transaction.atomic
def end_fence(row: Fence, reason: str, *, by: User | None) -> None:
    """Before its time: from now on nobody is watched by it."""
    for area in row.devices.values_list("area", flat=True).distinct():
        require(by, CHANGE, area=area)
    told, now = why(reason), clock.now()
    over = row.valid_to is not None and row.valid_to <= now
    if over or not Fence.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now):
        raise Conflict(f"「{row.name}」（{row.code}）已经不用了。")
    row.ended_at = now
    record("fence.end", row, by=by, area=row.area, facts=_named(row) | told)


def movers(devices: Sequence[Device], by: User | None) -> list[Device]:
    """The devices it is given to, each once: in use, able to say where they are, and in this person's hands."""
    if not devices:
        raise wrong("devices", "请写给哪些设备，一行一个编号。")
    if len(devices) > MOST_DEVICES:
        raise wrong("devices", f"一次最多给 {MOST_DEVICES} 台，现在有 {len(devices)} 台。")
    found = {device.pk: device for device in devices}
    faults = [FieldError("devices", _unfit(each)) for each in found.values() if _unfit(each)]
    if faults:
        raise Invalid(faults[0].message, fields=tuple(faults))
    for device in found.values():
        require(by, CHANGE, area=device.area)
    return list(found.values())


def _unfit(device: Device) -> str:
    """Why a device cannot be given a fence; "" when it can."""
    if device.declared is None or device.declared.astray is None:
        return f"设备「{device.code}」不报位置，给不了围栏。"
    return "" if device.state == Device.State.WORKING else f"设备「{device.code}」不在用。"


def shape_told(duty: str, shape: BaseGeometry) -> dict[str, Any]:
    """A shape as it is stored; Invalid when it does not suit the duty or lies outside the city."""
    told = checked(duty, shape)
    corners = shapely.get_coordinates(shapely.geometry.shape(told))
    if not np.any(locate_many(corners[:, 0], corners[:, 1]).areas >= 0):
        raise wrong("shape", "画的地方不在本市，请检查经纬度的先后。")
    return told


def margin_told(metres: float) -> float:
    if not 0 <= metres <= MOST_MARGIN:
        raise wrong("margin", f"余量要在 0 到 {MOST_MARGIN:g} 米之间。")
    return float(metres)


def check_until(end: datetime | None, begin: datetime | None) -> None:
    """It ends after it begins, and after now. Raises Invalid."""
    now = clock.now()
    if end is not None and end <= max(begin or now, now):
        raise wrong("valid_to", "结束时间要晚于现在，也晚于开始时间。")


def check_hours(hours: tuple[str, str]) -> None:
    """Both ends of the hours of a day are clocks, or neither is given. Raises Invalid."""
    for field, hour in zip(("hour_from", "hour_to"), hours, strict=True):
        if bool(hour) != any(hours):
            raise wrong(field, "每天的开始和结束要一起填，或者都不填。")
        if hour and not HOUR.fullmatch(hour):
            raise wrong(field, "时间要写成时:分，例如 06:00。")
    if any(hours) and hours[0] == hours[1]:
        raise wrong("hour_to", "每天的开始和结束不能相同；全天有效就都不填。")


def _said(field: str, text: str, longest: int, wanted: str) -> str:
    text = text.strip()
    if not text:
        raise wrong(field, wanted)
    if len(text) > longest:
        raise wrong(field, f"最多 {longest} 字，现在有 {len(text)} 字。")
    return text


def _open_series(devices: Sequence[Device]) -> None:
    """A device that was registered before its kind could go astray has no such series yet."""
    points = [(each, each.declared.astray) for each in devices if each.declared]
    Series.objects.bulk_create(
        [Series(device=device, point=point.key) for device, point in points if point],
        ignore_conflicts=True,
    )


def _named(row: Fence) -> dict[str, Any]:
    return {"fence": {"code": row.code, "name": f"{row.name}（{row.code}）"}}


def _facts(row: Fence, devices: Sequence[Device]) -> dict[str, Any]:
    told = {
        "what": f"{row.get_duty_display()}：{'、'.join(map(str, devices[:5]))}"
        + (f"等 {len(devices)} 台" if len(devices) > 5 else ""),
        "devices": [device.code for device in devices],
        "shape": row.shape,
        "margin": row.margin,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "reason": row.reason,
    }
    if row.hour_from:
        told["hours"] = f"{row.hour_from} 到 {row.hour_to}"
    return _named(row) | told
