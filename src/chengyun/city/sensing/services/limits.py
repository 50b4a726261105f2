"""自定限值: set by a person for a rule at a device or in an area, valid from then to then, ended before its time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from chengyun.city.people.models import User
from chengyun.city.places.queries import label_of, names_of
from chengyun.city.sensing.models import Device, OwnLimits
from chengyun.city.sensing.own_limits import CHANGE, holding, rule_called
from chengyun.city.sensing.services.endings import why
from chengyun.city.sensing.specs import (
    MOST_TIMES,
    RANK_LABELS,
    RANKS,
    AlarmRule,
    Count,
    DeviceKind,
    Level,
    Rank,
    Rate,
    Silent,
    Usual,
    lasting,
)
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid, wrong
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

LONGEST_REASON = 200
LEAP_YEAR = 2024
LONGEST_MINUTES = 366 * 24 * 60
MOST_PERCENT = 10_000
LONGEST_TIME = timedelta(days=1)
TIMES = {"hold": "持续时间", "calm": "恢复时间"}


@dataclass(frozen=True, kw_only=True)
class NewLimits:
    """For a ``rule`` at one ``device``, or everywhere in an ``area``.

    ``levels``: of each rank what sets and what clears it. ``times``: ``hold`` and ``calm``, where they are to be others
    than the rule declares. ``season``: from which day of the year to which, 06-01 and
    09-30, or two empty ones. Without ``valid_from`` they hold from now on, without ``valid_to`` until they are ended.
    """

    rule: str
    device: Device | None = None
    area: str = ""
    levels: Mapping[Rank, tuple[float, float]]
    times: Mapping[str, timedelta] = field(default_factory=dict)
    season: tuple[str, str] = ("", "")
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    reason: str


@transaction.atomic
def set_limits(new: NewLimits, *, by: User | None) -> OwnLimits:
    """From then till then a rule has these limits there; the gateway takes them up within seconds."""
    rule, now = rule_called(new.rule), clock.now()
    area = new.device.area if new.device else new.area
    _check_where(new, rule)
    require(by, CHANGE, area=area)
    levels, times = levels_of(rule, new.levels), times_of(rule, new.times)
    begins = max(new.valid_from or now, now)
    _check_when(new, begins)
    day = localtime(now).strftime("%y%m%d")
    row = OwnLimits(
        code=f"XZ{day}{take(f'limits:{day}'):03d}",
        rule=rule.key,
        area=area,
        device=new.device,
        levels={each.rank: {"sets": each.sets, "clears": each.clears} for each in levels},
        **{key: int(each.total_seconds()) for key, each in times.items()},
        season_from=new.season[0],
        season_to=new.season[1],
        valid_from=begins,
        valid_to=new.valid_to,
        reason=_said(new.reason),
        made_at=now,
        made_by=by,
    )
    row.save(force_insert=True)
    record("limit.set", row, by=by, facts=_facts(row, rule), new=True)
    holding.forget()
    return row


@transaction.atomic
def end_limits(row: OwnLimits, reason: str, *, by: User | None) -> None:
    """Before their time: from now on the rule has the limits it would have without them."""
    require(by, CHANGE, area=row.area)
    told, now = why(reason), clock.now()
    over = row.valid_to is not None and row.valid_to <= now
    if over or not OwnLimits.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now):
        raise Conflict(f"自定限值 {row.code} 已经不用了。")
    row.ended_at = now
    record("limit.end", row, by=by, facts=_named(row) | told)
    holding.forget()


def levels_of(rule: AlarmRule, given: Mapping[Rank, tuple[float, float]]) -> tuple[Level, ...]:
    """Limits for a rule, the mildest level first; Invalid says what is wrong with them, level by level."""
    levels = [
        Level(rank=rank, sets=given[rank][0], clears=given[rank][1])
        for rank in RANKS
        if rank in given
    ]
    if not levels:
        raise wrong("red_sets", "至少填一个级别的报警值。")
    faults = (*_faults(rule, levels), *_disorder(rule, levels))
    if faults:
        raise Invalid(faults[0].message, fields=faults)
    return tuple(levels)


def times_of(rule: AlarmRule, given: Mapping[str, timedelta]) -> dict[str, timedelta]:
    """Hold and calm for a rule; Invalid says what is wrong with them."""
    for key, each in given.items():
        label = TIMES[key]
        if isinstance(rule.looks_at, Silent):
            raise wrong(key, f"规则「{rule.label}」没有{label}。")
        if not timedelta() <= each <= LONGEST_TIME:
            raise wrong(key, f"{label}从 0 到 {lasting(LONGEST_TIME)}。")
    if rule.when and "calm" in given and not given["calm"]:
        raise wrong("calm", f"规则「{rule.label}」另有条件，恢复时间不能是 0。")
    return dict(given)


def _faults(rule: AlarmRule, levels: list[Level]) -> Iterator[FieldError]:
    """What is wrong with a level by itself: a value nothing can reach, a level that could never end."""
    (low, high), sign = bounds_of(rule), sign_of(rule)
    last = low if sign > 0 else high
    for level in levels:
        label = RANK_LABELS[level.rank]
        for part, value in (("sets", level.sets), ("clears", level.clears)):
            if not low <= value <= high:
                sentence = f"{label}的值要在 {low:g} 到 {high:g} 之间。"
                yield FieldError(f"{level.rank}_{part}", sentence)
        if level.clears * sign > level.sets * sign:
            yield FieldError(f"{level.rank}_clears", f"{label}的解除值不能比报警值更严重。")
        elif level.clears == last:
            sentence = f"{label}的解除值是 {last:g} 的话，永远不会解除。"
            yield FieldError(f"{level.rank}_clears", sentence)


def _disorder(rule: AlarmRule, levels: list[Level]) -> Iterator[FieldError]:
    sign, way = sign_of(rule), "大于" if rule.side == "above" else "小于"
    for milder, worse in pairwise(levels):
        if milder.sets * sign >= worse.sets * sign:
            sentence = f"{RANK_LABELS[worse.rank]}的报警值要{way}{RANK_LABELS[milder.rank]}的。"
            yield FieldError(f"{worse.rank}_sets", sentence)


def sign_of(rule: AlarmRule) -> int:
    return 1 if rule.side == "above" else -1


def bounds_of(rule: AlarmRule) -> tuple[float, float]:
    """Between which two values a limit of a rule makes sense, in its unit."""
    point = registry.get(DeviceKind, rule.kind).point(rule.point)
    assert point is not None
    match rule.looks_at:
        case None:
            return point.low, point.high
        case Rate():
            whole = point.high - point.low
            return (0, whole) if rule.side == "above" else (-whole, 0)
        case Count():
            return 0, MOST_TIMES
        case Usual():
            return -100, MOST_PERCENT
    return 0, LONGEST_MINUTES


def _check_where(new: NewLimits, rule: AlarmRule) -> None:
    if new.device is not None:
        if new.device.kind != rule.kind:
            raise wrong("device", f"规则「{rule.label}」不看设备「{new.device.code}」。")
        if new.device.state != Device.State.WORKING:
            raise wrong("device", f"设备「{new.device.code}」不在用，不用定限值。")
    elif not new.area:
        raise wrong("device", "请写设备编号，或者选一个区域。")
    elif not names_of([new.area]):
        raise wrong("area", "请从列表中选区域。")


def _check_when(new: NewLimits, begins: datetime) -> None:
    if new.valid_to is not None and new.valid_to <= begins:
        raise wrong("valid_to", "结束时间要晚于现在，也晚于开始时间。")
    for key, day in zip(("season_from", "season_to"), new.season, strict=True):
        if bool(day) != any(new.season):
            raise wrong(key, "季节的开始和结束要一起填，或者都不填。")
        if day and not _is_day(day):
            raise wrong(key, "季节要写成月-日，例如 06-01。")


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d\d-\d\d", text):
        return False
    try:
        date.fromisoformat(f"{LEAP_YEAR}-{text}")
    except ValueError:
        return False
    return True


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise wrong("reason", "请写明为什么另定，例如：桥下路面低，按 20 厘米封路。")
    if len(text) > LONGEST_REASON:
        raise wrong("reason", f"最多 {LONGEST_REASON} 字，现在有 {len(text)} 字。")
    return text


def _named(row: OwnLimits) -> dict[str, Any]:
    return {"limits": {"code": row.code, "name": f"自定限值 {row.code}"}}


def _facts(row: OwnLimits, rule: AlarmRule) -> dict[str, Any]:
    told = {
        "what": f"{row.device or label_of(row.area)}：{rule.label}",
        "levels": row.levels,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "reason": row.reason,
    }
    told |= {key: lasting(each) for key, each in row.times.items()}
    if row.season_from:
        told["season"] = f"{row.season_from} 到 {row.season_to}"
    return _named(row) | told
