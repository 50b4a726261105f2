"""The page that counts alarms: by level, by rule, by day, and the devices that raise most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone, localdate, localtime

from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.city.sensing.alarm_counts import (
    Counts,
    One,
    alarms_raised,
    counted,
    counts_of,
    devices_called,
)
from chengyun.city.sensing.specs import (
    MANY_SILENT,
    MANY_SILENT_LABEL,
    RANK_LABELS,
    RANKS,
    AlarmRule,
    DeviceKind,
)
from chengyun.kernel import clock, registry
from chengyun.kernel.pages import door, page
from chengyun.kernel.ui.words import NOTHING, duration, share

PERIODS = ((7, "近 7 天"), (30, "近 30 天"), (90, "近 90 天"))
USUAL = 30
OF_NO_RULE = {MANY_SILENT: MANY_SILENT_LABEL}
MOST = 20
"""Devices that are shown."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """Counts as a row of a table; ``rank`` of a level, ``url`` of a rule or a device."""

    name: str
    counts: Counts
    rank: str = ""
    url: str = ""
    about: str = ""

    @property
    def in_time(self) -> str:
        return share(self.counts.in_time, self.counts.due)

    @property
    def answer(self) -> str:
        return NOTHING if self.counts.answer is None else duration(self.counts.answer)

    @property
    def refuted(self) -> str:
        return share(self.counts.refuted, self.counts.judged)


@door(may="monitoring.view")
def alarm_counts(request: HttpRequest) -> HttpResponse:
    """What became of the alarms of the last days, today included."""
    user, days = person_of(request), _days(request)
    alarms = _alarms(user, days)
    own = [each for each in alarms if each.rule != MANY_SILENT]
    here = reverse("monitoring:alarm_counts")
    return page(
        request,
        periods=[(label, f"{here}?days={each}", each == days) for each, label in PERIODS],
        chart=f"{reverse('monitoring:alarm_counts_chart')}?days={days}",
        whole=Line(name="合计", counts=counts_of(alarms)),
        levels=_levels(counted(alarms, lambda one: one.worst)),
        rules=_rules(counted(alarms, lambda one: one.rule)),
        devices=_devices(counted(own, lambda one: one.device)),
    )


@door(may="monitoring.view")
def alarm_counts_chart(request: HttpRequest) -> HttpResponse:
    """How many were raised on each day, by the worst level of each."""
    days = _days(request)
    found = counted(_alarms(person_of(request), days), lambda one: (_day(one), one.worst))
    each = [_first(days) + timedelta(days=n) for n in range(days)]
    lines = [
        {
            "name": RANK_LABELS[rank],
            "level": rank,
            "values": [found[key].raised if (key := (day, n)) in found else 0 for day in each],
        }
        for n, rank in reversed(list(enumerate(RANKS, start=1)))
    ]
    labels = [f"{day:%m-%d}" for day in each]
    return JsonResponse(
        {"kind": "bar", "unit": "条", "labels": labels, "series": lines, "unnamed": True}
    )


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return next((days for days, _ in PERIODS if str(days) == asked), USUAL)


def _first(days: int) -> date:
    return localdate(clock.now()) - timedelta(days=days - 1)


def _alarms(user: User, days: int) -> list[One]:
    first = _first(days)
    begin = datetime(first.year, first.month, first.day, tzinfo=get_current_timezone())
    return alarms_raised(user, begin, clock.now() + timedelta(microseconds=1))


def _day(one: One) -> date:
    return localtime(one.raised_at).date()


def _levels(found: Mapping[int, Counts]) -> list[Line]:
    """The worst first, those too of which there was none left out."""
    return [
        Line(name=RANK_LABELS[RANKS[level - 1]], rank=RANKS[level - 1], counts=found[level])
        for level in sorted(found, reverse=True)
    ]


def _rules(found: Mapping[str, Counts]) -> list[Line]:
    known = {rule.key: rule for rule in registry.all_of(AlarmRule)}
    lines = [
        Line(
            name=known[key].label if key in known else OF_NO_RULE.get(key, key),
            about=_kind(known[key]) if key in known else "",
            url=reverse("monitoring:limit_rule", args=(key,)) if key in known else "",
            counts=counts,
        )
        for key, counts in found.items()
    ]
    return sorted(lines, key=_most)


def _kind(rule: AlarmRule) -> str:
    return registry.get(DeviceKind, rule.kind).label


def _devices(found: Mapping[int, Counts]) -> list[Line]:
    most = sorted(found, key=lambda key: (-found[key].raised, key))[:MOST]
    known = devices_called(most)
    return [
        Line(
            name=str(known[key]),
            about=known[key].code,
            url=reverse("monitoring:device", args=(known[key].code,)),
            counts=found[key],
        )
        for key in most
    ]


def _most(line: Line) -> tuple[Any, ...]:
    return -line.counts.raised, line.name
