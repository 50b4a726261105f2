"""Reads about 指令: what may be set at a device, what was asked, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from django.db.models import Q, QuerySet

from chengyun.city.people.models import User
from chengyun.city.sensing.models import Command, Control, Device, Series
from chengyun.city.sensing.specs import Point
from chengyun.city.sensing.workflow import ASKED, COMMAND, CONFIRMED, WRITING
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import Scope
from chengyun.kernel.ui.words import told

VIEW = "monitoring.view"
RELATED = ("device", "asked_by", "confirmed_by")


def commands_for(user: User) -> QuerySet[Command]:
    """Those at devices of this person's part of the city."""
    return Command.objects.filter(user.scope(VIEW).area_q("area"))


def command_for(user: User, code: str) -> Command:
    """One of them; Missing when it is not this person's to see."""
    found = commands_for(user).select_related(*RELATED).filter(code=code).first()
    if found is None:
        raise Missing(f"没有指令「{code}」，或者它不在你的范围内。")
    return found


def commands_of(device: Device) -> QuerySet[Command]:
    """Everything asked of a device, newest first."""
    rows = Command.objects.filter(device=device).select_related(*RELATED)
    return rows.order_by("-asked_at", "-id")


def controls_of(device: Device) -> list[Control]:
    """What the plan of the gateway lets people set at a device that is in use."""
    if device.state != Device.State.WORKING:
        return []
    return _controls().get(device.code, [])


@recent(5)
def _controls() -> dict[str, list[Control]]:
    """All there are, by device."""
    rows = Control.objects.order_by("code", "point")
    return {code: list(found) for code, found in groupby(rows, key=attrgetter("code"))}


def forget_controls() -> None:
    """The gateway has another plan."""
    _controls.forget()


def control_of(device: Device, point: str) -> Control:
    """One of them; Missing when nothing may be written there."""
    found = next((each for each in controls_of(device) if each.point == point), None)
    if found is None:
        raise Missing(f"设备「{device.code}」的「{label_of(device, point)}」只读不写。")
    return found


def commands_to_carry_out() -> list[Command]:
    """What the gateway has to do: what was confirmed in time, and what it began."""
    due = Q(state=CONFIRMED, expires_at__gt=clock.now()) | Q(state=WRITING)
    return list(Command.objects.filter(due, open=True).select_related("device").order_by("id"))


def late_commands() -> QuerySet[Command]:
    """What nobody confirmed, or no gateway began, in time."""
    waiting = Command.objects.filter(open=True, state__in=(ASKED, CONFIRMED))
    return waiting.filter(expires_at__lte=clock.now()).select_related("device").order_by("id")


def point_of(device: Device, point: str) -> Point | None:
    """What was declared of a point of a device."""
    return device.declared.point(point) if device.declared else None


def label_of(device: Device, point: str) -> str:
    declared = point_of(device, point)
    return declared.label if declared else point


def value_words(device: Device, point: str, value: float | None) -> str:
    """20 %, as people read it; 不知道 where nobody knows it."""
    declared = point_of(device, point)
    if value is None:
        return "不知道"
    if declared is None:
        return f"{value:g}"
    return declared.word(value) or f"{value:.{declared.digits}f} {declared.unit}".rstrip()


def obstacle(device: Device, control: Control) -> str:
    """Why nothing may be written there now, "" when it may: who acts must know how things stand."""
    series = Series.objects.filter(device=device, point=control.point).first()
    label, now = label_of(device, control.point), clock.now()
    if device.state != Device.State.WORKING:
        return f"设备「{device.code}」不在用。"
    if series is None or series.heard_at is None:
        return f"还没有读到过「{device}」的{label}，不知道现在是多少，不能下指令。"
    if now - series.heard_at > timedelta(seconds=control.fresh):
        last = told(series.heard_at, now=now)
        return (
            f"「{device}」的{label}上一次读到是{last}，超过了 {control.fresh:g} 秒，"
            "不知道现在是多少，不能下指令。"
        )
    return ""


def current_value(device: Device, point: str) -> float | None:
    """What was read of it last."""
    found = Series.objects.filter(device=device, point=point).first()
    return found.value if found else None


def to_confirm(user: User) -> QuerySet[Command]:
    """What others asked for and this person may confirm."""
    return _asked_by_others(user.scope(COMMAND), user.pk)


def _asked_by_others(scope: Scope, person: int) -> QuerySet[Command]:
    rows = Command.objects.filter(scope.area_q("area"), open=True, state=ASKED)
    return rows.filter(expires_at__gt=clock.now()).exclude(asked_by=person)


def count_waiting(user: User) -> tuple[int, int]:
    """How many wait for this person; none is late, since what is has expired."""
    return _count_waiting(user.scope(COMMAND), user.pk)


@recent(5)
def _count_waiting(scope: Scope, person: int) -> tuple[int, int]:
    waiting = _asked_by_others(scope, person).count()
    return waiting, 0


def forget_counts() -> None:
    """A command has changed."""
    _count_waiting.forget()


def readers(commands: Iterable[int], people: Iterable[User]) -> dict[int, set[int]]:
    """Who of some people may open which commands."""
    areas = dict(Command.objects.filter(pk__in=list(commands)).values_list("pk", "area"))
    scopes = {p.pk: p.scope(VIEW) for p in people if p.may(VIEW)}
    return {
        pk: {person for person, scope in scopes.items() if scope.covers(area=area)}
        for pk, area in areas.items()
    }
