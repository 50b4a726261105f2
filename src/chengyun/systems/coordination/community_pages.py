"""社区: the communities with a service station, the page of one, its station and officers, and visits."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases import meetings, service_items
from chengyun.city.cases.communities import community_for, found_on
from chengyun.city.cases.models import Promise
from chengyun.city.cases.services.visit_findings import Problem, report_found
from chengyun.city.people import stations as reads
from chengyun.city.people.models import Station, User
from chengyun.city.people.queries import person_of
from chengyun.city.people.services import stations as service
from chengyun.city.people.specs import WEEKDAYS
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, Refusal
from chengyun.kernel.files import store_photo
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.kernel.ui.words import day, told
from chengyun.systems.coordination import community_view as view
from chengyun.systems.coordination import lists, meeting_view, service_view
from chengyun.systems.coordination.whistle_view import photos_of

SHOWN = 6
AREA = Field(key="area", label="社区", kind="unit", required=True)
PLAN = (
    Field(key="name", label="站名", required=True, max_length=60),
    Field(key="address", label="地址", required=True, max_length=120),
    Field(
        key="phone",
        label="办公电话",
        required=True,
        max_length=20,
        hint="站里的电话，不填个人手机号。",
    ),
    Field(key="weekdays", label="走访日", kind="units", required=True),
    Field(key="hours", label="走访时间", required=True, max_length=20, hint="例如 09:00-11:00"),
)
DAYS = [(key, f"周{name}") for key, name in WEEKDAYS.items()]
ASSIGN = (
    Field(key="person", label="队员", kind="person", required=True),
    Field(key="lead", label="站长", kind="bool"),
)
VISIT = (
    Field(key="on", label="哪天", kind="date", required=True),
    Field(key="seen", label="看到、谈到了什么", kind="long", required=True, max_length=2000),
    Field(key="photos", label="照片", kind="photos"),
)
FOUND = (
    Field(key="description", label="什么问题", kind="long", required=True, max_length=1000),
    Field(key="address", label="地点", max_length=120, hint="不填就按位置写。"),
    Field(key="point", label="位置", kind="point", required=True, hint="在地图上点一下就填好了。"),
    Field(key="photos", label="照片", kind="photos"),
)


@door(may="case.view")
def communities(request: HttpRequest) -> HttpResponse:
    """The communities with a station this person sees."""
    may_open = person_of(request).may(reads.CHANGE)
    way = reverse("coordination:station_add") if may_open else ""
    none = ("还没有社区服务站。", way, "登记服务站" if way else "")
    return page(request, may_open=may_open, **listed(request, view.COMMUNITIES, none=none))


@door(may="case.view")
def community(request: HttpRequest, area: str) -> HttpResponse:
    """What an officer opens every day: figures, promises, visits, meetings, and who answers for the community."""
    user = person_of(request)
    station = community_for(user, area)
    here = meetings.meetings_for(user).filter(area=area).order_by("-held_at", "-id")
    waiting = meetings.promises_for(user).filter(area=area, state__in=Promise.WAITS)
    return page(
        request,
        station=station,
        label=view.named(area)[0],
        above=view.named(area)[1],
        warning=view.warning_of(station, localdate(clock.now())),
        figures=view.figures_of(station),
        officers=[row for row in reads.officers_of(station) if not row.valid_to],
        chiefs=view.chiefs_of(area),
        visits=reads.visits_of(station).annotate(found=Count("findings"))[:SHOWN],
        meetings=here[:SHOWN],
        promises=meeting_view.lit(waiting.select_related("unit").order_by("due_at", "id")[:SHOWN]),
        services=service_view.figures_of(
            {key: getattr(station, f"served_{key}") for key in service_items.SUMS},
            community=area,
        ),
        may_arrange=service_items.arranges(user, area),
        may_change=user.scope(reads.CHANGE).covers(area=area),
        may_visit=reads.may_visit(user, station),
        may_hold=user.may(meetings.HOLD),
    )


@door(may=reads.CHANGE)
def station_add(request: HttpRequest) -> HttpResponse:
    """Register the station of a community."""
    choices = {"area": reads.unserved(person_of(request)), "weekdays": DAYS}
    form = form_of((AREA, *PLAN), request.POST or None, choices=choices)
    if request.method != "POST":
        return page(request, form=form)
    if not form.is_valid():
        return faulty(request, form)
    area = form.cleaned_data["area"]
    try:
        service.open_station(area, _plan(form), by=person_of(request))
    except Refusal as refusal:
        return retold(request, form, refusal)
    return back(request, reverse("coordination:station", args=(area,)), "已登记，请派驻队员。")


@door(may=reads.CHANGE)
def station(request: HttpRequest, area: str) -> HttpResponse:
    """A station: what is registered of it, who serves and served there, and its end."""
    user = person_of(request)
    found = reads.station_for(user, area)
    do = request.POST.get("do", "")
    plan, assign = _plan_form(request, found, do), _assign_form(request, area, do)
    context: dict[str, Any] = {
        "station": found,
        "label": view.named(area)[0],
        "officers": reads.officers_of(found),
        "plan": plan,
        "assign": assign,
    }
    if request.method != "POST":
        return page(request, **context)
    form = {"change": plan, "assign": assign}.get(do)
    if form is not None and not form.is_valid():
        return faulty(request, form, **context)
    try:
        sentence = _take(user, found, do, form, request.POST.get("officer", ""))
    except Refusal as refusal:
        if form is None:
            raise
        return retold(request, form, refusal, **context)
    there = "coordination:communities" if do == "close" else request.path
    return back(request, there, sentence)


def _plan_form(request: HttpRequest, found: Station, do: str) -> Form:
    initial = {field.key: getattr(found, field.key) for field in PLAN}
    initial |= {"weekdays": list(found.weekdays)}
    sent = request.POST if do == "change" else None
    return form_of(PLAN, sent, initial=initial, choices={"weekdays": DAYS})


def _assign_form(request: HttpRequest, area: str, do: str) -> Form:
    people = [
        (person.username, f"{person.name}　{person.unit or ''}")
        for person in reads.assignable(area).order_by("unit__code", "username")
    ]
    return form_of(ASSIGN, request.POST if do == "assign" else None, choices={"person": people})


def _plan(form: Form) -> service.Plan:
    given = form.cleaned_data
    same = {key: given[key] for key in ("name", "address", "phone", "hours")}
    return service.Plan(weekdays="".join(given["weekdays"]), **same)


def _take(user: User, found: Station, do: str, form: Form | None, officer: str) -> str:
    """The step the form that was sent names."""
    if do == "change" and form:
        service.change_station(found, _plan(form), by=user)
        return "已保存。"
    if do == "assign" and form:
        given = form.cleaned_data
        person = reads.assignable(found.area).get(username=given["person"])
        service.assign_officer(found, person, lead=given["lead"], by=user)
        return f"{person.name}已派驻。"
    if do == "release" and officer.isdigit():
        row = reads.officer_of(found, int(officer))
        service.release_officer(row, by=user)
        return f"{row.user.name}不再驻这个社区。"
    if do == "close":
        service.close_station(found, by=user)
        return f"{found.name}已撤销，记录都留着。"
    raise Invalid("没有这个动作。")


@door(may=reads.VISIT)
def visit_add(request: HttpRequest, area: str) -> HttpResponse:
    """Record a visit to a community."""
    user = person_of(request)
    found = reads.station_for(user, area)
    files = request.FILES if request.method == "POST" else None
    initial = {"on": localdate(clock.now())}
    form = form_of(VISIT, request.POST or None, files, initial=initial)
    context: dict[str, Any] = {"station": found, "label": view.named(area)[0]}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        made = _record(user, found, form)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:visit", args=(made,))
    return back(request, there, "已记下。发现的问题可以接着报成案件。")


@transaction.atomic
def _record(user: User, found: Station, form: Form) -> int:
    given = form.cleaned_data
    photos = [store_photo(one.read(), one.name, by=user) for one in given["photos"]]
    on: date = given["on"]
    return int(service.record_visit(found, on, given["seen"], photos, by=user).pk)


@door(may="case.view")
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit: what was seen, the cases it found, and one more problem for the officer to report."""
    user = person_of(request)
    row = reads.visit_for(user, pk)
    form, now = None, clock.now()
    if reads.may_visit(user, row.station):
        sent = request.method == "POST"
        form = form_of(FOUND, request.POST if sent else None, request.FILES if sent else None)
    context: dict[str, Any] = {
        "visit": row,
        "label": view.named(row.station.area)[0],
        "facts": [
            ("哪天", day(row.on)),
            ("谁", str(row.by or "系统")),
            ("记下", told(row.at, now=now)),
        ],
        "cases": [(case, lists.stage(case), lists.light(case)) for case in found_on(row)],
        "photos": photos_of(row),
    }
    if request.method != "POST" or form is None:
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        code = _report(user, row, form)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    return back(request, request.path, f"已报成案件 {code}。")


@transaction.atomic
def _report(user: User, row: Any, form: Form) -> str:
    given = form.cleaned_data
    photos = [store_photo(one.read(), one.name, by=user) for one in given["photos"]]
    lon, lat = given["point"]
    seen = Problem(
        description=given["description"],
        address=given["address"],
        lon=lon,
        lat=lat,
        photos=photos,
    )
    return report_found(row, seen, by=user).short_code
