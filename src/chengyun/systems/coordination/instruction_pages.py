"""热线签批: the orders of a day, one after the other before a leader, and what the teams make of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases import callers
from chengyun.city.cases import instructions as reads
from chengyun.city.cases.models import Inquiry
from chengyun.city.cases.services import instructions as service
from chengyun.city.people.models import User
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock
from chengyun.kernel.errors import Conflict, Invalid, wrong
from chengyun.kernel.forms import form_of
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.systems.coordination import inquiry_view, lists, panels
from chengyun.systems.coordination import instruction_view as view

LARGEST = 2**63 - 1
WORDS = Field(key="words", label="意见", kind="long", required=True, max_length=500)
REPORTS = (("progress", "报告进展"), ("done", "报告已经落实"))
WRITE = (WORDS,)
REPORT = (
    Field(key="do", label="做什么", kind="choice", required=True, choices=REPORTS),
    Field(key="words", label="情况", kind="long", required=True, max_length=1000),
)


@door(may="case.view")
def instructions(request: HttpRequest) -> HttpResponse:
    """Every hotline order, newest first, with what a leader wrote on it; above them how far a day is."""
    user, today = person_of(request), localdate(clock.now())
    day = view.day_in(request.GET.get("day", "")) or today
    waiting = reads.to_give(user).count() if user.may(reads.GIVE) else 0
    return page(
        request,
        day=reads.day_of(user, day),
        today=day == today,
        waiting=waiting,
        **listed(request, view.INSTRUCTIONS),
    )


@door(may="instruction.give")
def instruct(request: HttpRequest) -> HttpResponse:
    """The next order without an instruction; a key or a sentence writes on it, and the one after it comes."""
    user = person_of(request)
    if request.method != "POST":
        return _next(request, user, _number(request.GET.get("after", "")))
    found = callers.inquiry_for(user, request.POST.get("code", ""))
    words = request.POST.get("phrase") or request.POST.get("words", "")
    try:
        service.give(found, words, by=user)
    except Conflict as refusal:
        return _next(request, user, found.pk, refusal=refusal, status=refusal.status)
    except Invalid as refusal:
        return _shown(request, user, found, fault=refusal, words=words, status=refusal.status)
    sentence = f"已签批 {found.case.short_code}，{_told_to(found)}。"
    return back(request, f"{reverse('coordination:instruct')}?after={found.pk}", sentence)


def _told_to(found: Inquiry) -> str:
    return f"告诉{found.case.unit}的专班" if found.case.unit else "派给单位时告诉它的专班"


def _number(text: str) -> int:
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() else 0


def _next(request: HttpRequest, user: User, after: int, **context: Any) -> HttpResponse:
    """The next that waits; those that were passed over come again at the end."""
    row = reads.next_to_give(user, after) or (reads.next_to_give(user, 0) if after else None)
    if row is None:
        return page(request, row=None, **context)
    return _shown(request, user, row, **context)


def _shown(request: HttpRequest, user: User, row: Inquiry, **context: Any) -> HttpResponse:
    case = row.case
    lines = panels.lines_of(case)
    return page(
        request,
        row=row,
        case=case,
        left=reads.to_give(user).count(),
        light=inquiry_view.reply_light(row),
        stage=lists.stage(case),
        facts=[*panels.facts_of(case, user, lines), ("专班", view.team_words(row))],
        reply=inquiry_view.facts_of(row),
        events=panels.events_of(lines),
        phrases=list(enumerate(reads.phrases()[:9], start=1)),
        **context,
    )


def doing(user: User, found: Inquiry) -> dict[str, Any]:
    """What the page of an order shows of its instruction, and what this person may do about it now."""
    row = reads.instruction_of(found)
    if row is None:
        may = not found.answered_at and reads.gives(user, found.case)
        return {"may_instruct": may, "writing": form_of(WRITE) if may else None}
    keeps = row.waits and found.case.unit is not None and reads.keeps(user, found.case)
    return {
        "instruction": row,
        "standing": view.badge_of(found),
        "instruction_facts": [*view.facts_of(row), ("专班", view.team_words(found))],
        "may_take": keeps and row.state == service.State.GIVEN,
        "may_report": keeps,
        "reporting": form_of(REPORT) if keeps else None,
    }


@door(may="case.view")
def instruction(request: HttpRequest, code: str) -> HttpResponse:
    """One step from the page of an order: write on it, take it up, report how far it is or what came of it."""
    user = person_of(request)
    found = callers.inquiry_for(user, code)
    there = reverse("coordination:inquiry", args=(code,))
    if request.method != "POST":
        return back(request, there)
    return back(request, there, _done(found, request, user))


def _done(found: Inquiry, request: HttpRequest, user: User) -> str:
    do, words = request.POST.get("do", ""), request.POST.get("words", "")
    row = reads.instruction_of(found)
    if row is None or not do:
        service.give(found, words, by=user)
        return f"已签批，{_told_to(found)}。"
    if do not in ("take", "progress", "done"):
        raise wrong("do", "请选择报告进展，还是报告已经落实。")
    if do == "take":
        service.take_up(row, by=user)
        return "专班已签收。"
    service.report(row, words, done=do == "done", by=user)
    return "已报告落实，签批的领导会收到。" if do == "done" else "已报告进展，签批的领导会收到。"
