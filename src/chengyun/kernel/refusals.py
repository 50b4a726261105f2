"""What a door answers when it cannot do what was asked: one sentence, the right status, nothing lost."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from chengyun.kernel import registry
from chengyun.kernel.errors import Missing, NotAllowed, Refusal
from chengyun.kernel.pages import is_fragment, safe_next, unsettled
from chengyun.kernel.specs import Workflow

log = logging.getLogger(__name__)

NOT_KEPT = ("password", "token", "secret", "csrf")
"""Parts of field names whose value is never written back into a page."""
MACHINERY = ("version", "next")
"""Fields nobody has typed."""
SORRY = "服务器出错，这一步没有办成，已保存的内容不受影响。请求号 {}。"


class RefusalMiddleware:
    """Turns a refusal into its status and one sentence: a page, a part of one, or the API's shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        return _other_method(request, answer) if answer.status_code == 405 else answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refused(request, error) if isinstance(error, Refusal) else None


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer to what could not be done; a plain form gets back what was typed."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            refusal.as_dict(), status=refusal.status, json_dumps_params={"ensure_ascii": False}
        )
    template = "ui/refusal.html#slip" if is_fragment(request) else "ui/refusal.html"
    context = {
        "refusal": refusal,
        "typed": _typed(request),
        "came_from": _came_from(request),
        "frame": "ui/base.html" if _at_home(request) else "ui/bare.html",
    }
    return render(request, template, context, status=refusal.status)


def _at_home(request: HttpRequest) -> bool:
    """Whether the way on is the frame of every page: for who is logged in and has nothing to do first."""
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and not unsettled(user))


def _other_method(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """A method the door does not know is refused in words, too; ``Allow`` says which it knows."""
    refusal = Refusal("这个地址不接受这种请求方法。")
    refusal.status, refusal.code = 405, "method"
    told = refused(request, refusal)
    told["Allow"] = answer["Allow"]
    return told


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    if request.method != "POST":
        return []
    shown = [key for key in request.POST if key not in MACHINERY and not _secret(key)]
    facts = {fact.key: fact.label for flow in registry.all_of(Workflow) for fact in flow.facts}
    return [
        (facts.get(key, key), value)
        for key in shown
        for value in request.POST.getlist(key)
        if value
    ]


def _secret(key: str) -> bool:
    return any(part in key.lower() for part in NOT_KEPT)


def _came_from(request: HttpRequest) -> str:
    return safe_next(request, request.headers.get("Referer", ""), "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler404``."""
    return refused(request, Missing("没有这一页。地址可能写错了，或者它已经搬走。"))


def forbidden(request: HttpRequest, exception: PermissionDenied | None = None) -> HttpResponse:
    """``handler403``."""
    return refused(request, NotAllowed(str(exception or "") or "你的岗位没有这项权限。"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler400``."""
    return refused(request, Refusal("这个请求不完整或者格式不对，没有办理。"))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """``CSRF_FAILURE_VIEW``."""
    return refused(
        request, NotAllowed("页面打开太久，安全标记已失效，没有办理。回到上一页刷新后再提交。")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``: touches no database; the number leads the help desk to the log."""
    number = secrets.token_hex(4)
    log.error("Request %s to %s failed.", number, request.path)
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"error": "broken", "message": SORRY.format(number), "fields": []}, status=500
        )
    return HttpResponse(render_to_string("500.html", {"number": number}), status=500)
