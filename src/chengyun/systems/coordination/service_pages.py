"""服务事项: what is done for a community, from the offer to the yes of a resident; also the door without account."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache

from chengyun.city.cases import service_items as reads
from chengyun.city.cases.models import ServiceItem
from chengyun.city.cases.services import service_items as service
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of, role_labels
from chengyun.city.places.queries import label_of
from chengyun.kernel import clock
from chengyun.kernel.errors import Conflict, Invalid, Refusal
from chengyun.kernel.filedoors import sent
from chengyun.kernel.files import path_of, store_photo, thumbnail_of
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.history import history_of
from chengyun.kernel.installation import installation
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.systems.coordination import panels
from chengyun.systems.coordination import service_view as view
from chengyun.systems.coordination.whistle_view import photos_of

State = ServiceItem.State
OFFER = (
    Field(key="enlistment", label="请谁做", kind="unit", required=True),
    Field(key="title", label="做什么", required=True, max_length=80),
    Field(key="venue", label="在哪里", required=True, max_length=120),
    Field(key="first_day", label="开始日期", kind="date", required=True),
    Field(key="last_day", label="结束日期", kind="date", required=True),
    Field(key="words", label="要求", kind="long", max_length=500),
    Field(key="agreed", label="对方已经答应，不用再认领", kind="bool"),
)
DO = Field(key="do", label="怎样办", kind="unit", required=True)
WORDS = Field(key="words", label="说明", kind="long", max_length=500)
SERVED = (
    Field(key="people", label="参加人数", kind="int", unit="人", required=True, minimum=1),
    Field(key="hours", label="每人时长", kind="decimal", unit="小时", required=True, minimum=0),
    Field(key="result", label="做了什么", kind="long", required=True, max_length=1000),
    Field(key="photos", label="照片", kind="photos", hint="不要拍到别人的脸和门牌号。"),
)
LABELS = {
    "take": "认领",
    "decline": "不认领（写明原因）",
    "confirm": "确认做好了",
    "return": "没有做好（写明哪里）",
    "withdraw": "撤销（写明原因）",
    "renew": "换新链接，旧的作废",
}
REPORT = "report"
THANKS = {
    "take": "已认领，做完再从这个链接报告结果。",
    "decline": "已回复社区。",
    REPORT: "已报告，等居民确认。",
    "confirm": "谢谢您，已经确认。",
    "return": "谢谢您，已请对方接着做。",
    "withdraw": "已撤销。",
    "renew": "已换新链接，旧的打不开了。",
}


@door(may="case.view")
def service_items(request: HttpRequest) -> HttpResponse:
    """The items of the communities this person sees, newest first."""
    may_offer = person_of(request).may(reads.ARRANGE)
    way = reverse("coordination:service_item_add") if may_offer else ""
    none = ("还没有服务事项。", way, "安排服务" if way else "")
    return page(request, may_offer=may_offer, **listed(request, view.SERVICE_ITEMS, none=none))


@door(may=reads.ARRANGE)
def service_item_add(request: HttpRequest) -> HttpResponse:
    """Share a task with somebody who reported to a community."""
    user = person_of(request)
    here = reads.enlistments_for(user).filter(area__in=reads.communities_of(user))
    if community := request.GET.get("community", ""):
        here = here.filter(area=community)
    rows = {str(row.pk): row for row in here}
    options = [
        (pk, f"{label_of(row.area)}　{view.who(row, named=True)}") for pk, row in rows.items()
    ]
    today = localdate(clock.now())
    form = form_of(
        OFFER,
        request.POST or None,
        initial={"first_day": today, "last_day": today},
        choices={"enlistment": options},
    )
    context: dict[str, Any] = {"empty": not options}
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    given = dict(form.cleaned_data)
    row, agreed = rows[given.pop("enlistment")], given.pop("agreed")
    try:
        made = service.offer(row, service.Wanted(**given), agreed=agreed, by=user)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    there = reverse("coordination:service_item", args=(made.code,))
    return back(request, there, "已安排，把链接发给对方。")


@door(may="case.view")
def service_item(request: HttpRequest, code: str) -> HttpResponse:
    """One item: how it stands, what was reported, what this person may do, the addresses to pass on."""
    user = person_of(request)
    row = reads.item_for(user, code)
    named = reads.arranges(user, row.area)
    ways = _ways(row) if named else []
    reporting = _reporting(request) if named and row.state == State.TAKEN else None
    doing = _doing(request, ways)
    context: dict[str, Any] = {
        "item": row,
        "badge": view.badge_of(row),
        "facts": view.facts_of(row, named=named),
        "photos": photos_of(row),
        "events": panels.events_of(history_of(row, role_labels())),
        "addresses": view.addresses(request, user, row),
        "doing": doing,
        "reporting": reporting,
    }
    if request.method != "POST":
        return page(request, **context)
    form = reporting if request.GET.get("do") == REPORT else doing
    if form is None:
        raise Conflict(f"这项服务现在是「{row.get_state_display()}」，请看新的情况再办。")
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        do = _take(user, row, form)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    return back(request, request.path, THANKS[do])


def _ways(row: ServiceItem) -> list[tuple[str, str]]:
    """What whoever arranges may do now, besides the report."""
    first = {State.OFFERED: ("take", "decline"), State.REPORTED: ("confirm", "return")}
    keys = (*first.get(State(row.state), ()), *(("withdraw", "renew") if row.waits else ()))
    return [(key, LABELS[key]) for key in keys]


def _doing(request: HttpRequest, ways: list[tuple[str, str]]) -> Form | None:
    sent_here = request.method == "POST" and request.GET.get("do") != REPORT
    sent_form = request.POST if sent_here else None
    return form_of((DO, WORDS), sent_form, choices={"do": ways}) if ways else None


def _reporting(request: HttpRequest) -> Form:
    """The form of a report, filled when it is the one that was sent."""
    if request.method == "POST" and request.GET.get("do") == REPORT:
        return form_of(SERVED, request.POST, request.FILES)
    return form_of(SERVED)


@transaction.atomic
def _take(user: User, row: ServiceItem, form: Form) -> str:
    """The step the form that was sent names; the one with people is the report."""
    given = form.cleaned_data
    if "people" in given:
        service.report(row, _outcome(given, user), by=user)
        return REPORT
    do, words = given["do"], given["words"]
    if do == "take":
        service.take(row, by=user)
    elif do == "renew":
        service.renew(row, by=user)
    else:
        verbs: dict[str, Any] = {
            "decline": service.decline,
            "confirm": service.confirm,
            "return": service.send_back,
            "withdraw": service.withdraw,
        }
        verbs[do](row, words, by=user)
    return str(do)


def _outcome(given: dict[str, Any], user: User | None) -> service.Outcome:
    photos = [store_photo(one.read(), one.name, by=user) for one in given["photos"]]
    same = {key: given[key] for key in ("people", "hours", "result")}
    return service.Outcome(photos=photos, **same)


@never_cache
@door(public=True)
def service_answer(request: HttpRequest, token: str) -> HttpResponse:
    """What a body, or a resident, is asked about one item, and the form of their answer."""
    row, whose = reads.item_at(token)
    ways = reads.may_do(row, whose)
    context: dict[str, Any] = {
        "item": row,
        "city": getattr(installation(), "name", ""),
        "heading": "请您看看做得怎样" if whose == reads.RESIDENT else "请你们来服务",
        "facts": view.facts_of(row, named=False),
        "photos": view.photos_at(row, token) if ways else [],
        "standing": "" if ways else view.standing(row, whose),
        "reports": REPORT in ways,
    }
    if not ways:
        if request.method == "POST":
            raise Conflict(f"没能提交：{view.standing(row, whose)}")
        return page(request, form=None, **context)
    form = _answer_form(request, ways)
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        do = _answer(row, whose, form)
    except Refusal as refusal:
        return retold(request, form, refusal, **context)
    return back(request, reverse("coordination:service_answer", args=(token,)), THANKS[do])


def _answer_form(request: HttpRequest, ways: Any) -> Form:
    if REPORT in ways:
        given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        return form_of(SERVED, *given)
    options = [(key, LABELS[key]) for key in ways]
    return form_of((DO, WORDS), request.POST or None, choices={"do": options})


@transaction.atomic
def _answer(row: ServiceItem, whose: str, form: Form) -> str:
    given = form.cleaned_data
    if "people" in given:
        service.answer(row, whose, REPORT, {"outcome": _outcome(given, None)})
        return REPORT
    service.answer(row, whose, given["do"], {"words": given["words"]})
    return str(given["do"])


@door(public=True)
def service_photo(request: HttpRequest, token: str, pk: int, size: str) -> HttpResponse:
    """A photo of the result, whole or small, for whoever holds an address."""
    if size not in ("small", "whole"):
        raise Invalid("没有这个大小的照片。")
    file = reads.photo_at(token, pk).file
    return sent(thumbnail_of(file) if size == "small" else path_of(file), file)
