"""What the pages show of 指令: what may be set at a device, how a command stands, what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from chengyun.city.people.models import User
from chengyun.city.sensing import commands as reads
from chengyun.city.sensing.models import Command, Control, Device
from chengyun.city.sensing.workflow import COMMAND, COMMANDED
from chengyun.kernel import clock
from chengyun.kernel.editions import flow_of
from chengyun.kernel.specs import Step
from chengyun.kernel.ui.words import told
from chengyun.kernel.workflow import steps_for

TONES = {
    "asked": "amber",
    "confirmed": "accent",
    "writing": "accent",
    "done": "eco",
    "failed": "red",
    "unknown": "red",
}
STATES = [(state.key, state.label) for state in COMMANDED.states]
SHOWN = 5
TAKES_BACK = "withdraw"


def badge_of(command: Command) -> dict[str, str]:
    label = flow_of(command.edition_id).state(command.state).label
    return {"words": label, "tone": TONES.get(command.state, "line")}


def what_of(command: Command) -> str:
    """闸门开度 → 50 %."""
    return f"{reads.label_of(command.device, command.point)} → {command.words}"


@dataclass(frozen=True, kw_only=True)
class ControlLine:
    """A point that may be set: how it stands, the command under way, or the way to one, or why there is none."""

    label: str
    now: str
    open: Command | None
    way: str
    hindrance: str


@dataclass(frozen=True, kw_only=True)
class Controls:
    """What may be set at a device, and what was asked of it last."""

    lines: list[ControlLine]
    last: list[tuple[Command, dict[str, str], str]]


def controls_on(user: User, device: Device) -> Controls | None:
    """None where nothing may be set: the page offers nothing then."""
    controls = reads.controls_of(device)
    if not controls:
        return None
    last = list(reads.commands_of(device)[:SHOWN])
    mine = user.may(COMMAND) and user.scope(COMMAND).covers(area=device.area)
    under_way = {row.point: row for row in last if row.open}
    lines = [_line(device, each, under_way.get(each.point), mine=mine) for each in controls]
    return Controls(lines=lines, last=[(row, badge_of(row), what_of(row)) for row in last])


def _line(
    device: Device, control: Control, under_way: Command | None, *, mine: bool
) -> ControlLine:
    hindrance = reads.obstacle(device, control) if mine and not under_way else ""
    free = mine and not under_way and not hindrance
    there = reverse("monitoring:command_add", args=(device.code, control.point))
    value = reads.current_value(device, control.point)
    return ControlLine(
        label=reads.label_of(device, control.point),
        now=reads.value_words(device, control.point, value),
        open=under_way,
        way=there if free else "",
        hindrance=hindrance,
    )


def may_take(user: User, command: Command, step: Step) -> bool:
    """Two people: who asked may take it back, another confirms or refuses."""
    if not step.may or not user.scope(COMMAND).covers(area=command.area):
        return False
    return (step.verb == TAKES_BACK) == (user.pk == command.asked_by_id)


def steps_of(user: User, command: Command) -> list[tuple[Step, str]]:
    """What this person may do with it now, and where."""
    return [
        (step, reverse("monitoring:command_act", args=(command.code, step.verb)))
        for step in steps_for(command, user, lambda step: may_take(user, command, step))
    ]


def facts_of(command: Command) -> list[tuple[str, Any]]:
    """What is to be set, who asked, who confirmed, and what was read."""
    device, now = command.device, clock.now()
    there = reverse("monitoring:device", args=(device.code,))
    told_back = reads.value_words(device, command.point, command.told)
    confirmed = str(command.confirmed_by) if command.confirmed_by else ""
    return [
        ("设备", format_html('<a href="{}">{}</a>', there, device)),
        ("地点", device.address),
        ("要做", what_of(command)),
        ("现在", reads.value_words(device, command.point, _now_of(command))),
        ("原因", command.reason),
        ("下达", f"{told(command.asked_at, now=now)}　{command.asked_by}"),
        ("复核", confirmed or ("还没有人复核" if command.open else "没有复核")),
        *([("写以前", _read(command, command.before))] if command.begun_at else []),
        *([("读回", told_back)] if command.told is not None else []),
    ]


def _now_of(command: Command) -> float | None:
    return reads.current_value(command.device, command.point)


def _read(command: Command, value: float | None) -> str:
    return reads.value_words(command.device, command.point, value)


def sentence_of(user: User, command: Command) -> str:
    """How it stands, and what has to happen now."""
    if not command.open:
        return command.outcome
    until = told(command.expires_at, now=clock.now())
    if command.state == "asked":
        mine = user.pk == command.asked_by_id
        who = "要另一位有权限的人复核，你自己不能" if mine else "请复核：看清设备、值和现场"
        return f"{who}。{until} 没有复核就作废，什么都不写。"
    if command.state == "confirmed":
        return f"已复核，等网关写入。{until} 网关没有开始就作废。"
    return "网关正在写，写完读回。"
