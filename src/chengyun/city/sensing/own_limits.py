"""Reads about 自定限值: which hold now, and what a rule's limits are at a device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.people.models import User
from chengyun.city.sensing.models import Device, OwnLimits
from chengyun.city.sensing.queries import rules_on
from chengyun.city.sensing.specs import AlarmRule, During
from chengyun.city.sensing.weather import CALM, Weather, weather_at
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Missing
from chengyun.kernel.recent import recent

CHANGE = "alarm.limit"


def limits_for(user: User) -> QuerySet[OwnLimits]:
    """Those of this person's part of the city."""
    return OwnLimits.objects.filter(user.scope("monitoring.view").area_q("area"))


def limits_of_code(user: User, code: str) -> OwnLimits:
    """One of them; Missing when it is not this person's to see."""
    found = limits_for(user).select_related("device", "made_by").filter(code=code).first()
    if found is None:
        raise Missing(f"没有自定限值「{code}」，或者它不在你的范围内。")
    return found


def rule_called(key: str) -> AlarmRule:
    """A declared rule; Missing when there is none of that key."""
    if not registry.has(AlarmRule, key):
        raise Missing(f"没有报警规则「{key}」。")
    return registry.get(AlarmRule, key)


def lasting(now: datetime) -> QuerySet[OwnLimits]:
    """What is valid at a moment, in whatever season."""
    until = Q(valid_to=None) | Q(valid_to__gt=now)
    return OwnLimits.objects.filter(until, ended_at=None, valid_from__lte=now)


def in_season(row: OwnLimits, day: date) -> bool:
    """Whether they hold on a day of the year; a season may go over New Year."""
    if not row.season_from:
        return True
    now, begin, end = f"{day:%m-%d}", row.season_from, row.season_to
    return begin <= now <= end if begin <= end else now >= begin or now <= end


class Holding:
    """The limits that hold at one moment: the declared ones, or of a city's own the nearest.

    A device goes before an area, a smaller area before a larger one, a season before the whole year, then the newer.
    Where nobody set any, a rule has the limits it declares for a weather warning that is in force there.
    """

    def __init__(self, rows: Iterable[OwnLimits], day: date, weather: Weather = CALM) -> None:
        self.weather = weather
        self._own: dict[str, list[OwnLimits]] = {}
        self._made: dict[int | tuple[str, During], AlarmRule] = {}
        mine = [row for row in rows if in_season(row, day)]
        self.rows = sorted(mine, key=_nearness, reverse=True)
        for row in self.rows:
            self._own.setdefault(row.rule, []).append(row)

    def same_as(self, other: Holding) -> bool:
        """Whether every rule has the same limits everywhere."""
        return (self.rows, self.weather) == (other.rows, other.weather)

    def own(self, rule: AlarmRule, device: str, area: str) -> OwnLimits | None:
        """What somebody set for a rule at the device of that code, in that area."""
        return next((row for row in self._own.get(rule.key, ()) if _about(row, device, area)), None)

    def at(self, rule: AlarmRule, device: str, area: str) -> AlarmRule:
        """The rule with the limits that hold there."""
        tie, row = self.weather.tie(rule, area), self.own(rule, device, area)
        if tie is None and not rule.levels:
            return rule
        if row is not None:
            return self._with(row.pk, rule, {"levels": row.as_levels, **row.times})
        return self._with((rule.key, tie[0]), rule, {"levels": tie[0].levels}) if tie else rule

    def _with(
        self, key: int | tuple[str, During], rule: AlarmRule, changes: dict[str, Any]
    ) -> AlarmRule:
        """The same rule object each time, whoever asks."""
        if key not in self._made:
            self._made[key] = replace(rule, **changes)
        return self._made[key]

    def during(self, rule: AlarmRule, device: str, area: str) -> str:
        """暴雨橙色预警期间; nothing when no warning changes what the rule has at a device."""
        changed = not rule.levels or self.own(rule, device, area) is None
        return self.weather.words(rule, area) if changed else ""


def _nearness(row: OwnLimits) -> tuple[bool, int, bool, int]:
    return row.device_id is not None, len(row.area), bool(row.season_from), row.pk


def _about(row: OwnLimits, device: str, area: str) -> bool:
    return row.device.code == device if row.device else area.startswith(row.area)


DECLARED = Holding((), date.min)
"""The limits as they are declared, nobody having set any."""


def holding_now() -> Holding:
    """As the register stands at this moment."""
    now = clock.now()
    return Holding(lasting(now).select_related("device"), localdate(now), weather_at(now))


@recent(5)
def holding() -> Holding:
    """The same for pages, which ask again and again."""
    return holding_now()


def limits_at(device: Device, point: str = "") -> list[tuple[AlarmRule, OwnLimits | None]]:
    """The rules that watch a device, or one of its points, with the limits that hold for it and who set them."""
    now = holding()
    return [
        (now.at(rule, device.code, device.area), now.own(rule, device.code, device.area))
        for rule in rules_on(device.kind, point)
    ]
