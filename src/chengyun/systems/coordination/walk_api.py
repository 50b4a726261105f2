"""马路办公 for programs and phones: begin and end, the list, one walk with what was found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from chengyun.city.cases import answers
from chengyun.city.cases.missed import findings_of
from chengyun.city.cases.schemas import CaseLine, Line
from chengyun.city.people.models import Walk
from chengyun.city.people.services.walks import begin_walk, end_walk
from chengyun.city.people.walks import walk_for, walks_for
from chengyun.kernel import paging
from chengyun.kernel.api import Moment, caller, idempotent, problems
from chengyun.kernel.permissions import require
from chengyun.systems.coordination import patrol_view
from chengyun.systems.coordination.api import FeatureCollection

router = Router(tags=["马路办公"])
Pk = Annotated[int, Path(ge=1, le=2**63 - 1)]


class Walking(Schema):
    """Begin a walk or end it; ``at`` is when, told by a phone that had no network then."""

    on: bool
    at: Moment | None = None
    title: Line = ""


class WalkOut(Schema):
    id: int
    title: str
    username: str
    name: str
    began_at: datetime
    ended_at: datetime | None
    metres: int


class WalkWhole(WalkOut):
    cases: list[CaseLine]


class WalkList(Schema):
    items: list[WalkOut]
    next: str


def _walk(row: Walk) -> dict[str, Any]:
    stretch = row.attendance
    return {
        "id": row.pk,
        "title": row.title,
        "username": stretch.user.username,
        "name": stretch.user.name,
        "began_at": stretch.began_at,
        "ended_at": stretch.ended_at,
        "metres": stretch.metres,
    }


@router.post("/walks", response={200: WalkOut, **problems(409)})
@idempotent
def set_walk(request: HttpRequest, body: Walking) -> tuple[int, Any]:
    """开始或结束马路办公；中间上报的案件归到这一次。"""
    user = caller(request)
    row = begin_walk(body.title, by=user, at=body.at) if body.on else end_walk(by=user, at=body.at)
    return 200, _walk(row)


@router.get("/walks", response={200: WalkList, **problems()})
def walks(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=paging.LONGEST_MARK)] = "",
    limit: Annotated[int, Query(ge=1, le=paging.MOST)] = 50,
) -> Any:
    """马路办公，新的在前。"""
    user = caller(request)
    require(user, "case.view")
    found = paging.keyset(walks_for(user), ("-id",), after=after, limit=limit)
    return {"items": [_walk(row) for row in found.items], "next": found.next}


@router.get("/walks/{pk}", response={200: WalkWhole, **problems(404)}, by_alias=True)
def walk(request: HttpRequest, pk: Pk) -> Any:
    """一次马路办公和它发现的案件。"""
    user = caller(request)
    require(user, "case.view")
    row = walk_for(user, pk)
    return _walk(row) | {"cases": [answers.summary(case) for case in findings_of(row)]}


@router.get(
    "/walks/{pk}/map.geojson",
    response={200: FeatureCollection, **problems(404)},
    url_name="walk_map",
)
def walk_map(request: HttpRequest, pk: Pk) -> Any:
    """一次马路办公的轨迹和发现的案件。"""
    user = caller(request)
    require(user, "case.view")
    row = walk_for(user, pk)
    found = findings_of(row)
    return {"type": "FeatureCollection", "features": patrol_view.drawn(row.attendance, found)}
