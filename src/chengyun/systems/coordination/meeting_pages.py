"""例会 and 承诺事项: meetings for a place, their minutes, what was promised, and whether it was kept."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.cases import meetings as reads
from chengyun.city.cases.models import Meeting, Promise
from chengyun.city.cases.services import meetings as service
from chengyun.city.people.models import Unit, User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.kernel.errors import Invalid, Refusal
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.kernel.ui.words import day
from chengyun.systems.coordination import meeting_view as view
from chengyun.systems.coordination import panels

CALL = (
    Field(key="kind", label="种类", kind="unit", required=True),
    Field(key="place", label="为哪里", kind="unit", required=True),
    Field(key="topic", label="议题", required=True, max_length=120),
    Field(key="held_at", label="时间", kind="datetime", required=True),
    Field(key="venue", label="开会地点", required=True, max_length=120),
    Field(key="units", label="请哪些单位", kind="units", hint="请到的单位马上收到消息。"),
)
MINUTES = (
    Field(
        key="offices",
        label="还有谁参加",
        max_length=300,
        hint="只写身份，例如：居委会主任、物业经理、居民代表 3 人。",
    ),
    Field(key="attendees", label="姓名", max_length=300, hint="单独保存，没有权限的人看不到。"),
    Field(key="minutes", label="纪要", kind="long", required=True, max_length=4000),
)
PROMISE = (
    Field(key="what", label="承诺做什么", kind="long", required=True, max_length=300),
    Field(key="unit", label="单位", kind="unit", required=True),
    Field(key="due", label="哪天前完成", kind="date", required=True),
)
DO = Field(key="do", label="怎样办", kind="unit", required=True)
WORDS = Field(key="words", label="说明", kind="long", max_length=1000)
SPOT = (
    Field(key="point", label="位置", kind="point", required=True, hint="在地图上点一下就填好了。"),
    Field(key="address", label="地点", max_length=120, hint="不填就按位置写。"),
)


@door(may="case.view")
def meetings(request: HttpRequest) -> HttpResponse:
    """All meetings this person has to do with, newest first."""
    may_hold = person_of(request).may(reads.HOLD)
    way = reverse("coordination:meeting_add") if may_hold else ""
    none = ("还没有例会。", way, "召集例会" if way else "")
    return page(request, may_hold=may_hold, **listed(request, view.MEETINGS, none=none))


@door(may=reads.HOLD)
def meeting_add(request: HttpRequest) -> HttpResponse:
    """Call a meeting for a place."""
    user = person_of(request)
    places = {venue.key: venue for venue in reads.venues_for(user)}
    home = view.home_of(user)
    units = {unit.code: unit for unit in reads.units_at(home)}
    choices = {
        "kind": [(kind, kind) for kind in reads.kinds_of(home)],
        "place": [(venue.key, venue.label) for venue in places.values()],
        "units": _options(units),
    }
    initial = {"place": request.GET.get("community", "")}
    form = form_of(CALL, request.POST or None, initial=initial, choices=choices)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    given = form.cleaned_data
    same = {key: given[key] for key in ("kind", "topic", "venue", "held_at")}
    called = service.Called(units=[units[code] for code in given["units"]], **same)
    try:
        made = service.call_meeting(places[given["place"]], called, by=user)
    except Refusal as refusal:
        return retold(request, form, refusal)
    return back(request, reverse("coordination:meeting", args=(made.code,)), "已召集。")


def _options(units: dict[str, Unit]) -> list[tuple[str, str]]:
    return [(code, str(unit)) for code, unit in units.items()]


@door(may="case.view")
def meeting(request: HttpRequest, code: str) -> HttpResponse:
    """One meeting: its minutes, and what was promised with its lights."""
    user = person_of(request)
    found = reads.meeting_for(user, code)
    do, convenes = request.POST.get("do", ""), reads.convenes(user, found)
    asked = reads.units_with(found.area, found.agreement) if convenes else Unit.objects.none()
    units = {unit.code: unit for unit in asked}
    lines = history_of(found, role_labels())
    writing = _form(request, MINUTES, "minutes") if convenes and not found.minuted_at else None
    promising = _form(request, PROMISE, "promise", units) if convenes else None
    context: dict[str, Any] = {
        "meeting": found,
        "badge": view.stage_of(found),
        "facts": view.facts_of(found, lines, user),
        "promises": view.lit(found.promises.select_related("unit").order_by("due_at", "id")),
        "events": panels.events_of(lines),
        "writing": writing,
        "promising": promising,
    }
    if request.method != "POST":
        return page(request, **context)
    form = {"minutes": writing, "promise": promising}.get(do)
    if form is None:
        raise Invalid("没有这个动作。")
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        sentence = _write(user, found, do, form.cleaned_data, units)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    return back(request, request.path, sentence)


def _form(
    request: HttpRequest, fields: tuple[Field, ...], do: str, units: dict[str, Unit] | None = None
) -> Form:
    """One of the forms of a page, filled when it is the one that was sent."""
    sent = request.POST if request.POST.get("do") == do else None
    return form_of(fields, sent, choices={"unit": _options(units or {})})


def _write(
    user: User, found: Meeting, do: str, given: dict[str, Any], units: dict[str, Unit]
) -> str:
    if do == "minutes":
        service.write_minutes(found, service.Minutes(**given), by=user)
        return "纪要已保存。"
    made = service.promise(found, units[given["unit"]], given["what"], given["due"], by=user)
    return f"已记下，{made.unit}在{day(made.last_day, year=False)}前完成。"


@door(may="case.view")
def promises(request: HttpRequest) -> HttpResponse:
    """All promises this person has to do with; of those that wait, the most urgent first."""
    none = ("还没有承诺事项。", reverse("coordination:meetings"), "看例会")
    urgent = {"mine", "waits", "late"} & set(request.GET)
    order = ("due_at", "id") if urgent else ()
    return page(request, **listed(request, view.PROMISES, none=none, order=order))


@door(may="case.view")
def promise(request: HttpRequest, code: str) -> HttpResponse:
    """One promise: how it stands, and what this person may do about it."""
    user = person_of(request)
    row = reads.promise_for(user, code)
    ways = _ways(user, row)
    placing = row.waits and not row.case and reads.follows(user, row)
    spot = _form(request, SPOT, "case") if placing else None
    sent = request.POST if request.method == "POST" and request.POST.get("do") != "case" else None
    doing = form_of((DO, WORDS), sent, choices={"do": ways}) if ways else None
    context: dict[str, Any] = {
        "promise": row,
        "badge": view.badge_of(row),
        "light": view.light_of(row),
        "facts": view.facts_of_promise(row),
        "events": panels.events_of(history_of(row, role_labels())),
        "doing": doing,
        "spot": spot,
    }
    if request.method != "POST":
        return page(request, **context)
    form = doing if sent else spot
    if form is None:
        raise Invalid("没有这个动作。")
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        sentence = _take(user, row, form.cleaned_data)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    return back(request, request.path, sentence)


def _ways(user: User, row: Promise) -> list[tuple[str, str]]:
    """What may be done now, by whoever looks."""
    ways = []
    if row.state == view.State.OPEN and reads.keeps(user, row):
        ways.append(("done", "报告完成（写明做了什么）"))
    if row.waits and reads.follows(user, row):
        if row.state == view.State.DONE:
            ways += [("confirm", "确认兑现"), ("return", "退回重办（写明原因）")]
        ways.append(("withdraw", "撤销（写明原因）"))
    return ways


def _take(user: User, row: Promise, given: dict[str, Any]) -> str:
    """The step the form that was sent names; the one with a point makes a case."""
    if "point" in given:
        lon, lat = given["point"]
        case = service.make_case(row, lon, lat, given["address"], by=user)
        return f"已转成案件 {case.short_code}，承诺照常等兑现。"
    words = given["words"]
    if given["do"] == "done":
        service.report_done(row, words, by=user)
        return "已报告完成，等召集人确认。"
    if given["do"] == "confirm":
        service.confirm(row, by=user)
        return "已确认兑现。"
    if given["do"] == "return":
        service.send_back(row, words, by=user)
        return "已退回重办。"
    service.withdraw(row, words, by=user)
    return "已撤销。"
