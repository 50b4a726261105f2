"""Making a case of a report: its place, number, first clock and first row of history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from chengyun.city.assets.queries import asset_exists
from chengyun.city.cases import queries
from chengyun.city.cases.models import DISTRICT, Case, CaseClass
from chengyun.city.cases.questions import answered
from chengyun.city.cases.services import clocks, inquiries, petitions
from chengyun.city.cases.services.naming import next_code, search_text
from chengyun.city.cases.specs import CaseType, Source
from chengyun.city.people.models import Unit, User
from chengyun.city.places.queries import Place, address_of, locate
from chengyun.kernel import clock, editions, files, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import FieldError, Invalid
from chengyun.kernel.models import File
from chengyun.kernel.statements import insert
from chengyun.kernel.texts import PHONE_FAULT, is_phone
from chengyun.science.cells import cell

DESCRIPTION_AT_MOST = 4000


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What a door knows about a report. ``lon`` and ``lat`` are WGS 84.

    ``number`` is the sender's own, in the ``book`` it is unique in; "" is the book of the source. ``came_at``: since
    when the sender waits. ``answers`` to the questions of its class; None where the door cannot ask them.
    ``on_the_spot``: a simple case 简易案件, handled by whoever reports it; ``after`` shows how the place looks now.
    ``petition``: what a 信访件 has besides.
    """

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
    voice: File | None = None
    seen_at: datetime | None = None
    accuracy: float | None = None
    on_the_spot: bool = False
    after: Sequence[File] = ()
    answers: Mapping[str, Any] | None = None
    number: str = ""
    book: str = ""
    came_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    petition: petitions.Registered = field(default_factory=petitions.Registered)
    simulated: bool = False


def make(report: NewCase, *, by: User | None, parent: Case | None = None) -> Case:
    """The case of a report, in the caller's transaction; one split off from ``parent`` is its reporter's, too."""
    kind = _kind(report)
    place = _place(report)
    case_class = queries.class_named(report.class_code, place.area) if report.class_code else None
    case = _row(report, kind, place, case_class, parent.reporter if parent else by)
    case.marks = _marks(case, report, parent)
    petition = petitions.prepared(case, report.petition, report.reporter_phone)
    if report.answers is not None:
        case.data["answers"] = answered(report.class_code, report.answers)
    begun = _store(case)
    if petition:
        petition.save(force_insert=True)
    inquiries.remember(case, report.reporter_phone)
    if parent is None:
        inquiries.begin(case, report.number, report.book, report.came_at)
    for role, photos in (("before", report.photos), ("after", report.after)):
        for photo in photos:
            files.attach(photo, case, role, by=by, lon=report.lon, lat=report.lat)
    if report.voice:
        files.attach(report.voice, case, "voice", by=by)
    _record(case, report, by, parent, begun)
    return case


def _marks(case: Case, report: NewCase, parent: Case | None) -> list[str]:
    """What stands on a case from its first moment, as far as its edition knows it."""
    given = editions.flow_of(case.edition_id).given
    if report.on_the_spot and "simple" not in given:
        raise Invalid("本市的流程里没有简易案件，请照常上报。")
    wanted = {
        "simple": report.on_the_spot,
        "split_off": parent is not None,
        "reachable": bool(report.reporter_phone.strip()),
    }
    return [key for key, stands in wanted.items() if stands and key in given]


def _kind(report: NewCase) -> CaseType:
    if wrong := tuple(_faults(report)):
        raise Invalid(wrong[0].message, fields=wrong)
    return registry.get(CaseType, report.type)


def _faults(report: NewCase) -> Iterator[FieldError]:
    if not registry.has(CaseType, report.type):
        yield FieldError("type", f"没有「{report.type}」这种案件。")
    if not registry.has(Source, report.source):
        yield FieldError("source", f"没有「{report.source}」这个来源。")
    if not report.description.strip():
        yield FieldError("description", "请写明发生了什么。")
    if len(report.description) > DESCRIPTION_AT_MOST:
        yield FieldError("description", f"描述最多 {DESCRIPTION_AT_MOST} 字。")
    if report.reporter_phone.strip() and not is_phone(report.reporter_phone):
        yield FieldError("reporter_phone", PHONE_FAULT)
    if report.asset and not asset_exists(report.asset):
        yield FieldError("asset", f"没有标识码为「{report.asset}」的部件。")
    if report.on_the_spot and not (report.photos and report.after and report.class_code):
        yield FieldError("after", "简易案件要有类别、处置前照片和处置后照片。")


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
        data={**_seen(report), **report.data},
        search=search_text(code, report.description, address, case_class),
        simulated=report.simulated,
    )


def _seen(report: NewCase) -> dict[str, Any]:
    """When the reporter saw it, which is earlier than the report where there was no network, and how exactly where."""
    found: dict[str, Any] = {}
    if report.seen_at:
        found["seen_at"] = min(report.seen_at, clock.now()).isoformat()
    if report.accuracy is not None:
        found["accuracy"] = round(report.accuracy)
    return found


def _store(case: Case) -> dict[str, Any]:
    """The case and its first clock, of which it is said what began.

    What the case shows of the clock is known before either is stored.
    """
    first = editions.flow_of(case.edition_id).start_clock
    if not first:
        insert(case)
        return {}
    row = clocks.prepared(case, first, clocks.allowance(case, first, until=None), unit=None)
    for name, value in clocks.shown(row).items():
        setattr(case, name, value)
    insert(case)
    row.case_id = case.pk
    insert(row)
    return clocks.begun(row)


def _record(
    case: Case, report: NewCase, by: User | None, parent: Case | None, begun: Mapping[str, Any]
) -> None:
    count = len(report.photos) + len(report.after)
    facts: dict[str, Any] = {"to": case.state, "source": case.source, "photos": count}
    if begun:
        facts["timing"] = begun
    if case.marks:
        facts["puts"] = case.marks
    if parent:
        facts["parent"] = {"code": parent.code, "name": f"拆自 {parent.code}"}
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
            "parties": report.petition.parties.strip(),
            "answers": "；".join(f"{a['label']}：{a['value']}" for a in case.answers),
        },
        area=case.area,
        edition=case.edition_id,
        new=True,
    )
