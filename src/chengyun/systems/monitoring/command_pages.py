"""Pages of 指令: the list, one of them, asking for one, and what a second person says to it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.sensing import commands as reads
from chengyun.city.sensing import queries
from chengyun.city.sensing.models import Command, Control, Device
from chengyun.city.sensing.services import commands as service
from chengyun.city.sensing.workflow import COMMAND
from chengyun.kernel import registry
from chengyun.kernel.editions import flow_of
from chengyun.kernel.errors import Conflict, Invalid, Missing
from chengyun.kernel.forms import faulty, form_of, retold, version_of
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.systems.monitoring import command_view, view

WHY = Field(
    key="reason",
    label="原因",
    required=True,
    max_length=service.LONGEST_REASON,
    hint="例如：预报大雨，预降水位。复核的人和以后查的人都看它。",
)
DONE = {
    "confirm": "已复核，网关马上写。",
    "refuse": "已驳回，什么都没有写。",
    "withdraw": "已撤回，什么都没有写。",
}


def _rows(user: Any, values: Values) -> QuerySet[Command]:
    rows = reads.commands_for(user)
    if values.get("state"):
        rows = rows.filter(state=values["state"])
    if "mine" in values:
        rows = rows.filter(pk__in=reads.to_confirm(user))
    return rows.filter(device__code=values["device"].strip()) if "device" in values else rows


COMMANDS = Listing(
    key="monitoring:commands",
    label="控制指令",
    may=reads.VIEW,
    columns=(
        Column(key="code", label="指令号", kind="code", value=lambda row: row.code),
        Column(
            key="what",
            label="设备",
            kind="strong",
            value=lambda row: (str(row.device), command_view.what_of(row)),
        ),
        Column(key="state", label="状态", kind="badge", value=command_view.badge_of),
        Column(key="reason", label="原因", value=lambda row: row.reason),
        Column(key="asked", label="下达", kind="time", value=lambda row: row.asked_at),
        Column(key="by", label="谁下的", kind="short", value=lambda row: str(row.asked_by)),
        Column(
            key="second",
            label="谁复核的",
            kind="short",
            value=lambda row: str(row.confirmed_by or ""),
        ),
        Column(key="outcome", label="结果", wide_only=True, value=lambda row: row.outcome),
    ),
    filters=(
        Filter(key="state", label="状态", choices=lambda user: command_view.STATES),
        Filter(key="mine", label="等我复核", kind="check"),
        Filter(key="device", label="设备编号", kind="text"),
    ),
    rows=_rows,
    more=lambda rows: rows.select_related(*reads.RELATED),
    order=("-asked_at", "-id"),
    links=Links(
        url=lambda row: reverse("monitoring:command", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有符合条件的指令。",
    way="去掉全部条件",
)
registry.add(COMMANDS)


@door(may=reads.VIEW)
def commands(request: HttpRequest) -> HttpResponse:
    """All commands at devices of this person's part of the city, newest first."""
    none = ("还没有下过指令；能控制的设备，在设备页上下。", reverse("monitoring:devices"), "看设备")
    return page(request, **listed(request, COMMANDS, none=none))


@door(may=reads.VIEW)
def command(request: HttpRequest, code: str) -> HttpResponse:
    """One command: what it sets, who asked and confirmed, what was read back; it asks again while it is under way."""
    user = person_of(request)
    row = reads.command_for(user, code)
    return page(
        request,
        command=row,
        badge=command_view.badge_of(row),
        what=command_view.what_of(row),
        sentence=command_view.sentence_of(user, row),
        steps=command_view.steps_of(user, row),
        facts=command_view.facts_of(row),
        events=view.events_of(history_of(row, role_labels())),
    )


@door(may=COMMAND)
def command_add(request: HttpRequest, code: str, point: str) -> HttpResponse:
    """Ask for a point of a device to be set; nothing is written before a second person agrees."""
    user = person_of(request)
    device = queries.device_for(user, code)
    control = reads.control_of(device, point)
    form = _form(request, device, control)
    here = reverse("monitoring:device", args=(code,))
    label, now = reads.label_of(device, point), reads.current_value(device, point)
    context: dict[str, Any] = {
        "device": device,
        "label": label,
        "now": reads.value_words(device, point, now),
        "hindrance": reads.obstacle(device, control),
        "cancel": here,
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    given = form.cleaned_data
    try:
        made = service.ask(device, point, str(given["value"]), given["reason"], by=user)
    except (Invalid, Conflict) as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("monitoring:command", args=(made.code,))
    return back(request, there, f"已下指令 {made.code}，等另一位复核。")


def _form(request: HttpRequest, device: Device, control: Control) -> Form:
    point = reads.point_of(device, control.point)
    given = request.POST if request.method == "POST" else None
    if control.choices:
        choices = tuple((word, word) for word in control.choices)
        value = Field(key="value", label="要它", kind="choice", required=True, choices=choices)
        return form_of((value, WHY), given)
    value = Field(
        key="value",
        label="要它到",
        kind="decimal",
        required=True,
        unit=point.unit if point else "",
        minimum=_plain(control.low),
        maximum=_plain(control.high),
        hint=f"{control.low:g} 到 {control.high:g}",
    )
    return form_of((value, WHY), given)


def _plain(number: float | None) -> float | None:
    """100 and not 100.0."""
    return int(number) if number is not None and number.is_integer() else number


@door(may=COMMAND)
def command_act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Confirm, refuse or withdraw; why it is refused is asked on a page of its own."""
    user = person_of(request)
    row = reads.command_for(user, code)
    here = reverse("monitoring:command", args=(code,))
    flow = flow_of(row.edition_id)
    step = next((each for each in flow.steps if each.verb == verb and each.may), None)
    if step is None:
        raise Missing(f"指令没有「{verb}」这个动作。")
    fields = tuple(flow.fact(key) for key in step.needs)
    form = form_of(fields, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {
        "command": row,
        "what": command_view.what_of(row),
        "step": step,
        "cancel": here,
    }
    if request.method != "POST":
        return page(request, form=form, **context) if fields else back(request, here)
    if not form.is_valid():
        return faulty(request, form, **context)
    service.act(row, verb, form.cleaned_data, by=user, version=version_of(request))
    return back(request, here, f"指令 {code} {DONE[verb]}")
