"""Ending something before its time: the reason is asked for on a page of its own, which is the confirmation as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from chengyun.city.sensing.services.endings import LONGEST_REASON
from chengyun.kernel.errors import Invalid
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.pages import back, page
from chengyun.kernel.specs import Field

REASON = Field(
    key="reason",
    label="原因",
    required=True,
    max_length=LONGEST_REASON,
    hint="记在经过里，以后查得到。",
)


def ending(
    request: HttpRequest,
    here: str,
    end: Callable[[str], str],
    *,
    asked: Field = REASON,
    **context: Any,
) -> HttpResponse:
    """Ask why, then ``end`` it: with the reason it does so and says what is done. ``here`` is the page of the thing."""
    form = form_of((asked,), request.POST if request.method == "POST" else None)
    context["cancel"] = here
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        done = end(form.cleaned_data["reason"])
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    return back(request, here, done)
