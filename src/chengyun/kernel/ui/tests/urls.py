"""A city with four more pages, to try doors and refusals on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from chengyun.kernel.errors import Conflict, FieldError, Invalid, Missing
from chengyun.kernel.forms import faulty, form_of
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Field

handler404 = "chengyun.kernel.refusals.not_found"
handler500 = "chengyun.kernel.refusals.server_error"

FIELDS = (
    Field(key="phone", label="联系电话", required=True),
    Field(key="area", label="面积", kind="decimal"),
)


@door(may="audit.view")
def guarded(request: HttpRequest) -> HttpResponse:
    return HttpResponse("里面")


@door(public=True)
def refusing(request: HttpRequest, how: str) -> HttpResponse:
    raise {
        "missing": Missing("没有这件案件。"),
        "conflict": Conflict("林晓燕 14:31 已派给市政工程处。", version=7),
        "invalid": Invalid("有 1 处要改。", fields=(FieldError("phone", "少一位。"),)),
    }[how]


@door(public=True)
def saving(request: HttpRequest) -> HttpResponse:
    form = form_of(FIELDS, request.POST)
    if form.is_valid():
        return back(request, "/saved", "已保存。", undo="/undo")
    return faulty(request, form)


@door(public=True)
def parted(request: HttpRequest) -> HttpResponse:
    return page(request, words="全文")


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("broken")


tests_urls = [path("parted", parted, name="parted"), path("saving", saving, name="saving")]
urlpatterns = [
    path("guarded", guarded),
    path("refusing/<how>", refusing),
    path("api/refusing/<how>", refusing),
    path("broken", broken),
    path("ui/", include("chengyun.kernel.ui.urls")),
    path("", include((tests_urls, "uitests"))),
    path("", include("chengyun.config.urls")),
]
