"""What an officer saw on a visit to a community becomes a case, which belongs to the visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from chengyun.city.cases.models import Case, VisitFinding
from chengyun.city.cases.services.making import NewCase, make
from chengyun.city.people.models import StationVisit, User
from chengyun.city.people.stations import VISIT, may_visit
from chengyun.kernel.actions import record
from chengyun.kernel.errors import NotAllowed
from chengyun.kernel.models import File
from chengyun.kernel.permissions import require


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What was seen, and where; ``lon`` and ``lat`` are WGS 84."""

    description: str
    lon: float
    lat: float
    address: str = ""
    class_code: str = ""
    photos: Sequence[File] = ()


@transaction.atomic
def report_found(visit: StationVisit, seen: Problem, *, by: User | None) -> Case:
    """A problem seen on a visit: reported like any other, its source the community."""
    require(by, VISIT)
    if by is not None and not may_visit(by, visit.station):
        raise NotAllowed("只有这个社区的驻社区队员可以补报走访发现的问题。")
    new = NewCase(
        source="community",
        description=seen.description,
        lon=seen.lon,
        lat=seen.lat,
        address=seen.address,
        class_code=seen.class_code,
        photos=seen.photos,
        simulated=visit.simulated,
    )
    case = make(new, by=by)
    VisitFinding(visit=visit, case=case).save(force_insert=True)
    record("visit.find", case, by=by, facts={"visit": visit.pk}, area=case.area)
    return case
