"""联合行动: planned with route and checklists, begun; what is found is entered, made cases of; ended, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from chengyun.city.cases import joint as reads
from chengyun.city.cases.models import (
    Campaign,
    Case,
    JointAction,
    JointEntry,
    JointItem,
    JointPart,
    JointStop,
)
from chengyun.city.cases.services.campaigns import put_case
from chengyun.city.cases.services.making import NewCase, make
from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import locate, names_of
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.models import File
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take

State, Found = JointAction.State, JointEntry.Found
PLAN, ENTER = reads.PLAN, reads.ENTER
STOPS_AT_MOST, ITEMS_AT_MOST, UNITS_AT_MOST = 50, 30, 30
LONGEST = timedelta(days=31)
LONGEST_AGO, FURTHEST = timedelta(days=31), timedelta(days=365)
AT_MOST = {"name": 60, "gather": 120, "stop": 60, "item": 100, "words": 500, "result": 1000}
AT_MOST |= {"summary": 2000, "reason": 2000}
MISSING = {
    "name": "请写名称。",
    "gather": "请写集合地点。",
    "stop": "请写这一站是哪里。",
    "item": "请写检查什么。",
    "result": "请写你单位查了什么、结果怎样。",
    "summary": "请写总结：查了什么，发现了什么，怎样处理。",
    "reason": "请写明为什么取消。",
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """When and where they meet, who leads, who takes part; the campaign it belongs to, if any."""

    name: str
    begins_at: datetime
    ends_at: datetime
    gather: str
    unit: Unit
    units: Sequence[Unit]
    campaign: Campaign | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What becomes a case: in words, for which unit, of which class, with photos; where it is the stop says."""

    description: str
    competent: Unit
    class_code: str = ""
    photos: Sequence[File] = ()


@transaction.atomic
def plan_action(plan: Plan, area: str, *, by: User | None) -> JointAction:
    """Plan one; the units that take part are told."""
    if not names_of([area]):
        raise wrong("area", f"没有区域「{area}」。")
    require(by, PLAN, area=area)
    _check_times(plan)
    _check_units(plan, area)
    year, city = localdate(clock.now()).year, installation()
    row = JointAction(
        code=f"LH{year}-{take(f'joint:{year}'):03d}",
        campaign=plan.campaign,
        area=area,
        name=_said("name", plan.name),
        unit=plan.unit,
        begins_at=plan.begins_at,
        ends_at=plan.ends_at,
        gather=_said("gather", plan.gather),
        by=by,
        simulated=bool(city and city.demo),
    )
    row.save(force_insert=True)
    units = dict.fromkeys([plan.unit, *plan.units])
    JointPart.objects.bulk_create(JointPart(action=row, unit=unit) for unit in units)
    facts = {"name": row.name, "at": row.begins_at, "units": [str(unit) for unit in units]}
    record("joint.plan", row, by=by, area=area, facts=facts, new=True)
    return row


@transaction.atomic
def add_stop(row: JointAction, name: str, lon: float, lat: float, *, by: User | None) -> JointStop:
    """One more stop, the last of the route."""
    _may_plan(row, by)
    place = locate(lon, lat)
    if place is None or not place.area.startswith(row.area):
        raise wrong("point", "这个位置不在行动的区域里，请在图上重新选点。")
    last = row.stops.aggregate(last=Max("order"))["last"] or 0
    if last >= STOPS_AT_MOST:
        raise wrong("point", f"一次行动最多 {STOPS_AT_MOST} 站。")
    stop = JointStop(action=row, order=last + 1, name=_said("stop", name), lon=lon, lat=lat)
    stop.save(force_insert=True)
    record("joint.route", row, by=by, area=row.area, facts={"added": f"{stop.order} {stop.name}"})
    return stop


@transaction.atomic
def drop_last_stop(row: JointAction, *, by: User | None) -> None:
    """Take the last stop out of the route again."""
    _may_plan(row, by)
    stop = row.stops.order_by("-order").first()
    if stop is None:
        raise Conflict("路线里还没有站点。")
    record("joint.route", row, by=by, area=row.area, facts={"dropped": f"{stop.order} {stop.name}"})
    stop.delete()


@transaction.atomic
def write_checklist(part: JointPart, lines: Sequence[str], *, by: User | None) -> None:
    """What a unit looks at; whoever organises writes it, or the unit itself."""
    row = part.action
    organises = by is None or by.scope(PLAN).covers(area=row.area)
    if not organises:
        require(by, ENTER, unit=part.unit_id)
    _hold(row, State.PLANNED)
    words = [_said("item", line) for line in lines if line.strip()]
    if not 1 <= len(words) <= ITEMS_AT_MOST:
        raise wrong("lines", f"清单有 1 到 {ITEMS_AT_MOST} 项，一行一项。")
    part.items.all().delete()
    JointItem.objects.bulk_create(
        JointItem(part=part, order=order, words=each) for order, each in enumerate(words, start=1)
    )
    facts = {"unit": _named(part.unit), "items": words}
    record("joint.checklist", row, by=by, area=row.area, facts=facts)


@transaction.atomic
def begin(row: JointAction, *, by: User | None) -> None:
    """From now on each unit enters what it finds; route and checklists stay as they are."""
    require(by, PLAN, area=row.area)
    _hold(row, State.PLANNED)
    if not row.stops.exists():
        raise Conflict("还没有路线，请先加上站点。")
    without = row.parts.filter(items=None).select_related("unit").first()
    if without:
        raise Conflict(f"{without.unit}还没有检查清单，请先写上。")
    _move(row, State.RUNNING)
    record("joint.begin", row, by=by, area=row.area, facts={"name": row.name})


@transaction.atomic
def enter(
    stop: JointStop, item: JointItem, found: str, words: str = "", *, by: User | None
) -> JointEntry:
    """What the unit found of an item at a stop; it may correct itself until a case was made of it."""
    row, part = stop.action, item.part
    require(by, ENTER, unit=part.unit_id)
    if part.action_id != row.pk:
        raise wrong("item", "这一项不是这次行动的。")
    _hold(row, State.RUNNING)
    if found not in Found.values:
        raise wrong("found", "检查结果是合格、有问题或者不涉及。")
    said = _said("words", words)
    if found == Found.PROBLEM and not said:
        raise wrong("words", f"「{item.words}」有问题，请写明是什么问题。")
    known = JointEntry.objects.filter(stop=stop, item=item).first()
    if known and known.case_id:
        raise Conflict(f"「{item.words}」已经转成案件，不能再改。")
    entry, _ = JointEntry.objects.update_or_create(
        stop=stop,
        item=item,
        defaults={"found": found, "words": said, "at": clock.now(), "by": by},
    )
    facts = {"unit": _named(part.unit), "stop": stop.name, "item": item.words, "found": found}
    record("joint.enter", row, by=by, area=row.area, facts=facts | {"note": said})
    return entry


@transaction.atomic
def make_case(entry: JointEntry, finding: Finding, *, by: User | None) -> Case:
    """A finding becomes a case for the unit that is competent, which is then proposed for it."""
    row, stop, unit = entry.stop.action, entry.stop, entry.item.part.unit
    if by is not None and not reads.organises(by, row):
        require(by, ENTER, unit=unit.pk)
    _hold(row, State.RUNNING, State.OVER)
    entry.refresh_from_db()
    if entry.found != Found.PROBLEM or entry.case_id:
        raise Conflict("只有「有问题」、还没有转成案件的，才能转成案件。")
    if not reads.units_competent(row.area).filter(pk=finding.competent.pk).exists():
        raise wrong("competent", f"{finding.competent}不在这里办案，请另选单位。")
    new = NewCase(
        source=reads.SOURCE,
        description=finding.description,
        lon=stop.lon,
        lat=stop.lat,
        class_code=finding.class_code,
        photos=finding.photos,
        simulated=row.simulated,
    )
    case = make(new, by=by)
    mine = JointEntry.objects.filter(pk=entry.pk, case=None)
    mine.update(case=case, competent=finding.competent)
    facts = {"case": {"code": case.code, "name": case.short_code}}
    record("joint.make_case", row, by=by, area=row.area, facts=facts | {"unit": _named(unit)})
    if row.campaign and row.campaign.open:
        put_case(row.campaign, case, f"联合行动「{row.name}」发现", counts=True, by=None)
    return case


@transaction.atomic
def report_part(part: JointPart, people: int, result: str, *, by: User | None) -> None:
    """How many came for a unit and what came of it; the last word holds."""
    require(by, ENTER, unit=part.unit_id)
    row = part.action
    _hold(row, State.RUNNING)
    if not 0 <= people <= 999:
        raise wrong("people", "人数在 0 到 999 之间。")
    said = _said("result", result)
    JointPart.objects.filter(pk=part.pk).update(people=people, result=said, result_at=clock.now())
    facts = {"unit": _named(part.unit), "people": people, "note": said}
    record("joint.report", row, by=by, area=row.area, facts=facts)


@transaction.atomic
def finish(row: JointAction, summary: str, *, by: User | None) -> None:
    """It is over; every unit has said what it did."""
    require(by, PLAN, area=row.area)
    _hold(row, State.RUNNING)
    silent = row.parts.filter(result_at=None).select_related("unit").first()
    if silent:
        raise Conflict(f"{silent.unit}还没有填报结果。")
    _move(row, State.OVER, words=_said("summary", summary))
    record("joint.finish", row, by=by, area=row.area, facts={"name": row.name})


@transaction.atomic
def cancel(row: JointAction, reason: str, *, by: User | None) -> None:
    """It does not take place; the units are told."""
    require(by, PLAN, area=row.area)
    _hold(row, State.PLANNED)
    said = _said("reason", reason)
    _move(row, State.CANCELLED, words=said)
    record("joint.cancel", row, by=by, area=row.area, facts={"reason": said})


def _may_plan(row: JointAction, by: User | None) -> None:
    require(by, PLAN, area=row.area)
    _hold(row, State.PLANNED)


def _hold(row: JointAction, *states: str) -> None:
    """Nobody moves it on while something is written beside it."""
    held = JointAction.objects.select_for_update().get(pk=row.pk)
    if held.state not in states:
        now = held.get_state_display()
        raise Conflict(f"「{held.name}」现在是「{now}」，请看新的情况再办。")


def _move(row: JointAction, state: str, **columns: Any) -> None:
    JointAction.objects.filter(pk=row.pk).update(state=state, **columns)
    row.refresh_from_db(fields=["state", *columns])


def _check_times(plan: Plan) -> None:
    now = clock.now()
    if not now - LONGEST_AGO < plan.begins_at < now + FURTHEST:
        raise wrong("begins_at", "开始时间在过去 31 天到今后一年之间。")
    if not plan.begins_at < plan.ends_at <= plan.begins_at + LONGEST:
        raise wrong("ends_at", "结束晚于开始，最多 31 天。")


def _check_units(plan: Plan, area: str) -> None:
    units = {unit.pk: unit for unit in (plan.unit, *plan.units)}
    if len(units) > UNITS_AT_MOST:
        raise wrong("units", f"最多 {UNITS_AT_MOST} 个单位参加。")
    rows = reads.units_to_join(area).filter(pk__in=units)
    fitting = set(rows.values_list("pk", flat=True))
    for pk, unit in units.items():
        if pk not in fitting:
            raise wrong("units", f"{unit}不管这里，不能参加。")
    if plan.campaign and not reads.campaigns_at(area).filter(pk=plan.campaign.pk).exists():
        raise wrong("campaign", f"「{plan.campaign}」不在这个区域，或者已经结束。")


def _named(unit: Unit) -> dict[str, str]:
    return {"code": unit.code, "name": str(unit)}


def _said(field: str, text: str) -> str:
    text = text.strip()
    if not text and field in MISSING:
        raise wrong(field, MISSING[field])
    if len(text) > AT_MOST[field]:
        raise wrong(field, f"最多 {AT_MOST[field]} 字，现在有 {len(text)} 字。")
    return text
