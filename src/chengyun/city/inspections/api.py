"""The API of findings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema
from pydantic import StringConstraints

from chengyun.city.inspections import queries
from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.services import (
    Correction,
    NewFinding,
    correct_finding,
    office_of,
    record_finding,
)
from chengyun.kernel.api import caller, idempotent, problems
from chengyun.kernel.paging import count, keyset
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable

router = Router(tags=["inspections"])

ORDER = ("-found_at", "-id")
UnitCode = Annotated[str, StringConstraints(max_length=20), Storable]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120), Storable]
Long = Annotated[str, StringConstraints(min_length=1, max_length=500), Storable]
Key = Annotated[str, Field(pattern="^[A-Za-z0-9_-]*$", max_length=40)]
Code = Annotated[str, Path(pattern="^[A-Z0-9]{1,20}$")]


class FindingOut(Schema):
    """A finding and how its case stands."""

    code: str
    field: str
    description: str
    place: str
    area: str
    grid_code: str
    lon: float
    lat: float
    unit: str
    unit_name: str
    due: date
    found_at: datetime
    case: str
    case_state: str
    cleared: bool
    late: bool
    bulletin: str
    simulated: bool


class FindingsOut(Schema):
    items: list[FindingOut]
    next: str
    total: int


class FindingIn(Schema):
    """What an inspector records; ``unit`` is a unit's code, ``photos`` are ids of photos sent before."""

    field: Key
    description: Long
    place: Line
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    unit: UnitCode
    due: date
    photos: list[Annotated[int, Field(ge=1, le=2**62)]] = Field(default=[], max_length=9)


class CorrectionIn(Schema):
    """What is corrected in a finding; what is not given stays, ``photos`` are added."""

    field: Key | None = None
    description: Long | None = None
    place: Line | None = None
    photos: list[Annotated[int, Field(ge=1, le=2**62)]] = Field(default=[], max_length=9)


@router.get(
    "/inspections/findings", response={200: FindingsOut, **problems()}, summary="督查记录列表"
)
def findings(
    request: HttpRequest,
    field: Key = "",
    unit: UnitCode = "",
    week: Key = "",
    state: Key = "",
    after: Annotated[str, Field(pattern="^[A-Za-z0-9_-]*$", max_length=400)] = "",
    limit: Annotated[int, Field(ge=1, le=500)] = 50,
) -> FindingsOut:
    """Findings the caller may see, newest first."""
    user = caller(request)
    require(user, "inspection.view")
    rows = queries.narrowed(
        queries.findings_for(user), field=field, unit=unit, week=week, state=state
    )
    found = keyset(rows, ORDER, after=after, limit=limit)
    items = [_out(row) for row in found.items]
    return FindingsOut(items=items, next=found.next, total=count(rows)[0])


@router.post(
    "/inspections/findings",
    response={201: FindingOut, **problems(409)},
    summary="记录督查问题并开案",
)
@idempotent
def add_finding(request: HttpRequest, body: FindingIn) -> tuple[int, FindingOut]:
    """Record a finding and open its case."""
    user = caller(request)
    require(user, "inspection.record")
    finding = record_finding(
        NewFinding(
            field=body.field,
            description=body.description,
            place=body.place,
            lon=body.lon,
            lat=body.lat,
            unit=queries.unit_serving(office_of(user), body.unit),
            due=body.due,
            photos=queries.own_photos(user, body.photos),
        ),
        by=user,
    )
    return 201, _out(finding)


@router.post(
    "/inspections/findings/{code}/correct",
    response={200: FindingOut, **problems(404, 409)},
    summary="更正督查问题",
)
@idempotent
def correct(request: HttpRequest, code: Code, body: CorrectionIn) -> tuple[int, FindingOut]:
    """Correct the words of a finding that no bulletin counts yet."""
    user = caller(request)
    require(user, "inspection.view")
    found = queries.finding_for(user, code)
    given = body.dict(include={"field", "description", "place"}, exclude_none=True)
    kept = {key: getattr(found, key) for key in ("field", "description", "place")}
    photos = queries.own_photos(user, body.photos)
    return 200, _out(correct_finding(found, Correction(**kept | given, photos=photos), by=user))


def _out(finding: Finding) -> FindingOut:
    return FindingOut(
        code=finding.code,
        field=finding.field,
        description=finding.description,
        place=finding.place,
        area=finding.area,
        grid_code=finding.grid_code,
        lon=finding.lon,
        lat=finding.lat,
        unit=finding.unit.code,
        unit_name=str(finding.unit),
        due=finding.due,
        found_at=finding.found_at,
        case=finding.case.code,
        case_state=finding.case.state,
        cleared=finding.is_cleared,
        late=finding.is_late,
        bulletin=finding.bulletin,
        simulated=finding.simulated,
    )
