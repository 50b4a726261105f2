"""吹哨报到: units called to a spot, their answers and arrivals, what came of it, and how well each unit comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from chengyun.city.cases import whistles as reads
from chengyun.city.cases.models import Arrival, Whistle
from chengyun.city.cases.services import whistles as service
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed, Refusal
from chengyun.kernel.files import store_photo
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.systems.coordination import whistle_view as view
from chengyun.systems.coordination.inquiry_pages import month_of
from chengyun.systems.coordination.pages import PICK, invented

BLOW = (
    Field(key="matter", label="什么事", kind="long", required=True, max_length=500),
    Field(
        key="address", label="地点", required=True, max_length=120, hint="到路口、门牌或参照物。"
    ),
    Field(key="point", label="位置", kind="point", required=True, hint="在地图上点一下就填好了。"),
    Field(key="units", label="叫哪些单位", kind="units", required=True),
    Field(
        key="minutes",
        label="多少分钟内到",
        kind="int",
        required=True,
        unit="分钟",
        minimum=5,
        maximum=7 * 24 * 60,
    ),
    Field(key="later", label="其中可以晚些到的", kind="units"),
    Field(
        key="later_minutes",
        label="这些单位多少分钟内到",
        kind="int",
        unit="分钟",
        minimum=5,
        maximum=7 * 24 * 60,
    ),
)
SOON = 30
WORDS = Field(key="words", label="说明", max_length=300)
POINT = Field(key="point", label="现在的位置", kind="point")
PHOTOS = Field(key="photos", label="到场照片", kind="photos")
OUTCOME = Field(key="outcome", label="共同处置的结果", kind="long", required=True, max_length=1000)


@door(may="case.view")
def whistles(request: HttpRequest) -> HttpResponse:
    """All calls this person has to do with, newest first."""
    user = person_of(request)
    none = ("还没有吹哨。", "", "")
    return page(request, may_blow=user.may(reads.BLOW), **listed(request, view.WHISTLES, none=none))


@door(may=reads.BLOW)
def whistle_add(request: HttpRequest) -> HttpResponse:
    """Call units to a spot."""
    user = person_of(request)
    area = user.unit.area if user.unit else ""
    units = {unit.code: unit for unit in reads.units_to_call(area)}
    options = [(code, str(unit)) for code, unit in units.items()]
    choices = {"units": options, "later": options}
    initial = {"minutes": SOON}
    form = form_of(BLOW, request.POST or None, initial=initial, choices=choices)
    context: dict[str, Any] = {"map": PICK | {"note": invented()}}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    given = form.cleaned_data
    lon, lat = given["point"]
    spot = service.Spot(matter=given["matter"], address=given["address"], lon=lon, lat=lat)
    try:
        calls = [
            service.Call(unit=units[code], due_at=_due(given, code))
            for code in dict.fromkeys((*given["units"], *given["later"]))
        ]
        made = service.blow(spot, calls, by=user)
    except (Invalid, NotAllowed) as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:whistle", args=(made.code,))
    return back(request, there, f"已吹哨，叫了 {len(calls)} 个单位。")


def _due(given: dict[str, Any], code: str) -> datetime:
    """When a unit has to be there."""
    later = code in given["later"] and given["later_minutes"]
    return clock.now() + timedelta(minutes=later or given["minutes"])


@door(may="case.view")
def whistle(request: HttpRequest, code: str) -> HttpResponse:
    """One call: who is there, who is not, what this person's unit or the caller may do now."""
    user = person_of(request)
    found = reads.whistle_for(user, code)
    mine = view.mine(user, found)
    arriving = _arrive_form(request) if mine else None
    closing = _close_form(request) if view.calls(user, found) else None
    context: dict[str, Any] = {
        "whistle": found,
        "mine": mine,
        "arriving": arriving,
        "closing": closing,
        **view.page_of(user, found),
    }
    if request.method != "POST":
        return page(request, **context)
    do = request.POST.get("do", "")
    form = {"arrive": arriving, "close": closing}.get(do)
    if form is not None and not form.is_valid():
        return faulty(request, form, **context)
    try:
        sentence = _take(user, found, mine, do, form)
    except Refusal as refusal:
        if form is None:
            raise
        return retold(request, form, refusal, **context)
    return back(request, reverse("coordination:whistle", args=(code,)), sentence)


def _arrive_form(request: HttpRequest) -> Form:
    sent = request.POST.get("do") == "arrive"
    fields = (PHOTOS, POINT, WORDS)
    return form_of(fields, request.POST if sent else None, request.FILES if sent else None)


def _close_form(request: HttpRequest) -> Form:
    sent = request.POST.get("do") == "close"
    return form_of((OUTCOME,), request.POST if sent else None)


def _take(user: User, found: Whistle, mine: list[Arrival], do: str, form: Form | None) -> str:
    """The step the form that was sent names."""
    if do == "close" and form:
        service.close(found, form.cleaned_data["outcome"], by=user)
        return "已办结。"
    if do == "case":
        case = service.make_case(found, by=user)
        return f"已转成案件 {case.short_code}。"
    if not mine:
        raise Conflict("你的单位已经报到，或者没有叫到。")
    if do == "receive":
        for arrival in mine:
            if arrival.state == Arrival.State.CALLED:
                service.receive(arrival, by=user)
        return "已答复收到，请按时到场。"
    if form is None:
        raise Invalid("没有这个动作。")
    return _arrive(user, mine, form.cleaned_data)


@transaction.atomic
def _arrive(user: User, mine: list[Arrival], given: dict[str, Any]) -> str:
    photos = [store_photo(one.read(), one.name, by=user) for one in given["photos"]]
    for arrival in mine:
        service.arrive(arrival, words=given["words"], point=given["point"], photos=photos, by=user)
    return "已报到，晚了。" if any(arrival.late for arrival in mine) else "已按时报到。"


@door(may="case.view")
def whistle_rates(request: HttpRequest) -> HttpResponse:
    """A month by unit: how often it was called, came in time, late, not at all."""
    first = month_of(request.GET.get("month", ""))
    after = (first + timedelta(days=32)).replace(day=1)
    rows = reads.rates(person_of(request), first, after)
    return page(
        request,
        month=first,
        before=(first - timedelta(days=1)).strftime("%Y-%m"),
        later=after.strftime("%Y-%m") if after <= clock.now() else "",
        rows=[(row, view.urls_of(row, timezone.localtime(first))) for row in rows],
        total=view.sum_of(rows),
    )
