"""Pages of alarms: the wall, the records, one alarm and what may be done with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.sensing import queries
from chengyun.city.sensing.alerts import alerts_of
from chengyun.city.sensing.fences import fences_over
from chengyun.city.sensing.models import Alarm, Silence
from chengyun.city.sensing.outages import outage_for
from chengyun.city.sensing.services import alarms as service
from chengyun.city.sensing.silences import loud, silence_of, silenced, silences_now
from chengyun.city.sensing.specs import (
    MANY_SILENT,
    MANY_SILENT_LABEL,
    RANK_LABELS,
    RANKS,
    AlarmRule,
)
from chengyun.city.sensing.workflow import ALARM, JUDGE
from chengyun.kernel import clock, registry
from chengyun.kernel.editions import flow_of
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.history import histories_of, history_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, is_fragment, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import duration
from chengyun.systems.monitoring import alert_view, view, weather_view
from chengyun.systems.monitoring.fence_view import legend_of, margin_words
from chengyun.systems.monitoring.tracks import ENDS, moves_about

WALL_AT_MOST = 100
COMMENT = Field(
    key="note", label="备注", kind="long", required=True, max_length=service.LONGEST_COMMENT
)
STATES = [(state.key, state.label) for state in ALARM.states]
LEVELS = [(str(n), RANK_LABELS[rank]) for n, rank in enumerate(RANKS, start=1)]


@door(may="monitoring.view")
def wall(request: HttpRequest) -> HttpResponse:
    """What is wrong now, what lasts first, then the worst and oldest; a page that is silent when all is well.

    The page asks again every two seconds and is answered with nothing as long as nothing has changed.
    """
    user = person_of(request)
    silences, rows = silences_now(), queries.open_alarms(user)
    heard, muted = loud(rows, silences), silenced(rows, silences)
    urgent = queries.most_urgent(heard)[:WALL_AT_MOST]
    shown = [view.wall_line(alarm) for alarm in urgent]
    unfolded = "muted" in request.GET
    context: dict[str, Any] = {
        "lines": shown,
        "counts": counts_of(heard),
        "silent": muted.count() if silences else 0,
        "unfolded": unfolded,
        "first": request.GET.get("device", ""),
        "muted": _muted(muted, silences) if unfolded else [],
        "alerts": alert_view.standing_on(user),
        "weather": weather_view.lines_for(user),
        "health": queries.health_of(user),
        "last": last_closed(queries.alarms_for(user)) if not shown else "",
        "trouble": queries.gateway_trouble(),
        "rules": len(registry.all_of(AlarmRule)),
        "unanswered": sum(line.unanswered and line.alarm.rank == "red" for line in shown),
    }
    return unless_seen(request, **context)


def unless_seen(request: HttpRequest, **context: Any) -> HttpResponse:
    """The page; who asks for its part again is answered with nothing while it is as they have seen it."""
    answer = page(request, seen="", **context)
    mark = hashlib.sha256(answer.content).hexdigest()[:16] if is_fragment(request) else ""
    if mark and request.GET.get("seen") == mark:
        return HttpResponse(status=204)
    return page(request, seen=mark, **context) if mark else answer


def _muted(rows: QuerySet[Alarm], silences: Sequence[Silence]) -> list[view.WallLine]:
    return [view.wall_line(alarm, silence_of(alarm, silences)) for alarm in rows[:WALL_AT_MOST]]


def counts_of(rows: QuerySet[Alarm]) -> list[tuple[str, int]]:
    """How many there are of each level, the worst first."""
    found = dict(rows.order_by().values_list("level").annotate(n=Count("id")))
    return [(rank, found.get(n, 0)) for n, rank in reversed(list(enumerate(RANKS, start=1)))]


def last_closed(rows: QuerySet[Alarm]) -> str:
    """The newest that is over, in a sentence."""
    last = rows.filter(open=False).order_by("-raised_at", "-id").first()
    if last is None:
        return ""
    level, device = RANK_LABELS[last.rank], last.series.device
    return f"上一条：{level}，{device}，{duration(clock.now() - last.raised_at)}前，{view.label_of(last)}。"


def rules_by_name() -> dict[str, list[str]]:
    """What rules are called, each with the keys of those that are called so."""
    found: dict[str, list[str]] = {}
    for rule in registry.all_of(AlarmRule):
        found.setdefault(rule.label, []).append(rule.key)
    return found | {MANY_SILENT_LABEL: [MANY_SILENT]}


def _rows(user: Any, values: Values) -> QuerySet[Alarm]:
    asked = {"state": values.get("state"), "level": values.get("level")}
    rows = queries.alarms_for(user).filter(**{key: value for key, value in asked.items() if value})
    if "rule" in values:
        rows = rows.filter(rule__in=rules_by_name()[values["rule"]])
    if "open" in values:
        rows = rows.filter(open=True)
    return (
        rows.filter(series__device__code=values["device"].strip()) if "device" in values else rows
    )


ALARMS = Listing(
    key="monitoring:alarms",
    label="报警记录",
    may="monitoring.view",
    columns=(
        Column(key="code", label="报警号", kind="code", value=lambda row: row.code),
        Column(key="level", label="级别", kind="short", value=lambda row: RANK_LABELS[row.rank]),
        Column(
            key="what",
            label="设备",
            kind="strong",
            value=view.who_of,
        ),
        Column(key="rule", label="规则", value=lambda row: row.label),
        Column(key="state", label="状态", kind="badge", value=view.badge_of),
        Column(
            key="lasting",
            label="持续",
            kind="short",
            value=lambda row: duration((row.ended_at or clock.now()) - row.began_at),
        ),
        Column(
            key="case", label="案件", kind="short", value=lambda row: row.case and row.case.code
        ),
        Column(key="raised", label="报警时间", kind="time", value=lambda row: row.raised_at),
    ),
    filters=(
        Filter(key="state", label="状态", choices=lambda user: STATES),
        Filter(key="level", label="级别", choices=lambda user: LEVELS),
        Filter(
            key="rule",
            label="规则",
            choices=lambda user: [(name, name) for name in rules_by_name()],
        ),
        Filter(key="open", label="未关闭", kind="check"),
        Filter(key="device", label="设备编号", kind="text"),
    ),
    rows=_rows,
    order=("-raised_at", "-id"),
    links=Links(
        url=lambda row: reverse("monitoring:alarm", args=(row.code,)), key=lambda row: row.code
    ),
    pick="code",
    empty="没有符合条件的报警。",
    way="去掉全部条件",
)
registry.add(ALARMS)


@door(may="monitoring.view")
def alarms(request: HttpRequest) -> HttpResponse:
    """All alarms of this person's part of the city, newest first."""
    none = ("还没有过报警。", reverse("monitoring:devices"), "看设备")
    may_confirm = person_of(request).may(JUDGE)
    return page(request, **listed(request, ALARMS, none=none, pickable=may_confirm))


@door(may="monitoring.view")
def alarm(request: HttpRequest, code: str) -> HttpResponse:
    """One alarm: its readings with the limits, what was done, and what may be done now."""
    user = person_of(request)
    row = queries.alarm_for(user, code)
    issued, moving, outage = alerts_of(row), moves_about(row), outage_for(row)
    lines = [*history_of(row, role_labels()), *histories_of(issued, role_labels())]
    return page(
        request,
        alarm=row,
        rank=row.rank,
        badge=view.badge_of(row),
        title=view.title_of(row),
        facts=view.facts_of(row),
        reading=None if outage else view.reading_of(row.series),
        others=view.readings_beside(row),
        outage=[(each.device, each) for each in outage.devices.all()] if outage else None,
        folded=list(row.folded.all()) if outage else [],
        map=None if moving or outage else view.map_of(row.series.device),
        way=_way(row) if moving and not outage else None,
        events=view.events_of(sorted(lines, key=lambda line: line.at)),
        alerts=[alert_view.line_of(alert) for alert in issued],
        issue=alert_view.way_to_issue(user, row),
        comment=form_of((COMMENT,)) if user.scope(JUDGE).covers(area=row.area) else None,
        buttons=view.buttons_of(user, row),
    )


def _way(row: Alarm) -> dict[str, Any]:
    """The map of where a vehicle was about an alarm, and where it ought to have been."""
    given = fences_over(row.series.device, row.began_at)
    told = [(each.name, f"{each.get_duty_display()}，{margin_words(each)}") for each in given]
    return {
        "src": reverse("api:alarm_track", args=(row.code,)),
        "rows": told or [("围栏和线路", "那时没有")],
        "legend": [*(ENDS[:1] if row.ended_at else ENDS), *legend_of(given)],
        "note": view.invented(),
    }


@door(may="alarm.judge")
def alarm_act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Take one step of the alarm's table; what a step needs is asked on a page of its own."""
    user = person_of(request)
    row = queries.alarm_for(user, code)
    here = reverse("monitoring:alarm", args=(code,))
    step = next((b.step for b in view.buttons_of(user, row) if b.step.verb == verb), None)
    flow = flow_of(row.edition_id)
    fields = tuple(flow.fact(key) for key in (*step.needs, *step.asks)) if step else ()
    form = form_of(fields, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {
        "alarm": row,
        "title": view.title_of(row),
        "step": step,
        "cancel": here,
    }
    if request.method != "POST":
        return page(request, form=form, **context) if step else back(request, here)
    if step is not None and not form.is_valid():
        return faulty(request, form, **context)
    try:
        service.act(row, verb, _given(request.POST), by=user, version=_seen(request))
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    case = f"，案号 {row.case.code}" if verb == "open_case" and row.case else ""
    return back(request, here, f"{code} {view.label_of(row)}{case}。")


@door(may="alarm.judge")
def alarm_comment(request: HttpRequest, code: str) -> HttpResponse:
    """A note in the history of an alarm; its form stands on the alarm's page as well."""
    user = person_of(request)
    row = queries.alarm_for(user, code)
    here = reverse("monitoring:alarm", args=(code,))
    form = form_of((COMMENT,), request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"alarm": row, "title": view.title_of(row), "cancel": here}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        service.comment(row, form.cleaned_data["note"], by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, here, "备注已写进经过。")


def _given(post: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(post.get(key, "")).strip() for key in ("cause", "note")}


def _seen(request: HttpRequest) -> int | None:
    """The version the person saw."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
