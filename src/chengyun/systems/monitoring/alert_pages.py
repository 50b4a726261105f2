"""Pages of 预警: the list, one of them, issuing it for an alarm, acknowledging and lifting it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.sensing import alerts as reads
from chengyun.city.sensing import queries
from chengyun.city.sensing.models import Alarm, Alert
from chengyun.city.sensing.services import alerts as service
from chengyun.city.sensing.specs import RANK_LABELS, RANKS
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import told
from chengyun.systems.monitoring import alert_view, view

LEVELS = tuple((rank, RANK_LABELS[rank]) for rank in reversed(RANKS))
ISSUED = (
    Field(key="level", label="级别", kind="choice", required=True, choices=LEVELS),
    Field(key="text", label="要做什么", kind="long", required=True, max_length=service.LONGEST),
    Field(key="units", label="发给哪些单位", kind="units", required=True),
    Field(
        key="minutes",
        label="多久内确认收到",
        kind="int",
        hint="不填按级别",
        unit="分钟",
        minimum=1,
        maximum=service.MOST_MINUTES,
    ),
)
REASON = Field(
    key="words", label="为什么解除", kind="long", required=True, max_length=service.LONGEST
)


def _rows(user: Any, values: Values) -> QuerySet[Alert]:
    rows = reads.alerts_for(user)
    if "level" in values:
        rows = rows.filter(level=values["level"])
    if "standing" in values:
        rows = rows.filter(lifted_at=None)
    return reads.overdue(rows) if "late" in values else rows


ALERTS = Listing(
    key="monitoring:alerts",
    label="预警",
    may=reads.VIEW,
    columns=(
        Column(key="code", label="预警号", kind="code", value=lambda row: row.code),
        Column(key="level", label="级别", kind="short", value=lambda row: RANK_LABELS[row.rank]),
        Column(
            key="what",
            label="地点",
            kind="strong",
            value=lambda row: (str(row.alarm.series.device), row.text),
        ),
        Column(
            key="state",
            label="状态",
            kind="badge",
            value=lambda row: alert_view.badge_of(row, row.waiting),
        ),
        Column(key="answered", label="单位", kind="short", value=alert_view.answered),
        Column(key="due", label="确认时限", kind="time", value=lambda row: row.due_at),
        Column(key="issued", label="发布", kind="time", value=lambda row: row.issued_at),
    ),
    filters=(
        Filter(
            key="level",
            label="级别",
            choices=lambda user: [(str(n), RANK_LABELS[r]) for n, r in enumerate(RANKS, start=1)],
        ),
        Filter(key="standing", label="没有解除", kind="check"),
        Filter(key="late", label="超时未确认", kind="check"),
    ),
    rows=_rows,
    more=reads.counted,
    order=("-issued_at", "-id"),
    links=Links(
        url=lambda row: reverse("monitoring:alert", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有符合条件的预警。",
    way="去掉全部条件",
)
registry.add(ALERTS)


@door(may=reads.VIEW)
def alerts(request: HttpRequest) -> HttpResponse:
    """All 预警 of this person's part of the city and those to their units, newest first."""
    return page(request, **listed(request, ALERTS, none=("还没有发布过预警。", "", "")))


@door(may=reads.VIEW)
def alert(request: HttpRequest, code: str) -> HttpResponse:
    """One 预警: what has to be done, which units have acknowledged, and what this person may do."""
    user = person_of(request)
    row = reads.alert_for(user, code)
    units = list(row.units.all())
    watches = user.may("monitoring.view") and user.scope("monitoring.view").covers(area=row.area)
    standing = row.lifted_at is None
    return page(
        request,
        alert=row,
        rank=row.rank,
        badge=alert_view.badge_of(row, sum(not each.acknowledged_at for each in units)),
        units=[alert_view.unit_line(row, each) for each in units],
        mine=reads.mine(user, units) if standing else [],
        lifts=standing and user.may(reads.ISSUE) and user.scope(reads.ISSUE).covers(area=row.area),
        facts=alert_view.facts_of(row, watches=watches),
        map=view.map_of(row.alarm.series.device),
        events=view.events_of(history_of(row, role_labels())),
    )


@door(may=reads.ISSUE)
def alert_add(request: HttpRequest, code: str) -> HttpResponse:
    """Issue a 预警 for an alarm that was confirmed."""
    user = person_of(request)
    alarm = queries.alarm_for(user, code)
    here = reverse("monitoring:alarm", args=(code,))
    if request.method != "POST" and not alert_view.way_to_issue(user, alarm):
        return back(request, here)
    form = _form(request, alarm)
    context: dict[str, Any] = {
        "alarm": alarm,
        "rank": alarm.rank,
        "title": view.title_of(alarm),
        "facts": view.facts_of(alarm),
        "cancel": here,
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        made = _issued(alarm, form.cleaned_data, user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    due = told(made.due_at, now=clock.now())
    there = reverse("monitoring:alert", args=(made.code,))
    return back(request, there, f"已发布预警 {made.code}，各单位 {due} 前确认。")


def _form(request: HttpRequest, alarm: Alarm) -> Form:
    units = [(unit.code, str(unit)) for unit in reads.units_to_alert(alarm.area)]
    keeper = alarm.series.device.unit
    initial = {
        "level": alarm.rank,
        "text": view.said_of(alarm),
        "units": [keeper.code] if keeper and keeper.code in dict(units) else [],
    }
    return form_of(ISSUED, request.POST or None, initial=initial, choices={"units": units})


def _issued(alarm: Alarm, given: dict[str, Any], user: User) -> Alert:
    units = [unit for unit in reads.units_to_alert(alarm.area) if unit.code in given["units"]]
    minutes = given["minutes"] or reads.minutes_of(alarm.area, given["level"])
    new = service.NewAlert(**given | {"units": units, "minutes": minutes})
    return service.issue(alarm, new, by=user)


@require_POST
@door(may=reads.ACKNOWLEDGE)
def alert_acknowledge(request: HttpRequest, code: str) -> HttpResponse:
    """The units this person answers for have it."""
    user = person_of(request)
    units = service.acknowledge(reads.alert_for(user, code), by=user)
    there = reverse("monitoring:alert", args=(code,))
    return back(request, there, f"{'、'.join(map(str, units))}已确认收到。")


@door(may=reads.ISSUE)
def alert_lift(request: HttpRequest, code: str) -> HttpResponse:
    """It is over; why is asked on a page of its own."""
    user = person_of(request)
    row = reads.alert_for(user, code)
    here = reverse("monitoring:alert", args=(code,))
    form = form_of((REASON,), request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"alert": row, "cancel": here}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        service.lift(row, form.cleaned_data["words"], by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, here, f"预警 {code} 已解除，各单位会收到消息。")
