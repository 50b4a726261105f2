"""The doors of people for programs: tokens, being on duty, and the way gone meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from chengyun.city.people import queries
from chengyun.city.people.models import Attendance
from chengyun.city.people.services import duty
from chengyun.city.people.services.logins import login_for_token
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.users import area_of
from chengyun.kernel import paging
from chengyun.kernel.api import Moment, caller, idempotent, problems
from chengyun.kernel.params import settings_of

router = Router(tags=["people"])


class Credentials(Schema):
    username: str = Field(max_length=60)
    password: str = Field(max_length=128)
    code: str = Field("", max_length=40)


class Token(Schema):
    token: str
    expires_at: datetime


@router.post("/token", response={200: Token, **problems(429)}, auth=None, summary="换取令牌")
def token(request: HttpRequest, credentials: Credentials) -> Token:
    """Exchange a user name and password, and a ``code`` where the account has a second factor, for a bearer token."""
    given = (credentials.username, credentials.password, credentials.code)
    user = login_for_token(request, *given)
    hours = settings_of(area_of(user))["login.token_hours"]
    raw, issued = issue_token(user, "密码登录", timedelta(hours=hours), by=user)
    return Token(token=raw, expires_at=issued.expires_at)


class Duty(Schema):
    """On duty or off it; ``at`` is when, told by a phone that had no network then."""

    on: bool
    at: Moment | None = None


class Stretch(Schema):
    """One stretch on duty."""

    id: int
    username: str
    name: str
    began_at: datetime
    ended_at: datetime | None


class StretchList(Schema):
    items: list[Stretch]
    next: str
    total: int


class PointIn(Schema):
    at: Moment
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    accuracy: float | None = Field(None, ge=0, le=100_000)


class Points(Schema):
    points: list[PointIn] = Field(max_length=duty.AT_ONCE)


class Kept(Schema):
    kept: int


class PointOut(Schema):
    at: datetime
    lon: float
    lat: float
    accuracy: float | None


class Track(Schema):
    items: list[PointOut]
    next: str
    total: int


Mark = Annotated[str, Query(max_length=paging.LONGEST_MARK)]
Many = Annotated[int, Query(ge=1, le=paging.MOST)]
StretchId = Annotated[int, Field(ge=1, le=2**63 - 1)]


@router.post("/duty", response={200: Stretch, **problems(409)}, summary="上岗、下岗")
@idempotent
def set_duty(request: HttpRequest, body: Duty) -> tuple[int, dict[str, Any]]:
    """Go on duty or off it; only between the two are positions kept."""
    act = duty.go_on_duty if body.on else duty.go_off_duty
    return 200, _stretch(act(by=caller(request), at=body.at))


@router.get("/duty", response={200: StretchList, **problems()}, summary="在岗记录")
def attendances(request: HttpRequest, after: Mark = "", limit: Many = 50) -> Any:
    """One's own stretches on duty, and those of the areas whose people one may follow, newest first."""
    rows = queries.attendances_for(caller(request)).filter(kind=Attendance.Kind.DUTY)
    found = paging.keyset(rows, ("-began_at", "-id"), after=after, limit=limit)
    items = [_stretch(row) for row in found.items]
    return {"items": items, "next": found.next, "total": paging.count(rows)[0]}


@router.get("/duty/{pk}/track", response={200: Track, **problems(404)}, summary="一次在岗的轨迹")
def track(request: HttpRequest, pk: StretchId, after: Mark = "", limit: Many = paging.MOST) -> Any:
    """The way gone on one stretch, in the order of time."""
    rows = queries.points_of(queries.attendance_for(caller(request), pk))
    found = paging.keyset(rows, ("at", "id"), after=after, limit=limit)
    return {"items": found.items, "next": found.next, "total": paging.count(rows)[0]}


@router.post("/tracks", response={200: Kept, **problems(409)}, summary="上报轨迹点")
@idempotent
def add_points(request: HttpRequest, body: Points) -> tuple[int, dict[str, Any]]:
    """Points of the way, in batches; refused when one of them lies outside every stretch on duty."""
    points = [duty.Point(**point.model_dump()) for point in body.points]
    return 200, {"kept": duty.add_points(points, by=caller(request))}


def _stretch(row: Attendance) -> dict[str, Any]:
    return {
        "id": row.pk,
        "username": row.user.username,
        "name": row.user.name,
        "began_at": row.began_at,
        "ended_at": row.ended_at,
    }
