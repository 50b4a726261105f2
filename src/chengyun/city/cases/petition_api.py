"""信访件 for programs: register one, list them, read one. The steps are those of every case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from chengyun.city.cases import petitions as reads
from chengyun.city.cases.models import Petition
from chengyun.city.cases.schemas import Code, Line, Long
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.petitions import MOST_PEOPLE, TYPE, Registered
from chengyun.kernel.api import Part, caller, idempotent, part_of, problems
from chengyun.kernel.errors import wrong
from chengyun.kernel.permissions import require
from chengyun.science.coordinates import Crs, point_to_wgs84

router = Router(tags=["信访件"])


class PetitionIn(Schema):
    description: Long
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    crs: Crs = "wgs84"
    address: Line = ""
    form: Code
    people: Annotated[int, Field(ge=1, le=MOST_PEOPLE)] = 1
    again: bool = False
    parties: Long = ""
    reporter_name: Line = ""
    reporter_phone: Code = ""


class PetitionOut(Schema):
    """A petition; who came and the parties are not told here. ``earlier`` is the case it repeats, or ""."""

    code: str
    state: str
    description: str
    address: str
    form: str
    people: int
    mass: bool
    repeated: bool
    earlier: str
    level: str
    plan: str
    unit: str
    due_at: datetime | None
    late: bool
    admitted_at: datetime | None
    answered_at: datetime | None


class PetitionList(Schema):
    items: list[PetitionOut]
    next: str


class Wanted(Part):
    """``flag``: ``mass``, ``repeated`` or ``either``."""

    state: Code = ""
    level: Code = ""
    flag: Code = ""


SAME = ("form", "people", "mass", "repeated", "level", "plan", "admitted_at", "answered_at")


def shown(row: Petition) -> dict[str, Any]:
    """A petition as every answer gives it."""
    case = row.case
    return {
        "code": case.code,
        "state": case.state,
        "description": case.description,
        "address": case.address,
        "earlier": row.earlier.code if row.earlier else "",
        "unit": case.unit.code if case.unit else "",
        "due_at": case.due_at if case.clock else None,
        "late": case.late,
        **{name: getattr(row, name) for name in SAME},
    }


@router.get("/petitions", response={200: PetitionList, **problems()})
def petitions(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """信访件列表，新登记的在前。"""
    user = caller(request)
    require(user, reads.VIEW)
    rows = reads.petitions_for(user).select_related(*reads.WHOLE)
    asked = {"case__state": wanted.state, "level": wanted.level}
    rows = rows.filter(**{key: value for key, value in asked.items() if value})
    if wanted.flag:
        if wanted.flag not in reads.FLAGS:
            raise wrong("flag", f"flag 只能是：{'、'.join(reads.FLAGS)}。")
        rows = rows.filter(reads.FLAGS[wanted.flag])
    return part_of(rows, ("-id",), wanted, shown)


@router.post("/petitions", response={201: PetitionOut, **problems()})
@idempotent
def register(request: HttpRequest, body: PetitionIn) -> tuple[int, Any]:
    """登记信访件；群体、重复的告诉领导。以后的步骤同案件：`/cases/{案号}/{步骤}`。"""
    user = caller(request)
    lon, lat = point_to_wgs84(body.lon, body.lat, body.crs)
    new = NewCase(
        type=TYPE,
        source=TYPE,
        description=body.description,
        lon=lon,
        lat=lat,
        address=body.address,
        reporter_name=body.reporter_name,
        reporter_phone=body.reporter_phone,
        petition=Registered(
            form=body.form, people=body.people, parties=body.parties, again=body.again
        ),
    )
    return 201, shown(reads.petition_for(user, open_case(new, by=user).code))


@router.get("/petitions/{code}", response={200: PetitionOut, **problems(404)})
def petition(request: HttpRequest, code: Code) -> Any:
    """一件信访件。"""
    user = caller(request)
    require(user, reads.VIEW)
    return shown(reads.petition_for(user, code))
