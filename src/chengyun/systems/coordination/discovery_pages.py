"""发现线索: what waits to be looked at, one after the other; the list of all; how often the algorithms were right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from chengyun.city.cases import discoveries as reads
from chengyun.city.cases import queries as register
from chengyun.city.cases.models import Discovery
from chengyun.city.cases.services import discoveries as service
from chengyun.city.cases.similarity import similar_to
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Conflict
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.systems.coordination import alike, lists, panels
from chengyun.systems.coordination.discovery_view import badge_of, facts_of, frames_of, map_of

SPANS = ("7", "30", "90")
KEYS = dict(zip(Discovery.Reason.values, "1234", strict=True))
"""The key that rejects for each reason."""
LARGEST = 2**63 - 1


def _rows(user: Any, values: Values) -> QuerySet[Discovery]:
    rows = reads.discoveries_for(user)
    asked = {
        "state": values.get("state"),
        "kind__key": values.get("kind"),
        "reason": values.get("reason"),
        "camera__code": values.get("camera"),
        "flight__code": values.get("flight"),
    }
    rows = rows.filter(**{key: value for key, value in asked.items() if value})
    if "period" in values:
        rows = rows.filter(received_at__gte=_midnight(int(values["period"]) - 1))
    return rows


def _midnight(ago: int) -> datetime:
    """When the day began that was some days ago."""
    today = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=ago)


COLUMNS = (
    Column(key="code", label="线索号", kind="code", value=lambda row: row.code),
    Column(
        key="kind", label="看到什么", kind="strong", value=lambda row: (row.kind.label, row.address)
    ),
    Column(key="confidence", label="置信度", kind="share", value=lambda row: row.percent),
    Column(key="seen_from", label="摄像头、飞行", value=lambda row: row.seen_from),
    Column(key="algorithm", label="算法", kind="short", value=lambda row: row.algorithm),
    Column(key="state", label="审核", kind="badge", value=badge_of),
    Column(key="case", label="案件", kind="short", value=lambda row: row.case and row.case.code),
    Column(key="taken", label="拍摄", kind="time", value=lambda row: row.taken_at),
)
DISCOVERIES = Listing(
    key="coordination:discoveries",
    label="发现线索",
    may="discovery.view",
    columns=COLUMNS,
    filters=(
        Filter(key="state", label="审核", choices=lambda user: list(Discovery.State.choices)),
        Filter(
            key="kind",
            label="种类",
            choices=lambda user: [(kind.key, kind.label) for kind in reads.kinds()],
        ),
        Filter(key="reason", label="驳回原因", choices=lambda user: list(Discovery.Reason.choices)),
        Filter(key="period", label="收到时间", choices=lambda user: list(lists.PERIODS)),
        Filter(key="camera", label="摄像头编号", kind="text"),
        Filter(key="flight", label="飞行任务", kind="text"),
    ),
    rows=_rows,
    more=reads.in_full,
    links=Links(
        url=lambda row: reverse("coordination:discovery", args=(row.code,)),
        key=lambda row: row.code,
    ),
    empty="没有符合条件的线索。",
    way="去掉全部条件",
)
registry.add(DISCOVERIES)


@door(may="discovery.view")
def discoveries(request: HttpRequest) -> HttpResponse:
    """All discoveries of this person's part of the city, newest first."""
    user = person_of(request)
    none = ("还没有收到线索。", reverse("coordination:cameras"), "看摄像头")
    waiting = reads.count_waiting(user) if user.may("discovery.judge") else 0
    return page(request, waiting=waiting, **listed(request, DISCOVERIES, none=none))


@door(may="discovery.view")
def discovery(request: HttpRequest, code: str) -> HttpResponse:
    """One discovery: its frame, what was said about it, and what became of it."""
    user = person_of(request)
    row = reads.discovery_for(user, code)
    judges = row.waiting and user.scope("discovery.judge").covers(area=row.area)
    return page(
        request,
        row=row,
        frame=frames_of([row]).get(row.pk, ""),
        badge=badge_of(row),
        facts=facts_of(row),
        map=map_of(row),
        events=panels.events_of(history_of(row, role_labels())),
        judge=f"{reverse('coordination:review')}?after={row.pk - 1}" if judges else "",
    )


@door(may="discovery.judge")
def review(request: HttpRequest) -> HttpResponse:
    """What waits, one after the other: the frame, the place, what is alike nearby; one key confirms or rejects."""
    user = person_of(request)
    if request.method != "POST":
        return _next(request, user, _number(request.GET.get("after", "")))
    row = reads.discovery_for(user, request.POST.get("code", ""))
    try:
        sentence = _judged(row, request.POST, user)
    except Conflict as refusal:
        return _next(request, user, row.pk, status=refusal.status, refusal=refusal)
    return back(request, f"{reverse('coordination:review')}?after={row.pk}", sentence)


def _number(text: str) -> int:
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() else 0


def _judged(row: Discovery, said: QueryDict, user: User) -> str:
    """Confirm or reject, and say what was done."""
    if said.get("do") == "confirm":
        return f"已确认「{row.kind}」，案号 {service.confirm(row, by=user).code}。"
    code = said.get("known", "")
    known = register.case_for(user, str(code)) if code else None
    reason = Discovery.Reason.KNOWN.value if known else str(said.get("do", ""))
    service.reject(row, reason, known=known, by=user)
    return f"已驳回「{row.kind}」：{row.get_reason_display()}。"


def _next(
    request: HttpRequest, user: User, after: int, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The next that waits; the frame of the one after it is fetched ahead."""
    waiting = reads.next_waiting(user, after)
    row = waiting[0] if waiting else None
    if row is None:
        return page(request, status=status, row=None, **context)
    frames = frames_of(waiting)
    matches = similar_to(user, reads.report_of(row)) if user.may("case.view") else []
    return page(
        request,
        status=status,
        row=row,
        left=reads.waiting_for(user).count(),
        frame=frames.get(row.pk, ""),
        ahead=[frames[later.pk] for later in waiting[1:] if later.pk in frames],
        facts=facts_of(row),
        map=map_of(row),
        similar=alike.cards(matches[:3]),
        reach=alike.reach_of(row.area),
        reasons=[(key, label, KEYS[key]) for key, label in Discovery.Reason.choices],
        **context,
    )


@door(may="discovery.view")
def precision(request: HttpRequest) -> HttpResponse:
    """How often people confirmed what algorithms said, and how much the city found before anybody complained."""
    user = person_of(request)
    asked = request.GET.get("days", "")
    days = asked if asked in SPANS else SPANS[1]
    since, until = _midnight(int(days) - 1), clock.now()
    tallies = reads.tallies(user, since, until)
    return page(
        request,
        days=days,
        spans=SPANS,
        since=since,
        until=until,
        whole=next(iter(reads.judged(tallies, reads.all_together)), None),
        reasons=Discovery.Reason.choices,
        parts=(
            ("按算法和种类", "算法", "种类", reads.judged(tallies, reads.by_algorithm)),
            ("按摄像头", "摄像头", "编号", reads.judged(tallies, reads.by_source)),
        ),
        found=reads.found_by(user, since, until) if user.may("case.view") else None,
    )
