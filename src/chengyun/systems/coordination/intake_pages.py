"""登记来件: one form for a call, a letter or an instruction, filled in without a mouse."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from chengyun.city.cases.callers import earlier_cases, inquiry_of
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.opening import open_case
from chengyun.city.cases.services.reporter import note_views
from chengyun.city.people.queries import person_of
from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid, TooLarge, WrongMedia
from chengyun.kernel.forms import faulty, retold
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.permissions import require
from chengyun.kernel.ui.words import told
from chengyun.systems.coordination import intake as asked
from chengyun.systems.coordination import lists
from chengyun.systems.coordination.pages import PICK, invented
from chengyun.systems.coordination.questions import answers_in, question_form, unasked


@door(may="inquiry.take")
def intake(request: HttpRequest) -> HttpResponse:
    """A call is written down while it is heard; the next one has an empty form."""
    user = person_of(request)
    form = asked.intake_form(request, user)
    context: dict[str, Any] = {
        "map": PICK | {"note": invented()},
        "questions": question_form(request),
        "earlier": user.may("case.reporter.view"),
    }
    if request.method != "POST":
        return page(request, form=form, **context)
    if unasked(request):
        form.add_error(None, "这个类别还有几个问题，请在下面回答后再登记。")
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        with transaction.atomic():
            report = asked.report_of(user, form.cleaned_data, answers_in(request))
            made = open_case(report, by=user)
    except (Invalid, TooLarge, WrongMedia) as refusal:
        return retold(request, form, refusal, **context)
    return back(request, "coordination:intake", _sentence(made))


def _sentence(case: Case) -> str:
    inquiry = inquiry_of(case)
    due = f"，{told(inquiry.due_at, now=clock.now())} 前回复" if inquiry else ""
    return f"已登记，案号 {case.code}{due}。"


@require_POST
@door(may="inquiry.take")
def intake_places(request: HttpRequest) -> HttpResponse:
    """Places the address may mean. Reads only; posted to keep addresses out of the URL."""
    words = request.POST.get("address", "").strip()
    return page(request, words=words, offers=asked.offers(person_of(request), words))


@require_POST
@door(may="inquiry.take")
def intake_earlier(request: HttpRequest) -> HttpResponse:
    """What the same telephone reported before; that somebody was told so is noted."""
    user = person_of(request)
    require(user, "case.reporter.view")
    found = earlier_cases(user, request.POST.get("reporter_phone", ""))
    note_views(found, by=user)
    lines = [
        {"case": case, "light": lists.light(case), "stage": lists.stage(case)} for case in found
    ]
    return page(request, lines=lines)
