"""Verbs on findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime

from chengyun.city.cases.models import Case
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.specs import WEEKLY, Checklist
from chengyun.city.people.models import Unit, User
from chengyun.kernel import clock, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid, NotAllowed
from chengyun.kernel.files import attach
from chengyun.kernel.history import newest_act, overtaken
from chengyun.kernel.installation import city_area, installation
from chengyun.kernel.models import File
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take
from chengyun.science.weeks import week_of

LONGEST_LIMIT = timedelta(days=366)
OLDEST = timedelta(days=31)
PHOTOS_AT_MOST = 9


@dataclass(frozen=True, kw_only=True)
class NewFinding:
    """What an inspector records; ``found_at`` is now unless it was written down earlier."""

    field: str
    description: str
    place: str
    lon: float
    lat: float
    unit: Unit
    due: date
    photos: tuple[File, ...] = ()
    checklist: str = WEEKLY
    found_at: datetime | None = None


@transaction.atomic
def record_finding(new: NewFinding, *, by: User | None) -> Finding:
    """Record a finding and open the case in which its unit clears it by the day it is given."""
    require(by, "inspection.record")
    if faults := tuple(_faults(new)):
        raise Invalid(faults[0].message, fields=faults)
    office = office_of(by)
    case = _open(new, by)
    require(by, "inspection.record", area=case.area)
    finding = _finding(new, case, office, by)
    finding.save(force_insert=True)
    for photo in new.photos:
        attach(photo, finding, "scene", by=by, caption=new.place, lon=new.lon, lat=new.lat)
    facts = {
        "field": finding.field,
        "unit": new.unit.code,
        "due": new.due,
        "case": case.code,
        "photos": len(new.photos),
    }
    record("finding.record", finding, by=by, area=finding.area, facts=facts, new=True)
    return finding


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What may be corrected in a finding; ``photos`` are added to those it has."""

    field: str
    description: str
    place: str
    photos: tuple[File, ...] = ()


@transaction.atomic
def correct_finding(
    finding: Finding, correction: Correction, *, by: User | None, version: int | None = None
) -> Finding:
    """Correct the words of a finding that no bulletin has counted yet.

    Unit, day and case stay: the case keeps what its unit was told. ``version`` is the number of the newest act the
    caller saw; when there is a newer one it is a Conflict.
    """
    require(by, "inspection.record", area=finding.area)
    newest = newest_act(finding)
    if version is not None and newest and version != newest.seq:
        raise Conflict(overtaken(finding, "更正"), version=newest.seq)
    if faults := tuple(_correction_faults(finding, correction)):
        raise Invalid(faults[0].message, fields=faults)
    before, now = _corrected(finding, correction)
    mine = Finding.objects.filter(pk=finding.pk, bulletin="")
    if finding.is_voided or not mine.update(bulletin="", **now):
        raise Conflict(fixed(finding))
    for photo in correction.photos:
        attach(photo, finding, "scene", by=by, caption=correction.place)
    facts: dict[str, object] = {**now, "before": before}
    if correction.photos:
        facts["photos"] = len(correction.photos)
    record("finding.correct", finding, by=by, area=finding.area, facts=facts)
    finding.refresh_from_db(fields=["field", "description", "place"])
    return finding


def fixed(finding: Finding) -> str:
    """Why a finding cannot be corrected any more, "" as long as it can."""
    if finding.is_voided:
        return f"{finding.code} 的案件已作废，不能更正。"
    bulletin = Finding.objects.values_list("bulletin", flat=True).get(pk=finding.pk)
    if not bulletin:
        return ""
    return f"{finding.code} 已归入通报 {bulletin}，不能更正；还没有印发的，先把通报退回修改。"


def _corrected(finding: Finding, correction: Correction) -> tuple[dict[str, str], dict[str, str]]:
    """What was and what is now, of that which differs."""
    given = {
        "field": correction.field,
        "description": correction.description.strip(),
        "place": correction.place.strip(),
    }
    now = {key: value for key, value in given.items() if value != getattr(finding, key)}
    if not now and not correction.photos:
        raise Invalid("没有改动，不用保存。")
    return {key: getattr(finding, key) for key in now}, now


def _correction_faults(finding: Finding, correction: Correction) -> Iterator[FieldError]:
    yield from _field_faults(finding.checklist, correction.field)
    yield from _text_faults(correction.description, correction.place)
    if len(correction.photos) > PHOTOS_AT_MOST:
        yield FieldError("photos", f"照片一次最多 {PHOTOS_AT_MOST} 张。")


def office_of(by: User | None) -> str:
    """The area of the evaluation office a person inspects for; the system inspects for the whole city."""
    if by is None:
        return city_area()
    areas = by.scope("inspection.record").areas
    if not areas:
        raise NotAllowed("你的岗位没有对应的考评辖区，请找管理员设置。")
    return min(areas, key=len)


def put_into_bulletin(findings: QuerySet[Finding], bulletin: str) -> int:
    """Bind findings to the bulletin that counts them; the verb on the bulletin records it. How many were bound."""
    return findings.order_by().filter(bulletin="").update(bulletin=bulletin)


def take_out_of_bulletin(bulletin: str) -> int:
    """Give the findings of a bulletin that goes back to draft free again."""
    return Finding.objects.filter(bulletin=bulletin).update(bulletin="")


def _open(new: NewFinding, by: User | None) -> Case:
    return open_case(
        NewCase(
            type="ledger",
            source="inspection",
            class_code="",
            description=new.description.strip(),
            lon=new.lon,
            lat=new.lat,
            address=new.place.strip(),
            unit=new.unit,
            due=new.due,
            photos=new.photos,
            data={"field": registry.get(Checklist, new.checklist).label_of(new.field)},
            simulated=_simulated(),
        ),
        by=by,
    )


def _simulated() -> bool:
    """Everything found in a demo is invented."""
    city = installation()
    return bool(city and city.demo)


def _finding(new: NewFinding, case: Case, office: str, by: User | None) -> Finding:
    found_at = new.found_at or clock.now()
    day = localtime(found_at).date()
    return Finding(
        code=f"DC{day:%y%m%d}{take(f'finding.{day:%y%m%d}'):04d}",
        checklist=new.checklist,
        field=new.field,
        description=case.description,
        place=new.place.strip(),
        office=office,
        area=case.area,
        grid_code=case.grid,
        lon=case.lon,
        lat=case.lat,
        cell=case.cell,
        unit=new.unit,
        due=new.due,
        found_at=found_at,
        week=week_of(day).start,
        inspector=by,
        case=case,
        simulated=_simulated(),
    )


def _faults(new: NewFinding) -> Iterator[FieldError]:
    yield from _field_faults(new.checklist, new.field)
    yield from _text_faults(new.description, new.place)
    yield from _time_faults(new)
    if new.unit.valid_to is not None:
        yield FieldError("unit", f"{new.unit} 已经撤销，请选现在的责任单位。")
    if len(new.photos) > PHOTOS_AT_MOST:
        yield FieldError("photos", f"照片最多 {PHOTOS_AT_MOST} 张，现在有 {len(new.photos)} 张。")


def _field_faults(checklist: str, field: str) -> Iterator[FieldError]:
    if not registry.has(Checklist, checklist):
        yield FieldError("checklist", f"没有「{checklist}」这张督查清单。")
        return
    fields = registry.get(Checklist, checklist).fields
    if field not in {each.key for each in fields}:
        yield FieldError("field", f"领域只能是：{'、'.join(f.label for f in fields)}。")


def _text_faults(description: str, place: str) -> Iterator[FieldError]:
    for key, label, text, most in (
        ("description", "问题描述", description, 500),
        ("place", "地点", place, 120),
    ):
        if not text.strip():
            yield FieldError(key, f"请填写{label}。")
        elif len(text) > most:
            yield FieldError(key, f"{label}最多 {most} 字，现在有 {len(text)} 字。")


def _time_faults(new: NewFinding) -> Iterator[FieldError]:
    now = clock.now()
    found_at = new.found_at or now
    if not now - OLDEST <= found_at <= now:
        yield FieldError("found_at", f"发现时间只能是最近 {OLDEST.days} 天内，不能晚于现在。")
    today = localtime(now).date()
    if not today <= new.due <= today + LONGEST_LIMIT:
        yield FieldError("due", "整改期限不能早于今天，也不能超过一年。")
