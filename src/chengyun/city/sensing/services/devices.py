"""The register of devices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import address_of, locate
from chengyun.city.sensing.models import TOLD_CRS, Device, Series
from chengyun.city.sensing.specs import COMMON, DeviceKind
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.installation import city_area
from chengyun.kernel.permissions import require

CHANGE = "device.change"
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,39}")
OUTSIDE = "这个位置不在本市范围内，请在图上重新选点。"
State = Device.State
MOST_WAITING, MOST_SEEN = 1000, 100


@dataclass(frozen=True, kw_only=True)
class NewDevice:
    """What is known of a device. ``lon`` and ``lat`` are WGS 84; ``told_crs``: the system of those it tells itself."""

    code: str
    kind: str
    name: str
    lon: float
    lat: float
    address: str = ""
    unit: Unit | None = None
    told_crs: str = "wgs84"
    simulated: bool = False


@transaction.atomic
def add_device(new: NewDevice, *, by: User | None) -> Device:
    """A device whose readings are taken from now on."""
    code = new.code.strip()
    if not CODE.fullmatch(code):
        raise wrong("code", "编号用字母、数字、连字符和下划线，最多 40 位。")
    device = Device(code=code, since=clock.now(), simulated=new.simulated)
    _describe(device, new, by)
    try:
        with transaction.atomic():
            device.save(force_insert=True)
    except IntegrityError as error:
        raise wrong("code", f"已经有编号为「{code}」的设备。") from error
    _open_series(device)
    record("device.add", device, by=by, area=device.area, facts=_facts(device), new=True)
    return device


@transaction.atomic
def adopt_device(device: Device, new: NewDevice, *, by: User | None) -> None:
    """A device that waits becomes one of the city's: from now on its readings are kept."""
    require(by, CHANGE, area=device.area)
    _describe(device, new, by)
    device.state = State.WORKING
    _store(device, State.WAITING, f"设备「{device.code}」已经接入了。")
    _open_series(device)
    record("device.adopt", device, by=by, area=device.area, facts=_facts(device))


@transaction.atomic
def change_device(device: Device, new: NewDevice, *, by: User | None) -> None:
    """Another name, place or unit; its kind stays, for what it measured is of that kind."""
    require(by, CHANGE, area=device.area)
    if new.kind != device.kind:
        raise wrong("kind", "设备种类登记后不改；换了设备请停用旧的，再登记新的。")
    _describe(device, new, by)
    _store(device, State.WORKING, f"设备「{device.code}」已经停用，不能再改。")
    record("device.change", device, by=by, area=device.area, facts=_facts(device))


@transaction.atomic
def end_device(device: Device, *, by: User | None) -> None:
    """From now on none of its readings is taken; what it measured stays."""
    require(by, CHANGE, area=device.area)
    device.state, device.ended_at = State.ENDED, clock.now()
    columns = {"state": device.state, "ended_at": device.ended_at}
    if not Device.objects.filter(pk=device.pk, ended_at=None).update(**columns):
        raise Conflict(f"设备「{device.code}」已经停用了。")
    record("device.end", device, by=by, area=device.area)


@transaction.atomic
def heard_of(code: str, seen: Mapping[str, float], *, by: User | None) -> None:
    """An unknown device speaks: it waits, with the newest values it told, until somebody adopts it.

    No more than ``MOST_WAITING`` wait, each with ``MOST_SEEN`` points; what comes then is not remembered. Who is
    registered in this moment does not wait. One that works and tells what any device may tell gets a series of it.
    """
    if not CODE.fullmatch(code):
        return
    known = Device.objects.filter(code=code).first()
    if known is None and Device.objects.filter(state=State.WAITING).count() < MOST_WAITING:
        row = Device(code=code, area=_area_of(by), state=State.WAITING, sender=by)
        row.seen, row.since = _newest({}, seen), clock.now()
        Device.objects.bulk_create([row], ignore_conflicts=True)
    elif known is not None and known.state == State.WAITING:
        told = _newest(known.seen, seen)
        Device.objects.filter(pk=known.pk, state=State.WAITING).update(seen=told)
    elif known is not None and known.state == State.WORKING:
        _open_common(known, seen, by)


def _open_common(device: Device, seen: Mapping[str, float], by: User | None) -> None:
    """From now on what such a device tells of itself is kept."""
    if by is not None and not by.scope("reading.send").covers(area=device.area):
        return
    there = set(Series.objects.filter(device=device).values_list("point", flat=True))
    for point in COMMON:
        names = {point.key, *(each.name for each in point.heard_as)}
        if point.key not in there and not names.isdisjoint(seen):
            Series.objects.bulk_create(
                [Series(device=device, point=point.key)], ignore_conflicts=True
            )
            facts = {"text": f"开始报{point.label}"}
            record("device.point", device, by=by, area=device.area, facts=facts)


def _newest(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """The newest value of each point, of those that were told of first."""
    return dict(list({**before, **now}.items())[:MOST_SEEN])


def _area_of(sender: User | None) -> str:
    """Where the devices of a sender stand until somebody knows better; the whole city for a door without tokens."""
    areas = sender.scope("reading.send").areas if sender else ()
    return min(areas, key=len, default=city_area())


def _describe(device: Device, new: NewDevice, by: User | None) -> None:
    """Put what is known of it into a device, its area by its place."""
    if not registry.has(DeviceKind, new.kind):
        raise wrong("kind", f"没有设备种类「{new.kind}」，请从列表中选。")
    if not new.name.strip():
        raise wrong("name", "请写设备的名称。")
    place = locate(new.lon, new.lat)
    if place is None:
        raise wrong("point", OUTSIDE)
    require(by, CHANGE, area=place.area)
    device.kind, device.name = new.kind, new.name.strip()[:60]
    device.lon, device.lat, device.area = new.lon, new.lat, place.area
    device.address = (new.address.strip() or address_of(new.lon, new.lat))[:120]
    device.unit, device.told_crs = new.unit, _crs(new.told_crs)


def _crs(key: str) -> str:
    if key not in dict(TOLD_CRS):
        raise wrong("told_crs", "坐标系请从列表中选。")
    return key


def _store(device: Device, state: str, sentence: str) -> None:
    names = ("kind", "name", "address", "area", "lon", "lat", "state", "unit", "told_crs")
    columns: dict[str, Any] = {name: getattr(device, name) for name in names}
    if not Device.objects.filter(pk=device.pk, state=state).update(**columns):
        raise Conflict(sentence)


def _open_series(device: Device) -> None:
    kind = registry.get(DeviceKind, device.kind)
    Series.objects.bulk_create([Series(device=device, point=point.key) for point in kind.points])


@transaction.atomic
def open_new_series() -> None:
    """Devices that were registered before a point of their kind was declared get their series of it."""
    for kind in registry.all_of(DeviceKind):
        working = Device.objects.filter(kind=kind.key, state=Device.State.WORKING)
        for point in kind.points:
            lacking = working.exclude(series__point=point.key).values_list("pk", flat=True)
            Series.objects.bulk_create(
                [Series(device_id=pk, point=point.key) for pk in lacking], ignore_conflicts=True
            )


def _facts(device: Device) -> dict[str, Any]:
    names = ("code", "kind", "name", "address", "lon", "lat", "told_crs")
    unit = {"unit": {"code": device.unit.code, "name": str(device.unit)}} if device.unit else {}
    return {name: getattr(device, name) for name in names} | unit
