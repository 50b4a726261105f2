"""气象预警 for programs: list, read, push (JSON or CAP 1.2), lift."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.cases.schemas import Code
from chengyun.city.people.models import User
from chengyun.city.sensing import weather as reads
from chengyun.city.sensing import weather_cap
from chengyun.city.sensing.models import WeatherWarning
from chengyun.city.sensing.services import weather as service
from chengyun.city.sensing.specs import Rank
from chengyun.kernel import clock
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.errors import NotAllowed
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable

router = Router(tags=["气象预警"])
Key = Annotated[str, Path(max_length=40)]
Text = Annotated[str, StringConstraints(max_length=service.LONGEST_TEXT), Storable]
Source = Annotated[str, StringConstraints(max_length=service.LONGEST_SOURCE), Storable]
Number = Annotated[str, StringConstraints(max_length=service.LONGEST_NUMBER), Storable]
Reason = Annotated[str, StringConstraints(max_length=service.LONGEST_REASON), Storable]


class WarningOut(Schema):
    """A weather warning; ``areas`` are codes of regions, ``ended_at`` is when it was over."""

    code: str
    number: str
    kind: str
    level: str
    areas: list[str]
    text: str
    source: str
    issued_at: datetime
    valid_from: datetime
    valid_to: datetime
    ended_at: datetime | None
    reason: str
    simulated: bool


class WarningTaken(WarningOut):
    """``taken``: what became of it; ``ended``: the warnings it replaced."""

    taken: Literal["added", "changed", "same", "cancelled"]
    ended: list[str] = []


class WarningList(Schema):
    items: list[WarningOut]
    next: str


class WarningsWanted(Part):
    standing: bool = False


class WarningIn(Schema):
    """The same ``number`` again changes the warning it names; without one, each is a new one."""

    number: Number = ""
    kind: Code
    level: Rank
    areas: list[Code] = Field(min_length=1, max_length=service.MOST_AREAS)
    text: Text
    source: Source
    issued_at: Moment
    valid_from: Moment | None = None
    valid_to: Moment | None = None


class LiftIn(Schema):
    reason: Reason


def shown(row: WeatherWarning) -> dict[str, Any]:
    """A weather warning as every answer gives it."""
    same = ("code", "kind", "areas", "text", "source", "issued_at", "valid_from", "valid_to")
    also = ("ended_at", "reason", "simulated")
    told = {name: getattr(row, name) for name in (*same, *also)}
    return told | {"number": row.number, "level": row.rank}


def _sender(request: HttpRequest) -> User:
    """Whoever may take warnings, as a person or as a platform."""
    user: User = caller(request)
    if not (user.may("weather.change") or user.may("weather.send")):
        raise NotAllowed("你没有登记气象预警的权限。")
    return user


@router.get("/weather-warnings", response={200: WarningList, **problems()})
def weather_warnings(request: HttpRequest, wanted: Query[WarningsWanted]) -> Any:
    """气象预警列表，新的在前。"""
    require(caller(request), "monitoring.view")
    rows = reads.warnings()
    if wanted.standing:
        rows = rows.filter(pk__in=reads.in_force(clock.now()).order_by().values("pk"))
    return part_of(rows, ("-issued_at", "-id"), wanted, shown)


@router.post("/weather-warnings", response={200: WarningTaken, 201: WarningTaken, **problems(409)})
@idempotent
def push(request: HttpRequest, body: WarningIn) -> tuple[int, Any]:
    """报送一条：编号没见过的登记，见过的按新内容更新，一样的不变。"""
    user = _sender(request)
    new = service.NewWarning(**body.dict(exclude={"level"}), rank=body.level)
    row, what = service.take(new, by=user)
    return 201 if what == "added" else 200, shown(row) | {"taken": what}


@router.post(
    "/weather-warnings/cap", response={200: WarningTaken, 201: WarningTaken, **problems(404, 409)}
)
@idempotent
def push_cap(request: HttpRequest) -> tuple[int, Any]:
    """报送一条 CAP 1.2 报文（XML）：Alert 登记，Update 登记并结束它替代的，Cancel 解除。"""
    user = _sender(request)
    message = weather_cap.read(request.body)
    with transaction.atomic():
        ended = [_replaced(number, message, user) for number in message.replaces]
        over = [row.code for row in ended if row is not None]
        if message.warning is None:
            row = next((row for row in ended if row is not None), None)
            found = row or reads.warning_numbered(message.replaces[0])
            return 200, shown(found) | {"taken": "cancelled", "ended": over}
        row, what = service.take(message.warning, by=user)
    return 201 if what == "added" else 200, shown(row) | {"taken": what, "ended": over}


def _replaced(number: str, message: weather_cap.Message, user: User) -> WeatherWarning | None:
    """One that a message ends; None when it is over already, or was never heard of."""
    row = WeatherWarning.objects.filter(number=number, ended_at=None).first()
    if row is not None:
        done = "解除" if message.warning is None else "更新"
        service.lift(row, message.note[:150] or f"由 {message.number} {done}", by=user)
    return row


@router.get("/weather-warnings/{code}", response={200: WarningOut, **problems(404)})
def weather_warning(request: HttpRequest, code: Key) -> Any:
    """一条气象预警。"""
    require(caller(request), "monitoring.view")
    return shown(reads.warning_called(code))


@router.post("/weather-warnings/{code}/lift", response={200: WarningOut, **problems(404, 409)})
@idempotent
def lift(request: HttpRequest, code: Key, body: LiftIn) -> tuple[int, Any]:
    """解除，写明原因。"""
    user = _sender(request)
    row = reads.warning_called(code)
    service.lift(row, body.reason, by=user)
    return 200, shown(row)
