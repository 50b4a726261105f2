"""Rules and 自定限值 for programs: which rules there are, the limits people set, setting and ending them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from chengyun.city.cases.schemas import Code
from chengyun.city.sensing import limit_trials as trials
from chengyun.city.sensing import own_limits as reads
from chengyun.city.sensing import queries
from chengyun.city.sensing.models import OwnLimits
from chengyun.city.sensing.services import limits as service
from chengyun.city.sensing.specs import AlarmRule, DeviceKind, Level, Rank
from chengyun.city.sensing.wording import condition_words
from chengyun.kernel import clock, registry
from chengyun.kernel.api import Moment, Part, caller, idempotent, part_of, problems
from chengyun.kernel.permissions import require
from chengyun.kernel.texts import Storable

router = Router(tags=["报警规则与限值"])
Key = Annotated[str, Path(max_length=40)]
Reason = Annotated[str, StringConstraints(max_length=service.LONGEST_REASON), Storable]
Day = Annotated[str, StringConstraints(pattern=r"^(\d\d-\d\d)?$")]
LARGEST = 1e12
LONGEST = int(service.LONGEST_TIME.total_seconds())


class LevelIn(Schema):
    """A level: red, orange, yellow or blue, what sets it and what clears it, in the unit of the rule."""

    rank: Literal["red", "orange", "yellow", "blue"]
    sets: float = Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)
    clears: float = Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)


class DuringOut(Schema):
    """While a weather warning of this kind and rank, or worse, is in force."""

    warning: str
    rank: Rank
    levels: list[LevelIn]


class RuleOut(Schema):
    """A declared rule; ``looks_at`` says in words what its levels are held against, ``unit`` is theirs.

    ``when`` says what has to hold at other points of the device as well. ``during``: its levels while a weather warning
    is in force; a rule without other levels watches only then.
    """

    key: str
    label: str
    kind: str
    point: str
    looks_at: str
    when: str
    side: str
    unit: str
    levels: list[LevelIn]
    during: list[DuringOut]
    hold_seconds: int
    calm_seconds: int
    source: str


class RuleList(Schema):
    items: list[RuleOut]


class TimesIn(Schema):
    """How long a value stays beyond before a level comes, and behind before it goes; null: as the rule declares."""

    hold_seconds: int | None = Field(default=None, ge=0, le=LONGEST)
    calm_seconds: int | None = Field(default=None, ge=0, le=LONGEST)

    @property
    def times(self) -> dict[str, timedelta]:
        told = {"hold": self.hold_seconds, "calm": self.calm_seconds}
        return {key: timedelta(seconds=each) for key, each in told.items() if each is not None}


class LimitsOut(Schema):
    """Limits of a rule at one device, or at all its devices in an area; ``season`` is empty for the whole year.

    ``hold_seconds`` and ``calm_seconds`` are null where the rule's own hold.
    """

    code: str
    rule: str
    area: str
    device: str
    levels: list[LevelIn]
    hold_seconds: int | None
    calm_seconds: int | None
    season_from: str
    season_to: str
    valid_from: datetime
    valid_to: datetime | None
    ended_at: datetime | None
    reason: str


class LimitsList(Schema):
    items: list[LimitsOut]
    next: str


class LimitsWanted(Part):
    rule: Code = ""
    lasting: bool = False


class NewLimitsIn(TimesIn):
    """``device``, or ``area``; without ``valid_from`` from now on, without ``valid_to`` until they are ended."""

    rule: Code
    device: Code = ""
    area: Code = ""
    levels: list[LevelIn] = Field(min_length=1, max_length=4)
    season_from: Day = ""
    season_to: Day = ""
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    reason: Reason


def rule_shown(rule: AlarmRule) -> dict[str, Any]:
    """A rule as every answer gives it."""
    kind = registry.get(DeviceKind, rule.kind)
    point = kind.point(rule.point)
    unit = point.unit if point else ""
    same = ("key", "label", "kind", "point", "side", "source")
    return {
        **{name: getattr(rule, name) for name in same},
        "looks_at": rule.looks_at.words(unit) if rule.looks_at else "读数",
        "when": condition_words(rule.when, kind) if rule.when else "",
        "unit": rule.unit(unit),
        "levels": _levels(rule.levels),
        "during": [
            {"warning": each.warning, "rank": each.rank, "levels": _levels(each.levels)}
            for each in rule.during
        ],
        "hold_seconds": int(rule.hold.total_seconds()),
        "calm_seconds": int(rule.calm.total_seconds()),
    }


class EndIn(Schema):
    """Why it is ended."""

    reason: Reason


def shown(row: OwnLimits) -> dict[str, Any]:
    """Own limits as every answer gives them."""
    same = (
        *("code", "rule", "area", "season_from", "season_to"),
        *("valid_from", "valid_to", "ended_at", "reason"),
    )
    return {
        **{name: getattr(row, name) for name in same},
        "device": row.device.code if row.device else "",
        "levels": _levels(row.as_levels),
        "hold_seconds": row.hold,
        "calm_seconds": row.calm,
    }


def _given(levels: list[LevelIn]) -> dict[Rank, tuple[float, float]]:
    return {each.rank: (each.sets, each.clears) for each in levels}


def _levels(levels: tuple[Level, ...]) -> list[dict[str, Any]]:
    return [vars(level) for level in levels]


@router.get("/alarm-rules", response={200: RuleList, **problems()})
def rules(request: HttpRequest) -> Any:
    """全部报警规则，带默认限值和依据。"""
    require(caller(request), "monitoring.view")
    return {"items": [rule_shown(rule) for rule in registry.all_of(AlarmRule)]}


@router.get("/alarm-limits", response={200: LimitsList, **problems()})
def limits(request: HttpRequest, wanted: Query[LimitsWanted]) -> Any:
    """自己范围内的自定限值，新的在前；lasting 只要现在有效的。"""
    user = caller(request)
    require(user, "monitoring.view")
    rows = reads.limits_for(user).select_related("device")
    if wanted.rule:
        rows = rows.filter(rule=wanted.rule)
    if wanted.lasting:
        rows = rows.filter(pk__in=reads.lasting(clock.now()))
    return part_of(rows, ("-made_at", "-id"), wanted, shown)


@router.get("/alarm-limits/{code}", response={200: LimitsOut, **problems(404)})
def one(request: HttpRequest, code: Key) -> Any:
    """一处自定限值。"""
    user = caller(request)
    require(user, "monitoring.view")
    return shown(reads.limits_of_code(user, code))


@router.post("/alarm-limits", response={201: LimitsOut, **problems(404)})
@idempotent
def add(request: HttpRequest, body: NewLimitsIn) -> tuple[int, Any]:
    """自定限值：一台设备，或一个区域里的全部；5 秒内生效。"""
    user = caller(request)
    require(user, reads.CHANGE)
    new = service.NewLimits(
        rule=body.rule,
        device=queries.device_for(user, body.device) if body.device else None,
        area=body.area,
        levels=_given(body.levels),
        times=body.times,
        season=(body.season_from, body.season_to),
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        reason=body.reason,
    )
    return 201, shown(service.set_limits(new, by=user))


@router.post("/alarm-limits/{code}/end", response={200: LimitsOut, **problems(404, 409)})
@idempotent
def end(request: HttpRequest, code: Key, body: EndIn) -> tuple[int, Any]:
    """不再用：从现在起按别的限值报警。"""
    user = caller(request)
    require(user, reads.CHANGE)
    row = reads.limits_of_code(user, code)
    service.end_limits(row, body.reason, by=user)
    return 200, shown(row)


class TrialIn(TimesIn):
    """Limits to try at a ``device``, or everywhere in an ``area``, on the readings from ``begin`` to ``end``."""

    device: Code = ""
    area: Code = ""
    levels: list[LevelIn] = Field(min_length=1, max_length=4)
    begin: Moment
    end: Moment


class WouldOut(Schema):
    """An episode there would have been; without ``end`` it goes on. ``peak`` is in the unit of the rule."""

    device: str
    rank: str
    begin: datetime
    end: datetime | None
    peak: float


class ReallyOut(Schema):
    """An alarm there was; ``rank`` is the worst it had."""

    code: str
    device: str
    rank: str
    begin: datetime
    end: datetime | None


class TrialOut(Schema):
    """What there would have been beside what there was, each in the order of time."""

    series: int
    readings: int
    would: list[WouldOut]
    really: list[ReallyOut]


@router.post("/alarm-rules/{key}/trial", response={200: TrialOut, **problems(404)})
def trial(request: HttpRequest, key: Key, body: TrialIn) -> Any:
    """试算：拿过去的读数试一组限值，什么都不改。最多 31 天、200 台、50 万条读数。"""
    user = caller(request)
    require(user, reads.CHANGE)
    rule = reads.rule_called(key)
    asked = trials.Asked(
        rule=rule,
        levels=service.levels_of(rule, _given(body.levels)),
        times=service.times_of(rule, body.times),
        device=queries.device_for(user, body.device) if body.device else None,
        area=body.area,
        begin=body.begin,
        end=body.end,
    )
    found = trials.tried(user, asked)
    return {
        "series": found.series,
        "readings": found.readings,
        "would": [
            {"device": each.series.device.code, "rank": each.rank}
            | {name: getattr(each, name) for name in ("begin", "end", "peak")}
            for each in found.would
        ],
        "really": [
            {
                "code": each.code,
                "device": each.series.device.code,
                "rank": each.worst_rank,
                "begin": each.began_at,
                "end": each.ended_at,
            }
            for each in found.really
        ],
    }
