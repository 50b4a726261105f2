"""Pages of 方言: how devices depart from their protocols, from which frames that was learned, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.sensing import dialects as reads
from chengyun.city.sensing.models import Device, Dialect
from chengyun.city.sensing.services import dialects as service
from chengyun.city.sensing.services.devices import CHANGE
from chengyun.kernel import clock, registry
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.monitoring import view
from chengyun.systems.monitoring.dialect_view import act_on, badge_of
from chengyun.systems.monitoring.link_pages import DOORS, dumped


def _rows(user: Any, values: Values) -> QuerySet[Dialect]:
    rows = reads.dialects_for(user)
    if values.get("door"):
        rows = rows.filter(door=values["door"])
    return rows.filter(name=values["name"].strip()) if "name" in values else rows


DIALECTS = Listing(
    key="monitoring:dialects",
    label="方言",
    may=reads.VIEW,
    columns=(
        Column(key="name", label="设备编号", kind="strong", value=lambda row: (row.name, "")),
        Column(key="door", label="协议", kind="short", value=lambda row: DOORS[row.door]),
        Column(key="what", label="和协议哪里不一样", value=reads.label_of),
        Column(key="state", label="状态", kind="badge", value=badge_of),
        Column(key="learned", label="学会", kind="time", value=lambda row: row.learned_at),
    ),
    filters=(
        Filter(
            key="door",
            label="协议",
            choices=lambda user: [(key, DOORS[key]) for key in reads.SPOKEN_AT],
        ),
        Filter(key="name", label="设备编号", kind="text"),
    ),
    rows=_rows,
    order=("-learned_at", "-id"),
    links=Links(
        url=lambda row: reverse("monitoring:dialect", args=(row.pk,)), key=lambda row: row.pk
    ),
    empty="没有符合条件的方言。",
    way="去掉全部条件",
)
registry.add(DIALECTS)


@door(may=reads.VIEW)
def dialects(request: HttpRequest) -> HttpResponse:
    """All that was learned, newest first."""
    none = ("设备都照协议说话，还没有学会方言。", reverse("monitoring:links"), "看通信")
    return page(request, **listed(request, DIALECTS, none=none))


@door(may=reads.VIEW)
def dialect(request: HttpRequest, pk: int) -> HttpResponse:
    """One departure of one device: what it is, and the frames from which it was learned."""
    user = person_of(request)
    row = reads.dialect_for(user, pk)
    return page(
        request,
        dialect=row,
        label=reads.label_of(row),
        badge=badge_of(row),
        protocol=DOORS[row.door],
        act=act_on(user, row),
        facts=_facts(row),
        frames=[_shown(each) for each in row.frames],
        events=view.events_of(history_of(row, role_labels())),
    )


def _shown(frame: dict[str, str]) -> tuple[datetime, str]:
    """When it came, and its bytes."""
    return datetime.fromisoformat(frame["at"]), dumped(bytes.fromhex(frame["hex"]))


def _facts(row: Dialect) -> list[tuple[str, Any]]:
    there = reverse("monitoring:device", args=(row.name,))
    known = Device.objects.filter(code=row.name).exists()
    return [
        ("设备", format_html('<a href="{}">{}</a>', there, row.name) if known else row.name),
        ("协议", DOORS[row.door]),
        ("学会", told(row.learned_at, now=clock.now())),
    ]


@require_POST
@door(may=CHANGE)
def dialect_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Its frames are held against the protocol again."""
    user = person_of(request)
    row = reads.dialect_for(user, pk)
    service.take_back(row, by=user)
    here = reverse("monitoring:dialect", args=(pk,))
    return back(request, here, f"已收回，{row.name} 的报文几秒以后照协议读。")


@require_POST
@door(may=CHANGE)
def dialect_allow(request: HttpRequest, pk: int) -> HttpResponse:
    """It may be learned again."""
    user = person_of(request)
    row = reads.dialect_for(user, pk)
    service.allow(row, by=user)
    here = reverse("monitoring:dialect", args=(pk,))
    return back(request, here, f"{row.name} 再有三帧这样，就又照此读。")
