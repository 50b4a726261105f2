"""Reads about 开关灯计划: which plan is a lamp's, and whether it ought to burn now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db.models import QuerySet
from django.utils.timezone import get_current_timezone

from chengyun.city.people.models import User
from chengyun.city.places.queries import box_of
from chengyun.city.sensing.models import Device, SwitchingPlan
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import city_area
from chengyun.kernel.recent import recent
from chengyun.science.switching import Night, night, night_of

CHANGE = "lights.plan"
EVERY_DAY = "1234567"
POLE = "pole"
"""The attribute of a lamp post that is its number."""


def plans_for(user: User) -> QuerySet[SwitchingPlan]:
    """Those of this person's part of the city, and those of what lies around it."""
    scope = user.scope("monitoring.view")
    around = {area[:n] for area in scope.areas for n in range(1, len(area))}
    seen = SwitchingPlan.objects.filter(scope.area_q("area"))
    rows = seen | SwitchingPlan.objects.filter(area__in=around, device=None)
    return rows.select_related("device", "made_by")


def plan_of_code(user: User, code: str) -> SwitchingPlan:
    """One of them; Missing when it is not this person's to see."""
    found = plans_for(user).filter(code=code).first()
    if found is None:
        raise Missing(f"没有开关灯计划「{code}」，或者它不在你的范围内。")
    return found


@dataclass(frozen=True)
class Ought:
    """What a plan wants of a lamp now; ``since``: when anything was last switched, None before all of the night."""

    burns: bool
    night: Night
    plan: SwitchingPlan
    since: datetime | None


class Plans:
    """The plans that stand.

    Of several for a lamp the nearest is its own: its own device before the cabinet that feeds it, then a smaller area
    before a larger one, special days before days of the week, those before every day, the newer before the older.
    """

    def __init__(self, rows: Iterable[SwitchingPlan]) -> None:
        self.rows = sorted(rows, key=_nearness, reverse=True)
        self.night = cache(_night)

    def of(self, device: Device, day: date) -> SwitchingPlan | None:
        """The plan of a lamp for the night that begins on a day."""
        mine = [row for row in self.rows if _is_for(row, day) and _about(row, device)]
        own = (row for row in mine if row.device_id == device.pk)
        return next(own, next(iter(mine), None))

    def ought(self, device: Device, at: datetime) -> Ought | None:
        """Whether a lamp ought to burn; None when no plan says so, or the sun does not set."""
        day = night_of(at, get_current_timezone())
        plan = self.of(device, day)
        found = self.night(plan, day) if plan else None
        if plan is None or found is None:
            return None
        return Ought(found.burns(at, pole_of(device)), found, plan, found.since(at))


def plans_now() -> Plans:
    """As the register stands."""
    return Plans(SwitchingPlan.objects.filter(ended_at=None).select_related("device"))


def pole_of(device: Device) -> str:
    """The number of the post a lamp sits on; "" when it sits on none."""
    return str(device.asset.attributes.get(POLE, "")) if device.asset else ""


def night_for(plan: SwitchingPlan, day: date) -> Night | None:
    """What a plan wants in the night that begins on a day, whether or not it is for such days."""
    return _night(plan, day)


def _night(plan: SwitchingPlan, day: date) -> Night | None:
    lon, lat = _place(plan)
    return night(plan.as_plan, day, lon, lat, get_current_timezone())


def _place(plan: SwitchingPlan) -> tuple[float, float]:
    """Where the sun of a plan is looked at: where its device stands, or in the middle of its area."""
    device = plan.device
    if device and device.lon is not None and device.lat is not None:
        return device.lon, device.lat
    return middle_of(plan.area)


@recent(60)
def middle_of(area: str) -> tuple[float, float]:
    """The middle of an area; that of the city when it has no outline."""
    box = box_of(area) or box_of(city_area())
    if box is None:
        raise Missing("还没有区域的边界，算不出日出日落。")
    return (box.west + box.east) / 2, (box.south + box.north) / 2


def _is_for(plan: SwitchingPlan, day: date) -> bool:
    if plan.first_day and plan.last_day and not plan.first_day <= day <= plan.last_day:
        return False
    return str(day.isoweekday()) in plan.weekdays


def _about(plan: SwitchingPlan, device: Device) -> bool:
    if plan.device_id is None:
        return device.area.startswith(plan.area)
    return plan.device_id in (device.pk, device.feeder_id)


def _nearness(plan: SwitchingPlan) -> tuple[bool, int, bool, bool, int]:
    special, some = plan.first_day is not None, plan.weekdays != EVERY_DAY
    return plan.device_id is not None, len(plan.area), special, some, plan.pk
