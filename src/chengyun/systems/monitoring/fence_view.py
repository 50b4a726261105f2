"""What the pages show of 围栏和线路: their state in words, their corners as fields, their shapes on a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime

from chengyun.city.sensing.fences import fences_over, zone_of
from chengyun.city.sensing.models import Device, Fence, Series
from chengyun.city.sensing.queries import place_told
from chengyun.city.sensing.specs import PLACE
from chengyun.kernel import clock
from chengyun.kernel.ui.words import told

Feature = dict[str, Any]
CORNERS_FILLED = 500
"""Corners beyond that are thinned before they are put into a field."""
LEGEND = [("fence", "围栏、线路的宽度"), ("forbidden", "不得进入")]


def badge_of(row: Fence) -> dict[str, str]:
    """Whether it holds now, waits for its day or its hour, or is over."""
    now = clock.now()
    if row.until is not None and row.until <= now:
        return {"words": "不再用", "tone": "line"}
    if row.valid_from > now:
        return {"words": "还没有开始", "tone": "accent"}
    if not in_its_hours(row):
        return {"words": "不在时段里", "tone": "accent"}
    return {"words": "在用", "tone": "eco"}


def in_its_hours(row: Fence) -> bool:
    """Whether it holds at this hour of the day."""
    if not row.hour_from:
        return True
    now, begin, end = f"{localtime(clock.now()):%H:%M}", row.hour_from, row.hour_to
    return begin <= now < end if begin <= end else now >= begin or now < end


def hours_words(row: Fence) -> str:
    return f"每天 {row.hour_from} 到 {row.hour_to}" if row.hour_from else "全天"


def margin_words(row: Fence) -> str:
    if row.duty == Fence.Duty.FOLLOW:
        return f"左右各 {row.margin:g} 米"
    return f"余量 {row.margin:g} 米" if row.margin else "没有余量"


def facts_of(row: Fence) -> list[tuple[str, Any]]:
    """What it asks, and from when till when."""
    now = clock.now()
    return [
        ("要求", row.get_duty_display()),
        ("宽度" if row.duty == Fence.Duty.FOLLOW else "边界", margin_words(row)),
        ("时段", hours_words(row)),
        ("开始", told(row.valid_from, now=now)),
        ("结束", told(row.until, now=now) if row.until else "到有人停用"),
        ("原因", row.reason),
        ("设置", f"{told(row.made_at, now=now)}　{row.made_by or '系统'}"),
    ]


def filled(row: Fence) -> dict[str, Any]:
    """A fence as it stands in the fields of a form."""
    return {
        "name": row.name,
        "duty": row.duty,
        "corners": _corners_of(row),
        "margin": f"{row.margin:g}",
        "devices": "\n".join(device.code for device in row.devices.all()),
        "hour_from": row.hour_from,
        "hour_to": row.hour_to,
        "reason": row.reason,
    }


def _corners_of(row: Fence) -> str:
    """The corners of the largest part, a line each."""
    parts = shapely.get_parts(shapely.geometry.shape(row.shape))
    part = max(parts, key=lambda each: (each.area, each.length))
    ring = part.exterior if row.duty != Fence.Duty.FOLLOW else part
    tolerance = 0.00001
    while shapely.get_num_coordinates(ring) > CORNERS_FILLED:
        ring, tolerance = shapely.simplify(ring, tolerance), tolerance * 2
    corners = shapely.get_coordinates(ring)
    if row.duty != Fence.Duty.FOLLOW:
        corners = corners[:-1]
    return "\n".join(f"{lon:.6f},{lat:.6f}" for lon, lat in corners)


def features_of(rows: Sequence[Fence]) -> list[Feature]:
    """What a map draws of some fences: where one may be, or must not be, and the middle of a route."""
    return [feature for row in rows for feature in _features(row)]


def _features(row: Fence) -> list[Feature]:
    zone = zone_of(row)
    forbidden = {"forbidden": 1} if row.duty == Fence.Duty.AVOID else {}
    about = {"label": f"{row.name}，{row.get_duty_display()}"} | forbidden
    found = [_feature(zone.drawn, fence=1, **about)]
    if row.duty == Fence.Duty.FOLLOW:
        found.append(_feature(zone.shape, fence=1, **about))
    return found


def _feature(shape: Any, **properties: Any) -> Feature:
    geometry = shapely.geometry.mapping(shape)
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def devices_on(devices: QuerySet[Device]) -> list[Feature]:
    """Where devices say they are, each a sign that opens its page."""
    found: dict[str, dict[str, Any]] = {}
    rows = Series.objects.filter(device__in=devices, point__in=PLACE, quality=0)
    for code, name, point, value in rows.values_list(
        "device__code", "device__name", "point", "value"
    ):
        found.setdefault(code, {"label": name or code})[point] = value
    return [
        _feature(
            shapely.Point(place),
            kind="case",
            label=each["label"],
            url=reverse("monitoring:device", args=(code,)),
        )
        for code, each in found.items()
        if (place := place_told({key: each[key] for key in PLACE if each.get(key) is not None}))
    ]


def over_now(device: Device) -> list[Fence]:
    """What holds for a device today."""
    return fences_over(device, clock.now())


def legend_of(rows: Sequence[Fence]) -> list[tuple[str, str]]:
    """The signs of fences that are on a map."""
    avoided = {row.duty == Fence.Duty.AVOID for row in rows}
    return [LEGEND[each] for each in sorted(avoided)]
