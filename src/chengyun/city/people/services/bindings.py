"""Verbs that bind people to places: 网格员, 路长, 包线包点, with shifts and substitutes."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.timezone import localdate

from chengyun.city.people.chiefs import binding_kinds
from chengyun.city.people.models import Binding, Unit, User
from chengyun.city.people.services.users import area_of
from chengyun.city.people.specs import EVERY_DAY, PLACE_TYPES
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person

CODED_BY_AREA = ("grid", "region")
"""Places whose code begins with that of the area they lie in."""


@transaction.atomic
def bind(
    kind: str,
    place_type: str,
    place_code: str,
    user: User,
    *,
    by: Person | None,
    unit: Unit | None = None,
    shift: str = "",
    weekdays: str = EVERY_DAY,
    valid_from: date | None = None,
) -> Binding:
    """Make a person answer for a place; ``shift`` "" is the city's usual one."""
    require(by, "people.binding.change", area=area_of(user))
    if place_type in CODED_BY_AREA:
        require(by, "people.binding.change", area=place_code)
    start = valid_from or localdate(clock.now())
    _check(kind, place_type, place_code)
    _check_times(shift, weekdays)
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=True):
        raise Conflict(f"{user.username} 已经停用，不能指定为责任人。")
    same = Binding.objects.filter(
        kind=kind, place_type=place_type, place_code=place_code, user=user, shift=shift
    )
    if same.filter(valid_to=None).exists():
        raise Conflict(f"{user.name}已经是 {place_code} 的责任人。")
    binding = Binding(
        kind=kind,
        place_type=place_type,
        place_code=place_code,
        user=user,
        unit=unit or user.unit,
        shift=shift,
        weekdays=weekdays,
        valid_from=start,
    )
    binding.save(force_insert=True)
    facts = {"kind": kind, "place": place_code, "shift": shift, "user": user.pk, "from": start}
    facts |= {"weekdays": weekdays} if weekdays != EVERY_DAY else {}
    record("binding.add", binding, by=by, area=area_of(user), facts=facts, new=True)
    return binding


def _check(kind: str, place_type: str, place_code: str) -> None:
    if kind not in binding_kinds():
        raise wrong("kind", f"责任人类型没有「{kind}」。")
    if place_type not in PLACE_TYPES:
        raise wrong("place_type", f"地点类型没有「{place_type}」。")
    if not 0 < len(place_code) <= 20:
        raise wrong("place_code", "请填写地点编码，最多 20 位。")


def _check_times(shift: str, weekdays: str) -> None:
    if len(shift) > 20:
        raise wrong("shift", "班次最多 20 字。")
    if not weekdays or weekdays != "".join(day for day in EVERY_DAY if day in weekdays):
        raise wrong("weekdays", "请选择星期几上班。")


@transaction.atomic
def reschedule(binding: Binding, shift: str, weekdays: str, *, by: Person | None) -> Binding:
    """Another shift, other days of the week, from now on."""
    require(by, "people.binding.change", area=area_of(binding.user))
    _check_times(shift, weekdays)
    rows = Binding.objects.filter(valid_to=None)
    same = rows.filter(
        kind=binding.kind,
        place_type=binding.place_type,
        place_code=binding.place_code,
        user=binding.user_id,
        shift=shift,
    )
    if same.exclude(pk=binding.pk).exists():
        raise Conflict(f"{binding.user.name}在 {binding.place_code} 已经有这个班次。")
    if not rows.filter(pk=binding.pk).update(shift=shift, weekdays=weekdays):
        raise Conflict("这位责任人已经解除了。")
    binding.shift, binding.weekdays = shift, weekdays
    facts = {"shift": shift, "weekdays": weekdays}
    record("binding.reschedule", binding, by=by, area=area_of(binding.user), facts=facts)
    return binding


@transaction.atomic
def substitute(
    binding: Binding, substitute: User | None, start: date, end: date, *, by: Person | None
) -> Binding:
    """Somebody stands in from ``start`` to ``end``, both days included; None ends the standing-in."""
    require(by, "people.binding.change", area=area_of(binding.user))
    if substitute:
        require(by, "people.binding.change", area=area_of(substitute))
    if end < start:
        raise wrong("end", "替班结束日期早于开始日期。")
    if substitute and (substitute.pk == binding.user_id or not substitute.is_active):
        raise wrong("substitute", "替班人应是另一位在职人员。")
    changed = {
        "substitute": substitute,
        "substitute_from": start if substitute else None,
        "substitute_to": end if substitute else None,
    }
    if not Binding.objects.filter(pk=binding.pk, valid_to=None).update(**changed):
        raise Conflict("这位责任人已经解除了。")
    for name, value in changed.items():
        setattr(binding, name, value)
    facts = {"substitute": substitute.pk if substitute else None, "from": start, "to": end}
    record("binding.substitute", binding, by=by, area=area_of(binding.user), facts=facts)
    return binding


@transaction.atomic
def unbind(binding: Binding, *, by: Person | None) -> Binding:
    """From today the person no longer answers for the place."""
    require(by, "people.binding.change", area=area_of(binding.user))
    today = localdate(clock.now())
    if not Binding.objects.filter(pk=binding.pk, valid_to=None).update(valid_to=today):
        raise Conflict("这位责任人已经解除了。")
    binding.valid_to = today
    record("binding.end", binding, by=by, area=area_of(binding.user), facts={"on": today})
    return binding
