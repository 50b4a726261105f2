"""Pages of 围栏和线路: the list, one of them, drawing and ending it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Count, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from shapely.geometry.base import BaseGeometry

from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.sensing import fence_shapes, queries
from chengyun.city.sensing import fences as reads
from chengyun.city.sensing.models import Device, Fence, Series
from chengyun.city.sensing.services import fences as service
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import FieldError, Invalid, Missing, wrong
from chengyun.kernel.forms import either, faulty, form_of, retold, sound
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.systems.monitoring import fence_view, readings, view
from chengyun.systems.monitoring.ending import ending

DEVICES_SHOWN = 200
FIELDS = (
    Field(key="name", label="名称", required=True, max_length=60, hint="例如：城东工地到消纳场。"),
    Field(
        key="duty", label="要求", kind="choice", required=True, choices=tuple(Fence.Duty.choices)
    ),
    Field(
        key="corners",
        label="拐点",
        kind="long",
        max_length=100_000,
        hint="在图上点出来；也可以直接写，一行一个点：经度,纬度（WGS 84）。不画就填下面的区域。",
    ),
    Field(
        key="by_road",
        label="线路沿着道路走：只点途经的地方，中间按最短的路连起来",
        kind="bool",
    ),
    Field(
        key="place",
        label="或者用区域、网格的边界",
        max_length=20,
        hint="填区域或网格的编号，例如 371502001；填了就不看拐点。",
    ),
    Field(
        key="margin",
        label="宽度或余量",
        kind="decimal",
        unit="米",
        required=True,
        hint="线路是左右各多少米；围栏是越界多少米以内不算。",
    ),
    Field(
        key="devices",
        label="给哪些设备",
        kind="long",
        required=True,
        max_length=50_000,
        hint="一行一个设备编号。",
    ),
    Field(key="hour_from", label="每天从", max_length=5, hint="例如 06:00；不填就是全天。"),
    Field(key="hour_to", label="每天到", max_length=5, hint="例如 22:00；早于开始就跨过零点。"),
    Field(key="valid_from", label="开始", kind="datetime", hint="不填就是现在。"),
    Field(key="valid_to", label="结束", kind="datetime", hint="不填就一直用，到有人停用。"),
    Field(
        key="reason",
        label="原因",
        required=True,
        max_length=service.LONGEST_REASON,
        hint="例如：核准的运输线路。",
    ),
)


def _rows(user: Any, values: Values) -> QuerySet[Fence]:
    rows = reads.fences_for(user)
    if "lasting" in values:
        rows = rows.filter(reads.lasting(clock.now()))
    if "device" in values:
        rows = rows.filter(devices__code=values["device"].strip())
    return rows.filter(duty=values["duty"]) if "duty" in values else rows


FENCES = Listing(
    key="monitoring:fences",
    label="围栏和线路",
    may="monitoring.view",
    columns=(
        Column(key="code", label="编号", kind="code", value=lambda row: row.code),
        Column(
            key="name",
            label="名称",
            kind="strong",
            value=lambda row: (row.name, fence_view.margin_words(row)),
        ),
        Column(key="duty", label="要求", kind="short", value=lambda row: row.get_duty_display()),
        Column(key="given", label="设备", kind="number", value=lambda row: row.given),
        Column(key="hours", label="时段", kind="short", value=fence_view.hours_words),
        Column(key="state", label="状态", kind="badge", value=fence_view.badge_of),
        Column(key="begins", label="开始", kind="time", value=lambda row: row.valid_from),
        Column(
            key="by", label="谁画的", kind="short", value=lambda row: str(row.made_by or "系统")
        ),
    ),
    filters=(
        Filter(key="lasting", label="在用", kind="check"),
        Filter(key="duty", label="要求", choices=lambda user: list(Fence.Duty.choices)),
        Filter(key="device", label="设备编号", kind="text"),
    ),
    rows=_rows,
    more=lambda rows: rows.select_related("made_by").annotate(
        given=Count("devices", distinct=True)
    ),
    order=("-made_at", "-id"),
    links=Links(
        url=lambda row: reverse("monitoring:fence", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有符合条件的围栏和线路。",
    way="去掉全部条件",
)
registry.add(FENCES)


@door(may="monitoring.view")
def fences(request: HttpRequest) -> HttpResponse:
    """All fences and routes of this person's part of the city, newest first."""
    may_add = person_of(request).may(reads.CHANGE)
    none = ("还没有画过围栏和线路。", reverse("monitoring:fence_add"), "画一条")
    shown = listed(request, FENCES, none=none if may_add else None)
    return page(request, may_add=may_add, **shown)


@door(may="monitoring.view")
def fence(request: HttpRequest, code: str) -> HttpResponse:
    """One of them: where it is, to whom it is given, and how far each of those is astray now."""
    user = person_of(request)
    row = reads.fence_for(user, code)
    facts = fence_view.facts_of(row)
    over = row.until is not None and row.until <= clock.now()
    return page(
        request,
        fence=row,
        badge=fence_view.badge_of(row),
        facts=facts,
        devices=_given(user, row)[:DEVICES_SHOWN],
        many=row.devices.count(),
        map={
            "src": reverse("api:fence_on_map", args=(row.code,)),
            "rows": facts[:3],
            "legend": [*fence_view.legend_of([row]), ("case", "设备现在")],
            "note": view.invented(),
        },
        draws=user.may(reads.CHANGE),
        ends=not over and user.scope(reads.CHANGE).covers(area=row.area),
        events=view.events_of(history_of(row, role_labels())),
    )


def _given(user: User, row: Fence) -> list[tuple[Device, str, bool]]:
    """The devices this person may see, each with how far it is astray now."""
    mine = queries.devices_for(user).filter(fences=row).order_by("code")
    points = {kind: view.astray_of(kind) for kind in reads.kinds_astray()}
    far = {
        series.device_id: series.value
        for series in Series.objects.filter(
            device__in=mine, point__in={point.key for point in points.values()}
        )
    }
    found = []
    for device in mine:
        point, value = points[device.kind], far.get(device.pk)
        words = (
            f"{readings.number(value, point)} {point.unit}" if value is not None else "还没有报位置"
        )
        found.append((device, words, bool(value)))
    return found


@door(may=reads.CHANGE)
def fence_add(request: HttpRequest) -> HttpResponse:
    """Draw a fence or a route and give it to devices; what the address says is filled in already."""
    user = person_of(request)
    form = _form(request, user)
    context: dict[str, Any] = {
        "way": reverse("api:fence_way"),
        "note": view.invented(),
        "cancel": reverse("monitoring:fences"),
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not sound(form, *_checks(user)):
        return faulty(request, form, **context)
    try:
        made = service.draw_fence(_new(user, form.cleaned_data), by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    here = reverse("monitoring:fence", args=(made.code,))
    return back(request, here, f"已画「{made.name}」（{made.code}），5 秒内生效。")


def _form(request: HttpRequest, user: User) -> Form:
    like = request.GET.get("like", "")
    initial: dict[str, Any] = {"margin": "30", "devices": request.GET.get("device", "")}
    if like:
        initial |= fence_view.filled(reads.fence_for(user, like))
    form = form_of(FIELDS, request.POST or None, initial=initial)
    return either(form, "corners", "place")


def _checks(user: User) -> tuple[Callable[[Mapping[str, Any]], object], ...]:
    """What is looked at before anything is drawn, each for itself."""
    return (
        lambda given: service.movers(_devices(user, given), user) if given["devices"] else None,
        _check_shape,
        lambda given: given["margin"] is None or service.margin_told(float(given["margin"])),
        lambda given: service.check_hours(_hours(given)),
        lambda given: service.check_until(given["valid_to"], given["valid_from"]),
    )


def _check_shape(given: Mapping[str, Any]) -> None:
    """What is wrong with a shape is said at the field it was given in."""
    if not given["duty"] or given["corners"] is None or given["place"] is None:
        return
    try:
        service.shape_told(given["duty"], _shape(given))
    except Invalid as refusal:
        field = "place" if given["place"].strip() else "corners"
        raise wrong(field, refusal.message) from refusal


def _hours(given: Mapping[str, Any]) -> tuple[str, str]:
    return (given["hour_from"] or "").strip(), (given["hour_to"] or "").strip()


def _new(user: User, given: Mapping[str, Any]) -> service.NewFence:
    return service.NewFence(
        name=given["name"],
        duty=given["duty"],
        shape=_shape(given),
        margin=float(given["margin"]),
        devices=_devices(user, given),
        hours=_hours(given),
        valid_from=given["valid_from"],
        valid_to=given["valid_to"],
        reason=given["reason"],
    )


def _devices(user: User, given: Mapping[str, Any]) -> list[Device]:
    """The devices that are named; Invalid names each that there is not."""
    found, faults = [], list[FieldError]()
    for code in given["devices"].split():
        try:
            found.append(queries.device_for(user, code))
        except Missing as missing:
            faults.append(FieldError("devices", missing.message))
    if faults:
        raise Invalid(faults[0].message, fields=tuple(faults))
    return found


def _shape(given: Mapping[str, Any]) -> BaseGeometry:
    place = given["place"].strip()
    if place:
        return fence_shapes.outline_called(place)
    corners = fence_shapes.corners_in(given["corners"])
    if not corners:
        raise wrong("corners", "请在图上点出来，或者填一个区域、网格的编号。")
    return fence_shapes.drawn(given["duty"], corners, by_road=given["by_road"])


@door(may=reads.CHANGE)
def fence_end(request: HttpRequest, code: str) -> HttpResponse:
    """It holds no longer; why is asked on a page of its own."""
    user = person_of(request)
    row = reads.fence_for(user, code)

    def end(reason: str) -> str:
        service.end_fence(row, reason, by=user)
        return f"「{row.name}」不再用，5 秒内不再按它报警。"

    return ending(request, reverse("monitoring:fence", args=(code,)), end, fence=row)
