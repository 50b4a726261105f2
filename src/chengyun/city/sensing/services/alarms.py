"""Alarms: followed by the machine as the readings go, judged and closed by people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.people.models import User
from chengyun.city.places.queries import address_of, locate
from chengyun.city.sensing.models import Alarm, Device, Series
from chengyun.city.sensing.outages import group_words
from chengyun.city.sensing.own_limits import holding
from chengyun.city.sensing.queries import forget_counts, place_told, rules_on, series_of
from chengyun.city.sensing.services.ailments import fault_judged
from chengyun.city.sensing.silences import silence_on
from chengyun.city.sensing.specs import MANY_SILENT, RANK_LABELS, RANKS, Silent
from chengyun.city.sensing.wording import signal_words, value_words
from chengyun.city.sensing.workflow import ALARM, CLEARED, CLOSED, FAULTY, JUDGE, OPEN, REFUTED
from chengyun.kernel import clock, editions, workflow
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.history import overtaken
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take
from chengyun.kernel.ui.words import told
from chengyun.kernel.workflow import Effects

ENDED = (REFUTED, FAULTY, CLOSED)
STILL_RIGHT = ("confirm", "open_case")
"""Steps a person means whatever the level has become since they looked."""
LONGEST_COMMENT = 500


@dataclass(frozen=True, kw_only=True)
class LevelChange:
    """A series reaches another level of a rule (0: none), by the reading of ``at``; ``since``: when it set out to.

    ``signal``: what the limits are held against; None where that is the value itself, or there is no level.
    ``area``: whom it concerns; "" for where the device stands.
    """

    series: int
    rule: str
    level: int
    value: float
    at: datetime
    since: datetime
    signal: float | None = None
    area: str = ""


@transaction.atomic
def follow(change: LevelChange) -> Alarm | None:
    """What people have to be told of a change of level; the same change again changes nothing.

    A series has one open alarm of a rule at most. What was judged a false alarm or a fault stays so until the value has
    fallen back: only then can the rule raise another.
    """
    last = _last(change)
    if last is not None and change.at <= last.changed_at:
        return last
    if last is not None and last.open:
        follow_open(last, change)
    elif last is not None and last.ended_at is None:
        _after_the_judgement(last, change)
    elif change.level:
        last = raise_alarm(change)
    forget_counts()
    return last


def _last(change: LevelChange) -> Alarm | None:
    rows = Alarm.objects.filter(series=change.series, rule=change.rule)
    return rows.select_related("series__device").order_by("-changed_at", "-id").first()


def raise_alarm(change: LevelChange, *, ended_at: datetime | None = None) -> Alarm:
    """A new alarm. ``ended_at``: it is found only now that all is over, and nobody is woken for it."""
    series = Series.objects.select_related("device").get(pk=change.series)
    area, now = change.area or series.device.area, clock.now()
    edition = editions.current(ALARM.key, area)
    day = localtime(now).strftime("%y%m%d")
    alarm = Alarm(
        code=f"BJ{day}{take(f'alarm:{day}'):04d}",
        area=area,
        workflow=ALARM.key,
        edition=edition,
        state=editions.flow_of(edition.pk).start,
        marks=[CLEARED] if ended_at else [],
        ended_at=ended_at,
        series=series,
        rule=change.rule,
        level=change.level,
        worst=change.level,
        value=change.value,
        signal=change.signal,
        began_at=change.since,
        changed_at=change.at,
        raised_at=now,
        simulated=series.device.simulated,
    )
    alarm.save(force_insert=True)
    facts = _said(change, alarm) | _silenced(alarm)
    verb = "alarm.find" if ended_at else "alarm.raise"
    record(verb, alarm, by=None, edition=edition.pk, facts=facts, new=True)
    return alarm


def follow_open(alarm: Alarm, change: LevelChange) -> None:
    """An open alarm clears, comes back, or changes its level."""
    columns: dict[str, Any] = {"changed_at": change.at, "value": change.value}
    if change.level == 0:
        columns |= {"ended_at": change.at, "level": alarm.worst}
        machine(alarm, "clear", columns, change)
        return
    worse = change.level > alarm.level
    columns |= {"level": change.level, "worst": max(alarm.worst, change.level), "ended_at": None}
    columns["signal"] = change.signal
    verb = "relapse" if alarm.cleared else "worsen" if worse else "ease"
    machine(alarm, verb, columns, change)


def machine(alarm: Alarm, verb: str, columns: dict[str, Any], change: LevelChange) -> None:
    """A step that nobody takes but the readings."""
    move = workflow.plan(alarm, verb, by=None, facts={})
    facts = _said(change, alarm) | _silenced(alarm)
    workflow.take(alarm, move, Effects(columns=columns, facts=facts), by=None)


def _silenced(alarm: Alarm) -> dict[str, Any]:
    """The fact that nobody is told of what happens now."""
    found = silence_on(alarm.series.device)
    return {"silence": {"code": found.code, "name": f"静默 {found.code}"}} if found else {}


def _after_the_judgement(alarm: Alarm, change: LevelChange) -> None:
    """What was judged already only takes note of how the value goes on."""
    columns: dict[str, Any] = {"changed_at": change.at}
    if change.level == 0:
        columns["ended_at"] = change.at
    Alarm.objects.filter(pk=alarm.pk).update(**columns)
    if change.level == 0:
        record("alarm.end", alarm, by=None, facts=_said(change, alarm))


def _said(change: LevelChange, alarm: Alarm) -> dict[str, Any]:
    rank = RANKS[change.level - 1] if change.level else ""
    words = {"level": rank, "value": change.value, "read_at": change.at.isoformat()}
    point = alarm.series.declared
    value = value_words(point, change.value)
    if not rank:
        return words | {"text": f"读数 {value}"}
    signal = signal_words(alarm.declared, change.signal, point.unit if point else "")
    during = _during(alarm)
    why = f"（{during}）" if during else ""
    told = (RANK_LABELS[rank], signal, f"读数 {value}{why}")
    return words | {"text": "，".join(filter(None, told))}


def _during(alarm: Alarm) -> str:
    """The weather warning because of which the rule of an alarm has the limits it has now."""
    rule, device = alarm.declared, alarm.series.device
    return holding().during(rule, device.code, device.area) if rule else ""


@transaction.atomic
def act(
    alarm: Alarm,
    verb: str,
    facts: Mapping[str, Any],
    *,
    by: User | None,
    version: int | None = None,
) -> Alarm:
    """Take one step of the alarm's table. ``version`` is what the caller saw; an older one is a Conflict.

    Not so of the steps the values that came meanwhile cannot make wrong: they are taken as long as the table has them.
    """
    flow = editions.flow_of(alarm.edition_id)
    if verb in STILL_RIGHT:  # as it stands when nobody else is changing it
        alarm.refresh_from_db(from_queryset=Alarm.objects.select_for_update())
    elif version not in (None, alarm.version):
        label = next((step.label for step in flow.steps if step.verb == verb), "办")
        sentence = overtaken(alarm, label, flow.state(alarm.state).label)
        raise Conflict(sentence, version=alarm.version)
    move = workflow.plan(alarm, verb, by=by, facts=facts)
    require(by, move.step.may, area=alarm.area)
    given = {key: str(facts[key]) for key in (*move.step.needs, *move.step.asks) if facts.get(key)}
    effects = MEANINGS.get(verb, _nothing)(alarm, given, by)
    effects.columns["open"] = move.target in OPEN
    effects.facts |= given
    workflow.take(alarm, move, effects, by=by)
    forget_counts()
    return alarm


@transaction.atomic
def comment(alarm: Alarm, text: str, *, by: User | None) -> None:
    """A note in the history; nothing else changes."""
    require(by, JUDGE, area=alarm.area)
    said = text.strip()
    if not said:
        raise wrong("note", "请写备注。")
    if len(said) > LONGEST_COMMENT:
        raise wrong("note", f"最多 {LONGEST_COMMENT} 字，现在有 {len(said)} 字。")
    record("alarm.comment", alarm, by=by, facts={"note": said})


def _nothing(alarm: Alarm, given: Mapping[str, str], by: User | None) -> Effects:
    return Effects()


def _blame(alarm: Alarm, given: Mapping[str, str], by: User | None) -> Effects:
    """Maintenance has to see to the device; an outage is the fault of none of those that are silent."""
    if alarm.rule != MANY_SILENT:
        fault_judged(alarm, given.get("note", ""), by=by)
    return Effects()


def _open_case(alarm: Alarm, given: Mapping[str, str], by: User | None) -> Effects:
    """The case of an alarm: of the class its rule names, where the device is."""
    device, rule = alarm.series.device, alarm.declared
    point = alarm.series.declared
    lon, lat, address = _where(device)
    reading = f"读数 {alarm.value:g}"
    if point:
        reading = f"{point.label} {value_words(point, alarm.value)} {point.unit}".rstrip()
    signal = signal_words(rule, alarm.signal, point.unit if point else "")
    reading = f"{reading}，{signal}" if signal else reading
    since, over = told(alarm.began_at, now=clock.now()), "，现已恢复" if alarm.cleared else ""
    what = (
        f"{device}（{device.code}）{RANK_LABELS[alarm.rank]}报警：{reading}，{since} 起越限{over}。"
    )
    if alarm.rule == MANY_SILENT:
        rule = next(each for each in rules_on(device.kind) if isinstance(each.looks_at, Silent))
        many = f"{group_words(alarm.outage.group)} {alarm.outage.devices.count()} 台设备"
        what = f"{alarm.label}：{many}，{since} 起没有读数{over}。"
    new = NewCase(
        source="sensor",
        class_code=rule.class_code if rule else "",
        description=what,
        lon=lon,
        lat=lat,
        address=address,
        number=alarm.code,
        simulated=alarm.simulated,
    )
    case = open_case(new, by=by)
    return Effects(
        columns={"case": case}, facts={"case": {"code": case.code, "name": f"案件 {case.code}"}}
    )


def _where(device: Device) -> tuple[float, float, str]:
    """Where a device says it is, if that is in the city, else where it is registered, with the address there."""
    sound = {each.point: each.value for each in series_of(device) if not each.quality}
    told = place_told({point: value for point, value in sound.items() if value is not None})
    if told and locate(*told):
        return *told, address_of(*told)
    assert device.lon is not None and device.lat is not None
    return device.lon, device.lat, device.address


MEANINGS: dict[str, Callable[[Alarm, Mapping[str, str], User | None], Effects]] = {
    "open_case": _open_case,
    "blame": _blame,
}


@transaction.atomic
def case_ended(case: int, how: str) -> None:
    """The case an alarm opened is over: the alarm is told; whether it is over as well a person decides."""
    for alarm in Alarm.objects.filter(case=case):
        record("alarm.case_ended", alarm, by=None, facts={"how": how})
