"""Alarms, devices and their curves for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.cases.schemas import Code, Line
from chengyun.city.sensing import queries
from chengyun.city.sensing.ailments import MAINTAIN
from chengyun.city.sensing.charts import YEAR, curve_of
from chengyun.city.sensing.models import Alarm, Device, Silence
from chengyun.city.sensing.outages import outage_for
from chengyun.city.sensing.services import ailments as ailment_service
from chengyun.city.sensing.services import alarms as alarm_service
from chengyun.city.sensing.services import devices as service
from chengyun.city.sensing.services.endings import LONGEST_REASON
from chengyun.city.sensing.silences import silence_of, silences_now
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.errors import Missing
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["运行监测"])
Name = Annotated[str, StringConstraints(max_length=60), Storable]
Key = Annotated[str, Path(max_length=40)]
Verb = Annotated[str, Path(pattern="^[a-z_]{1,20}$")]
LARGEST = 2**63 - 1


class AlarmOut(Schema):
    """An alarm; ``level`` is red, orange, yellow or blue; times are those of the readings, ``raised_at`` is ours.

    ``signal``: what its limits were held against, in the unit of the rule; null where that is the value itself.
    ``silenced``: a silence lasts, nobody need hear of it now. ``cause``: the alarm that stands for this one and others.
    """

    code: str
    device: str
    point: str
    rule: str
    level: str
    state: str
    cleared: bool
    open: bool
    value: float
    signal: float | None
    began_at: datetime
    ended_at: datetime | None
    raised_at: datetime
    case: str
    cause: str
    silenced: bool
    version: int


class AlarmList(Schema):
    items: list[AlarmOut]
    next: str


class AlarmsWanted(Part):
    open: bool = False
    state: Code = ""
    device: Code = ""


class FactsIn(Schema):
    """What a verb needs; ``version`` is the one the caller saw."""

    cause: Code = ""
    note: Annotated[str, StringConstraints(max_length=500), Storable] = ""
    version: int | None = Field(None, ge=1, le=2**31 - 1)


class CommentIn(Schema):
    note: Annotated[str, StringConstraints(max_length=alarm_service.LONGEST_COMMENT), Storable]


class MendIn(Schema):
    """How it was mended."""

    reason: Annotated[str, StringConstraints(max_length=LONGEST_REASON), Storable]


def alarm_shown(row: Alarm, silences: Sequence[Silence]) -> dict[str, Any]:
    """An alarm as every answer gives it; ``silences`` are those that last now."""
    same = (
        "code",
        "rule",
        "state",
        "open",
        "value",
        "signal",
        "began_at",
        "ended_at",
        "raised_at",
        "version",
    )
    return {
        **{name: getattr(row, name) for name in same},
        "device": row.series.device.code,
        "point": row.series.point,
        "level": row.rank,
        "cleared": row.cleared,
        "case": row.case.code if row.case else "",
        "cause": row.cause.code if row.cause else "",
        "silenced": silence_of(row, silences) is not None,
    }


@router.get("/alarms", response={200: AlarmList, **problems()})
def alarms(request: HttpRequest, wanted: Query[AlarmsWanted]) -> Any:
    """自己范围内的报警，新的在前。"""
    user = caller(request)
    require(user, "monitoring.view")
    asked = {"state": wanted.state, "series__device__code": wanted.device}
    rows = queries.alarms_for(user).filter(**{key: value for key, value in asked.items() if value})
    if wanted.open:
        rows = rows.filter(open=True)
    silences = silences_now()
    return part_of(rows, ("-raised_at", "-id"), wanted, lambda row: alarm_shown(row, silences))


@router.get("/alarms/{code}", response={200: AlarmOut, **problems(404)})
def alarm(request: HttpRequest, code: Key) -> Any:
    """一条报警。"""
    user = caller(request)
    require(user, "monitoring.view")
    return alarm_shown(queries.alarm_for(user, code), silences_now())


class OutageDeviceOut(Schema):
    """A device of an outage: its last word before, its first one after."""

    device: str
    heard_at: datetime
    back_at: datetime | None


class OutageOut(Schema):
    """``group``: what they have in common, as area:371502, door:jt808, kind:gas_space or city:."""

    group: str
    ended_at: datetime | None
    devices: list[OutageDeviceOut]
    folded: list[str]


@router.get("/alarms/{code}/outage", response={200: OutageOut, **problems(404)})
def alarm_outage(request: HttpRequest, code: Key) -> Any:
    """一条「大面积失联」报警里的设备，还没有读数的在前；并入它的报警。"""
    user = caller(request)
    require(user, "monitoring.view")
    alarm = queries.alarm_for(user, code)
    found = outage_for(alarm)
    if found is None:
        raise Missing(f"报警「{code}」不是大面积失联。")
    devices = [
        {"device": each.device.code, "heard_at": each.heard_at, "back_at": each.back_at}
        for each in found.devices.all()
    ]
    folded = [each.code for each in alarm.folded.order_by("pk")]
    same = {"group": found.group, "ended_at": found.ended_at}
    return {**same, "devices": devices, "folded": folded}


@router.post("/alarms/{code}/comment", response={200: AlarmOut, **problems(404, 409)})
@idempotent
def alarm_comment(request: HttpRequest, code: Key, body: CommentIn) -> tuple[int, Any]:
    """在经过里写一条备注；报警的状态不变。"""
    user = caller(request)
    require(user, "alarm.judge")
    row = queries.alarm_for(user, code)
    alarm_service.comment(row, body.note, by=user)
    return 200, alarm_shown(row, silences_now())


@router.post("/alarms/{code}/{verb}", response={200: AlarmOut, **problems(404, 409)})
@idempotent
def alarm_act(request: HttpRequest, code: Key, verb: Verb, body: FactsIn) -> tuple[int, Any]:
    """办一步：confirm 确认、open_case 开案、refute 误报、blame 设备故障、close 关闭。"""
    user = caller(request)
    require(user, "alarm.judge")
    row = queries.alarm_for(user, code)
    facts = {"cause": body.cause, "note": body.note}
    alarm_service.act(row, verb, facts, by=user, version=body.version)
    return 200, alarm_shown(row, silences_now())


class SeriesOut(Schema):
    """One point of a device and its newest reading."""

    id: int
    point: str
    unit: str
    at: datetime | None
    value: float | None
    quality: int


class DeviceOut(Schema):
    code: str
    kind: str
    name: str
    place: str
    lon: float | None
    lat: float | None
    unit: str
    told_crs: str
    state: str


class DeviceDetail(DeviceOut):
    """A device with what it measures; ``seen`` is what one that waits has told."""

    series: list[SeriesOut]
    seen: dict[str, float]


class DeviceList(Schema):
    items: list[DeviceOut]
    next: str


class DevicesWanted(Part):
    kind: Code = ""
    state: Code = ""


class DeviceIn(Schema):
    """A device as it is to be; ``crs`` is the system of ``lon`` and ``lat``, ``told_crs`` of those it tells itself."""

    kind: Code
    name: Name
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    crs: Crs = "wgs84"
    place: Line = ""
    unit: Code = ""
    told_crs: Literal["wgs84", "gcj02", "bd09"] = "wgs84"


class NewDeviceIn(DeviceIn):
    code: Code


def device_shown(row: Device) -> dict[str, Any]:
    """A device as every answer gives it."""
    same = ("code", "kind", "name", "lon", "lat", "told_crs", "state")
    unit = row.unit.code if row.unit else ""
    return {**{name: getattr(row, name) for name in same}, "place": row.address, "unit": unit}


def _device(code: str, body: DeviceIn) -> service.NewDevice:
    lon, lat = point_to_wgs84(body.lon, body.lat, body.crs)
    unit = queries.unit_called(body.unit) if body.unit else None
    return service.NewDevice(
        code=code,
        kind=body.kind,
        name=body.name,
        lon=lon,
        lat=lat,
        address=body.place,
        unit=unit,
        told_crs=body.told_crs,
    )


@router.get("/devices", response={200: DeviceList, **problems()})
def devices(request: HttpRequest, wanted: Query[DevicesWanted]) -> Any:
    """自己范围内的设备。"""
    user = caller(request)
    require(user, "monitoring.view")
    asked = {"kind": wanted.kind, "state": wanted.state}
    rows = queries.devices_for(user).filter(**{key: value for key, value in asked.items() if value})
    return part_of(rows.select_related("unit"), ("-id",), wanted, device_shown)


@router.post("/devices", response={201: DeviceOut, **problems()})
@idempotent
def device_add(request: HttpRequest, body: NewDeviceIn) -> tuple[int, Any]:
    """登记设备。"""
    user = caller(request)
    require(user, "device.change")
    return 201, device_shown(service.add_device(_device(body.code, body), by=user))


@router.get("/devices/{code}", response={200: DeviceDetail, **problems(404)})
def device(request: HttpRequest, code: Key) -> Any:
    """一台设备和它现在的读数。"""
    user = caller(request)
    require(user, "monitoring.view")
    row = queries.device_for(user, code)
    series = [
        {
            "id": each.pk,
            "point": each.point,
            "unit": each.declared.unit if each.declared else "",
            "at": each.at,
            "value": each.value,
            "quality": each.quality,
        }
        for each in queries.series_of(row)
    ]
    return device_shown(row) | {"series": series, "seen": row.seen}


@router.post("/devices/{code}/adopt", response={200: DeviceOut, **problems(404, 409)})
@idempotent
def device_adopt(request: HttpRequest, code: Key, body: DeviceIn) -> tuple[int, Any]:
    """接入一台待接入的设备：从现在起保存它的读数。"""
    user = caller(request)
    require(user, "device.change")
    row = queries.device_for(user, code)
    service.adopt_device(row, _device(row.code, body), by=user)
    return 200, device_shown(row)


@router.put("/devices/{code}", response={200: DeviceOut, **problems(404, 409)})
@idempotent
def device_change(request: HttpRequest, code: Key, body: DeviceIn) -> tuple[int, Any]:
    """修改设备；种类不能改。"""
    user = caller(request)
    require(user, "device.change")
    row = queries.device_for(user, code)
    service.change_device(row, _device(row.code, body), by=user)
    return 200, device_shown(row)


@router.post("/devices/{code}/end", response={200: DeviceOut, **problems(404, 409)})
@idempotent
def device_end(request: HttpRequest, code: Key) -> tuple[int, Any]:
    """停用设备：不再接收它的读数。"""
    user = caller(request)
    require(user, "device.change")
    row = queries.device_for(user, code)
    service.end_device(row, by=user)
    return 200, device_shown(row)


@router.post("/devices/{code}/mend", response={200: DeviceOut, **problems(404, 409)})
@idempotent
def device_mend(request: HttpRequest, code: Key, body: MendIn) -> tuple[int, Any]:
    """判为设备故障的设备修好了。"""
    user = caller(request)
    require(user, MAINTAIN)
    row = queries.device_for(user, code)
    ailment_service.mend(row, body.reason, by=user)
    return 200, device_shown(row)


class CurveLine(Schema):
    """What was read, or what is ``usual`` at that hour; None where nobody knows."""

    name: str
    values: list[float | None]
    usual: bool = False


class CurveLimit(Schema):
    name: str
    value: float


class CurveOut(Schema):
    """A curve as the chart draws it; a part's highest and lowest value, so that no peak is hidden.

    ``at`` is when each part begins, ``begin`` and ``end`` what was asked for, in milliseconds since 1970 (UTC).
    """

    kind: str
    unit: str
    labels: list[str]
    at: list[int]
    begin: int
    end: int
    series: list[CurveLine]
    limits: list[CurveLimit] = []
    unnamed: bool


@router.get("/series/{number}/chart", response={200: CurveOut, **problems(404)})
def series_chart(
    request: HttpRequest,
    number: Annotated[int, Path(ge=1, le=LARGEST)],
    hours: Annotated[int, Query(ge=1, le=YEAR // timedelta(hours=1))] = 6,
) -> Any:
    """一个测点最近几小时的曲线；超过 31 天的按小时值画。"""
    user = caller(request)
    require(user, "monitoring.view")
    return curve_of(queries.series_for(user, number), timedelta(hours=hours))
