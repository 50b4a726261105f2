"""Pages of 静默: the list, one of them, beginning and ending it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.places.queries import label_of
from chengyun.city.sensing import queries
from chengyun.city.sensing import silences as reads
from chengyun.city.sensing.models import Alarm, Device, Silence
from chengyun.city.sensing.services import silences as service
from chengyun.city.sensing.specs import DeviceKind
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.monitoring import view
from chengyun.systems.monitoring.ending import ending

WHICH = (
    Field(key="kind", label="哪种设备", kind="unit", required=True),
    Field(key="area", label="哪里的", kind="unit", required=True),
)
WHEN = (
    Field(key="begins_at", label="开始", kind="datetime", hint="不填就是现在。"),
    Field(key="ends_at", label="结束", kind="datetime", required=True),
    Field(
        key="reason",
        label="原因",
        required=True,
        max_length=service.LONGEST_REASON,
        hint="例如：更换探头、汛前检修。",
    ),
)
ALARMS_SHOWN = 20


def _rows(user: Any, values: Values) -> QuerySet[Silence]:
    rows = reads.silences_for(user)
    return rows.filter(pk__in=reads.lasting(clock.now())) if "lasting" in values else rows


SILENCES = Listing(
    key="monitoring:silences",
    label="静默",
    may="monitoring.view",
    columns=(
        Column(key="code", label="编号", kind="code", value=lambda row: row.code),
        Column(
            key="what",
            label="哪些设备",
            kind="strong",
            value=lambda row: (row.what, row.device.address if row.device else label_of(row.area)),
        ),
        Column(key="state", label="状态", kind="badge", value=view.silence_badge),
        Column(key="reason", label="原因", value=lambda row: row.reason),
        Column(key="begins", label="开始", kind="time", value=lambda row: row.begins_at),
        Column(
            key="ends", label="结束", kind="time", value=lambda row: row.ended_at or row.ends_at
        ),
        Column(
            key="by", label="谁设的", kind="short", value=lambda row: str(row.made_by or "系统")
        ),
    ),
    filters=(Filter(key="lasting", label="静默中", kind="check"),),
    rows=_rows,
    more=lambda rows: rows.select_related("device", "made_by"),
    order=("-made_at", "-id"),
    links=Links(
        url=lambda row: reverse("monitoring:silence", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有符合条件的静默。",
    way="去掉全部条件",
)
registry.add(SILENCES)


@door(may="monitoring.view")
def silences(request: HttpRequest) -> HttpResponse:
    """All silences of this person's part of the city, newest first."""
    may_add = person_of(request).may(reads.SILENCE)
    none = ("还没有设过静默。", reverse("monitoring:silence_add"), "设置静默")
    shown = listed(request, SILENCES, none=none if may_add else None)
    return page(request, may_add=may_add, **shown)


@door(may="monitoring.view")
def silence(request: HttpRequest, code: str) -> HttpResponse:
    """One silence: what it is about, and the alarms that stand and are silenced by it."""
    user = person_of(request)
    row = reads.silence_for(user, code)
    lasts = row.ended_at is None
    rows = queries.open_alarms(user).filter(reads.about(row)) if lasts else Alarm.objects.none()
    return page(
        request,
        silence=row,
        badge=view.silence_badge(row),
        facts=_facts(row),
        alarms=[(alarm, view.badge_of(alarm)) for alarm in rows[:ALARMS_SHOWN]],
        lasts=lasts,
        ends=lasts and user.may(reads.SILENCE) and user.scope(reads.SILENCE).covers(area=row.area),
        events=view.events_of(history_of(row, role_labels())),
    )


def _facts(row: Silence) -> list[tuple[str, Any]]:
    now = clock.now()
    return [
        ("设备", row.what),
        ("区域", label_of(row.area)),
        ("原因", row.reason),
        ("开始", told(row.begins_at, now=now)),
        ("结束", told(row.ended_at or row.ends_at, now=now)),
        ("设置", f"{told(row.made_at, now=now)}　{row.made_by or '系统'}"),
    ]


@door(may=reads.SILENCE)
def silence_add(request: HttpRequest) -> HttpResponse:
    """Begin a silence: of the device named in the address, else of a kind in an area."""
    user = person_of(request)
    code = request.GET.get("device", "")
    device = queries.device_for(user, code) if code else None
    form = _form(request, device)
    there = reverse("monitoring:device", args=(code,)) if device else "monitoring:silences"
    context: dict[str, Any] = {"device": device, "cancel": there if device else reverse(there)}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        new = service.NewSilence(device=device, **form.cleaned_data)
        made = service.silence(new, by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    until = told(made.ends_at, now=clock.now())
    here = reverse("monitoring:silence", args=(made.code,))
    return back(request, here, f"已设静默 {made.code}，到 {until}。")


def _form(request: HttpRequest, device: Device | None) -> Form:
    user = person_of(request)
    choices = {
        "kind": [(kind.key, kind.label) for kind in registry.all_of(DeviceKind)],
        "area": reads.areas_to_silence(user),
    }
    fields = WHEN if device else (*WHICH, *WHEN)
    return form_of(fields, request.POST or None, choices=choices)


@door(may=reads.SILENCE)
def silence_end(request: HttpRequest, code: str) -> HttpResponse:
    """It is over before its time; why is asked on a page of its own."""
    user = person_of(request)
    row = reads.silence_for(user, code)

    def end(reason: str) -> str:
        service.end_silence(row, reason, by=user)
        return f"静默 {code} 已结束，还没有人确认的报警重新显示。"

    return ending(request, reverse("monitoring:silence", args=(code,)), end, silence=row)
