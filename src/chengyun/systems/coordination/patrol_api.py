"""巡查 for programs: the board of a day, and one duty on the map."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.people import patrols
from chengyun.kernel.api import caller, problems
from chengyun.kernel.permissions import require
from chengyun.systems.coordination import patrol_board, patrol_view
from chengyun.systems.coordination.api import FeatureCollection
from chengyun.systems.coordination.patrol_board import Line

router = Router(tags=["巡查"])
Pk = Annotated[int, Path(ge=1, le=2**63 - 1)]
Day = Annotated[str, Query(max_length=10), StringConstraints(max_length=10)]


class BoardLine(Schema):
    """A person on a day; the figures are those of the stretches named in ``duties``, as far as they are measured."""

    username: str
    name: str
    state: str
    state_label: str
    places: list[str]
    hours: str
    duties: list[int]
    began_at: datetime | None
    ended_at: datetime | None
    last_at: datetime | None
    last_place: str
    road_metres: int
    passed_metres: int
    metres: int
    outside_minutes: int
    cases: int


class BoardOut(Schema):
    day: date
    items: list[BoardLine]


@router.get("/patrol", response={200: BoardOut, **problems()})
def board(request: HttpRequest, day: Day = "") -> Any:
    """某一天的巡查：谁该在岗、谁在岗、走了多少。"""
    user = caller(request)
    require(user, "duty.view")
    found = patrol_board.board_for(user, patrol_board.day_of(day))
    return {"day": found.day, "items": [_line(line) for line in found.lines]}


def _line(line: Line) -> dict[str, Any]:
    last = line.last
    return {
        "username": line.person.username,
        "name": line.person.name,
        "state": line.state,
        "state_label": line.badge["words"],
        "places": line.places,
        "hours": line.hours,
        "duties": [row.pk for row in line.stretches],
        "began_at": line.stretches[0].began_at if line.stretches else None,
        "ended_at": last.ended_at if last else None,
        "last_at": last.last_at if last else None,
        "last_place": line.last_place,
        "road_metres": line.road_metres,
        "passed_metres": line.passed_metres,
        "metres": line.metres,
        "outside_minutes": int(line.outside.total_seconds()) // 60,
        "cases": line.found,
    }


@router.get(
    "/duty/{pk}/map.geojson",
    response={200: FeatureCollection, **problems(404)},
    url_name="duty_map",
)
def duty_map(request: HttpRequest, pk: Pk) -> Any:
    """一次在岗的责任区、轨迹和上报的案件。"""
    row = patrols.duty_for(caller(request), pk)
    return {"type": "FeatureCollection", "features": patrol_view.drawn(row)}
