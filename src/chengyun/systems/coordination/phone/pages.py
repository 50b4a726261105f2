"""The shell of the phone: the same for everybody, so that a phone can keep it; what is theirs comes by the API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse

from chengyun.kernel.pages import door, page
from chengyun.systems.coordination.phone import shell


@door(public=True)
def phone(request: HttpRequest) -> HttpResponse:
    """The phone of inspectors and crews: today's tasks, reporting, what waits to be sent."""
    return page(
        request, modules=[static(path) for path in shell.modules()], version=shell.version()
    )


@door(public=True)
def phone_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the shell on the phone and sends what waits there."""
    context = {
        "version": shell.version(),
        "files": shell.files(),
        "shell": reverse("coordination:phone"),
    }
    script = render_to_string("coordination/phone_worker.js", context, request)
    return HttpResponse(
        script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@door(public=True)
def phone_manifest(request: HttpRequest) -> HttpResponse:
    """What the home screen shows when somebody keeps the phone page there."""
    here = reverse("coordination:phone")
    icon = {"src": static("ui/plate.svg"), "sizes": "any", "type": "image/svg+xml"}
    return JsonResponse(
        {
            "name": "城运手机端",
            "short_name": "城运",
            "lang": "zh-CN",
            "id": here,
            "start_url": here,
            "scope": here,
            "display": "standalone",
            "orientation": "portrait",
            "icons": [icon, {**icon, "purpose": "maskable"}],
            "shortcuts": [{"name": "上报问题", "url": f"{here}#/report"}],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )
