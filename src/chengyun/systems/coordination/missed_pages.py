"""漏报: what a citizen reported where an inspector had passed before; a person says whether it counts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import missed as reads
from chengyun.city.cases.models import Missed
from chengyun.city.cases.services.missed import judge, measure_of
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.scope import inside
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import duration, told
from chengyun.systems.coordination.lists import AREA, problem

TONES = {"open": "amber", "missed": "red", "dismissed": "line"}
VERDICT = Field(
    key="verdict",
    label="认定",
    kind="choice",
    required=True,
    choices=(("missed", "漏报"), ("dismissed", "不算")),
)
REASON = Field(key="reason", label="理由", kind="long", required=True, max_length=500)


def badge_of(row: Missed) -> dict[str, str]:
    return {"words": row.get_state_display(), "tone": TONES[row.state]}


def _rows(user: Any, values: Values) -> QuerySet[Missed]:
    rows = reads.missed_for(user)
    if "state" in values:
        rows = rows.filter(state=values["state"])
    if "area" in values:
        rows = rows.filter(inside("case__area", values["area"]))
    if username := values.get("user"):
        rows = rows.filter(attendance__user__username=username)
    return rows


MISSED = Listing(
    key="coordination:missed",
    label="漏报线索",
    may="duty.view",
    columns=(
        Column(key="code", label="案号", kind="code", value=lambda row: row.case.code),
        Column(key="problem", label="问题", kind="strong", value=lambda row: problem(row.case)),
        Column(key="reported", label="上报", kind="time", value=lambda row: row.case.reported_at),
        Column(
            key="person", label="人员", kind="short", value=lambda row: row.attendance.user.name
        ),
        Column(key="passed", label="经过", kind="time", value=lambda row: row.passed_at),
        Column(key="metres", label="距离", kind="short", value=lambda row: f"{row.metres} 米"),
        Column(
            key="before",
            label="早",
            value=lambda row: duration(row.case.reported_at - row.passed_at),
        ),
        Column(key="state", label="认定", kind="badge", value=badge_of),
    ),
    filters=(
        Filter(key="state", label="认定", choices=lambda user: list(Missed.State.choices)),
        AREA,
        Filter(key="user", label="账号", kind="text"),
    ),
    rows=_rows,
    more=reads.with_cases,
    links=Links(
        url=lambda row: reverse("coordination:missed_one", args=(row.pk,)),
        key=lambda row: row.case.code,
    ),
    empty="没有符合条件的漏报线索。",
    way="去掉全部条件",
)
registry.add(MISSED)


@door(may="duty.view")
def missed(request: HttpRequest) -> HttpResponse:
    """Passes that may have missed a problem, newest first."""
    none = ("还没有漏报线索。", reverse("coordination:patrol"), "看今天的巡查")
    return page(request, **listed(request, MISSED, none=none))


@door(may="duty.view")
def missed_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One pass, and the word on it."""
    user = person_of(request)
    row = reads.missed_one_for(user, pk)
    may = user.scope("patrol.judge").covers(area=row.case.area)
    wanted = row.state == Missed.State.OPEN and may
    form = form_of((VERDICT, REASON), request.POST or None)
    context: dict[str, Any] = {
        "row": row,
        "badge": badge_of(row),
        "facts": _facts(row),
        "map": {"lon": row.case.lon, "lat": row.case.lat, "zoom": 17},
    }
    if request.method != "POST":
        return page(request, form=form if wanted else None, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        judge(row, form.cleaned_data["verdict"], form.cleaned_data["reason"], by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    sentence = f"{row.case.short_code} 认定为「{row.get_state_display()}」。"
    return back(request, "coordination:missed", sentence)


def _facts(row: Missed) -> list[tuple[str, Any]]:
    now, measure = clock.now(), measure_of(row.case.area)
    facts: list[tuple[str, Any]] = [
        ("人员", row.attendance.user.name),
        ("经过", f"{told(row.passed_at, now=now)}，距离 {row.metres} 米"),
        (
            "上报",
            f"{told(row.case.reported_at, now=now)}，晚 {duration(row.case.reported_at - row.passed_at)}",
        ),
        (
            "线索条件",
            f"上报前 {duration(measure.before)}内，从 {measure.reach} 米以内经过，本人没有上报",
        ),
    ]
    if row.judged_at:
        facts.append(
            ("认定", f"{row.get_state_display()}，{row.judged_by}，{told(row.judged_at, now=now)}")
        )
        facts.append(("理由", row.reason))
    return facts
