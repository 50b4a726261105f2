"""巡查 for programs: the board of a day, one duty on the map, 必到点, 漏报."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from chengyun.city.cases import missed as reads
from chengyun.city.cases.models import Missed
from chengyun.city.cases.schemas import Line as Words
from chengyun.city.cases.schemas import Long
from chengyun.city.cases.services.missed import judge
from chengyun.city.people import patrols
from chengyun.city.people.models import Beat, MustVisit, Visit
from chengyun.city.people.services.must_visits import RADIUS, TIMES, add_must_visit, end_must_visit
from chengyun.kernel import paging
from chengyun.kernel.api import caller, idempotent, problems
from chengyun.kernel.permissions import require
from chengyun.systems.coordination import patrol_board, patrol_view
from chengyun.systems.coordination.api import FeatureCollection
from chengyun.systems.coordination.patrol_board import Line

router = Router(tags=["巡查"])
Pk = Annotated[int, Path(ge=1, le=2**63 - 1)]
Day = Annotated[str, Query(max_length=10)]
Mark = Annotated[str, Query(max_length=paging.LONGEST_MARK)]
Many = Annotated[int, Query(ge=1, le=paging.MOST)]


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
    points_due: int
    points_made: int
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
        "points_due": line.times_due,
        "points_made": line.times_made,
        "outside_minutes": int(line.outside.total_seconds()) // 60,
        "cases": line.found,
    }


class BeatOut(Schema):
    """A place to be walked; ``passed_metres`` counts the whole day until the end of this stretch."""

    place_type: str
    place_code: str
    name: str
    road_metres: int
    passed_metres: int


class PointVisited(Schema):
    id: int
    name: str
    times: int
    visits: list[datetime]


class DutyOut(Schema):
    """One stretch on duty, as far as it is measured."""

    id: int
    username: str
    name: str
    began_at: datetime
    ended_at: datetime | None
    measured_at: datetime | None
    metres: int
    outside_seconds: int
    silent_seconds: int
    beats: list[BeatOut]
    points: list[PointVisited]
    cases: list[str]


@router.get("/duty/{pk}", response={200: DutyOut, **problems(404)})
def duty(request: HttpRequest, pk: Pk) -> Any:
    """一次在岗：覆盖、必到点、越界、上报的案件。"""
    row = patrols.duty_for(caller(request), pk)
    beats = list(row.beats.all())
    same = ("began_at", "ended_at", "measured_at", "metres", "outside_seconds", "silent_seconds")
    return {
        "id": row.pk,
        "username": row.user.username,
        "name": row.user.name,
        **{name: getattr(row, name) for name in same},
        "beats": [_beat(name, beat) for name, beat in patrol_view.beats_of(beats)],
        "points": [_visited(*pair) for pair in patrol_view.points_of(row, beats)],
        "cases": [case.code for case in patrol_view.cases_of(row)],
    }


def _beat(name: str, beat: Beat) -> dict[str, Any]:
    same = ("place_type", "place_code", "road_metres", "passed_metres")
    return {"name": name, **{each: getattr(beat, each) for each in same}}


def _visited(point: MustVisit, visits: Sequence[Visit]) -> dict[str, Any]:
    moments = [visit.at for visit in visits]
    return {"id": point.pk, "name": point.name, "times": point.times, "visits": moments}


@router.get(
    "/duty/{pk}/map.geojson",
    response={200: FeatureCollection, **problems(404)},
    url_name="duty_map",
)
def duty_map(request: HttpRequest, pk: Pk) -> Any:
    """一次在岗的责任区、轨迹和上报的案件。"""
    row = patrols.duty_for(caller(request), pk)
    return {
        "type": "FeatureCollection",
        "features": patrol_view.drawn(row, patrol_view.cases_of(row)),
    }


class PointOut(Schema):
    """A point to come by, for whoever walks ``place``."""

    id: int
    name: str
    lon: float
    lat: float
    radius: int
    times: int
    place: str
    place_type: str
    valid_from: date
    valid_to: date | None


class PointList(Schema):
    items: list[PointOut]
    next: str


class NewPoint(Schema):
    name: Words
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    radius: int = Field(30, ge=RADIUS[0], le=RADIUS[1])
    times: int = Field(1, ge=TIMES[0], le=TIMES[1])


def _point(row: MustVisit) -> dict[str, Any]:
    same = ("name", "lon", "lat", "radius", "times", "place_type", "valid_from", "valid_to")
    return {"id": row.pk, "place": row.place_code, **{name: getattr(row, name) for name in same}}


@router.get("/patrol/points", response={200: PointList, **problems()})
def points(request: HttpRequest, after: Mark = "", limit: Many = 50) -> Any:
    """必到点，新的在前，停用的也在内。"""
    user = caller(request)
    require(user, "duty.view")
    found = paging.keyset(patrols.must_visits_for(user), ("-id",), after=after, limit=limit)
    return {"items": [_point(row) for row in found.items], "next": found.next}


@router.post("/patrol/points", response={201: PointOut, **problems()})
@idempotent
def add_point(request: HttpRequest, body: NewPoint) -> tuple[int, Any]:
    """新增一个必到点。"""
    return 201, _point(add_must_visit(**body.model_dump(), by=caller(request)))


@router.post("/patrol/points/{pk}/end", response={200: PointOut, **problems(404, 409)})
@idempotent
def end_point(request: HttpRequest, pk: Pk) -> tuple[int, Any]:
    """停用一个必到点。"""
    user = caller(request)
    require(user, "duty.view")
    row = patrols.must_visit_for(user, pk)
    end_must_visit(row, by=user)
    return 200, _point(row)


class MissedOut(Schema):
    """A case a citizen reported, and who had passed it before."""

    id: int
    case: str
    reported_at: datetime
    duty: int
    username: str
    name: str
    passed_at: datetime
    metres: int
    state: str
    state_label: str
    reason: str


class MissedList(Schema):
    items: list[MissedOut]
    next: str


class Verdict(Schema):
    verdict: Literal["missed", "dismissed"]
    reason: Long


def _missed(row: Missed) -> dict[str, Any]:
    person = row.attendance.user
    return {
        "id": row.pk,
        "case": row.case.code,
        "reported_at": row.case.reported_at,
        "duty": row.attendance_id,
        "username": person.username,
        "name": person.name,
        "passed_at": row.passed_at,
        "metres": row.metres,
        "state": row.state,
        "state_label": row.get_state_display(),
        "reason": row.reason,
    }


@router.get("/patrol/missed", response={200: MissedList, **problems()})
def missed(request: HttpRequest, after: Mark = "", limit: Many = 50) -> Any:
    """漏报线索，新的在前。"""
    user = caller(request)
    require(user, "duty.view")
    rows = reads.with_cases(reads.missed_for(user))
    found = paging.keyset(rows, ("-id",), after=after, limit=limit)
    return {"items": [_missed(row) for row in found.items], "next": found.next}


@router.post("/patrol/missed/{pk}/judge", response={200: MissedOut, **problems(404, 409)})
@idempotent
def judge_missed(request: HttpRequest, pk: Pk, body: Verdict) -> tuple[int, Any]:
    """认定是漏报还是不算。"""
    user = caller(request)
    require(user, "duty.view")
    row = reads.missed_one_for(user, pk)
    return 200, _missed(judge(row, body.verdict, body.reason, by=user))
