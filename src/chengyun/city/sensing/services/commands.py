"""指令: asked for by one person, confirmed by another, written once by the gateway, and read back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from chengyun.city.people.models import User
from chengyun.city.sensing.commands import (
    control_of,
    current_value,
    forget_controls,
    forget_counts,
    label_of,
    late_commands,
    obstacle,
    point_of,
    value_words,
)
from chengyun.city.sensing.models import Command, Control, Device
from chengyun.city.sensing.workflow import COMMAND, COMMANDED, CONFIRMED
from chengyun.kernel import clock, editions, workflow
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, NotAllowed, wrong
from chengyun.kernel.history import overtaken
from chengyun.kernel.params import settings_of
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take
from chengyun.kernel.workflow import Effects

LIMIT = "command.limit"
PROMPT = timedelta(minutes=1)
"""After it was confirmed the gateway must begin within this time; nobody wants a gate to move an hour later."""
LONGEST_REASON, LONGEST_OUTCOME = 200, 200
AT_MOST = 200
"""So many late ones in one run; the rest follows in the next."""


@dataclass(frozen=True, kw_only=True)
class NewControl:
    """What a plan lets people set; as ``Control``."""

    code: str
    point: str
    low: float | None = None
    high: float | None = None
    choices: Mapping[str, float] = field(default_factory=dict)
    fresh: float


@transaction.atomic
def tell_controls(found: Iterable[NewControl]) -> None:
    """The gateway says what its plan lets people set: that, and nothing that stood there before."""
    Control.objects.all().delete()
    Control.objects.bulk_create(
        Control(
            code=each.code,
            point=each.point,
            low=each.low,
            high=each.high,
            choices=dict(each.choices),
            fresh=each.fresh,
        )
        for each in found
    )
    forget_controls()


@transaction.atomic
def ask(device: Device, point: str, value: str, reason: str, *, by: User) -> Command:
    """Ask for a point to be set to a number or, where the plan has words, to one of them."""
    require(by, COMMAND, area=device.area)
    control = control_of(device, point)
    number, words = _value(device, control, value.strip())
    said = _said(reason)
    _check_state(device, control)
    now, edition = clock.now(), editions.current(COMMANDED.key, device.area)
    day = localtime(now).strftime("%y%m%d")
    command = Command(
        code=f"ZL{day}{take(f'command:{day}'):03d}",
        area=device.area,
        workflow=COMMANDED.key,
        edition=edition,
        state=editions.flow_of(edition.pk).start,
        device=device,
        point=point,
        value=number,
        words=words,
        reason=said,
        asked_at=now,
        asked_by=by,
        expires_at=now + timedelta(minutes=settings_of(device.area)[LIMIT]),
    )
    _store(command)
    before = value_words(device, point, current_value(device, point))
    facts = {"text": f"{label_of(device, point)}：{before} → {words}", "reason": said}
    record("command.ask", command, by=by, edition=edition.pk, facts=facts, new=True)
    forget_counts()
    return command


def _store(command: Command) -> None:
    try:
        with transaction.atomic():
            command.save(force_insert=True)
    except IntegrityError as error:
        label = label_of(command.device, command.point)
        raise Conflict(
            f"「{command.device}」的{label}已经有一条指令没有办完，办完或撤回以后才能再下。"
        ) from error


@transaction.atomic
def act(
    command: Command,
    verb: str,
    facts: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
) -> Command:
    """Confirm, refuse or withdraw. ``version`` is what the caller saw; an older one is a Conflict."""
    flow = editions.flow_of(command.edition_id)
    if version is not None and version != command.version:
        label = next((step.label for step in flow.steps if step.verb == verb), "办")
        sentence = overtaken(command, label, flow.state(command.state).label)
        raise Conflict(sentence, version=command.version)
    move = workflow.plan(command, verb, by=by, facts=facts)
    require(by, COMMAND, area=command.area)
    _check_person(command, verb, by)
    effects = _confirmed(command, by) if verb == "confirm" else _ended("", {})
    effects.facts |= {key: str(facts[key]) for key in move.step.needs}
    workflow.take(command, move, effects, by=by)
    forget_counts()
    return command


def _check_person(command: Command, verb: str, by: User) -> None:
    """Two people: who asked may only take it back."""
    mine = by.pk == command.asked_by_id
    if mine and verb != "withdraw":
        raise NotAllowed(f"指令 {command.code} 是你下的，要由另一位有权限的人复核。")
    if not mine and verb == "withdraw":
        raise NotAllowed(f"指令 {command.code} 不是你下的，不同意请驳回。")


def _confirmed(command: Command, by: User) -> Effects:
    """Now the gateway may; how things stand is looked at again."""
    now = clock.now()
    if now >= command.expires_at:
        raise Conflict(f"指令 {command.code} 没有在时限内复核，已经过期，要做请重新下。")
    _check_state(command.device, control_of(command.device, command.point))
    return Effects(columns={"confirmed_by": by, "expires_at": now + PROMPT})


@transaction.atomic
def begin(command: Command, before: float) -> None:
    """The gateway is about to write; ``before``: what it has just read. Conflict when it may not (any more)."""
    now = clock.now()
    if command.state != CONFIRMED or now >= command.expires_at:
        raise Conflict(f"指令 {command.code} 现在不能执行。")
    read = value_words(command.device, command.point, before)
    columns = {"begun_at": now, "before": before}
    _machine(command, "begin", Effects(columns=columns, facts={"text": f"写以前读到 {read}"}))


@transaction.atomic
def reach(command: Command, told: float, sentence: str) -> None:
    """What was read back is what was asked for."""
    _machine(command, "reach", _ended(sentence, {"told": told}))


@transaction.atomic
def fail(command: Command, sentence: str, told: float | None = None) -> None:
    """It was not written, or the controller did not do it."""
    _machine(command, "fail", _ended(sentence, {"told": told}))


@transaction.atomic
def lose(command: Command, sentence: str, told: float | None = None) -> None:
    """Nobody knows whether it was written; a person has to look."""
    _machine(command, "lose", _ended(sentence, {"told": told}))


def sweep_expired() -> int:
    """What was not confirmed, or not begun, in time is over; how many."""
    return sum(_expire(command) for command in late_commands()[:AT_MOST])


def _expire(command: Command) -> bool:
    """Whether it was ended; who acts on it in this moment comes first, and the next run looks again."""
    late = "网关没有及时执行" if command.state == CONFIRMED else "没有人在时限内复核"
    try:
        with transaction.atomic():
            _machine(command, "expire", _ended(f"{late}，没有写。", {}))
    except Conflict:
        return False
    return True


def _machine(command: Command, verb: str, effects: Effects) -> None:
    move = workflow.plan(command, verb, by=None, facts={})
    workflow.take(command, move, effects, by=None)
    forget_counts()


def _ended(sentence: str, columns: dict[str, Any]) -> Effects:
    over = {"open": False, "ended_at": clock.now(), "outcome": sentence[:LONGEST_OUTCOME]}
    return Effects(columns=columns | over, facts={"text": sentence} if sentence else {})


def _check_state(device: Device, control: Control) -> None:
    if sentence := obstacle(device, control):
        raise Conflict(sentence)


def _value(device: Device, control: Control, text: str) -> tuple[float, str]:
    """The number and how people call it."""
    if control.choices:
        if text not in control.choices:
            raise wrong("value", f"只能选 {'、'.join(control.choices)}。")
        return float(control.choices[text]), text
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    declared = point_of(device, control.point)
    unit = f" {declared.unit}".rstrip() if declared else ""
    assert control.low is not None and control.high is not None
    if not control.low <= number <= control.high:
        raise wrong("value", f"要填 {control.low:g} 到 {control.high:g}{unit} 之间的数。")
    return number, f"{number:g}{unit}"


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise wrong("reason", "请写明为什么下这条指令，例如：预报大雨，预降水位。")
    if len(text) > LONGEST_REASON:
        raise wrong("reason", f"最多 {LONGEST_REASON} 字，现在有 {len(text)} 字。")
    return text
