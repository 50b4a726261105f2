"""Opening a case: every door comes here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from chengyun.city.assets.queries import asset_exists
from chengyun.city.cases import queries
from chengyun.city.cases.models import DISTRICT, Case, CaseClass
from chengyun.city.cases.services import clocks
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.naming import next_code, search_text
from chengyun.city.cases.specs import CaseType, Source
from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import Place, address_of, locate
from chengyun.kernel import clock, editions, files, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.models import File
from chengyun.kernel.permissions import require
from chengyun.science.cells import cell

DESCRIPTION_AT_MOST = 4000


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What a door knows about a report. ``lon`` and ``lat`` are WGS 84."""

    source: str
    description: str
    lon: float
    lat: float
    type: str = "standard"
    class_code: str = ""
    address: str = ""
    asset: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    unit: Unit | None = None
    due: date | None = None
    photos: Sequence[File] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False


@transaction.atomic
def open_case(report: NewCase, *, by: User | None) -> Case:
    """Make a case of a report: place, number, clock, audit and event in one transaction.

    Raises Invalid for a wrong type, source, class or description, and for a point outside the city.
    """
    require(by, "case.report")
    kind = _kind(report)
    place = _place(report)
    case_class = queries.class_named(report.class_code, place.area) if report.class_code else None
    case = _row(report, kind, place, case_class, by)
    _store(case)
    for photo in report.photos:
        files.attach(photo, case, "before", by=by, lon=report.lon, lat=report.lat)
    _record(case, report, by)
    return case if kind.classified else _assign(case, report, by)


def _kind(report: NewCase) -> CaseType:
    wrong = []
    if not registry.has(CaseType, report.type):
        wrong.append(FieldError("type", f"没有「{report.type}」这种案件。"))
    if not registry.has(Source, report.source):
        wrong.append(FieldError("source", f"没有「{report.source}」这个来源。"))
    if not report.description.strip():
        wrong.append(FieldError("description", "请写明发生了什么。"))
    if len(report.description) > DESCRIPTION_AT_MOST:
        wrong.append(FieldError("description", f"描述最多 {DESCRIPTION_AT_MOST} 字。"))
    if report.asset and not asset_exists(report.asset):
        wrong.append(FieldError("asset", f"没有标识码为「{report.asset}」的部件。"))
    if wrong:
        raise Invalid(wrong[0].message, fields=tuple(wrong))
    return registry.get(CaseType, report.type)


def _place(report: NewCase) -> Place:
    place = locate(report.lon, report.lat)
    if place is None:
        message = "这个位置不在本市范围内，请在图上重新选点。"
        raise Invalid(message, fields=(FieldError("lon", message), FieldError("lat", message)))
    return place


def _row(
    report: NewCase, kind: CaseType, place: Place, case_class: CaseClass | None, by: User | None
) -> Case:
    now = clock.now()
    code = next_code(now)
    address = report.address.strip() or address_of(report.lon, report.lat)
    edition = editions.current(kind.workflow, place.area[:DISTRICT])
    return Case(
        code=code,
        area=place.area,
        district=place.area[:DISTRICT],
        grid=place.grid,
        workflow=kind.workflow,
        edition=edition,
        state=editions.flow_of(edition.pk).start,
        type=kind.key,
        source=report.source,
        case_class=case_class,
        description=report.description.strip(),
        address=address,
        lon=report.lon,
        lat=report.lat,
        cell=cell(report.lon, report.lat),
        asset=report.asset,
        reporter=by,
        reported_at=now,
        data=dict(report.data),
        search=search_text(code, report.description, address, case_class),
        simulated=report.simulated,
    )


def _store(case: Case) -> None:
    """The case and its first clock; what the case shows of the clock is known before either is stored."""
    first = editions.flow_of(case.edition_id).start_clock
    if not first:
        case.save(force_insert=True)
        return
    row = clocks.prepared(case, first, clocks.allowance(case, first, until=None), unit=None)
    for name, value in clocks.shown(row).items():
        setattr(case, name, value)
    case.save(force_insert=True)
    row.save(force_insert=True)


def _record(case: Case, report: NewCase, by: User | None) -> None:
    facts: dict[str, Any] = {"to": case.state, "source": case.source, "photos": len(report.photos)}
    if case.case_class:
        facts["class"] = {"code": case.case_class.code, "name": case.case_class.name}
    record(
        f"{case.workflow}.report",
        case,
        by=by,
        facts=facts,
        personal={
            "description": case.description,
            "reporter_name": report.reporter_name.strip(),
            "reporter_phone": report.reporter_phone.strip(),
        },
        area=case.area,
        edition=case.edition_id,
        new=True,
    )


def _assign(case: Case, report: NewCase, by: User | None) -> Case:
    """A ledger entry that already names its unit and day goes straight to the unit."""
    if report.unit is None or report.due is None:
        return case
    return act(case, "assign", {"unit": report.unit.code, "due": report.due.isoformat()}, by=None)
