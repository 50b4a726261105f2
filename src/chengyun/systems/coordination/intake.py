"""The intake form: what it asks, how its address becomes a place, and what it makes of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse_lazy

from chengyun.city.assets.gazetteer import spots_of_assets
from chengyun.city.cases import queries as cases
from chengyun.city.cases.services.opening import NewCase
from chengyun.city.cases.specs import Source
from chengyun.city.people.models import User
from chengyun.city.places.gazetteer import Spot, spots
from chengyun.kernel import registry
from chengyun.kernel.errors import wrong
from chengyun.kernel.files import store_photo
from chengyun.kernel.forms import form_of
from chengyun.kernel.specs import Field
from chengyun.systems.coordination.forms import ADDRESS, POINT
from chengyun.systems.coordination.questions import AGAIN

FIRST = "hotline"
FIELDS = (
    Field(key="reporter_phone", label="来电号码", max_length=20),
    Field(key="reporter_name", label="来件人", max_length=40),
    Field(key="description", label="反映内容", kind="long", required=True, max_length=4000),
    Field(
        key="address",
        label=ADDRESS.label,
        required=True,
        max_length=120,
        hint="写路口、道路、社区或部件编号，↓ 选一个；也可以在图上点。",
    ),
    Field(key="point", label=POINT.label, kind="point"),
    Field(key="class", label="类别", kind="unit", hint="打拼音首字母能跳到；不确定可以先不选。"),
    Field(key="source", label="来源", kind="unit", required=True),
    Field(key="number", label="来件编号", max_length=40, hint="热线工单号、信件编号等，不能重复。"),
    Field(key="photos", label="照片", kind="photos"),
)
SPOT = Field(key="spot", label="是哪一处", kind="unit", hint="这个地址有几处，选一处。")


class AddressInput(forms.TextInput):
    """A line with the places it may mean below it."""

    template_name = "coordination/widgets/address.html"


def intake_form(request: HttpRequest, user: User) -> forms.Form:
    """The form; the address offers places while it is typed, the class asks its questions."""
    form = form_of(
        FIELDS,
        request.POST or None,
        request.FILES or None,
        initial={"source": FIRST},
        choices={"source": sources(), "class": _classes(area_of(user))},
    )
    form.fields["reporter_phone"].widget.attrs |= {
        "autofocus": True,
        "inputmode": "tel",
        "autocomplete": "off",
    }
    form.fields["address"].widget = AddressInput(_ADDRESS)
    form.fields["class"].widget.attrs |= AGAIN
    for part in form.fields["point"].widget.widgets:
        part.attrs["tabindex"] = "-1"
    _ask_which(request, user, form)
    return form


_ADDRESS = {
    "class": "input",
    "autocomplete": "off",
    "role": "combobox",
    "aria-expanded": "false",
    "aria-controls": "places",
    "aria-autocomplete": "list",
    "hx-post": reverse_lazy("coordination:intake_places"),
    "hx-trigger": "input changed delay:150ms",
    "hx-params": "address",
    "hx-target": "#places",
    "hx-swap": "outerHTML",
    "hx-sync": "this:replace",
}


def sources() -> list[tuple[str, str]]:
    """Where somebody waits for a reply."""
    return [(s.key, s.label) for s in registry.all_of(Source) if s.reply]


def area_of(user: User) -> str:
    return user.standing[0].area if user.standing else ""


def _classes(area: str) -> list[tuple[str, str]]:
    """By their pinyin initials, so that letters find them in a list."""
    found = sorted(cases.classes_for(area), key=lambda c: (c.initials, c.code))
    return [(c.code, f"{c.initials} {c.name}　{c.major}　{c.code}") for c in found]


def _ask_which(request: HttpRequest, user: User, form: forms.Form) -> None:
    """Without a point an address must name one place: of several one is chosen."""
    if request.method != "POST" or request.POST.get("point_lon"):
        return
    found = offers(user, request.POST.get("address", ""))
    if len(found) > 1:
        choices = {
            SPOT.key: [(_key(one), f"{one.words}（{one.kind}，{one.more}）") for one in found]
        }
        asked = form_of((SPOT,), choices=choices)
        form.fields[SPOT.key] = asked.fields[SPOT.key]
        form.order_fields(
            [name for f in FIELDS for name in (f.key, *([SPOT.key] if f.key == "address" else []))]
        )


def _key(spot: Spot) -> str:
    return f"{spot.lon:.6f},{spot.lat:.6f}"


def offers(user: User, words: str) -> list[Spot]:
    """The places an address may mean, in this person's area: roads and regions first, then parts."""
    area = area_of(user)
    return [*spots(words, within=area), *spots_of_assets(user, words)][:8]


def point_of(user: User, data: dict[str, Any]) -> tuple[float, float]:
    """The point picked, else the one place its address names. Raises Invalid."""
    if data["point"]:
        point: tuple[float, float] = data["point"]
        return point
    if data.get(SPOT.key):
        lon, lat = data[SPOT.key].split(",")
        return float(lon), float(lat)
    found = offers(user, data["address"])
    if len(found) == 1:
        return found[0].lon, found[0].lat
    if found:
        raise wrong("address", f"这个地址有 {len(found)} 处，请从列表里选一处，或在图上点。")
    raise wrong("address", "本市的道路、社区和部件里没有这个地址，请换个写法，或在图上点。")


def report_of(user: User, data: dict[str, Any], answers: dict[str, str]) -> NewCase:
    """What the form says, as a report."""
    lon, lat = point_of(user, data)
    return NewCase(
        source=data["source"],
        number=data["number"],
        class_code=data["class"],
        description=data["description"],
        lon=lon,
        lat=lat,
        address=data["address"],
        reporter_name=data["reporter_name"],
        reporter_phone=data["reporter_phone"],
        photos=[store_photo(p.read(), p.name, by=user) for p in data["photos"]],
        answers=answers,
    )
