"""Pages of who speaks at the gateway's doors: how often, and what could not be read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from chengyun.city.people.queries import person_of
from chengyun.city.sensing import queries
from chengyun.city.sensing.models import Device, Link
from chengyun.kernel import clock, registry
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import door, page
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.monitoring import dialect_view

DOORS = {
    "http": "HTTP",
    "jt808": "JT/T 808",
    "hj212": "HJ 212",
    "sl651": "SL 651",
    "mqtt": "MQTT",
    "cjt188": "CJ/T 188",
    "broker": "外部 MQTT 服务",
    "modbus": "Modbus TCP",
    "chirpstack": "ChirpStack",
    "onenet": "OneNET",
    "iotda": "华为 IoTDA",
}
SENDERS = "http"
"""The door at which accounts speak, not devices."""
BYTES_A_LINE = 16


def _rows(user: Any, values: Values) -> QuerySet[Link]:
    rows = queries.links_for(user)
    if values.get("door"):
        rows = rows.filter(door=values["door"])
    if "faults" in values:
        rows = rows.filter(faults__gt=0)
    return rows.filter(name=values["name"].strip()) if "name" in values else rows


LINKS = Listing(
    key="monitoring:links",
    label="通信",
    may="monitoring.view",
    columns=(
        Column(
            key="name", label="设备、地址或账号", kind="strong", value=lambda row: (row.name, "")
        ),
        Column(key="door", label="协议", kind="short", value=lambda row: DOORS[row.door]),
        Column(key="frames", label="收到报文", kind="number", value=lambda row: row.frames),
        Column(key="faults", label="读不出", kind="number", value=lambda row: row.faults),
        Column(key="heard", label="最近通信", kind="time", value=lambda row: row.heard_at),
    ),
    filters=(
        Filter(key="door", label="协议", choices=lambda user: list(DOORS.items())),
        Filter(key="faults", label="有读不出的", kind="check"),
        Filter(key="name", label="设备编号", kind="text"),
    ),
    rows=_rows,
    order=("-heard_at", "-id"),
    links=Links(
        url=lambda row: reverse("monitoring:link", args=(row.door, row.name)),
        key=lambda row: row.pk,
    ),
    empty="没有符合条件的通信。",
    way="去掉全部条件",
)
registry.add(LINKS)


@door(may="monitoring.view")
def links(request: HttpRequest) -> HttpResponse:
    """Who speaks at the doors, and the doors."""
    gateway = queries.gateway()
    doors = [
        (DOORS.get(each["key"], each["key"]), each["address"], each["open"])
        for each in (gateway.doors if gateway else [])
    ]
    none = ("还没有设备连上来。", reverse("monitoring:devices"), "看设备")
    shown = listed(request, LINKS, none=none)
    return page(request, doors=doors, trouble=queries.gateway_trouble(), **shown)


@door(may="monitoring.view")
def link(request: HttpRequest, door: str, name: str) -> HttpResponse:
    """One speaker, and the newest of its frames that could not be read."""
    user = person_of(request)
    found = queries.link_for(user, door, name)
    known = queries.devices_for(user).filter(code=name, state=Device.State.WORKING).first()
    return page(
        request,
        link=found,
        protocol=DOORS[found.door],
        facts=[
            ("设备", _named(found, known)),
            ("收到报文", found.frames),
            ("读不出", found.faults),
            ("最近通信", told(found.heard_at, now=clock.now())),
        ],
        unread=[(row, dumped(bytes(row.frame))) for row in found.unread.order_by("-id")],
        dialects=dialect_view.lines_of(user, name, door),
    )


def _named(speaker: Link, device: Device | None) -> str:
    if speaker.door == SENDERS:
        return "报送账号，替许多设备报"
    if device is None:
        return "还不知道是哪台设备"
    there = reverse("monitoring:device", args=(device.code,))
    return format_html('<a href="{}">{}</a>', there, device)


def dumped(frame: bytes) -> str:
    """Bytes as they are written in manuals, and the characters among them."""
    parts = (frame[n : n + BYTES_A_LINE] for n in range(0, len(frame), BYTES_A_LINE))
    return "\n".join(f"{part.hex(' ').upper():<47}  {_printed(part)}" for part in parts)


def _printed(part: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)
