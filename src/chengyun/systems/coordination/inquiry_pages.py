"""来件: who waits for a reply, the reply and the call afterwards, and how well each unit does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from chengyun.city.cases import callers
from chengyun.city.cases.models import Inquiry
from chengyun.city.cases.services.inquiries import Reply, answer_inquiry, visit_caller
from chengyun.city.cases.specs import Source
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field
from chengyun.systems.coordination import inquiry_view as view
from chengyun.systems.coordination import lists, panels
from chengyun.systems.coordination.instruction_pages import doing

REPLY = (
    Field(
        key="how",
        label="回复方式",
        kind="choice",
        required=True,
        choices=tuple(Inquiry.How.choices),
    ),
    Field(key="words", label="回复内容", kind="long", required=True, max_length=1000),
)
VISIT = (
    Field(
        key="satisfied",
        label="满意度",
        kind="choice",
        required=True,
        choices=tuple(Inquiry.Satisfied.choices),
    ),
    Field(key="words", label="说明", kind="long", max_length=1000, hint="不满意时要写明为什么。"),
)


@door(may="case.view")
def inquiries(request: HttpRequest) -> HttpResponse:
    """All 来件, newest first; those that wait, most urgent first."""
    waiting = request.GET.get("standing") in ("waiting", "late")
    order = ("due_at", "id") if waiting else view.INQUIRIES.order
    none = ("还没有来件。", reverse("coordination:intake"), "登记来件")
    user = person_of(request)
    takes = user.may("inquiry.take")
    return page(
        request,
        takes=takes,
        **listed(request, view.INQUIRIES, order=order, none=none if takes else None),
    )


@door(may="case.view")
def inquiry(request: HttpRequest, code: str) -> HttpResponse:
    """One 来件: what was asked, how far its case is, and the reply or the call that is due."""
    user = person_of(request)
    found = callers.inquiry_for(user, code)
    case = found.case
    lines = panels.lines_of(case)
    due = (
        _due(found)
        if user.scope("inquiry.answer").covers(area=case.area, unit=case.unit_id)
        else ()
    )
    form = form_of(due, request.POST or None) if due else None
    context: dict[str, Any] = {
        "inquiry": found,
        "case": case,
        "light": view.reply_light(found),
        "stage": lists.stage(case),
        "source": registry.get(Source, case.source).label,
        "facts": view.facts_of(found),
        "about": panels.facts_of(case, user, lines),
        "events": panels.events_of(lines),
        **doing(user, found),
    }
    if request.method != "POST" or form is None:
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        sentence = _take(found, form.cleaned_data, user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, reverse("coordination:inquiry", args=(case.code,)), sentence)


def _due(found: Inquiry) -> tuple[Field, ...]:
    """What is to be written down next; nothing when all is done."""
    if found.answered_at is None:
        return REPLY
    return VISIT if found.visited_at is None else ()


def _take(found: Inquiry, given: dict[str, Any], user: Any) -> str:
    """The reply or the call: which one, the form that was sent says."""
    if "how" in given:
        answer_inquiry(found, Reply(how=given["how"], words=given["words"]), by=user)
        late = "，已超过回复时限" if found.late else ""
        return f"已记下对来件人的回复{late}。"
    visit_caller(found, given["satisfied"], given["words"], by=user)
    return f"已记下回访：{found.get_satisfied_display()}。"


@door(may="case.view")
def inquiry_rates(request: HttpRequest) -> HttpResponse:
    """A month by unit: how many came, were answered, in time, and with which satisfaction."""
    first = month_of(request.GET.get("month", ""))
    after = (first + timedelta(days=32)).replace(day=1)
    user = person_of(request)
    rows = callers.rates(user, first, after)
    return page(
        request,
        month=first,
        before=(first - timedelta(days=1)).strftime("%Y-%m"),
        later=after.strftime("%Y-%m") if after <= clock.now() else "",
        rows=rows,
        total=callers.sum_of(rows),
    )


def month_of(text: str) -> datetime:
    """The first moment of a month 2026-11; of this one where that is no month."""
    today = timezone.localtime(clock.now()).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    try:
        year, month = (int(part) for part in text.split("-"))
        return today.replace(year=year, month=month) if 2000 <= year <= 2100 else today
    except ValueError:
        return today
