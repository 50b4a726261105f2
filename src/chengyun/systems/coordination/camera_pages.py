"""摄像头: the register of cameras, kept by whoever arranges them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.cases import discoveries as reads
from chengyun.city.cases.models import Camera
from chengyun.city.cases.services import cameras as service
from chengyun.city.people.queries import person_of
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.systems.coordination import forms
from chengyun.systems.coordination.pages import PICK, invented

TONES = {"working": "eco", "broken": "amber", "ended": "line"}
CODE = Field(
    key="code",
    label="编号",
    required=True,
    max_length=40,
    hint="算法报送时用这个编号，登记后不改。",
)
ABOUT = (
    Field(key="name", label="名称", required=True, max_length=60, hint="例如：东昌路柳园路口北杆"),
    forms.POINT,
    Field(key="address", label="地点", max_length=120, hint="不填就按最近的道路写。"),
    Field(key="owner", label="归谁管", max_length=60, hint="例如：公安分局"),
)
STATE = Field(
    key="state",
    label="状态",
    kind="choice",
    required=True,
    choices=tuple((state.value, str(state.label)) for state in service.STANDING),
)


def badge_of(camera: Camera) -> dict[str, str]:
    return {"words": camera.get_state_display(), "tone": TONES[camera.state]}


def _rows(user: Any, values: Values) -> QuerySet[Camera]:
    rows = reads.cameras_for(user)
    if "state" in values:
        rows = rows.filter(state=values["state"])
    if "code" in values:
        rows = rows.filter(code=values["code"].strip())
    return rows


CAMERAS = Listing(
    key="coordination:cameras",
    label="摄像头",
    may="discovery.view",
    columns=(
        Column(key="code", label="编号", kind="code", value=lambda row: row.code),
        Column(key="name", label="名称", kind="strong", value=lambda row: (row.name, row.address)),
        Column(key="owner", label="归谁管", kind="short", value=lambda row: row.owner),
        Column(key="state", label="状态", kind="badge", value=badge_of),
    ),
    filters=(
        Filter(key="state", label="状态", choices=lambda user: list(Camera.State.choices)),
        Filter(key="code", label="编号", kind="text"),
    ),
    rows=_rows,
    links=Links(
        url=lambda row: reverse("coordination:camera", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有符合条件的摄像头。",
    way="去掉全部条件",
)
registry.add(CAMERAS)


@door(may="discovery.view")
def cameras(request: HttpRequest) -> HttpResponse:
    """The cameras of this person's part of the city."""
    may_change = person_of(request).may("discovery.arrange")
    none = ("还没有登记摄像头。", reverse("coordination:camera_add"), "登记摄像头")
    shown = listed(request, CAMERAS, none=none if may_change else None)
    return page(request, may_change=may_change, **shown)


@door(may="discovery.arrange")
def camera_add(request: HttpRequest) -> HttpResponse:
    """Register a camera at a point picked on the map."""
    form = form_of((CODE, *ABOUT), request.POST or None)
    context: dict[str, Any] = {"map": PICK | {"note": invented()}}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        camera = service.add_camera(_new(form.cleaned_data), by=person_of(request))
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:camera", args=(camera.code,))
    return back(request, there, f"已登记摄像头「{camera}」。")


def _new(given: dict[str, Any]) -> service.NewCamera:
    lon, lat = given["point"]
    said = {key: given[key] for key in ("code", "name", "address", "owner")}
    return service.NewCamera(**said, lon=lon, lat=lat)


@door(may="discovery.view")
def camera(request: HttpRequest, code: str) -> HttpResponse:
    """One camera: where it stands and how it stands, to be changed by whoever keeps the register."""
    user = person_of(request)
    found = reads.camera_for(user, code)
    keeps = user.scope("discovery.arrange").covers(area=found.area) and not found.ended_at
    form = form_of((*ABOUT, STATE), request.POST or None, initial=_known(found)) if keeps else None
    context: dict[str, Any] = {
        "camera": found,
        "badge": badge_of(found),
        "facts": [("编号", found.code), ("地点", found.address), ("归谁管", found.owner)],
        "map": {"lon": found.lon, "lat": found.lat, "zoom": 16, "note": invented()}
        | (PICK if keeps else {}),
    }
    if request.method != "POST" or form is None:
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    given = form.cleaned_data | {"code": found.code}
    try:
        service.change_camera(found, _new(given), given["state"], by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, reverse("coordination:camera", args=(code,)), f"已修改「{found}」。")


def _known(found: Camera) -> dict[str, Any]:
    same = {key: getattr(found, key) for key in ("name", "address", "owner", "state")}
    return same | {"point": (found.lon, found.lat)}


@require_POST
@door(may="discovery.arrange")
def camera_end(request: HttpRequest, code: str) -> HttpResponse:
    """From now on nothing of a camera is taken."""
    user = person_of(request)
    found = reads.camera_for(user, code)
    service.end_camera(found, by=user)
    there = reverse("coordination:camera", args=(code,))
    return back(request, there, f"已停用「{found}」，它的线索不再接收。")
