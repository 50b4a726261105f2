"""Pages of devices: the register, those that wait to be adopted, one device and its readings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Max, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import person_of, role_labels, units_serving
from chengyun.city.sensing import queries
from chengyun.city.sensing.ailments import MAINTAIN
from chengyun.city.sensing.models import TOLD_CRS, Device, OwnLimits, Series
from chengyun.city.sensing.own_limits import holding, limits_at
from chengyun.city.sensing.services import devices as service
from chengyun.city.sensing.services.devices import CHANGE, NewDevice
from chengyun.city.sensing.silences import SILENCE, silence_on
from chengyun.city.sensing.specs import PLACE, AlarmRule, DeviceKind
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid, Missing
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.systems.monitoring import (
    command_view,
    dialect_view,
    fence_view,
    near_view,
    readings,
    tracks,
    view,
)
from chengyun.systems.monitoring.ailment_view import facts_of_drift, facts_of_faults
from chengyun.systems.monitoring.light_view import facts_of_device
from chengyun.systems.monitoring.link_pages import DOORS

PICK = {"pick_lon": "id_point_lon", "pick_lat": "id_point_lat", "zoom": 15}
CODE = Field(
    key="code",
    label="设备编号",
    required=True,
    max_length=40,
    hint="设备报送时用这个编号，登记后不改。",
)
KIND = Field(key="kind", label="种类", kind="unit", required=True)
ABOUT = (
    Field(
        key="name", label="名称", required=True, max_length=60, hint="例如：湖南路立交桥下积水点"
    ),
    Field(key="point", label="位置", kind="point", required=True, hint="在地图上点一下就填好了。"),
    Field(key="address", label="地点", max_length=120, hint="不填就按最近的道路写。"),
    Field(key="unit", label="管护单位", kind="unit", hint="设备坏了找谁。"),
    Field(
        key="told_crs",
        label="它报的坐标",
        kind="unit",
        hint="会动的设备才用：车载终端多数报 WGS 84；报别的，进来时换算。",
    ),
)
ALARMS_SHOWN = 10


def _kinds() -> list[tuple[str, str]]:
    return [(kind.key, kind.label) for kind in registry.all_of(DeviceKind)]


def _rows(user: Any, values: Values) -> QuerySet[Device]:
    asked = {"state": values.get("state"), "kind": values.get("kind")}
    rows = queries.devices_for(user).filter(**{key: value for key, value in asked.items() if value})
    return rows.filter(code=values["code"].strip()) if "code" in values else rows


DEVICES = Listing(
    key="monitoring:devices",
    label="设备",
    may="monitoring.view",
    columns=(
        Column(key="code", label="编号", kind="short", value=lambda row: row.code),
        Column(key="name", label="名称", kind="strong", value=lambda row: (str(row), row.address)),
        Column(
            key="kind",
            label="种类",
            kind="short",
            value=lambda row: row.declared.label if row.declared else "",
        ),
        Column(
            key="unit", label="管护单位", kind="short", value=lambda row: row.unit and str(row.unit)
        ),
        Column(key="state", label="状态", kind="badge", value=view.device_badge),
        Column(key="heard", label="最近读数", kind="time", value=lambda row: row.heard),
    ),
    filters=(
        Filter(key="state", label="状态", choices=lambda user: list(Device.State.choices)),
        Filter(key="kind", label="种类", choices=lambda user: _kinds()),
        Filter(key="code", label="编号", kind="text"),
    ),
    rows=_rows,
    more=lambda rows: rows.select_related("unit").annotate(heard=Max("series__heard_at")),
    links=Links(
        url=lambda row: reverse("monitoring:device", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有符合条件的设备。",
    way="去掉全部条件",
)
registry.add(DEVICES)


@door(may="monitoring.view")
def devices(request: HttpRequest) -> HttpResponse:
    """The devices of this person's part of the city, those too that wait to be adopted."""
    user = person_of(request)
    may_change = user.may(CHANGE)
    waiting = queries.devices_for(user).filter(state=Device.State.WAITING).count()
    none = ("还没有登记设备。", reverse("monitoring:device_add"), "登记设备")
    shown = listed(request, DEVICES, none=none if may_change else None)
    return page(request, may_change=may_change, waiting=waiting, **shown)


@door(may=CHANGE)
def device_add(request: HttpRequest) -> HttpResponse:
    """Register a device at a point picked on the map."""
    user = person_of(request)
    form = _form(request, user, (CODE, KIND, *ABOUT))

    def write(given: dict[str, Any]) -> str:
        return service.add_device(_new(given, user), by=user).code

    return _written(request, form, write, "已登记设备")


@door(may=CHANGE)
def device_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Adopt a device that waits, or change what is known of one."""
    user = person_of(request)
    found = queries.device_for(user, code)
    waits = found.state == Device.State.WAITING
    form = _form(request, user, (KIND, *ABOUT) if waits else ABOUT, _known(found))

    def write(given: dict[str, Any]) -> str:
        new = _new({"kind": found.kind, **given, "code": code}, user)
        change = service.adopt_device if waits else service.change_device
        change(found, new, by=user)
        return code

    done = "已接入设备" if waits else "已修改设备"
    return _written(request, form, write, done, device=found, waits=waits)


def _written(
    request: HttpRequest,
    form: Form,
    write: Callable[[dict[str, Any]], str],
    done: str,
    **context: Any,
) -> HttpResponse:
    context |= {"map": PICK | {"note": view.invented()}}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        code = write(form.cleaned_data)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("monitoring:device", args=(code,))
    return back(request, there, f"{done}「{form.cleaned_data['name']}」。")


def _form(
    request: HttpRequest,
    user: User,
    fields: tuple[Field, ...],
    initial: dict[str, Any] | None = None,
) -> Form:
    units = [(unit.code, str(unit)) for unit in _units(user)]
    choices = {"kind": _kinds(), "unit": units, "told_crs": TOLD_CRS}
    return form_of(fields, request.POST or None, initial=initial, choices=choices)


def _units(user: User) -> list[Unit]:
    areas = user.scope(CHANGE).areas
    return list(units_serving(min(areas, key=len))) if areas else []


def _new(given: dict[str, Any], user: User) -> NewDevice:
    lon, lat = given["point"]
    unit = next((unit for unit in _units(user) if unit.code == given["unit"]), None)
    said = {key: given[key] for key in ("code", "kind", "name", "address")}
    crs = given["told_crs"] or TOLD_CRS[0][0]
    return NewDevice(**said, lon=lon, lat=lat, unit=unit, told_crs=crs)


def _known(found: Device) -> dict[str, Any]:
    same = {key: getattr(found, key) for key in ("kind", "name", "address", "told_crs")}
    point = (found.lon, found.lat) if found.lon is not None else None
    return same | {"point": point, "unit": found.unit.code if found.unit else ""}


@door(may="monitoring.view")
def device(request: HttpRequest, code: str) -> HttpResponse:
    """One device: its newest readings, their curves with the limits, its alarms."""
    user = person_of(request)
    found = queries.device_for(user, code)
    series = queries.series_of(found)
    span = view.span_asked(request.GET.get("curve", ""))
    working = found.state == Device.State.WORKING
    moving = found.declared is not None and queries.moves(found.declared)
    keeps = user.scope(CHANGE).covers(area=found.area) and found.state != Device.State.ENDED
    return page(
        request,
        device=found,
        badge=view.device_badge(found),
        waits=found.state == Device.State.WAITING,
        seen=sorted(found.seen.items()),
        facts=_facts(found, series),
        readings=[
            view.reading_of(each, span) for each in series if not (moving and tells_place(each))
        ],
        spans=[(f"?curve={hours}", words, hours == span[0]) for hours, words in view.SPANS],
        track=_track(request, found, series) if moving else None,
        rules=_rules(found),
        cases=queries.open_cases_of(series),
        near=_place(found, series),
        alarms=[(row, view.badge_of(row)) for row in queries.alarms_of(series)[:ALARMS_SHOWN]],
        map=view.map_of(found) if found.lon is not None and not moving else None,
        events=view.events_of(history_of(found, role_labels())),
        keeps=keeps,
        dialects=dialect_view.lines_of(user, found.code),
        binds=keeps and working and bool(found.declared and found.declared.part),
        controls=command_view.controls_on(user, found),
        links=[
            (link, DOORS[link.door]) for link in queries.links_for(user).filter(name=found.code)
        ],
        mends=any(hasattr(each, "fault") for each in series)
        and user.scope(MAINTAIN).covers(area=found.area, unit=found.unit_id),
        silence=silence_on(found),
        silences=user.scope(SILENCE).covers(area=found.area) and working,
    )


def _rules(found: Device) -> list[tuple[AlarmRule, str, OwnLimits | None, str]]:
    """What watches it: each rule with its limits here, who set them, and the weather warning they are of."""
    now = holding()
    return [
        (
            rule,
            readings.limits_words(rule, _unit(found, rule.point)),
            own,
            now.during(rule, found.code, found.area),
        )
        for rule, own in limits_at(found)
    ]


def tells_place(series: Series) -> bool:
    """Whether it is part of where a device is; the map shows it, a curve says nothing."""
    return series.point in (*PLACE, queries.HEADING)


def _track(request: HttpRequest, found: Device, series: list[Series]) -> dict[str, Any]:
    """The way a vehicle went in the hours or on the day that is asked for."""
    span = tracks.span_asked(request.GET.get("hours", ""), request.GET.get("day", ""))
    track = tracks.track_of(found, series, span)
    asked = f"day={span.day}" if span.day else f"hours={span.hours}"
    here = reverse("api:device_track", args=(found.code,))
    given = fence_view.over_now(found)
    return {
        "span": span,
        "choices": tracks.HOURS,
        "facts": track.facts,
        "steps": track.steps,
        "fences": given,
        "map": {
            "src": f"{here}?{asked}",
            "rows": track.facts,
            "legend": [*tracks.ENDS, *fence_view.legend_of(given)],
            "note": view.invented(),
        },
    }


def _unit(device: Device, key: str) -> str:
    point = device.declared.point(key) if device.declared else None
    return point.unit if point else ""


def _facts(found: Device, series: list[Series]) -> list[tuple[str, Any]]:
    return [
        ("编号", found.code),
        ("种类", found.declared.label if found.declared else ""),
        ("地点", found.address),
        ("管护单位", str(found.unit) if found.unit else ""),
        *facts_of_device(found),
        *facts_of_faults(series),
        *facts_of_drift(series),
    ]


def _place(found: Device, series: list[Series]) -> tuple[float, float] | None:
    """Where a device is now, as it tells or as it was registered."""
    told = {each.point: each.value for each in series if not each.quality}
    place = queries.place_told({key: value for key, value in told.items() if value is not None})
    own = (found.lon, found.lat) if found.lon is not None and found.lat is not None else None
    return place or own


@door(may="monitoring.view")
def near(request: HttpRequest, code: str) -> HttpResponse:
    """What stands around a device and how it is: other devices, and parts for who sees them."""
    user = person_of(request)
    found = queries.device_for(user, code)
    place = _place(found, queries.series_of(found))
    if place is None:
        raise Missing(f"设备「{code}」没有位置，说不出附近有什么。")
    devices = near_view.devices_near(user, found, *place)
    assets = near_view.assets_near(user, *place) if user.may("asset.view") else None
    return page(request, device=found, devices=devices, assets=assets, metres=near_view.METRES)


@require_POST
@door(may=CHANGE)
def device_end(request: HttpRequest, code: str) -> HttpResponse:
    """From now on nothing of a device is taken."""
    user = person_of(request)
    found = queries.device_for(user, code)
    service.end_device(found, by=user)
    there = reverse("monitoring:device", args=(code,))
    return back(request, there, f"已停用「{found}」，它的读数不再接收。")
