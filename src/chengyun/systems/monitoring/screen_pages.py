"""全屏值守: the wall on the screen of the duty room, read from five metres, without navigation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime

from chengyun.city.people.queries import person_of
from chengyun.city.sensing import queries
from chengyun.city.sensing.escalation import ABOVE
from chengyun.city.sensing.models import Alarm
from chengyun.city.sensing.queries import Health
from chengyun.city.sensing.silences import loud, silenced, silences_now
from chengyun.city.sensing.specs import RANK_LABELS, AlarmRule
from chengyun.kernel import clock, registry
from chengyun.kernel.pages import door
from chengyun.kernel.params import settings_of
from chengyun.kernel.ui.words import NOTHING, duration
from chengyun.systems.monitoring import alert_view, view, weather_view
from chengyun.systems.monitoring.pages import counts_of, last_closed, unless_seen

ROWS = 8
"""So many share the height of the screen and can be read; the rest is one line."""
KINDS = 7


@dataclass(frozen=True, kw_only=True)
class Row:
    """An alarm on the screen; ``next``: who is told when nobody confirms it."""

    line: view.WallLine
    next: str


@door(may="monitoring.view")
def screen(request: HttpRequest) -> HttpResponse:
    """What is wrong now, the red ones first that nobody has confirmed; calm when nothing is."""
    user = person_of(request)
    silences, rows = silences_now(), queries.open_alarms(user)
    heard = loud(rows, silences)
    shown = [_row(alarm) for alarm in queries.most_urgent(heard)[:ROWS]]
    counts, health = counts_of(heard), queries.health_of(user)
    return unless_seen(
        request,
        rows=shown,
        counts=counts,
        rest=_rest(counts, shown),
        silent=silenced(rows, silences).count() if silences else 0,
        alert=next(iter(alert_view.standing_on(user)), None),
        weather=weather_view.lines_for(user),
        health=sorted(health, key=lambda each: each.online / each.total)[:KINDS],
        proof=_proof(health, queries.last_heard(user)),
        trouble=queries.gateway_trouble(),
        last=last_closed(queries.alarms_for(user)) if not shown else "",
        unanswered=sum(_unanswered_red(row.line.alarm) for row in shown),
    )


def _row(alarm: Alarm) -> Row:
    return Row(line=view.wall_line(alarm), next=_next(alarm) if _unanswered_red(alarm) else "")


def _unanswered_red(alarm: Alarm) -> bool:
    return alarm.rank == "red" and alarm.state == "raised"


def _next(alarm: Alarm) -> str:
    """Who is told next, and when: 20:31 上报值班长."""
    if alarm.step >= len(ABOVE):
        return ""
    above = ABOVE[alarm.step]
    minutes = settings_of(alarm.area)[f"alarm.escalate.{alarm.rank}"]
    at = alarm.waits_since + timedelta(minutes=minutes) * above.times
    return f"{localtime(at):%H:%M} 上报{above.label}"


def _rest(counts: list[tuple[str, int]], shown: list[Row]) -> str:
    """What there is no room for: 另有 12 条：黄色 8、蓝色 4."""
    left = dict(counts)
    for row in shown:
        left[row.line.alarm.rank] -= 1
    named = [f"{RANK_LABELS[rank]} {n}" for rank, n in left.items() if n]
    return f"另有 {sum(left.values())} 条：{'、'.join(named)}" if named else ""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """That the ear is open: how many devices speak, when the last reading came, how many rules watch."""

    total: int
    online: int
    last: str
    rules: int
    deaf: bool


def _proof(health: list[Health], heard: Any) -> Proof:
    total, online = sum(each.total for each in health), sum(each.online for each in health)
    ago = clock.now() - heard if heard else None
    recent = "不到 1 分钟前" if ago and ago < timedelta(minutes=1) else ago and f"{duration(ago)}前"
    return Proof(
        total=total,
        online=online,
        last=recent or NOTHING,
        rules=len(registry.all_of(AlarmRule)),
        deaf=total > 0 and not online,
    )
