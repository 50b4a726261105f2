"""Reads about 气象预警: which are in force, where, and what they change about a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from chengyun.city.people.models import User
from chengyun.city.places.queries import label_of
from chengyun.city.sensing.models import WeatherWarning
from chengyun.city.sensing.specs import RANKS, AlarmRule, During
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.recent import recent

CHANGE = "weather.change"


def warnings() -> QuerySet[WeatherWarning]:
    """All of them: a weather warning is public, whoever it is for."""
    return WeatherWarning.objects.select_related("made_by")


def warning_called(code: str) -> WeatherWarning:
    """One of them; Missing when there is none of that code."""
    found = warnings().filter(code=code).first()
    if found is None:
        raise Missing(f"没有气象预警「{code}」。")
    return found


def warning_numbered(number: str) -> WeatherWarning:
    """The one of that number; Missing when nobody told of it."""
    found = warnings().filter(number=number).first()
    if found is None:
        raise Missing(f"没有编号为「{number[:80]}」的气象预警。")
    return found


def in_force(now: datetime) -> QuerySet[WeatherWarning]:
    """What is in force at a moment, the worst first."""
    rows = warnings().filter(ended_at=None, valid_from__lte=now, valid_to__gt=now)
    return rows.order_by("-level", "valid_from", "id")


@recent(5)
def in_force_now() -> list[WeatherWarning]:
    """The same now, for pages, which ask again and again."""
    return list(in_force(clock.now()))


def standing_on(user: User, may: str = "monitoring.view") -> list[WeatherWarning]:
    """What is in force now somewhere in this person's part of the city."""
    scope = user.scope(may)
    return [
        row
        for row in in_force_now()
        if any(scope.covers(area=area) or _around(area, scope.areas) for area in row.areas)
    ]


def _around(area: str, inner: Iterable[str]) -> bool:
    return any(each.startswith(area) for each in inner)


def where(row: WeatherWarning) -> str:
    """全市, or the regions by name: 东昌府区、阳谷县."""
    return "、".join(label_of(area) or area for area in row.areas)


@dataclass(frozen=True)
class Warned:
    """A warning in force, as the rules need it."""

    label: str
    kind: str
    level: int
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Weather:
    """The warnings that are in force at one moment, the worst first."""

    warned: tuple[Warned, ...] = ()

    def tie(self, rule: AlarmRule, area: str) -> tuple[During, Warned] | None:
        """What a rule has declared for a warning in force in an area, and which warning that is."""
        if not self.warned:
            return None
        return next(
            (
                (during, warned)
                for during in reversed(rule.during)
                if (warned := self._worst(during, area)) is not None
            ),
            None,
        )

    def _worst(self, during: During, area: str) -> Warned | None:
        return next((each for each in self.warned if _fits(each, during, area)), None)

    def words(self, rule: AlarmRule, area: str) -> str:
        """暴雨橙色预警期间; nothing while no warning changes the rule there."""
        tie = self.tie(rule, area)
        return f"{tie[1].label}预警期间" if tie else ""


def _fits(warned: Warned, during: During, area: str) -> bool:
    return (
        warned.kind == during.warning
        and warned.level > RANKS.index(during.rank)
        and area.startswith(warned.areas)
    )


CALM = Weather()
"""No warning anywhere."""


def weather_at(now: datetime) -> Weather:
    """The warnings as the register has them at a moment."""
    return Weather(tuple(map(_warned, in_force(now))))


def weather_was(at: datetime) -> Weather:
    """The warnings that were in force at a moment of the past, as far as the register knows."""
    rows = warnings().filter(valid_from__lte=at, valid_to__gt=at)
    held = rows.filter(Q(ended_at=None) | Q(ended_at__gt=at)).order_by("-level", "valid_from", "id")
    return Weather(tuple(map(_warned, held)))


def _warned(row: WeatherWarning) -> Warned:
    return Warned(row.label, row.kind, row.level, tuple(row.areas))
