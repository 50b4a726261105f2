"""The phone's own doors: whose phone this is, and what they are to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Field, Router, Schema

from chengyun.city.cases.schemas import CaseDetail, Verb
from chengyun.city.people.models import User
from chengyun.city.people.queries import on_duty
from chengyun.city.people.walks import open_walk
from chengyun.kernel import clock
from chengyun.kernel.api import caller, problems
from chengyun.kernel.notify.queries import unread_of
from chengyun.kernel.notify.services import read_all
from chengyun.kernel.permissions import require
from chengyun.systems.coordination.phone import queries

LARGEST = 2**53 - 1
"""The largest whole number a browser counts exactly."""

router = Router(tags=["手机端"])


class Holder(Schema):
    """Who is logged in on a phone. ``csrf`` is the mark its writes carry; ``now`` shows how wrong its clock is."""

    username: str
    name: str
    post: str
    csrf: str
    now: datetime
    area: str
    source: str
    may_report: bool
    may_record: bool
    may_walk: bool
    on_duty: datetime | None
    on_walk: datetime | None
    unread: int
    classes: list[str]


class TaskVerb(Verb):
    then: list[Verb]


class Said(Schema):
    """What was said last about a task: why it came back, what was done, what to look at."""

    label: str
    words: str
    who: str
    at: datetime


class Task(CaseDetail):
    verbs: Sequence[TaskVerb]
    closing: str
    said: Said | None


@router.get("/phone", response={200: Holder, **problems()})
def holder(request: HttpRequest) -> Any:
    """手机现在是谁在用、能做什么、常报哪些类别。"""
    user: User = caller(request)
    post = user.standing[0] if user.standing else None
    duty = on_duty(user) if user.may("duty.record") else None
    walk = open_walk(user) if user.may("walk.record") else None
    return {
        "username": user.username,
        "name": user.name,
        "post": post.role.label if post else "",
        "csrf": get_token(request),
        "now": clock.now(),
        "area": post.area if post else "",
        "source": queries.SOURCES.get(user.post_key, "hotline"),
        "may_report": user.may("case.report"),
        "may_record": duty is not None or queries.goes_on_duty(user),
        "may_walk": user.may("walk.record"),
        "on_duty": duty.began_at if duty else None,
        "on_walk": walk.attendance.began_at if walk else None,
        "unread": unread_of(user.pk),
        "classes": queries.classes_reported_by(user) if user.may("case.report") else [],
    }


@router.get("/phone/tasks", response={200: list[Task], **problems()}, by_alias=True)
def tasks(request: HttpRequest) -> Any:
    """这个人现在要在现场办的事：核实、核查、处置、整改，时限最紧的在前。"""
    user = caller(request)
    require(user, "case.view")
    found = queries.tasks_for(user)
    said = queries.words_for(found)
    return [queries.task_of(user, case, said.get(case.pk)) for case in found]


class Told(Schema):
    """One message of one's inbox."""

    id: int
    title: str
    text: str
    code: str
    at: datetime
    read: bool


class Seen(Schema):
    """The newest message that stood on the screen."""

    until: int = Field(ge=1, le=LARGEST)


class Read(Schema):
    read: int


@router.get("/phone/messages", response={200: list[Told], **problems()})
def messages(request: HttpRequest) -> Any:
    """自己最近的消息，新的在前。"""
    return [
        {
            "id": one.pk,
            "title": one.title,
            "text": one.text,
            "code": one.code,
            "at": one.at,
            "read": one.read_at is not None,
        }
        for one in queries.messages_for(caller(request))
    ]


@router.post("/phone/messages/read", response={200: Read, **problems()})
def read_messages(request: HttpRequest, body: Seen) -> Any:
    """到这一条为止的消息都看过了。"""
    return {"read": read_all(by=caller(request), until=body.until)}


class WalkedPlace(Schema):
    """A place of today's shifts, and how much of its roads is passed so far."""

    name: str
    shift: str
    road_metres: int
    passed_metres: int


class PointToVisit(Schema):
    """A point to come by today: how often, and how often it was."""

    name: str
    lon: float
    lat: float
    times: int
    visits: int


class Patrol(Schema):
    """One's own patrol today, as far as it is measured."""

    began_at: datetime | None
    measured_at: datetime | None
    metres: int
    outside_minutes: int
    places: list[WalkedPlace]
    points: list[PointToVisit]


@router.get("/phone/patrol", response={200: Patrol, **problems()})
def patrol(request: HttpRequest) -> Any:
    """自己今天的巡查：责任区、班次、走到了多少。"""
    user = caller(request)
    require(user, "duty.record")
    return queries.patrol_of(user)
