"""The frame's own pages: how it looks for one person, and the sheet of components."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from chengyun.kernel import registry
from chengyun.kernel.errors import Missing
from chengyun.kernel.pages import back, door, page, safe_next
from chengyun.kernel.ui import sheet
from chengyun.kernel.ui.context import CHOICES
from chengyun.kernel.ui.specs import Horizon

YEAR = 365 * 24 * 3600


@require_POST
@door(public=True)
def look(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme, row height and keys in this browser."""
    answer = back(request, safe_next(request, request.POST.get("next", ""), "/"))
    for name, options in CHOICES.items():
        if (value := request.POST.get(name, "")) in options:
            answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return answer


@door(public=True)
def components(request: HttpRequest) -> HttpResponse:
    """The sheet of all parts in all states, for those who build pages."""
    if not settings.DEBUG:
        raise Missing("没有这一页。")
    return page(request, **sheet.context())


@door()
def horizon(request: HttpRequest) -> HttpResponse:
    """Where a map without content looks first."""
    boxes = (spec.box(request.user) for spec in registry.all_of(Horizon))
    box = next((found for found in boxes if found), None)
    return JsonResponse({"box": box}, headers={"Cache-Control": "private, max-age=600"})
